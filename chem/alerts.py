"""Structural alerts: substructures that have made trouble in assays or in animals, by name.

A flag, not a verdict: approved drugs carry them as well. Three published collections, as RDKit's
``FilterCatalog`` has them, 765 substructures and 764 names:

- PAINS, compounds that interfere with many assays, families A, B and C: Baell and Holloway,
  J. Med. Chem. 2010, 53, 2719 (doi 10.1021/jm901137j);
- BRENK, groups that are toxic, reactive or bad for pharmacokinetics: Brenk et al., ChemMedChem
  2008, 3, 435 (doi 10.1002/cmdc.200700139);
- NIH, reactive groups and groups that chemists of the NIH avoid: Jadhav et al., J. Med. Chem.
  2010, 53, 37 (doi 10.1021/jm901070c) and Doveston et al., Org. Biomol. Chem. 2015, 13, 859
  (doi 10.1039/c4ob02287d).
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from rdkit import rdBase
from rdkit.Chem import rdfiltercatalog

SOURCES: dict[str, tuple[str, ...]] = {
    "PAINS": ("PAINS_A", "PAINS_B", "PAINS_C"),
    "BRENK": ("BRENK",),
    "NIH": ("NIH",),
}
"""Each collection with RDKit's catalogs of it, in the order in which alerts are told."""
_OCCURRENCES = re.compile(r"\(\d+\)$")
"""PAINS names end in how many compounds of the paper had it: no part of the name."""


class Alert(NamedTuple):
    """One substructure that a molecule has."""

    source: str
    """One of ``SOURCES``."""
    name: str
    """Its name there, such as ``catechol_A``."""

    def __str__(self) -> str:
        return f"{self.source} {self.name}"


def find_alerts(smiles: Sequence[str]) -> list[tuple[Alert, ...]]:
    """Return the alerts of each molecule [n], in the order of ``SOURCES`` and of its catalog.

    An alert is told once, however often it occurs. All molecules are looked at in one call, which
    uses every core: 4 ms a molecule and core. Every SMILES must be one that RDKit can read
    (ValueError).

    >>> [str(alert) for alert in find_alerts(["CCc1ccc(O)c(O)c1"])[0]]
    ['PAINS catechol_A', 'BRENK catechol']
    """
    with rdBase.BlockLogs():
        found = rdfiltercatalog.RunFilterCatalog(_catalog(), list(smiles), numThreads=0)
    # Two substructures of PAINS are called amino_acridine_A.
    return [tuple(dict.fromkeys(_read(entry) for entry in entries)) for entries in found]


@cache
def _catalog() -> rdfiltercatalog.FilterCatalog:
    """Build all catalogs as one, which takes a tenth of a second."""
    parameters = rdfiltercatalog.FilterCatalogParams()
    for catalogs in SOURCES.values():
        for name in catalogs:
            parameters.AddCatalog(getattr(parameters.FilterCatalogs, name))
    return rdfiltercatalog.FilterCatalog(parameters)


def _read(entry: rdfiltercatalog.FilterCatalogEntry) -> Alert:
    if "FilterSet" not in entry.GetPropList():
        raise ValueError(f"found a SMILES that RDKit cannot read ({entry.GetDescription()})")
    source = str(entry.GetProp("FilterSet")).partition("_")[0].upper()
    return Alert(source, _OCCURRENCES.sub("", entry.GetDescription()))
