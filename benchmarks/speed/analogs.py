"""Times the index for searches of analogs, and searches of a large library."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chem.assess.similarity import nearest
from chem.disk.scratch import scratch_folder
from chem.features.fingerprints import morgan_bits
from chem.library.read import Library
from screening.analogs.found import LEAST_SIMILAR, MOST_COMPARED, SIMILAR, find_analogs
from screening.analogs.query import make_query
from screening.analogs.search import search
from screening.prepare.index_columns import add_index
from screening.prepare.prepared import DUPLICATES, Prepared, index_file
from screening.prepare.prepared_rows import prepare_records
from screening.storage.ledger import Ledger
from screening.storage.schema import ACCEPTED, INDEX, REPETITIVE, SCHEMA
from screening.storage.store import Store

LIMIT = 50
"""Analogs of each kind, as the command finds by default."""


class Costs(NamedTuple):
    """What the index costs and what it is good for."""

    molecules: int
    rows: int
    """Rows of the library that is searched: copies of the molecules."""
    prepare_cost: float
    """CPU µs for each molecule, without the index."""
    index_cost: float
    """CPU µs for each molecule, with writing it."""
    partition_bytes: float
    """Bytes of each molecule in the partitions."""
    index_bytes: float
    """Bytes of each molecule in the index."""
    search: Sequence[float]
    """Seconds of each search, from the hit to its analogs."""
    search_cost: Sequence[float]
    """CPU seconds of each search, of all threads, which a busy machine changes less."""
    recall: float
    """The share of the most similar molecules by ECFP4 that the search finds."""


def measure_analogs(library: Library, molecules: int, rows: int, hits: int) -> Costs:
    """Prepare the first molecules of a library, and search copies of them.

    Preparing is timed in this process alone, so that nothing but chemistry and the index counts.
    """
    records = list(islice(iter(library), molecules))
    begun = process_time()
    table = prepare_records(records)
    prepare = process_time() - begun
    begun = process_time()
    indexed = add_index(table)
    index = process_time() - begun
    with scratch_folder(".analogs-", Path.cwd()) as folder:
        store = Store(folder)
        begun = process_time()
        store.write_table("index.parquet", indexed.select(INDEX.names), repetitive=False)
        index += process_time() - begun
        begun = process_time()
        store.write_table("part.parquet", table, REPETITIVE)
        prepare += process_time() - begun
        partition, beside = (
            (folder / name).stat().st_size for name in ("part.parquet", "index.parquet")
        )
        seconds, cpu, recall = _search(_copies(indexed, rows, store), table, hits)
    count = len(records)
    return Costs(
        molecules=count,
        rows=rows,
        prepare_cost=prepare / count * 1e6,
        index_cost=index / count * 1e6,
        partition_bytes=partition / count,
        index_bytes=beside / count,
        search=seconds,
        search_cost=cpu,
        recall=recall,
    )


def _copies(indexed: pa.Table, rows: int, store: Store) -> Prepared:
    """Write a prepared library of copies, each with rows and keys of its own."""
    names: list[str] = []
    done = 0
    with Ledger(Path(store.url), {"benchmark": 1}, store) as ledger:
        while done < rows:
            size = min(indexed.num_rows, rows - done)
            at = np.arange(done, done + size)
            part = indexed.take(pa.array(at % indexed.num_rows)).combine_chunks()
            keys = [int(number).to_bytes(16, "big") for number in at + 1]
            for name, values in (("row", pa.array(at + 1)), ("key", pa.array(keys, pa.binary(16)))):
                part = part.set_column(part.column_names.index(name), name, values)
            names.append(f"part-{len(names):05d}.parquet")
            for name, columns, repetitive in (
                (names[-1], SCHEMA.names, REPETITIVE),
                (index_file(names[-1]), INDEX.names, False),
            ):
                ledger.record(name, {}, store.write_table(name, part.select(columns), repetitive))
            done += size
        none = pa.table({"row": pa.array([], pa.int64()), "first_row": pa.array([], pa.int64())})
        digest = store.write_table(DUPLICATES, none)
        ledger.record(DUPLICATES, {}, digest)
    return Prepared(
        folder=Path(store.url),
        store=Ledger.read(Path(store.url), store).store,
        key="",
        library="copies",
        sha256="",
        featurizer="",
        extra_columns=(),
        partition_rows=indexed.num_rows,
        rows=rows,
        rejected=0,
        duplicates=0,
        duplicates_sha256=digest,
        reject_codes={},
        unseen_atoms=0,
        partitions=tuple(names),
        standardizer=0,
        notes=(),
    )


def _search(
    prepared: Prepared, table: pa.Table, hits: int
) -> tuple[list[float], list[float], float]:
    """Return the seconds and CPU seconds of each search, and the mean recall in one copy."""
    smiles = table.filter(pc.equal(table["status"], ACCEPTED))["smiles"].to_pylist()
    bits = morgan_bits(smiles)
    first = replace(prepared, rows=table.num_rows, partitions=prepared.partitions[:1])
    seconds, cpu, recalls = [], [], []
    for text in smiles[:: max(len(smiles) // hits, 1)][:hits]:
        begun, spent = perf_counter(), process_time()
        query = make_query(text, bytes(16))
        find_analogs(prepared, query, search(prepared, query, MOST_COMPARED), LIMIT)
        seconds.append(perf_counter() - begun)
        cpu.append(process_time() - spent)
        found = find_analogs(first, query, search(first, query, MOST_COMPARED), LIMIT).analogs
        near = nearest(morgan_bits([text]), bits, LIMIT).similarity[0]
        near = near[near >= LEAST_SIMILAR]  # the first is the molecule itself
        own = [one.similarity >= near[-1] for one in found if SIMILAR in one.kinds]
        recalls.append(sum(own) / len(near))
    return seconds, cpu, float(np.mean(recalls))


def lines_of(costs: Costs) -> list[tuple[str, str]]:
    """Return what was measured, and its value, in lines of a table."""
    share = costs.index_cost / costs.prepare_cost
    return [
        ("molecules", f"{costs.molecules:,}"),
        ("prepare without the index, CPU µs for each", f"{costs.prepare_cost:.0f}"),
        ("index, CPU µs for each", f"{costs.index_cost:.1f} ({share:.1%})"),
        ("partitions, bytes for each", f"{costs.partition_bytes:.0f}"),
        ("index, bytes for each", f"{costs.index_bytes:.0f}"),
        ("rows searched", f"{costs.rows:,}"),
        ("search, seconds: median", f"{median(costs.search):.1f}"),
        ("search, seconds: longest", f"{max(costs.search):.1f}"),
        ("search, CPU seconds of all threads: median", f"{median(costs.search_cost):.1f}"),
        (f"recall of the {LIMIT} most similar by ECFP4", f"{costs.recall:.3f}"),
    ]
