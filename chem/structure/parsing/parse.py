"""Reads one structure with RDKit: returns a molecule, or the reason why there is none."""

import re

from rdkit import Chem

from chem.records.records import Failure, StructureFormat
from chem.structure.parsing.diagnose import diagnose_molblock, diagnose_smiles, without_blank_lines
from chem.structure.parsing.metals import find_metal_complex
from chem.structure.parsing.shorthand import find_shorthand
from chem.structure.stereo.smiles_and_smarts import smiles_parser

MAX_HEAVY_ATOMS = 999
MAX_CHARACTERS: dict[StructureFormat, int] = {"smiles": 10_000, "molblock": 1_000_000}
"""Longer text is refused unread: a 20,000-carbon chain crashes RDKit's SMILES writer."""

_NOT_FLAT = re.compile(r"[^A-Za-z0-9()\[\]=#%+.-]|\[\d*H")
"""Stereochemistry, hydrogens to remove, or anything unusual."""
_ENDS = re.compile(r"[\0\n]")
_MAY_HOLD_SHORTHAND = re.compile(r"[*~|:]")


def parse(structure: str, format: StructureFormat) -> Chem.Mol | Failure:
    """Read a SMILES or molblock into a sanitized molecule of at least one and at most 999 atoms.

    Explicit hydrogens are removed from a SMILES and kept in a molblock. Bonds from metals to atoms
    that would have too many bonds are read as dative. ``chem.structure.standardize`` lists the
    failures. Call it inside ``rdBase.BlockLogs()``: RDKit prints what it cannot read.
    """
    limit = MAX_CHARACTERS[format]
    if len(structure) > limit:
        detail = f"{len(structure):,} characters, the limit for a {format} is {limit:,}"
        return Failure("standardize", "too_large", detail)
    mol = _read_smiles(structure) if format == "smiles" else _read_molblock(structure)
    if isinstance(mol, Failure):
        return mol
    heavy = mol.GetNumHeavyAtoms()
    if heavy > MAX_HEAVY_ATOMS:
        detail = f"{heavy} heavy atoms, the limit is {MAX_HEAVY_ATOMS}"
        return Failure("standardize", "too_large", detail)
    if mol.GetNumAtoms() == 0:
        return Failure("standardize", "no_organic_fragment", "the structure has no atoms")
    if format == "molblock" or _MAY_HOLD_SHORTHAND.search(structure):
        shorthand = find_shorthand(mol, structure, format)
        if shorthand is not None:
            # The points in the middle of a ferrocene's rings are dummy atoms.
            return find_metal_complex(mol) or shorthand
    return mol


def _read_smiles(smiles: str) -> Chem.Mol | Failure:
    cut = _ENDS.search(smiles)
    if cut is not None:
        # RDKit would read up to it and drop the rest.
        what = "a NUL character" if cut[0] == "\0" else "a line break"
        return Failure("parse", "invalid_smiles", f"not a SMILES: it holds {what}")
    mol = None if _NOT_FLAT.search(smiles) else _read_flat(smiles)
    if mol is None:
        mol = Chem.MolFromSmiles(smiles, smiles_parser())
    return diagnose_smiles(smiles) if mol is None else mol


def _read_flat(smiles: str) -> Chem.Mol | None:
    """Read a SMILES that has no stereochemistry and no explicit hydrogens; None for a bad one.

    RDKit would still look for possible stereocentres, which takes a quarter of the time and is not
    needed here. A test compares the molecules.
    """
    mol = Chem.MolFromSmiles(smiles, smiles_parser(sanitize=False, remove_hydrogens=False))
    if mol is None or Chem.SanitizeMol(mol, catchErrors=True):
        return None
    mol.SetIntProp("_StereochemDone", 1)  # or the SMILES writer looks for centres, too
    return mol


def _read_molblock(molblock: str) -> Chem.Mol | Failure:
    mol = _try_molblock(molblock)
    if mol is None:
        mended = without_blank_lines(molblock)
        if mended is not None:
            mol, molblock = _try_molblock(mended), mended
    return diagnose_molblock(molblock) if mol is None else mol


def _try_molblock(molblock: str) -> Chem.Mol | None:
    try:
        return Chem.MolFromMolBlock(molblock, removeHs=False)
    except RuntimeError:
        return None
