"""Finds the columns of a table: the SMILES here, id and name in ``find_ids``.

Names decide, together with the cells of the file's first records. ``Columns.notes`` reports the
choice. The user decides between two columns of the same name that are equally good.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chem.errors import InputError
from chem.library.columns.column_names import (
    SMILES_NAMES,
    are_smiles,
    fold,
    is_smiles_name,
    look_alike,
    looks_like_smiles,
    normalize,
    split_words,
)
from chem.library.columns.columns import Columns, NamedColumns, make_unique
from chem.library.columns.find_ids import find_id_and_name, list_names, named_column

PEEKED = 1000
"""Number of first records that decide."""
_PARTS = {"fragment", "scaffold", "core", "murcko", "reactant", "nearest", "neighbour", "neighbor"}
"""Words of columns that hold SMILES of something other than the compound."""


def find_columns(
    path: Path,
    header: Sequence[str],
    wanted: NamedColumns,
    rows: Sequence[Sequence[str]] = (),
) -> Columns:
    """Find a table's columns; raise InputError if header and cells give no single answer.

    rows: cells of the first records, as many in each as in the header.
    """
    names = make_unique(header)
    cells = {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}
    smiles, notes = _find_smiles(path, header, names, wanted.smiles, cells)
    others = {name: cells[name] for name in names if name != smiles}
    words = dict(zip(names, header, strict=True))
    structures = len({text for text in cells[smiles] if text.strip()})
    found, name, told, absent = find_id_and_name(path, others, wanted, words, names, structures)
    return Columns(names, smiles, found, name, (*notes, *told), (), absent)


def _find_smiles(
    path: Path,
    header: Sequence[str],
    names: tuple[str, ...],
    wanted: str | None,
    cells: Mapping[str, tuple[str, ...]],
) -> tuple[str, list[str]]:
    named = named_column(path, names, wanted, "--smiles-column")
    if named is not None:
        return named, []
    words = {name: fold(text) for name, text in zip(names, header, strict=True)}
    known = [name for name in names if words[name] in SMILES_NAMES]
    known.sort(key=lambda name: SMILES_NAMES.index(words[name]))
    left: Sequence[str] = names
    # A drawing, an index or a picture may be in a column called "Structure" or "mol".
    if known and not any(looks_like_smiles(text) for name in known for text in cells[name]):
        left = [name for name in names if name not in known and look_alike(cells[name])]
        known = [] if _of_smiles(left, words) else known
    if not known:
        known = _of_smiles(left, words)
        if len(known) > 1:
            raise InputError(
                f"{path}: columns {' and '.join(map(repr, known[:5]))} may hold the SMILES; choose "
                "one with --smiles-column"
            )
    if not known:
        raise InputError(f"{path}: {_no_smiles(names, cells)}")
    readable = [name for name in known if any(map(looks_like_smiles, cells[name]))] or known
    best = readable[0]
    plain = {name: normalize(text) for name, text in zip(names, header, strict=True)}
    twins = [name for name in readable if plain[name] == plain[best]]
    if len({cells[name] for name in twins}) > 1 or (len(twins) > 1 and not cells[best]):
        shown = " and ".join(repr(name) for name in twins[:5])
        raise InputError(f"{path}: columns {shown} match equally; choose one with --smiles-column")
    # If one column is flat and another shows stereochemistry, the flat one is another compound.
    if not _shows_stereo(cells[best]):
        best = next((name for name in readable if _shows_stereo(cells[name])), best)
    told = [f'SMILES from column "{best}"'] if len(known) > 1 else []
    return best, told


def _of_smiles(names: Sequence[str], words: Mapping[str, str]) -> list[str]:
    """Return the columns whose names say that they hold the compounds' SMILES."""
    return [
        name
        for name in names
        if is_smiles_name(words[name]) and not _PARTS.intersection(split_words(name))
    ]


def _shows_stereo(cells: Sequence[str]) -> bool:
    return any(any(mark in text for mark in "@/\\") and looks_like_smiles(text) for text in cells)


def _no_smiles(names: Sequence[str], cells: Mapping[str, tuple[str, ...]]) -> str:
    """Say that there is no SMILES column, and how to help that."""
    first = [name for name in names if looks_like_smiles(name) and len(name) > 8]
    if first:
        return (
            f"found a compound ({first[0][:40]!r}) in the first line, expected column names; "
            "write a first line that names them, such as name,smiles"
        )
    like = [name for name in names if are_smiles(cells[name])]
    if len(like) == 1:
        remedy = f'column "{like[0]}" looks like it: name it with --smiles-column "{like[0]}"'
    else:
        remedy = (
            "the first line must name the columns, one of them smiles (or such as "
            "canonical_smiles, structure); name it with --smiles-column"
        )
    return f"found no SMILES column among {list_names(names)}; {remedy}"
