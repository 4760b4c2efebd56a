"""Which column holds the SMILES, the id and the name.

Names are compared without regard to case, blanks and punctuation (``Compound ID`` is
``compound_id``), and the first name of each list that the file has wins. Two columns that match it
equally are the user's to decide. Where there is no id column, the name stands in for it; where
there is neither, compounds are called ``row<N>``.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.records import Failure, Record

SMILES_NAMES = (
    "smiles",
    "canonical_smiles",
    "isomeric_smiles",
    "standardized_smiles",
    "standard_smiles",
    "std_smiles",
    "smi",
    "smiles_string",
    "cxsmiles",
    "input_smiles",
    "molecule_smiles",
    "compound_smiles",
    "ligand_smiles",
    "drug_smiles",
    "pubchem_ext_datasource_smiles",
    "structure",
    "mol",
    "molecule",
)
ID_NAMES = (
    "compound_id",
    "id",
    "molecule_chembl_id",
    "chembl_id",
    "compound_chembl_id",
    "zinc_id",
    "zincid",
    "catalog_id",
    "catalogue_id",
    "catalog_number",
    "catalog_no",
    "idnumber",
    "id_number",
    "mol_id",
    "molecule_id",
    "molid",
    "compound_no",
    "cid",
    "pubchem_cid",
    "drugbank_id",
    "cas",
    "cas_number",
    "identifier",
    "code",
    "compound",
)
NAME_NAMES = (
    "name",
    "pref_name",
    "compound_name",
    "molecule_name",
    "drug_name",
    "common_name",
    "generic_name",
    "iupac_name",
    "iupac",
    "title",
)


class Columns(NamedTuple):
    """The columns of a library and their parts."""

    names: tuple[str, ...]
    """All columns in order, made unique: a second ``x`` is ``x_2``, a blank one ``column_<N>``."""
    smiles: str | None
    """None for SD files, which hold molblocks."""
    id: str | None
    name: str | None

    @property
    def extra(self) -> tuple[str, ...]:
        """The columns that only travel with their compound."""
        return tuple(c for c in self.names if c not in (self.smiles, self.id, self.name))


class NamedColumns(NamedTuple):
    """The columns that the user named; None means: find it."""

    smiles: str | None = None
    id: str | None = None
    name: str | None = None


def normalize(name: str) -> str:
    """Fold a column's name for comparison: ``" Compound-ID"`` gives ``compound_id``."""
    return re.sub(r"[^0-9a-z]+", "_", name.casefold()).strip("_")


def make_unique(names: Sequence[str]) -> tuple[str, ...]:
    """Give every column its own name, so that none hides another."""
    taken: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        plain = name.strip() or f"column_{position}"
        unique, copy = plain, 2
        while unique in taken:
            unique, copy = f"{plain}_{copy}", copy + 1
        taken[unique] = None
    return tuple(taken)


def find_columns(path: Path, header: Sequence[str], wanted: NamedColumns) -> Columns:
    """Apply the rules to a table's header; raises InputError where they give no one answer."""
    names = make_unique(header)
    smiles = _choose(path, header, names, wanted.smiles, SMILES_NAMES, "--smiles-column")
    if smiles is None:
        shown = ", ".join(repr(name) for name in names[:20])
        raise InputError(
            f"{path}: found no SMILES column among {shown}{' …' if len(names) > 20 else ''}; "
            "the first line must name the columns, one of them smiles (or such as "
            "canonical_smiles, structure); name it with --smiles-column"
        )
    found_id, name = find_id_and_name(path, header, names, wanted)
    return Columns(names, smiles, found_id, name)


def find_id_and_name(
    path: Path, header: Sequence[str], names: tuple[str, ...], wanted: NamedColumns
) -> tuple[str | None, str | None]:
    """Find the id and the name column; either may be missing."""
    name = _choose(path, header, names, wanted.name, NAME_NAMES, "--name-column")
    found = _choose(path, header, names, wanted.id, ID_NAMES, "--id-column")
    return found or name, name


def _choose(
    path: Path,
    header: Sequence[str],
    names: tuple[str, ...],
    wanted: str | None,
    known: Sequence[str],
    option: str,
) -> str | None:
    if wanted is not None:
        if wanted in names:
            return wanted
        same = [name for name in names if normalize(name) == normalize(wanted)]
        if len(same) == 1:
            return same[0]
        shown = ", ".join(repr(name) for name in names[:20])
        raise InputError(f"{path}: found no column {wanted!r}; {option} must be one of {shown}")
    folded = [normalize(name) for name in header]
    for candidate in known:
        matches = [name for name, fold in zip(names, folded, strict=True) if fold == candidate]
        if len(matches) > 1:
            shown = " and ".join(repr(name) for name in matches)
            raise InputError(f"{path}: columns {shown} match equally; choose one with {option}")
        if matches:
            return matches[0]
    return None


def build_record(row: int, cells: Sequence[str], columns: Columns) -> Record:
    """Make the record of one row of a table with as many cells as columns."""
    return record_builder(columns)(row, cells)


def record_builder(columns: Columns) -> Callable[[int, Sequence[str]], Record]:
    """Return :func:`build_record` for one table, with all that its rows share looked up once."""
    place = {name: position for position, name in enumerate(columns.names)}
    structure_at = place.get(columns.smiles or "")
    id_at, name_at = place.get(columns.id or ""), place.get(columns.name or "")
    extra_at = [(name, place[name]) for name in columns.extra]
    blank = Failure("read", "empty_structure", f"the column {columns.smiles!r} is blank")

    def build(row: int, cells: Sequence[str]) -> Record:
        structure = cells[structure_at] if structure_at is not None else ""
        compound_id = cells[id_at] if id_at is not None else ""
        return Record(
            row,
            compound_id if compound_id and not compound_id.isspace() else f"row{row}",
            cells[name_at] if name_at is not None else "",
            structure,
            "smiles",
            {name: cells[position] for name, position in extra_at},
            blank if not structure or structure.isspace() else None,
        )

    return build
