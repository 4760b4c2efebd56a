"""Opens a screen's lists of compounds to exclude or include, before any work.

An entry with the ending of a library file (``owned.csv``, ``tested.sdf.gz``), or with the name of a
dataset of the catalogue, is a list of structures. It is prepared like a library, so every format
can be read and no molecule can stop the run. A table without a column of structures is a list of
ids. Any other entry is an id of the library itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import read_regular
from chem.errors import InputError
from chem.library.columns.column_names import is_smiles_name
from chem.library.columns.columns import is_no_id
from chem.library.columns.find_ids import rank_of_id
from chem.library.read import FORMATS, Library, open_library, read_names
from data.catalogue.catalogue import datasets
from screening.dask_cluster.lazy_client import AnyClient
from screening.objective.screen_settings import Screen, suggest
from screening.prepare.prepare import Progress, prepare_library
from screening.prepare.prepared_location import prepared_folder, prepared_key, prepared_store
from screening.storage.store import Store

Role = Literal["exclude", "include"]
INLINE = "ids of the screen"
"""The name of the list of the ids that are written in the screen itself."""
_MOST_HEADER = 100_000
"""Bytes."""
FindLibrary = Callable[[str], Library]
"""A function that opens a library by its path or its name in the catalogue."""


@dataclass(frozen=True)
class CompoundList:
    """A list of compounds, by structure or by id."""

    role: Role
    name: str
    """The name in messages, which is the file's name."""
    ids: tuple[str, ...] = ()
    library: Library | None = None
    """The file of the structures; None for a list of ids."""
    folder: Path | None = None
    """The folder in which they are prepared, as a library is."""
    store: Store | None = None
    notes: tuple[str, ...] = ()
    """Notes on how its columns were chosen."""

    def told(self) -> dict[str, Any]:
        """Return the facts of the list for the manifest: its role, name, hash and notes."""
        digest = {} if self.library is None else {"sha256": self.library.sha256}
        reading = {"reading": list(self.notes)} if self.notes else {}
        return {"role": self.role, "name": self.name, **digest, **reading}


def plan_lists(
    screen: Screen, columns: Sequence[str], root: Store | None, find: FindLibrary
) -> tuple[CompoundList, ...]:
    """Open the lists of a screen's selection, and check its price column.

    Args:
        screen: The screen.
        columns: The library's own columns, which are kept with its compounds.
        root: The store of partitions; None for the cache.
        find: Opens the library of an entry.

    Raises:
        InputError: A list cannot be read, or the library lacks the price column.
    """
    selection = screen.selection
    if selection is None:
        return ()
    column = selection.price_column
    if column is not None and column not in columns:
        raise InputError(
            f"screen {screen.name}, [selection] price_column: the library has no column "
            f'"{column}";{suggest(column, columns)} its own columns: {", ".join(columns) or "none"}'
        )
    lists = []
    given: dict[Role, tuple[str, ...]] = {
        "exclude": selection.exclude,
        "include": selection.include,
    }
    for role, entries in given.items():
        inline = tuple(dict.fromkeys(entry for entry in entries if not _is_library(entry)))
        lists += [_open(role, entry, root, find) for entry in entries if _is_library(entry)]
        lists += [CompoundList(role, INLINE, inline)] if inline else []
    return tuple(lists)


def prepare_lists(
    lists: Sequence[CompoundList], client: AnyClient, progress: Progress | None = None
) -> None:
    """Prepare the structures of lists, except those that were prepared before."""
    for one in lists:
        if one.library is not None:
            assert one.folder is not None
            prepare_library(one.library, one.folder, client, progress=progress, store=one.store)


def _is_library(entry: str) -> bool:
    """Tell whether an entry is a list or an id, by its text alone and not by existing files."""
    suffixes = [suffix.lower() for suffix in Path(entry).suffixes if suffix.lower() != ".gz"]
    return (bool(suffixes) and suffixes[-1] in FORMATS) or entry in datasets()


def _open(role: Role, entry: str, root: Store | None, find: FindLibrary) -> CompoundList:
    name = Path(entry).name
    try:
        library = find(entry)
    except InputError as error:
        if role == "include" and _is_only_a_header(named_path(entry)):
            return CompoundList(role, name, notes=("it lists no compound",))
        found = _read_ids(named_path(entry))
        if found is None:
            raise InputError(f"[selection] {role}: {error}") from error
        column, ids = found
        return CompoundList(role, name, ids, notes=(f'ids from column "{column}"',))
    folder = prepared_folder(library).absolute()
    store = prepared_store(root, prepared_key(library), folder)
    return CompoundList(role, name, (), library, folder, store, tuple(library.notes))


def _is_only_a_header(path: Path) -> bool:
    """Tell whether a table of structures has a first line and nothing else.

    A list of compounds to repeat may be empty. An empty list of compounds to exclude is refused:
    it may have lost its content.
    """
    try:
        lines = read_regular(path, _MOST_HEADER).decode("utf-8-sig").splitlines()
        return len(lines) == 1 and any(map(is_smiles_name, read_names(path)))
    except (OSError, ValueError, InputError):
        return False


def _read_ids(path: Path) -> tuple[str, tuple[str, ...]] | None:
    """Read the id column and the ids of a table without structures; None for any other file."""
    try:
        names = read_names(path)
        known = sorted((rank, name) for name in names if (rank := rank_of_id(name)) is not None)
        if not known or any(is_smiles_name(name) for name in names):
            return None
        # The ids are read in place of SMILES, which is the one column that a library must have.
        table = open_library(path, smiles_column=known[0][1])
    except InputError:
        return None
    found = (record.structure for record in table if record.problem is None)
    return known[0][1], tuple(dict.fromkeys(text for text in found if not is_no_id(text)))
