"""Finds structural alerts: named substructures that caused trouble in assays or in animals.

An alert is a flag, not a verdict: approved drugs carry alerts as well. Three published collections
come from RDKit's ``FilterCatalog`` (765 substructures, 764 names); the fourth is written here:

- PAINS, compounds that interfere with many assays, families A, B and C: Baell and Holloway,
  J. Med. Chem. 2010, 53, 2719 (doi 10.1021/jm901137j);
- BRENK, groups that are toxic, reactive or bad for pharmacokinetics: Brenk et al., ChemMedChem
  2008, 3, 435 (doi 10.1002/cmdc.200700139);
- NIH, reactive groups and groups that chemists of the NIH avoid: Jadhav et al., J. Med. Chem.
  2010, 53, 37 (doi 10.1021/jm901070c) and Doveston et al., Org. Biomol. Chem. 2015, 13, 859
  (doi 10.1039/c4ob02287d);
- KAZIUS, 28 groups that go with mutagenicity in bacteria: Kazius, McGuire and Bursi, J. Med. Chem.
  2005, 48, 312 (doi 10.1021/jm040835a). They were derived from 4,337 molecules. Each group reacts
  with DNA, or metabolism turns it into one that does; surroundings that make it harmless (a
  sulfonyl group on the ring of an aromatic amine) are excluded. The SMARTS are ours, after the
  groups that the paper describes, for standardized structures (nitro groups and azides with
  separated charges). An acid halide is reported by that name only, not as an aliphatic halide too.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from rdkit import rdBase
from rdkit.Chem import rdfiltercatalog

from chem.assess.sulfoxides import read_sulfoxides, write_sulfoxides

SOURCES: dict[str, tuple[str, ...]] = {
    "PAINS": ("PAINS_A", "PAINS_B", "PAINS_C"),
    "BRENK": ("BRENK",),
    "NIH": ("NIH",),
    "KAZIUS": (),
}
"""Each collection with RDKit's catalogs of it, in the order in which alerts are reported; the last
one is our own."""
CITATIONS: dict[str, str] = {
    "PAINS": "Baell 2010 (doi 10.1021/jm901137j)",
    "BRENK": "Brenk 2008 (doi 10.1002/cmdc.200700139)",
    "NIH": "Jadhav 2010 (doi 10.1021/jm901070c); Doveston 2015 (doi 10.1039/c4ob02287d)",
    "KAZIUS": "Kazius 2005 (doi 10.1021/jm040835a)",
}
"""Citation of each of ``SOURCES``, in short."""
_OCCURRENCES = re.compile(r"\(\d+\)$")
"""Names in PAINS end in the number of compounds of the paper that match: no part of the name."""


def _unless_near(*groups: str) -> str:
    """Forbid groups on an aromatic atom's ring, ortho, meta or para to it."""
    return "".join(f";!$({way}-{group})" for group in groups for way in _WAYS)


_WAYS = ("a:a", "a:a:a", "a:a:a:a")
_SULFONYL, _TRIFLUOROMETHYL, _CARBOXYL = "S(=O)=O", "C(F)(F)F", "C(=O)[#8]"
_NITRO_RING = f"[a{_unless_near(_SULFONYL, _TRIFLUOROMETHYL)}]"
_AMINE_RING = f"[a{_unless_near(_SULFONYL, _TRIFLUOROMETHYL, _CARBOXYL)}]"
_AZO_RING = f"[c{_unless_near(_SULFONYL)}]"


def _fused_triples() -> tuple[str, ...]:
    """Return three aromatic rings of five or six atoms, each fused to the next."""
    ends = [(left, right) for left in ("a:a", "a:a:a") for right in ("a:a:a", "a:a:a:a")]
    middles = (
        "a:1:{}:a:2:a:1:a:3:a(:a:a:2):{}:3",  # as in phenanthrene
        "a:1:{}:a:2:a:1:a:a:3:a(:a:2):{}:3",  # as in anthracene
        "a:1:{}:a:2:a:1:a:3:a(:a:2):{}:3",  # as in carbazole
    )
    around = "a:1:2:a:a:a:a:3:a:a:a:a(:{}:1):a:2:3"  # as in phenalene and acenaphthylene
    chains = [middle.format(*pair) for middle in middles for pair in ends]
    return (*chains, *(around.format(arm) for arm in ("a:a", "a:a:a")))


TOXICOPHORES: dict[str, tuple[str, ...]] = {
    "aromatic_nitro": (f"O=[N+]([O-])-{_NITRO_RING}",),
    "aromatic_amine": (f"[NX3H2]-{_AMINE_RING}",),
    "aromatic_nitroso": ("O=[NX2]-a",),
    "alkyl_nitrite": ("C-O-[NX2]=O",),
    "nitrosamine": ("N-[NX2]=O",),
    "epoxide": ("O1-[#6]-,:[#6]-1",),
    "aziridine": ("N1-C-C-1",),
    "azide": ("[#7]=[N+]=[N-]",),
    "diazo": ("C=[N+]=[N-]",),
    "triazene": ("N=N-N",),
    "aromatic_azo": (f"{_AZO_RING}-[NX2]=!@[NX2]-c",),
    "unsubstituted_heteroatom_on_heteroatom": ("[OX2H,NX3H2]-[N,O;!$([N+](=O)[O-])]",),
    "aromatic_hydroxylamine": ("[OX2H]-N-a",),
    "aliphatic_halide": ("[Cl,Br,I]-[C;!$(C=O)]",),
    "carboxylic_acid_halide": ("[Cl,Br,I]-C=O",),
    "nitrogen_or_sulfur_mustard": ("[N,S]-!@[CX4]-!@[CH2]-[Cl,Br,I]",),
    "bay_region": ("[cH]1[cH]ccc2ccc3cc[cH][cH]c3c12",),
    "K_region": ("[cH]1cccc2c1[cH][cH]c1[cH]cccc12",),
    "polycyclic_aromatic_system": _fused_triples(),
    "sulfonate_bonded_carbon": ("[#6]-!@[OX2]-S(=O)(=O)-[$([#6]),$(O-[#6])]",),
    "aliphatic_N_nitro": ("N-[N+](=O)[O-]",),
    "unsaturated_aldehyde": (
        "O=[CX3H]-C=O",
        "O=[CX3H]-[C;!$(C-[N,O,S])]=[C;!$(C-[N,O,S,a])]",
    ),
    "diazonium": ("[#6]-[N+]#N",),
    "beta_propiolactone": ("O=C1-C-C-O-1",),
    "unsaturated_alkoxy": ("[CX3H]=[CX3H]-O",),
    "1-aryl-2-alkylhydrazine": ("C-[NX3H;!R]-[NX3H;!R]-a",),
    "aromatic_methylamine": (f"[CH3]-[NX3H]-{_AMINE_RING}",),
    "aromatic_hydroxylamine_ester": ("a-N-O-*=O",),
}
"""Toxicophores by name: SMARTS, of which one match suffices; no name has a blank or a semicolon."""


class Alert(NamedTuple):
    """One substructure that a molecule has."""

    source: str
    """One of ``SOURCES``."""
    name: str
    """Its name in that source, such as ``catechol_A``."""

    def __str__(self) -> str:
        return f"{self.source} {self.name}"


class PlacedAlert(NamedTuple):
    """An alert and the atoms of a molecule that match it."""

    source: str
    """One of ``SOURCES``."""
    name: str
    atoms: tuple[int, ...]
    """All atoms of all occurrences, ascending; numbered as in the SMILES."""


def find_alerts(smiles: Sequence[str]) -> list[tuple[Alert, ...]]:
    """Return the alerts of each molecule [n], in the order of ``SOURCES`` and of its catalog.

    An alert is reported once, however often it occurs. One call handles all molecules and uses
    every core: 5 ms per molecule and core. Raises ValueError for a SMILES that RDKit cannot read.

    >>> [str(alert) for alert in find_alerts(["CCc1ccc(O)c(O)c1"])[0]]
    ['PAINS catechol_A', 'BRENK catechol']
    """
    with rdBase.BlockLogs():
        found = rdfiltercatalog.RunFilterCatalog(
            _catalog(tuple(SOURCES)), list(map(write_sulfoxides, smiles)), numThreads=0
        )
    # PAINS gives the name amino_acridine_A to two substructures.
    return [tuple(dict.fromkeys(_read(entry) for entry in entries)) for entries in found]


def flag_atoms(smiles: str, sources: Sequence[str] = tuple(SOURCES)) -> tuple[PlacedAlert, ...]:
    """Return the alerts that :func:`find_alerts` finds in one molecule, with their atoms.

    ``sources`` restricts the search to some of ``SOURCES``. Raises InputError for a SMILES that
    RDKit cannot read.

    >>> flag_atoms("CCC(=O)Cl")[-1]
    PlacedAlert(source='KAZIUS', name='carboxylic_acid_halide', atoms=(2, 3, 4))
    """
    mol = read_sulfoxides(smiles)
    atoms: dict[Alert, set[int]] = {}
    for entry in _catalog(tuple(sources)).GetMatches(mol):
        found = atoms.setdefault(_read(entry), set())
        for match in entry.GetFilterMatches(mol):  # it reports one of several occurrences
            pattern = match.filterMatch.GetPattern()
            for occurrence in mol.GetSubstructMatches(pattern):
                found.update(occurrence)
    return tuple(PlacedAlert(*alert, tuple(sorted(found))) for alert, found in atoms.items())


@cache
def _catalog(sources: tuple[str, ...]) -> rdfiltercatalog.FilterCatalog:
    """Build the catalogs of some sources as one; for all sources this takes a tenth of a second."""
    parameters = rdfiltercatalog.FilterCatalogParams()
    for source in sources:
        for name in SOURCES[source]:
            parameters.AddCatalog(getattr(parameters.FilterCatalogs, name))
    catalog = rdfiltercatalog.FilterCatalog(parameters)
    if "KAZIUS" in sources:
        for name, patterns in TOXICOPHORES.items():
            for smarts in patterns:
                catalog.AddEntry(_entry(name, smarts))
    return catalog


def _entry(name: str, smarts: str) -> rdfiltercatalog.FilterCatalogEntry:
    matcher = rdfiltercatalog.SmartsMatcher(name, smarts, 1)
    if not matcher.IsValid():
        raise ValueError(f"the SMARTS of {name} cannot be read: {smarts}")
    entry = rdfiltercatalog.FilterCatalogEntry(name, matcher)
    entry.SetProp("FilterSet", "KAZIUS")
    return entry


def _read(entry: rdfiltercatalog.FilterCatalogEntry) -> Alert:
    if "FilterSet" not in entry.GetPropList():
        raise ValueError(f"found a SMILES that RDKit cannot read ({entry.GetDescription()})")
    source = str(entry.GetProp("FilterSet")).partition("_")[0].upper()
    return Alert(source, _OCCURRENCES.sub("", entry.GetDescription()))
