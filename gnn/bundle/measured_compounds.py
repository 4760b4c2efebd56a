"""Stores the compounds from which a bundle learned, with their measurements, in a file.

A hit is shown beside the most similar measured compounds, on machines that do not have the training
data. The file ``measured.parquet`` beside a bundle's weights is a plain Parquet table that anyone
can open: one row per compound, with lists of its tasks, of relations and of values. Brotli packs it
well: 75,000 compounds with 195,000 values take 1.5 MB.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chem.disk.bounded_read import parse_json, read_regular
from chem.disk.files import write_or_say
from chem.disk.ssh_signatures import check_read
from chem.errors import InputError
from chem.library.parquet_memory import check_unpacked
from data.activities.activity import EXACT, LOWER, UPPER, ActivityTable
from gnn.card.card import Card
from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Ints

Relation = Literal["=", "<", ">"]
RELATIONS: dict[int, Relation] = {EXACT: "=", UPPER: "<", LOWER: ">"}
"""Written form of each bound: ``<`` if the true value is at most the stored one."""
OWN = " (own result)"
"""The end of the ID of a compound that a campaign measured itself."""


def is_own(name: str) -> bool:
    """Tell whether the ID of a measured compound is that of a campaign's own result."""
    return name.endswith(OWN.strip())


def as_written(value: np.float32) -> float:
    """Return a value with the digits that it was written with.

    >>> as_written(np.float32(7.92)), float(np.float32(7.92))
    (7.92, 7.920000076293945)
    """
    return float(str(value))


class TaskValues(NamedTuple):
    """The measurements of one task."""

    rows: Ints
    """[K] compounds, ascending."""
    values: Floats32
    """[K] in the task's unit, also if logarithms are learned; a class is 0 or 1."""
    bounds: npt.NDArray[np.int8]
    """[K] 0: the true value equals it; -1: it is at most that; +1: at least."""


@dataclass(frozen=True, eq=False)
class MeasuredCompounds:
    """N measured compounds with V values of T tasks."""

    ids: npt.NDArray[np.object_]
    """[N] ids from the source of the values. A structure may occur under several ids."""
    smiles: npt.NDArray[np.object_]
    """[N] standardized SMILES."""
    tasks: tuple[str, ...]
    """[T] in the order of the bundle's card."""
    rows: Ints
    """[V] the compound of each value, ascending."""
    columns: Ints
    """[V] the task of each value."""
    values: Floats32
    """[V] in the tasks' units."""
    bounds: npt.NDArray[np.int8]
    """[V] as in :class:`TaskValues`."""

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of_table(cls, table: ActivityTable) -> "MeasuredCompounds":
        """Take a table of standardized compounds.

        :mod:`data.activities.measurements` makes such tables.
        """
        rows, columns = np.nonzero(table.is_measured)
        return cls(
            table.ids,
            table.smiles,
            tuple(task.name for task in table.tasks),
            rows,
            columns,
            table.values[rows, columns],
            table.bounds[rows, columns],
        )

    def of(self, task: str) -> TaskValues:
        """Return the measurements of a task; raise ValueError if it is none of the bundle's."""
        at = self._order[self.tasks.index(task)]
        return TaskValues(self.rows[at], self.values[at], self.bounds[at])

    @cached_property
    def _order(self) -> list[npt.NDArray[np.intp]]:
        """Places of the values of each task."""
        order = np.argsort(self.columns, kind="stable")
        ends = np.cumsum(np.bincount(self.columns, minlength=len(self.tasks)))
        return np.split(order, ends[:-1])

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole content."""
        found = sha256(json.dumps([*self.tasks, *self.ids, *self.smiles]).encode())
        for numbers in (self.rows, self.columns, self.values, self.bounds):
            found.update(numbers.tobytes())
        return found.hexdigest()


FILE = "measured.parquet"
_KEY = b"hitlist"
_FORMAT = 1
_CHANGES = (
    "structures standardized, repeated values merged, values at an assay's limit marked as bounds"
)
"""Changes made to the sources' data, which their licences require to be stated."""
_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "smiles": pa.string(),
        "task": pa.list_(pa.string()),
        "relation": pa.list_(pa.string()),
        "value": pa.list_(pa.float32()),
    }
)
_LISTS = ("task", "relation", "value")
_MOST = 1 << 29
"""Most bytes of the file, packed and unpacked."""
_WHOLE = 1 << 30  # bytes per page, rows per group: a column is packed in one piece
_LEVEL_SMALL, _LEVEL_QUICK = 11, 6
"""Brotli's levels: 75,000 compounds take 1.54 MB and 11 s, or 1.73 MB and 0.3 s."""


def training_hash(card: Card) -> str:
    """Return a hash of a bundle's training data and of the result of its training."""
    data = [one.get("sha256", "") for one in card.data]
    known = [card.weights, [task.name for task in card.tasks], data]
    return sha256(json.dumps(known).encode()).hexdigest()


def save_measured_compounds(
    folder: Path,
    card: Card,
    measured: MeasuredCompounds,
    sources: Sequence[Mapping[str, Any]],
    level: int = _LEVEL_SMALL,
) -> Path:
    """Write the measured compounds of a bundle into its folder and return the file.

    ``sources`` are the entries of ``card.data`` from which they came: their licences and citations
    accompany the values. ``level`` is Brotli's. Raises ValueError for tasks other than the card's,
    or in another order.
    """
    names = [task.name for task in card.tasks]
    if list(measured.tasks) != names:
        raise ValueError(f"found the tasks {measured.tasks}, expected the card's {names}")
    relations = np.array([RELATIONS[bound] for bound in (EXACT, LOWER, UPPER)], dtype=object)
    lists = {
        "task": np.array(names, dtype=object)[measured.columns],
        "relation": relations[measured.bounds],  # -1 is the last one
        "value": measured.values,
    }
    starts = pa.array(np.searchsorted(measured.rows, np.arange(len(measured) + 1)), pa.int32())
    arrays = [pa.array(measured.ids, pa.string()), pa.array(measured.smiles, pa.string())]
    for name in _LISTS:
        flat = pa.array(lists[name], _SCHEMA.field(name).type.value_type)
        arrays.append(pa.ListArray.from_arrays(starts, flat))
    note = {
        "format": _FORMAT,
        "of": training_hash(card),
        "content": measured.sha256,
        "sources": list(sources),
        "changes": _CHANGES,
    }
    schema = _SCHEMA.with_metadata({_KEY: json.dumps(note, ensure_ascii=False).encode()})
    content = BytesIO()
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=schema),
        content,
        compression="brotli",
        compression_level=level,
        use_dictionary=["task.list.element", "relation.list.element"],
        data_page_size=_WHOLE,
        row_group_size=_WHOLE,
        write_statistics=False,
        write_page_checksum=True,
    )
    is_new = not (folder / FILE).exists()
    try:
        write_or_say(folder / FILE, content.getvalue())
    except InputError:
        if is_new:  # it is written last: the same training continues without it
            with suppress(OSError):
                (folder / FILE).unlink(missing_ok=True)
        raise
    return folder / FILE


def copy_measured_compounds(
    measured: MeasuredCompounds, source: Path, folder: Path, card: Card
) -> None:
    """Write the measured compounds of the bundle in ``source`` for another bundle in ``folder``.

    It is done for each of a campaign's plates, and the file stays here: it is packed quickly.
    """
    note = parse_json((pq.read_schema(source / FILE).metadata or {})[_KEY])
    save_measured_compounds(folder, card, measured, note["sources"], _LEVEL_QUICK)


def load_measured_compounds(folder: Path, card: Card) -> MeasuredCompounds | None:
    """Read the measured compounds of a bundle; None if it has none.

    Raises ModelError for those of another bundle, and for a damaged file; InputError if a signature
    is required and the bytes differ from the signed ones.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = read_regular(path, _MOST)
        check_unpacked(BytesIO(content), _MOST)
        table = pq.read_table(BytesIO(content), page_checksum_verification=True, use_threads=False)
        note = parse_json((table.schema.metadata or {})[_KEY])
        if note["format"] != _FORMAT:
            raise ValueError(f"format {note['format']}, expected {_FORMAT}")
        found = _read(table.cast(_SCHEMA), card) if note["of"] == training_hash(card) else None
        if found is not None and found.sha256 != note["content"]:
            raise ValueError("its content is not what was written")
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise ModelError(f"{path} is damaged ({why}); {_remedy(folder)}") from None
    check_read(folder, {FILE: sha256(content).hexdigest()})
    if found is None:
        raise ModelError(
            f"{path} belongs to a bundle other than the one beside it; {_remedy(folder)}"
        )
    return found


def _read(table: Any, card: Card) -> MeasuredCompounds:
    """Turn the file's table into arrays; raise ValueError if it is inconsistent."""
    table.validate(full=True)
    names = [task.name for task in card.tasks]
    lists = {name: table[name].combine_chunks() for name in _LISTS}
    lengths = [pc.list_value_length(array) for array in lists.values()]
    if any(table[name].null_count for name in table.column_names):
        raise ValueError("a cell is missing")
    if not all(length.equals(lengths[0]) for length in lengths):
        raise ValueError("lists of one compound differ in length")
    columns, bounds = (
        pc.index_in(lists[name].flatten(), pa.array(known, pa.string()))
        for name, known in (("task", names), ("relation", RELATIONS.values()))
    )
    values = lists["value"].flatten().to_numpy(zero_copy_only=False)
    if columns.null_count or bounds.null_count or not np.isfinite(values).all():
        raise ValueError("a task, relation or value is unknown")
    return MeasuredCompounds(
        ids=table["id"].to_numpy(zero_copy_only=False),
        smiles=table["smiles"].to_numpy(zero_copy_only=False),
        tasks=tuple(names),
        rows=np.repeat(np.arange(table.num_rows), lengths[0].to_numpy()),
        columns=columns.to_numpy().astype(np.int64),
        values=values,
        bounds=np.array(list(RELATIONS), np.int8)[bounds.to_numpy()],
    )


def _remedy(folder: Path) -> str:
    return f"remove it, or make a new one with `hitlist bundles measured {folder}`"
