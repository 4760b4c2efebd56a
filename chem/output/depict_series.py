"""Draws the core of a series with its numbered places, and the groups that stand there.

All drawings have bonds of one length, and are as large as they have to be.
"""

from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from chem.output.depict import Depiction, Mark, draw_marks
from chem.structure.valid_smiles import read_molecule

PLACE = "R"
"""The element of the marks of places and of cut bonds, beside those of ``depict``."""
WAVE = (28, 22)
"""Half of the length of a wave across a cut bond, and its height, in tenths of a pixel."""

NAMES = {
    "*[H]": "H",
    "*[2H]": "D",
    "*F": "F",
    "*Cl": "Cl",
    "*Br": "Br",
    "*I": "I",
    "*C": "Me",
    "*CC": "Et",
    "*C(C)C": "iPr",
    "*C(C)(C)C": "tBu",
    "*C=C": "CH=CH₂",
    "*C#C": "C≡CH",
    "*C(F)(F)F": "CF₃",
    "*C(F)F": "CHF₂",
    "*CO": "CH₂OH",
    "*C#N": "CN",
    "*C(N)=O": "CONH₂",
    "*C(=O)O": "CO₂H",
    "*C(=O)OC": "CO₂Me",
    "*C(=O)OCC": "CO₂Et",
    "*C(C)=O": "COMe",
    "*O": "OH",
    "*OC": "OMe",
    "*OCC": "OEt",
    "*OC(C)C": "OiPr",
    "*OC(F)(F)F": "OCF₃",
    "*OC(F)F": "OCHF₂",
    "*N": "NH₂",
    "*NC": "NHMe",
    "*N(C)C": "NMe₂",
    "*NC(C)=O": "NHCOMe",
    "*[N+](=O)[O-]": "NO₂",
    "*SC": "SMe",
    "*S(C)(=O)=O": "SO₂Me",
    "*S(N)(=O)=O": "SO₂NH₂",
}
"""Written names of small groups by their SMILES."""


class Group(NamedTuple):
    """What a member of a series carries at a place."""

    smiles: str
    """With ``*`` at the cut bond."""
    name: str
    """Its written name, such as ``OMe``; empty for a group that has none."""


def read_group(smiles: str) -> Group:
    """Return a group whose cut bonds are written ``[*:1]``; two on one atom are named together.

    Raises InputError for a SMILES that RDKit cannot read.

    >>> read_group("CO[*:1]"), read_group("C[*:2].F[*:2]").name, read_group("CCCC[*:1]").name
    (Group(smiles='*OC', name='OMe'), 'F, Me', '')
    """
    with rdBase.BlockLogs():
        mol = read_molecule(smiles)
        for atom in mol.GetAtoms():
            atom.SetAtomMapNum(0)
        written = str(Chem.MolToSmiles(mol))
    names = [NAMES.get(part, "") for part in written.split(".")]
    return Group(written, ", ".join(sorted(names)) if all(names) else "")


def depict_core(smiles: str) -> Depiction:
    """Draw a core; ``R1`` stands at ``[*:1]`` and so on.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    mol = read_molecule(smiles)
    for atom in mol.GetAtoms():
        if number := 0 if atom.GetAtomicNum() else atom.GetAtomMapNum():
            atom.SetAtomMapNum(0)
            atom.SetProp("_displayLabel", f"R<sub>{number}</sub>")
    return _draw(mol)[0]


def depict_group(smiles: str) -> Depiction:
    """Draw a group, with a wave across each bond to ``*``.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    with rdBase.BlockLogs():
        mol = read_molecule(smiles)
        cut = [atom.GetIdx() for atom in mol.GetAtoms() if not atom.GetAtomicNum()]
        beside = [mol.GetAtomWithIdx(at).GetNeighbors()[0].GetIdx() for at in cut]
        for at in cut:  # drawn as the bare end of a bond
            mol.GetAtomWithIdx(at).SetAtomicNum(6)
        _lay_out(mol, cut[0] if cut else 0)
    picture, places = _draw(mol)
    waves = "".join(_wave(places[at], places[to]) for at, to in zip(cut, beside, strict=True))
    return picture._replace(marks=(*picture.marks, Mark(PLACE, "line", waves)))


def _lay_out(mol: Chem.Mol, cut: int) -> None:
    """Give the atoms places, with the cut bond on the left."""
    rdDepictor.Compute2DCoords(mol)
    places = mol.GetConformer()
    xs = [places.GetAtomPosition(at).x for at in range(mol.GetNumAtoms())]
    if xs[cut] > sum(xs) / len(xs) + 1e-3:
        for at in range(len(xs)):
            place = places.GetAtomPosition(at)
            places.SetAtomPosition(at, (-place.x, place.y, 0.0))


def _wave(end: tuple[int, int], start: tuple[int, int]) -> str:
    """Return the path of a wave across the end of a bond, in two arcs."""
    along = (end[0] - start[0], end[1] - start[1])
    size = max(1.0, (along[0] ** 2 + along[1] ** 2) ** 0.5)
    x, y = along[0] / size, along[1] / size
    reach, high = WAVE
    from_x, from_y = round(end[0] + y * reach * 2), round(end[1] - x * reach * 2)
    arcs = [
        f"q{round(-y * reach + side * x * high)} {round(x * reach + side * y * high)} "
        f"{round(-2 * y * reach)} {round(2 * x * reach)}"
        for side in (1, -1)
    ]
    return f"M{from_x} {from_y}{''.join(arcs)}".replace(" -", "-")


def _draw(mol: Chem.Mol) -> tuple[Depiction, tuple[tuple[int, int], ...]]:
    with rdBase.BlockLogs():
        drawing = rdMolDraw2D.MolDraw2DSVG(-1, -1)
        marks, places = draw_marks(drawing, mol, {0: PLACE})
    return Depiction(drawing.Width(), drawing.Height(), marks, places), places
