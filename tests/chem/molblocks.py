"""Molblocks made by RDKit from SMILES, for tests that change a line of them."""

from rdkit import Chem
from rdkit.Chem import rdDepictor


def draw(smiles: str, v3000: bool = False, flag: int = 0) -> str:
    mol = Chem.MolFromSmiles(smiles)
    rdDepictor.Compute2DCoords(mol)
    mol.SetIntProp("_MolFileChiralFlag", flag)
    return str(Chem.MolToMolBlock(mol, forceV3000=v3000))


def with_property(block: str, *lines: str) -> str:
    """Add lines before ``M  END``."""
    return block.replace("M  END", "\n".join((*lines, "M  END")))


def with_collection(block: str, *lines: str) -> str:
    """Add a collection to a V3000 molblock."""
    inside = "".join(f"M  V30 MDLV30/{line}\n" for line in lines)
    added = f"M  V30 BEGIN COLLECTION\n{inside}M  V30 END COLLECTION\nM  V30 END CTAB"
    return block.replace("M  V30 END CTAB", added)


def with_symbol(block: str, at: int, symbol: str) -> str:
    """Put another symbol on an atom (counted from 1) of a V2000 molblock."""
    lines = block.split("\n")
    line = lines[3 + at]
    lines[3 + at] = line[:31] + symbol.ljust(3) + line[34:]
    return "\n".join(lines)
