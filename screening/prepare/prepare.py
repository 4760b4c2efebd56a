"""Prepares a library once: standardizes, featurizes and describes every record, in partitions.

A prepared folder holds its ledger and, once all is done, ``prepared.json``. The files
``part-*.parquet`` and ``duplicates.parquet`` are beside them, or in a store that many machines see.
Preparing again does nothing. Chemistry runs in separate processes
(``screening.prepare.quarantine``), so that no molecule can stop the run.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from chem.disk.files import remove_durably
from chem.errors import InputError
from chem.library.read import Library, estimate_records
from chem.records.records import Record, text_size
from screening.dask_cluster.cluster import run_window
from screening.dask_cluster.lazy_client import AnyClient
from screening.errors import told_in_one_line
from screening.prepare.duplicates import COLUMNS, find_duplicates
from screening.prepare.partition import prepare_partition
from screening.prepare.prepared import (
    DUPLICATES,
    SUMMARY,
    Prepared,
    hashes_file,
    index_file,
    read_summary,
    write_summary,
)
from screening.prepare.prepared_location import (
    Limits,
    prepare_purpose,
    read_limits,
    rows_of_partition,
)
from screening.prepare.record_columns import pack_columns, to_columns
from screening.prepare.reuse import find_donors
from screening.storage.in_use import mark_in_use, record_use
from screening.storage.ledger import Ledger, difference, hash_purpose
from screening.storage.lock import Waiting
from screening.storage.store import Store

MOST_TEXT = 128_000_000
"""The most characters in a partition: twice what ``screening.prepare.prepared_location`` aims
at."""
_MOST_KEPT = 32
"""Partitions whose keys are kept while duplicates are looked for; more are read twice."""
_WITH_HEADER = ("csv", "tsv")
"""Formats whose first line is not a record."""
Progress = Callable[[str, int, int | None], None]
"""A callback with the name of the stage, the number done, and the total (None: not known)."""


def prepare_library(
    library: Library,
    folder: Path,
    client: AnyClient,
    partition_rows: int | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    store: Store | None = None,
) -> Prepared:
    """Prepare a library into a folder, and go on from what is there already.

    Args:
        library: The library to prepare.
        folder: The folder of the ledger and of ``prepared.json``.
        client: The client of the cluster that does the chemistry.
        partition_rows: The rows of a partition; by default what ``rows_of_partition`` returns.
        progress: A callback that is told the rows that are done.
        limits: The time and memory that one molecule may take; by default what ``read_limits``
            returns. A molecule that takes more, or that crashes RDKit, becomes a reject of the
            stage ``isolate``.
        store: The store of the partitions; by default the folder itself.

    Raises:
        InputError: The folder belongs to another library or is in use by one, or the library was
            altered after its hash was taken.
        StoreError: A disk is full or cannot be written.

    The partitions that were written before an error are kept. If another run prepares the same
    library into the folder, this one waits for it, up to two hours.
    """
    library.check_unchanged()  # else another file's molecules would be kept under this hash
    limits = limits or read_limits()
    partition_rows = partition_rows or rows_of_partition(library)
    purpose = prepare_purpose(library, partition_rows, limits)
    store = store or Store(folder)
    is_safe = mark_in_use(folder / SUMMARY)  # before it is read, so that it stays
    if is_safe and (finished := _find_finished(folder, purpose, store)):
        record_use(folder)
        return finished
    with Ledger(folder, purpose, store, _tell_of_wait(library, progress)) as ledger:
        summary = read_summary(folder)
        if summary is not None and _stands(summary, ledger):
            mark_in_use(folder / SUMMARY)
            return summary
        with told_in_one_line(folder / SUMMARY):
            remove_durably(folder / SUMMARY)
        names, rows = _write_partitions(library, client, partition_rows, ledger, limits, progress)
        try:
            library.check_unchanged(bytes_too=True)
        except InputError:
            for name in names:  # may mix two files; the ledger forgets missing files
                store.remove(name)
            raise
        prepared = _summarize(library, ledger, names, rows)
        write_summary(prepared)
        mark_in_use(folder / SUMMARY)
    return prepared


def _tell_of_wait(library: Library, progress: Progress | None) -> Waiting:
    """Return a callback that tells once a minute of the wait for another run."""
    told = -1

    def tell(seconds: float) -> None:
        nonlocal told
        if progress is not None and int(seconds / 60) > told:
            told = int(seconds / 60)
            what = f"waiting for the run that prepares {library.path.name} too, minutes"
            progress(what, told, None)

    return tell


def _summarize(library: Library, ledger: Ledger, names: list[str], rows: int) -> Prepared:
    """Find the duplicates in the written partitions, and return the prepared library."""
    store, purpose = ledger.store, ledger.purpose
    read = lru_cache(_MOST_KEPT)(partial(store.read_table, columns=COLUMNS))
    duplicates = find_duplicates(names, read)
    digest = store.write_table(DUPLICATES, duplicates)
    ledger.record(DUPLICATES, {"rows": duplicates.num_rows}, digest)
    done = [ledger.entries[name] for name in names]
    codes = sum((Counter(one.counts("reject_codes")) for one in done), Counter[str]())
    return Prepared(
        folder=ledger.folder,
        store=store,
        key=hash_purpose(purpose),
        library=library.path.name,
        sha256=library.sha256,
        featurizer=purpose["featurizer"],
        extra_columns=tuple(library.extra_columns),
        partition_rows=purpose["partition_rows"],
        rows=rows,
        rejected=sum(one.count("rejected") for one in done),
        duplicates=duplicates.num_rows,
        duplicates_sha256=digest,
        reject_codes=dict(sorted(codes.items())),
        unseen_atoms=sum(one.count("unseen_atoms") for one in done),
        partitions=tuple(names),
        standardizer=purpose["standardizer"],
        notes=(*library.notes, *library.counted),
    )


def _find_finished(folder: Path, purpose: dict[str, Any], store: Store) -> Prepared | None:
    """Return a library that is fully prepared, perhaps by another user; lock and write nothing.

    Return None if anything is missing, altered or of another purpose. Opening the ledger for
    writing then mends it, or says what is wrong.
    """
    summary = read_summary(folder)
    if summary is None:
        return None
    try:
        ledger = Ledger.read(folder, store)
    except InputError:
        return None
    if difference(ledger.purpose, purpose) or not _stands(summary, ledger):
        return None
    return summary if ledger.holds([DUPLICATES, *summary.partitions]) else None


def _stands(summary: Prepared, ledger: Ledger) -> bool:
    """Tell whether a summary agrees with the ledger: nothing is missing, nothing was remade."""
    repeats = ledger.entries.get(DUPLICATES)
    return (
        summary.store == ledger.store
        and repeats is not None
        and repeats.sha256 == summary.duplicates_sha256
        and all(name in ledger.entries for name in summary.partitions)
    )


def _write_partitions(
    library: Library,
    client: AnyClient,
    partition_rows: int,
    ledger: Ledger,
    limits: Limits,
    progress: Progress | None,
) -> tuple[list[str], int]:
    names: list[str] = []
    rows = 0
    total = _estimate(library) if progress is not None else None
    entries = ledger.entries.items()
    done = sum(entry.count("rows") for name, entry in entries if name != DUPLICATES)

    def missing() -> Iterator[tuple[str, bytes]]:
        nonlocal rows, total
        source = iter(library)
        while (chunk := to_columns(_limit_text(source, partition_rows))).row:
            name = f"part-{len(names):05d}.parquet"
            names.append(name)
            rows += len(chunk.row)
            if name not in ledger.entries:
                yield name, pack_columns(chunk)
        total = rows  # the file was read to its end, so this is no longer an estimate

    donors = find_donors(ledger.folder, ledger.purpose)
    work = partial(prepare_partition, ledger.store, limits, donors)
    for written in run_window(client, work, missing()):
        ledger.record(hashes_file(written.name), {}, written.hashes_sha256)
        ledger.record(index_file(written.name), {}, written.index_sha256)
        ledger.record(written.name, written.facts, written.sha256)
        done += written.facts["rows"]
        if progress is not None:
            progress("prepare", done, None if total is None else max(total, done))
    return names, rows


def _limit_text(source: Iterator[Record], most: int) -> Iterator[Record]:
    """Yield the next records, ``most`` at most; they are to be held in memory.

    Raises InputError if they hold more text than ``MOST_TEXT``.
    """
    first = held = 0
    for record in islice(source, most):
        first = first or record.row
        held += text_size(record)
        if held > MOST_TEXT:
            raise InputError(
                f"the records {first:,} to {record.row:,} hold more than "
                f"{MOST_TEXT // 1_000_000} MB of text, and {most:,} are held at once; leave out "
                "columns that are not needed, or give a smaller number with --partition-rows of "
                "`hitlist prepare` or `hitlist screen`"
            )
        yield record


def _estimate(library: Library) -> int | None:
    """Estimate the number of records of a library, without its header; None if not known."""
    found = estimate_records(library.path, library.format)
    header = 1 if library.format in _WITH_HEADER else 0
    return None if found is None else max(found - header, 0)
