"""Recognizes compounds that form salts, solvates, complexes and co-crystals of other compounds.

``counterions.csv`` names them, one a line: ``name``, ``smiles`` (uncharged, without
stereochemistry), ``role``, ``rank`` and ``source`` (the kind of literature that names it in this
role). Roles: ``acid`` and ``base`` form salts, ``both`` does either (amino acids), a ``solvate`` is
a solvent, a ``host`` encloses another molecule, a ``coformer`` forms co-crystals, and a ``drug`` is
a small medicine that must never be mistaken for any of them. Ranks say which one is meant if
nothing else is there: 0 solvent, 1 host or co-former, 2 used for salts only, 3 also a nutrient or
an excipient, 4 also a medicine.

Families that are too large to list are recognised by their atoms: saturated amines, quaternary
ions and alkylated pyridinium and imidazolium ions; saturated straight-chain acids; sulfonic acids
and sulfates without another functional group; polyethylene glycols; and the large hosts,
cyclodextrins and cucurbiturils.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdinchi
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from chem.structure.stereo.smiles_and_smarts import pattern

ROLES = frozenset({"acid", "base", "both", "solvate", "host", "coformer", "drug"})
HALOGENS = frozenset({"F", "Cl", "Br", "I"})
_CARBOXYLIC = "[CX3](=O)[OX2H1,OX1-]"
_SULFONIC = "[SX4](=O)(=O)[OX2H1,OX1-]"
_ALKYLATED_RING = "[$([n+]1(C)cn(C)cc1),$([n+]1(C)ccccc1)]"
_GLUCOSE_UNIT = "O[C;R]1O[C;R](C[O,N])[C;R](O)[C;R](O)[C;R]1O"
_GLYCOLURIL_UNIT = "O=C1N(C)C2N(C)C(=O)N(C)C2N1C"
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")


class Counterion(NamedTuple):
    """A line of the table, or a family of compounds."""

    name: str
    smiles: str
    """Canonical SMILES without stereochemistry, uncharged if a proton can balance the charge."""
    role: str
    """One of ``ROLES``."""
    rank: int
    """0 to 5: among compounds of the table alone, the one with the highest rank is meant."""


@cache
def uncharger() -> rdMolStandardize.Uncharger:
    """Return the tool that removes the charges that protons can balance."""
    return rdMolStandardize.Uncharger()


@cache
def _by_composition() -> dict[frozenset[tuple[str, int]], dict[str, Counterion]]:
    """Return the table by heavy atoms, then by SMILES: no other composition can match."""
    found: dict[frozenset[tuple[str, int]], dict[str, Counterion]] = {}
    for one in read_table():
        composition = frozenset(_heavy_atoms(Chem.MolFromSmiles(one.smiles)).items())
        found.setdefault(composition, {})[one.smiles] = one
    return found


def read_table() -> list[Counterion]:
    """Read ``counterions.csv``, and make the SMILES canonical."""
    text = files("chem.structure.parents").joinpath("counterions.csv").read_text(encoding="utf-8")
    return [
        Counterion(
            row["name"],
            Chem.MolToSmiles(Chem.MolFromSmiles(row["smiles"]), isomericSmiles=False),
            row["role"],
            int(row["rank"]),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def find_counterion(fragment: Chem.Mol) -> Counterion | None:
    """Return a fragment's entry in the table, or its family, whatever its charges and labels."""
    heavy = _heavy_atoms(fragment)
    alike = _by_composition().get(frozenset(heavy.items()))
    if alike is not None:
        flat = flat_smiles(fragment)
        known = alike.get(flat) or _find_tautomer(flat, alike.values())
        if known is not None:
            return known
    return _find_family(fragment, heavy)


def inchi(mol: Chem.Mol, options: str = "") -> str:
    """Return the InChI of an uncharged molecule: one text for amides, amidines and their tautomers.

    options: ``-SNon`` leaves stereochemistry out.
    """
    text = rdinchi.MolToInchi(mol, options=options)[0]
    return str(text or Chem.MolToSmiles(mol))


@lru_cache(maxsize=4096)
def _flat_inchi(smiles: str) -> str:
    return inchi(Chem.MolFromSmiles(smiles), "-SNon")


def _find_tautomer(smiles: str, alike: Iterable[Counterion]) -> Counterion | None:
    """Find a salt former drawn as another tautomer, such as saccharin with a C=N bond."""
    text = _flat_inchi(smiles)
    return next((one for one in alike if _flat_inchi(one.smiles) == text), None)


def neutral(fragment: Chem.Mol) -> Chem.Mol:
    """Return the fragment without the charges that protons can balance."""
    if not fragment.HasSubstructMatch(pattern("[!+0]")):
        return fragment
    copied = Chem.Mol(fragment)
    uncharger().unchargeInPlace(copied)
    return copied


def flat_smiles(fragment: Chem.Mol) -> str:
    """Return the SMILES of the bare connectivity: no charges, isotopes or stereochemistry."""
    mol = neutral(fragment)
    if mol.HasSubstructMatch(pattern("[!0*]")):
        mol = Chem.Mol(mol)
        for atom in mol.GetAtoms():
            atom.SetIsotope(0)
        mol = Chem.RemoveHs(mol)
    return str(Chem.MolToSmiles(mol, isomericSmiles=False))


def _heavy_atoms(mol: Chem.Mol) -> Counter[str]:
    """Count the atoms of each element from the formula, because a loop over atoms takes longer."""
    found = _ELEMENT.findall(CalcMolFormula(mol))
    return Counter({symbol: int(count or 1) for symbol, count in found if symbol != "H"})


def _find_family(fragment: Chem.Mol, heavy: Counter[str]) -> Counterion | None:
    if heavy["C"] >= 30 and _is_large_host(fragment):
        return Counterion("a cyclodextrin or cucurbituril", flat_smiles(fragment), "host", 1)
    name, role, rank = "", "base", 2
    elements = heavy.keys() - {"C"}
    charged = heavy["N"] + heavy["P"] + heavy["S"]
    if elements <= {"N", "P", "S"} and 1 <= charged <= 2:
        known = _is_saturated_base(fragment, heavy) or _is_alkylated_ring(fragment)
        name = "a saturated amine or a quaternary ion" if known else ""
    elif elements == {"O"} and _is_glycol(fragment, heavy):
        name, role, rank = "a polyethylene glycol", "solvate", 0
    elif elements == {"O"} and heavy["O"] == 2:
        name = "a saturated straight-chain acid" if _is_fatty_acid(fragment) else ""
        role, rank = "acid", 3 if heavy["C"] >= 8 else 2
    elif "S" in elements and elements - HALOGENS == {"S", "O"}:
        groups = len(fragment.GetSubstructMatches(pattern(_SULFONIC)))
        oxygens = heavy["O"] - 3 * groups
        if groups == heavy["S"] and oxygens in (0, groups):
            name = "a plain sulfonic acid or sulfate" if oxygens == 0 or _is_chain(fragment) else ""
        role, rank = "acid", 3 if heavy["C"] >= 12 else 2
    return Counterion(name, flat_smiles(fragment), role, rank) if name else None


def _is_saturated_base(fragment: Chem.Mol, heavy: Counter[str]) -> bool:
    if "S" in heavy and Chem.GetFormalCharge(fragment) != 1:
        return False
    return all(bond.GetBondType() == Chem.BondType.SINGLE for bond in fragment.GetBonds())


def _is_alkylated_ring(fragment: Chem.Mol) -> bool:
    """Tell whether it is a pyridinium or imidazolium ion with nothing but alkyl groups."""
    aromatic = sum(atom.GetIsAromatic() for atom in fragment.GetAtoms())
    return (
        aromatic in (5, 6)
        and fragment.HasSubstructMatch(pattern(_ALKYLATED_RING))
        and all(
            bond.GetBondType() in (Chem.BondType.SINGLE, Chem.BondType.AROMATIC)
            for bond in fragment.GetBonds()
        )
    )


def _is_glycol(fragment: Chem.Mol, heavy: Counter[str]) -> bool:
    return (
        heavy["C"] == 2 * (heavy["O"] - 1) > 0
        and re.fullmatch(r"(OCC)+O", Chem.MolToSmiles(fragment)) is not None
    )


def _is_chain(fragment: Chem.Mol) -> bool:
    return not any(bond.IsInRing() for bond in fragment.GetBonds())


def _is_fatty_acid(fragment: Chem.Mol) -> bool:
    carbons = [atom for atom in fragment.GetAtoms() if atom.GetSymbol() == "C"]
    straight = all(
        sum(near.GetSymbol() == "C" for near in atom.GetNeighbors()) <= 2 for atom in carbons
    )
    double = sum(bond.GetBondType() != Chem.BondType.SINGLE for bond in fragment.GetBonds())
    return (
        straight
        and double == 1
        and _is_chain(fragment)
        and bool(fragment.HasSubstructMatch(pattern(_CARBOXYLIC)))
    )


def _is_large_host(fragment: Chem.Mol) -> bool:
    units = (pattern(_GLUCOSE_UNIT), 6), (pattern(_GLYCOLURIL_UNIT), 5)
    return any(len(fragment.GetSubstructMatches(unit)) >= least for unit, least in units) and any(
        len(ring) >= 24 or len(ring) == 8 for ring in fragment.GetRingInfo().AtomRings()
    )
