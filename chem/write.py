"""SD files of compounds with 2D coordinates and fields.

A field cannot hold every text: a blank line ends its value, ``$$$$`` ends the record and a leading
``>`` begins the next field. So a line break in a value becomes a blank, ``$$$$`` becomes ``$$$ $``
and a leading ``>`` gets a blank before it; everything else is written as it is. ``<``, ``>`` and
line breaks in a field's name become ``_``. The same rows give the same bytes: RDKit's program line,
which can hold a time, is replaced.
"""

from collections.abc import Iterable
from pathlib import Path

from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor

from chem.errors import InputError
from chem.molecules import read_molecule

_PROGRAM = "  hitlist           2D"


def write_sdf(path: str | Path, rows: Iterable[tuple[str, str, dict[str, str]]]) -> int:
    """Write one record for each ``(smiles, title, fields)`` and return their number.

    V2000, or V3000 for more than 999 atoms or bonds. Stereochemistry is drawn as wedges.
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
    mol = read_molecule(smiles)
    with rdBase.BlockLogs():
        rdDepictor.Compute2DCoords(mol, canonOrient=True)
        lines = Chem.MolToMolBlock(mol).split("\n")
    lines[0] = _write_safely(title)
    lines[1] = _PROGRAM
    return "\n".join(lines)


def _write_safely(text: str) -> str:
    line = " ".join(text.splitlines()).replace("$$$$", "$$$ $")
    return f" {line}" if line.startswith(">") else line


def _name_safely(name: str) -> str:
    return "".join("_" if character in "<>\r\n" else character for character in name)
