"""Convert lists, Series, DataFrames and files to molecules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from chem.disk.allowed_roots import allow_own_file
from chem.disk.files import make_folder, write_atomic
from chem.errors import InputError
from chem.library.columns.column_names import is_smiles_name
from chem.library.columns.columns import Columns, NamedColumns, make_unique, record_builder
from chem.library.columns.find_columns import PEEKED, find_columns
from chem.library.columns.find_ids import rank_of_id
from chem.library.read import FORMATS, Library
from chem.records.records import Failure, Record
from chem.structure.stereo.canonical import StereoError, write_canonical
from gnn.errors import ModelError

MoleculeInput = str | PathLike[str] | Iterable[Any] | pd.Series | pd.DataFrame
"""SMILES in a list or a Series (None and NaN are missing), a DataFrame with a SMILES column, or the
path of a library file or the name of a dataset."""

_MOLBLOCK, _MOLBLOCK_END = "molblock", "\nM  END"
_LIST = Columns(("smiles",), "smiles", None, None)
_EXPECTED = "a list of SMILES, a Series, a DataFrame or a path"
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")


class Cells(NamedTuple):
    """A table of molecules as text, with the roles of its columns."""

    labels: "pd.Index[Any]"
    """The index of the table."""
    columns: Columns
    cells: dict[str, list[str]]
    """Cells by column; missing values are empty."""

    def records(self) -> list[Record]:
        """Return one record per row. An unreadable record has a problem."""
        build = record_builder(self.columns)
        rows = zip(*(self.cells[name] for name in self.columns.names), strict=True)
        records = [build(row, texts) for row, texts in enumerate(rows, start=1)]
        return [
            record._replace(format="molblock", problem=None)
            if _MOLBLOCK_END in record.structure
            else record
            for record in records
        ]


@contextmanager
def python_words(hidden: str = "") -> Iterator[None]:
    """Rewrite options in messages as parameters: ``smiles_column=``, not ``--smiles-column``.

    ``hidden`` is a temporary folder to remove from the paths in messages.
    """
    try:
        yield
    except (InputError, ModelError) as error:
        told = str(error).replace(hidden, "")
        told = _OPTION.sub(lambda found: f"{found[1].replace('-', '_')}=", told)
        error.args = (told,)
        raise


def read_molecules(
    molecules: MoleculeInput, smiles_column: str | None = None, id_column: str | None = None
) -> "tuple[pd.Index[Any], list[Record]]":
    """Return the index of molecules, and one record per molecule, readable or not.

    Raises:
        InputError: no such file, or no column of SMILES.
    """
    named = NamedColumns(smiles_column, id_column)
    if isinstance(molecules, str | PathLike):
        with _smiles_words(molecules):
            records = list(open_file(molecules, named))
        return pd.RangeIndex(len(records)), records
    table = read_cells(molecules, named)
    return table.labels, table.records()


@contextmanager
def _smiles_words(text: str | PathLike[str]) -> Iterator[None]:
    """Advise a list if a text names no file and may be a SMILES."""
    try:
        yield
    except InputError as error:
        is_missing = "no library" in str(error) or "no such file" in str(error)
        if is_missing and Path(text).suffix.lower() not in (*FORMATS, ".gz"):
            error.args = (f"{error}; for a SMILES, give a list",)
        raise


def read_cells(
    molecules: "Iterable[Any] | pd.Series[Any] | pd.DataFrame", named: NamedColumns
) -> Cells:
    """Read molecules from a Python object as text.

    IDs come from the ID column, or an index of texts, or are ``row1``, ``row2``, ….

    Raises:
        InputError: no column of SMILES.
    """
    if isinstance(molecules, pd.DataFrame):
        header = [str(name) for name in molecules.columns]
        if named.smiles is None and _MOLBLOCK in header and not any(map(is_smiles_name, header)):
            named = named._replace(smiles=_MOLBLOCK)
        texts = [list(map(_text, molecules.iloc[:, at])) for at in range(len(header))]
        rows = list(islice(zip(*texts, strict=True), PEEKED))
        columns = find_columns(Path("DataFrame"), header, named, rows)
        labels, cells = molecules.index, dict(zip(columns.names, texts, strict=True))
    else:
        if named != NamedColumns():
            raise InputError("a list has no columns to name: give a DataFrame or a file")
        if isinstance(molecules, Mapping):
            raise InputError(f"found a {type(molecules).__name__}, expected {_EXPECTED}")
        values = list(molecules)
        labels = molecules.index if isinstance(molecules, pd.Series) else pd.RangeIndex(len(values))
        columns, cells = _LIST, {"smiles": list(map(_text, values))}
    if columns.id is None and _are_texts(labels):
        names = make_unique([*columns.names, "compound_id"])
        columns = columns._replace(names=names, id=names[-1])
        cells[names[-1]] = list(labels)
    return Cells(labels, columns, cells)


def _are_texts(labels: "pd.Index[Any]") -> bool:
    return len(labels) > 0 and all(isinstance(label, str) for label in labels)


def write_cells(table: Cells, folder: Path) -> Path:
    """Write a table as a library file whose name is the hash of its content.

    The file is kept, because ``verify`` and a later ranking read the library again.

    Raises:
        InputError: the table has molblocks, which only an SD file can hold.
    """
    if any(_MOLBLOCK_END in text for text in table.cells[table.columns.smiles or ""]):
        raise InputError("the table has molblocks, not SMILES; screen the SD file by its path")
    sink = pa.BufferOutputStream()
    columns = {name: pa.array(table.cells[name], pa.string()) for name in table.columns.names}
    pq.write_table(pa.table(columns), sink)
    content = sink.getvalue().to_pybytes()
    path = folder / f"table-{sha256(content).hexdigest()[:12]}.parquet"
    make_folder(folder)
    write_atomic(path, content)  # also where it is: another file may have its name
    allow_own_file(path)  # a table is no path that a user names
    return path


def read_library(
    library: str | PathLike[str],
    *,
    smiles_column: str | None = None,
    id_column: str | None = None,
    name_column: str | None = None,
) -> pd.DataFrame:
    """Read a library file (.smi .csv .tsv .sdf .parquet, also .gz) or a dataset of the catalogue.

    Returns:
        One row per record: ``compound_id``, ``name``, unchanged ``smiles`` (for an SD file
        ``molblock``), ``problem`` (why an entry cannot be read), and the other columns of the file
        as text.

    Raises:
        InputError: no such file, or its columns cannot be identified.

    >>> hitlist.read_library("my_library.csv").columns.tolist()
    ['compound_id', 'name', 'smiles', 'problem', 'supplier']
    """
    with python_words():
        found = open_file(library, NamedColumns(smiles_column, id_column, name_column))
        records = list(found)
    own = {
        "compound_id": [record.compound_id for record in records],
        "name": [record.name for record in records],
        "smiles" if found.smiles_column else _MOLBLOCK: [record.structure for record in records],
    }
    own["problem"] = [problem_text(record.problem) for record in records]
    # Later records of an SD file may have more fields.
    extra = list(
        dict.fromkeys([*found.extra_columns, *(name for one in records for name in one.extra)])
    )
    names = make_unique([*own, *extra])[len(own) :]
    for name, field in zip(names, extra, strict=True):
        own[name] = [record.extra.get(field, "") for record in records]
    return pd.DataFrame(own, dtype="str")


def problem_text(problem: Failure | None) -> str:
    """Return the problem of a molecule as ``stage/code: detail``, or ""."""
    return "" if problem is None else f"{problem.stage}/{problem.code}: {problem.detail}"


def open_file(name: str | PathLike[str], named: NamedColumns) -> Library:
    """Open a library file, or a dataset of the catalogue by its name."""
    from screening.runs.plan import find_library  # loads torch, which lists do not need

    return find_library(path_of(name), named)


def check_count(name: str, value: int | None, most: int) -> None:
    """Raise InputError for a number outside 1 to ``most``; None is the default."""
    if value is not None and not 1 <= value <= most:
        raise InputError(f"{name}={value!r}, expected a whole number from 1 to {most:,}")


def write_assay(assay: pd.DataFrame, path: Path) -> None:
    """Write a table of measurements as CSV. An index of texts becomes the IDs."""
    header = [str(name) for name in assay.columns]
    if _are_texts(assay.index) and all(rank_of_id(name) is None for name in header):
        assay = assay.rename_axis("compound_id").reset_index()
    assay.to_csv(path, index=False)
    allow_own_file(path)


def path_of(name: str | PathLike[str]) -> str:
    """Return the path or name of a library. Raises InputError for a text of several lines."""
    text = str(name)
    if "\n" in text:
        raise InputError("found a text of several lines, expected a file's path or a list")
    return text


def _text(value: Any) -> str:
    """Return a cell as text. Missing values are empty, and whole numbers have no decimals."""
    if isinstance(value, str):
        return value
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if hasattr(value, "GetNumAtoms"):  # an RDKit molecule
        with suppress(StereoError):
            return write_canonical(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
