"""Refuses molecules that can be read but are not scored."""

from functools import cache

from rdkit import Chem
from rdkit.Chem import rdqueries

from chem.records.message_text import counted
from chem.records.records import Failure, StructureFormat
from chem.structure.parsing.metals import find_metal_complex, may_hold_metal
from chem.structure.parsing.shorthand import find_mistaken_element
from chem.structure.stereo.stereo_status import find_lost_stereo

_RADICALS = {"B", "C", "N", "O", "Si", "P", "S", "Se"}


def find_refusal(mol: Chem.Mol, structure: str, format: StructureFormat) -> Failure | None:
    """Return the first reason to refuse a molecule that RDKit read from ``structure``.

    Reasons are a group's abbreviation taken for an element, a metal complex, stereochemistry that
    would be lost, and an unpaired electron. Returns None for all other molecules.
    """
    refused = None
    if may_hold_metal(mol):
        refused = find_mistaken_element(mol) or find_metal_complex(mol)
    if refused is not None:
        return refused
    lost = find_lost_stereo(mol, structure, format)
    if lost is not None:
        return Failure("standardize", "unsupported_stereo", lost)
    return find_radical(mol)


@cache
def _radical() -> Chem.Mol:
    pattern = Chem.RWMol()
    pattern.AddAtom(rdqueries.NumRadicalElectronsGreaterQueryAtom(0))
    return pattern.GetMol()


def find_radical(mol: Chem.Mol) -> Failure | None:
    """Return the first unpaired electron that was probably not meant; None if there is none.

    Nitroxides, hydrazyls, phenoxyls and nitric oxide are stable and kept. Any other is usually an
    atom in square brackets whose hydrogens were left out.
    """
    if not mol.HasSubstructMatch(_radical()):
        return None
    for atom in mol.GetAtoms():
        electrons = atom.GetNumRadicalElectrons()
        if not electrons or atom.GetSymbol() not in _RADICALS or _is_stable_radical(atom):
            continue
        detail = (
            f"atom {atom.GetIdx() + 1} ({atom.GetSymbol()}) has "
            f"{counted(electrons, 'unpaired electron')}: its hydrogens or its charge are missing"
        )
        return Failure("standardize", "radical", detail)
    return None


def _is_stable_radical(atom: Chem.Atom) -> bool:
    others = atom.GetNeighbors()
    if atom.GetSymbol() == "O":
        return any(other.GetSymbol() == "N" or other.GetIsAromatic() for other in others)
    return atom.GetSymbol() == "N" and any(other.GetSymbol() in "NO" for other in others)
