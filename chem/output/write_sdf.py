"""Writes SD files of compounds with 2D coordinates and fields.

A field cannot hold every text: a blank line ends its value, ``$$$$`` ends the record and a leading
``>`` begins the next field. So a line break in a value becomes a blank, ``$$$$`` becomes ``$$$ $``
and a leading ``>`` gets a blank before it; a control character other than the tab becomes its
picture (``␀`` for NUL); everything else is written as it is. ``<``, ``>`` and line breaks in a
field's name become ``_``. The same rows give the same bytes: RDKit's program line, which can hold a
time, is replaced.

Stereochemistry survives reading back: molecules with stereo groups, such as racemates, are V3000
with STERAC and STEREL collections. In all others the chiral flag is 1 if centres are drawn, because
they are absolute. A double bond whose configuration is not defined is crossed.
"""

from collections.abc import Iterable
from pathlib import Path

from rdkit import Chem, rdBase
from rdkit.Chem import rdCoordGen, rdDepictor, rdDistGeom

from chem.errors import InputError
from chem.structure.stereo.canonical import (
    Group,
    StereoError,
    axes_of,
    groups_of,
    with_groups,
    write_canonical,
)
from chem.structure.valid_smiles import read_molecule

_PROGRAM = "  hitlist           2D"
_SEED = 7
_CONTROLS = {c: chr(0x2400 + c) for c in range(32) if chr(c) != "\t"}


def write_sdf(path: str | Path, rows: Iterable[tuple[str, str, dict[str, str]]]) -> int:
    """Write one record for each ``(smiles, title, fields)`` and return their number.

    Records are V2000, or V3000 for more than 999 atoms or bonds and for stereo groups.
    Stereochemistry is drawn as wedges.
    Raises InputError for a SMILES that RDKit cannot read and for a path that cannot be written.
    """
    count = 0
    try:
        with Path(path).open("w", encoding="utf-8", newline="\n") as file:
            for smiles, title, fields in rows:
                file.write(format_entry(smiles, title, fields))
                count += 1
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be written ({reason}); give another path") from error
    return count


def format_entry(smiles: str, title: str, fields: dict[str, str]) -> str:
    """Return one record of an SD file, its ``$$$$`` line included."""
    entry = [_draw(smiles, title)]
    for name, value in fields.items():
        entry.append(f">  <{_name_safely(name)}>\n{_write_safely(value)}\n\n")
    return "".join(entry) + "$$$$\n"


def _draw(smiles: str, title: str) -> str:
    mol = _say_what_is_absolute(read_molecule(smiles))
    with rdBase.BlockLogs():
        lines = _write_faithfully(mol).split("\n")
    lines[0] = _write_safely(title)
    lines[1] = _PROGRAM
    return "\n".join(lines)


def _say_what_is_absolute(mol: Chem.Mol) -> Chem.Mol:
    """Set the chiral flag, or put centres outside all AND and OR groups into an absolute group."""
    centres = {atom.GetIdx() for atom in mol.GetAtoms() if atom.GetChiralTag()}
    groups = groups_of(mol)
    if not groups:
        mol.SetIntProp("_MolFileChiralFlag", int(bool(centres or axes_of(mol))))
        return mol
    rest = centres.difference(*(group.centres for group in groups))
    absolute = Group(Chem.StereoGroupType.STEREO_ABSOLUTE, frozenset(rest))
    return with_groups(mol, [*groups, absolute] if rest else groups)


def _write_faithfully(mol: Chem.Mol) -> str:
    """Return a molblock that reads back as the same molecule.

    In a crowded flat drawing a wedge can lose its meaning (artemether). Then another layout is
    tried, and at last a three-dimensional one, which needs no wedges.
    """
    expected = _canonical(mol)
    forced = bool(mol.GetStereoGroups())
    first = None
    for lay_out in (_lay_out, _lay_out_by_templates, _build):
        drawn = Chem.Mol(mol)
        if not lay_out(drawn):
            continue
        block = str(Chem.MolToMolBlock(drawn, forceV3000=forced))
        if expected is None or _canonical(Chem.MolFromMolBlock(block)) == expected:
            return block
        first = first or block
    return first or str(Chem.MolToMolBlock(mol, forceV3000=forced))


def _canonical(mol: Chem.Mol | None) -> str | None:
    try:
        return None if mol is None else write_canonical(mol)
    except StereoError:
        return None


def _lay_out(mol: Chem.Mol) -> bool:
    rdDepictor.Compute2DCoords(mol, canonOrient=True)
    return True


def _lay_out_by_templates(mol: Chem.Mol) -> bool:
    rdCoordGen.AddCoords(mol)
    return True


def _build(mol: Chem.Mol) -> bool:
    full = Chem.AddHs(mol)
    if rdDistGeom.EmbedMolecule(full, randomSeed=_SEED) != 0:
        return False
    place = full.GetConformer()
    flat = Chem.Conformer(mol.GetNumAtoms())
    for at in range(mol.GetNumAtoms()):
        flat.SetAtomPosition(at, place.GetAtomPosition(at))
    mol.RemoveAllConformers()
    mol.AddConformer(flat)
    return True


def _write_safely(text: str) -> str:
    line = " ".join(text.splitlines()).replace("$$$$", "$$$ $").translate(_CONTROLS)
    return f" {line}" if line.startswith(">") else line


def _name_safely(name: str) -> str:
    plain = "".join("_" if character in "<>\r\n" else character for character in name)
    return plain.translate(_CONTROLS)
