"""Prepare a library once: every record standardized, featurized, described, in partitions.

A prepared folder holds ``part-*.parquet``, ``duplicates.parquet``, its ledger, and, once it is
whole, ``prepared.json``. Preparing it again does nothing. Chemistry runs in processes of its own
(``screening.quarantine``), so that no molecule can stop it.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client

from chem.errors import InputError
from chem.graphs import featurizer_spec
from chem.read import Library
from chem.standardize import STANDARDIZER
from screening.cluster import run_window
from screening.duplicates import COLUMNS, find_duplicates
from screening.errors import StoreError
from screening.files import write_atomic
from screening.ledger import Ledger, hash_purpose
from screening.limits import Limits, read_limits
from screening.partitions import write_table
from screening.quarantine import pack_slices, prepare_apart
from screening.records import REJECTED

PARTITION_ROWS = 5000
SUMMARY = "prepared.json"
DUPLICATES = "duplicates.parquet"

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how many are done, and of how many (None: not known)."""


@dataclass(frozen=True)
class Prepared:
    """A prepared library."""

    folder: Path
    key: str
    """Name of all that the content depends on: the library's bytes, the cut, the versions."""
    library: str
    """Name of the library's file."""
    sha256: str
    """Of the library's file."""
    featurizer: str
    extra_columns: tuple[str, ...]
    rows: int
    rejected: int
    duplicates: int
    reject_codes: dict[str, int]
    unseen_atoms: int
    """Atoms whose state has no token; their molecules are scored with a stand-in."""
    partitions: tuple[str, ...]
    """Names of the partition files, in row order."""

    @property
    def accepted(self) -> int:
        """Records that are scored."""
        return self.rows - self.rejected - self.duplicates


def prepare_purpose(
    library: Library, partition_rows: int, limits: Limits | None = None
) -> dict[str, Any]:
    """Return all that a prepared folder's content depends on."""
    return {
        "library": library.path.name,
        "sha256": library.sha256,
        "columns": [library.smiles_column, library.id_column, library.name_column],
        "partition_rows": partition_rows,
        "limits": (limits or read_limits())._asdict(),
        "featurizer": featurizer_spec()["hash"],
        "standardizer": STANDARDIZER,
        "rdkit": version("rdkit"),
        "hitlist": version("hitlist"),
    }


def prepare_library(
    library: Library,
    folder: Path,
    client: Client,
    partition_rows: int = PARTITION_ROWS,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Prepared:
    """Prepare a library into a folder, going on from what is there.

    limits: what one molecule may take, by default what ``read_limits`` says. One that takes more,
    or that crashes RDKit, is a reject of the stage ``isolate``.

    Raises InputError when the folder belongs to another library or is in use, or when the library
    was altered since its hash was taken; StoreError when the disk is full or cannot be written.
    What was done by then is kept.
    """
    library.check_unchanged()  # or another file's molecules would be kept under this one's hash
    limits = limits or read_limits()
    purpose = prepare_purpose(library, partition_rows, limits)
    with Ledger(folder, purpose) as ledger:
        if (folder / SUMMARY).is_file() and DUPLICATES in ledger.entries:
            summary = read_prepared(folder)
            if all(name in ledger.entries for name in summary.partitions):
                return summary
        (folder / SUMMARY).unlink(missing_ok=True)
        names, rows = _write_partitions(
            library, folder, client, partition_rows, ledger, limits, progress
        )
        try:
            library.check_unchanged()
        except InputError:
            for name in names:  # of two files perhaps; the ledger forgets what is not there
                (folder / name).unlink(missing_ok=True)
            raise
        duplicates = find_duplicates(names, partial(_read_columns, folder))
        with _explained(folder, "written"):
            write_table(folder / DUPLICATES, duplicates)
            ledger.record(DUPLICATES, {"rows": duplicates.num_rows})
        facts = [ledger.entries[name].facts for name in names]
        codes = sum((Counter(fact["reject_codes"]) for fact in facts), Counter[str]())
        prepared = Prepared(
            folder=folder,
            key=hash_purpose(purpose),
            library=library.path.name,
            sha256=library.sha256,
            featurizer=purpose["featurizer"],
            extra_columns=tuple(library.extra_columns),
            rows=rows,
            rejected=sum(fact["rejected"] for fact in facts),
            duplicates=duplicates.num_rows,
            reject_codes=dict(sorted(codes.items())),
            unseen_atoms=sum(fact["unseen_atoms"] for fact in facts),
            partitions=tuple(names),
        )
        summary_text = json.dumps({**asdict(prepared), "folder": ""}, indent=1)
        with _explained(folder, "written"):
            write_atomic(folder / SUMMARY, summary_text + "\n")
    return prepared


def read_prepared(folder: Path) -> Prepared:
    """Read a prepared folder's summary."""
    try:
        found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            f"{folder} is no prepared library: it has no {SUMMARY}; make one with `hitlist prepare`"
        ) from None
    tuples = {name: tuple(found[name]) for name in ("extra_columns", "partitions")}
    return Prepared(**{**found, **tuples, "folder": folder})


def _write_partitions(
    library: Library,
    folder: Path,
    client: Client,
    partition_rows: int,
    ledger: Ledger,
    limits: Limits,
    progress: Progress | None,
) -> tuple[list[str], int]:
    names: list[str] = []
    rows = done = 0

    def missing() -> Iterator[tuple[str, list[bytes]]]:
        nonlocal rows, done
        source = iter(library)
        while chunk := list(islice(source, partition_rows)):
            name = f"part-{len(names):05d}.parquet"
            names.append(name)
            rows += len(chunk)
            if name in ledger.entries:
                done += len(chunk)
            else:
                yield name, pack_slices(chunk)

    work = partial(prepare_partition, folder, limits)
    for name, facts in run_window(client, work, missing()):
        with _explained(folder, "written"):
            ledger.record(name, facts)
        done += facts["rows"]
        if progress is not None:
            progress("prepare", done, None)
    return names, rows


def prepare_partition(
    folder: Path, limits: Limits, item: tuple[str, list[bytes]]
) -> tuple[str, dict[str, Any]]:
    """Prepare one partition's records, packed in slices, and write it; runs in a worker."""
    name, slices = item
    table = prepare_apart(slices, limits)
    with _explained(folder, "written"):
        write_table(folder / name, table)
    status = table["status"].to_pylist()
    stages, codes = table["stage"].to_pylist(), table["code"].to_pylist()
    rejects = Counter(
        f"{stage}/{code}"
        for state, stage, code in zip(status, stages, codes, strict=True)
        if state == REJECTED
    )
    atoms = table["atoms"].combine_chunks().flatten().to_numpy()
    facts = {
        "rows": len(status),
        "rejected": sum(rejects.values()),
        "reject_codes": dict(rejects),
        "unseen_atoms": int((atoms == 0).sum()),
    }
    return name, facts


def _read_columns(folder: Path, name: str) -> pa.Table:
    with _explained(folder / name, "read"):
        return pq.read_table(folder / name, columns=COLUMNS, use_threads=False)


@contextmanager
def _explained(path: Path, verb: str) -> Iterator[None]:
    """Turn a full disk, or a file that was altered meanwhile, into one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise StoreError(
            f"{path} cannot be {verb} ({reason}); mend that and run again: what is done is kept"
        ) from error
