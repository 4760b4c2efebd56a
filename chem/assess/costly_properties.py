"""Computes costly properties, only for the compounds that a ranking puts first."""

from collections.abc import Sequence
from typing import NamedTuple

from rdkit import rdBase
from rdkit.Chem.QED import qed

from chem.assess.alerts import Alert, find_alerts
from chem.assess.sulfoxides import read_sulfoxides

COSTLY: dict[str, str] = {
    "qed": "0 to 1, higher is better; drug-likeness, Bickerton 2012 (doi 10.1038/nchem.1243)",
    "alerts": "count; structural alerts of all sources together",
    "pains": "count; structural alerts of PAINS",
    "brenk": "count; structural alerts of BRENK",
    "nih": "count; structural alerts of the NIH",
    "kazius": "count; groups that go with mutagenicity, Kazius 2005 (doi 10.1021/jm040835a)",
}
"""Costly properties by name: unit and meaning."""


class CostlyProperties(NamedTuple):
    """The costly properties of one molecule."""

    qed: float
    """In [0, 1]: the weighted geometric mean of eight desirabilities, with the mean weights."""
    alerts: tuple[Alert, ...]

    def number(self, name: str) -> float:
        """Return one of ``COSTLY``."""
        if name == "qed":
            return self.qed
        if name == "alerts":
            return len(self.alerts)
        return sum(alert.source.lower() == name for alert in self.alerts)


def compute_costly_properties(smiles: Sequence[str]) -> list[CostlyProperties]:
    """Compute the costly properties of molecules [n]; 5 ms each on one core, most of it for alerts.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> found = compute_costly_properties(["CCc1ccc(O)c(O)c1"])[0]
    >>> round(found.qed, 2), found.number("alerts"), found.number("pains")
    (0.58, 2, 1)
    """
    with rdBase.BlockLogs():
        drug_likeness = [_drug_likeness(text) for text in smiles]
    return [
        CostlyProperties(*both) for both in zip(drug_likeness, find_alerts(smiles), strict=True)
    ]


def _drug_likeness(smiles: str) -> float:
    return float(qed(read_sulfoxides(smiles)))
