import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client
from hypothesis import given, settings
from hypothesis import strategies as st

import screening.prepare.prepare
import screening.prepare.prepared_location
from chem.disk.bounded_read import hash_file
from chem.errors import InputError
from chem.features.properties import PROPERTIES, describe
from chem.library.read import open_library
from chem.records.records import Failure, Record
from chem.structure.standardize import Standardized, standardize
from gnn.features.graph_arrays import collect
from screening.prepare.duplicates import COLUMNS, find_duplicates
from screening.prepare.partition import prepare_partition
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import DUPLICATES, SUMMARY, Prepared, read_prepared, to_graphs
from screening.prepare.prepared_location import SECONDS_VARIABLE, Limits, prepare_purpose
from screening.prepare.prepared_rows import NO_KEY, prepare_records
from screening.prepare.quarantine import STAGE
from screening.prepare.record_columns import pack_columns, to_columns
from screening.storage.ledger import LEDGER
from screening.storage.schema import ACCEPTED, REJECTED, SCHEMA
from screening.storage.store import Store
from tests.graphs import graph_of

MakeRecords = Callable[[Sequence[str]], list[Record]]
WriteLibrary = Callable[[Path, Sequence[tuple[str, str]]], Path]
Mixed = list[tuple[str, str]]
FILES = Path(__file__).parents[2] / "files/chem"

STRUCTURES = (
    *("CCO", "OCC", "C(O)C", "CC(=O)O", "CC(=O)[O-].[Na+]", "c1ccccc1", "C1=CC=CC=C1", "C"),
    *("", "CCQ", "c1ccc", "[Na+].[Cl-]", "*C", "C(C)(C)(C)(C)C"),
)


def standard_smiles(text: str) -> str | None:
    found = standardize(text, "smiles")
    return found.smiles if isinstance(found, Standardized) else None


def repeated(folder: Path, names: list[str]) -> pa.Table:
    return find_duplicates(names, lambda name: pq.read_table(folder / name, columns=COLUMNS))


@settings(max_examples=40)
@given(
    structures=st.lists(st.sampled_from(STRUCTURES), max_size=30),
    rows=st.integers(1, 12),
    unreadable=st.sets(st.integers(1, 30), max_size=3),
)
def test_every_record_is_accounted_for_once(
    structures: list[str], rows: int, unreadable: set[int], records: MakeRecords
) -> None:
    """Law 1, for any mix of molecules, mistakes and repeats, and any cut."""
    given = [
        record._replace(problem=Failure("read", "bad_row", "x"))
        if record.row in unreadable
        else record
        for record in records(structures)
    ]
    firsts: dict[str, int] = {}
    accepted, rejected, repeats = [], [], []
    for record in given:
        smiles = None if record.problem else standard_smiles(record.structure)
        if smiles is None:
            rejected.append(record.row)
        elif firsts.setdefault(smiles, record.row) == record.row:
            accepted.append(record.row)
        else:
            repeats.append((record.row, firsts[smiles]))
    with TemporaryDirectory() as folder:
        names, seen, states = [], [], []
        for start in range(0, len(given), rows):
            name = f"part-{start:05d}.parquet"
            table = prepare_records(given[start : start + rows])
            assert table.schema == SCHEMA
            Store(folder).write_table(name, table)
            names.append(name)
            seen += table["row"].to_pylist()
            states += table["status"].to_pylist()
        found = repeated(Path(folder), names) if names else None
    assert seen == [record.row for record in given]
    pairs = list(zip(*found.to_pydict().values(), strict=True)) if found else []
    assert pairs == repeats
    assert [row for row, state in zip(seen, states, strict=True) if state == REJECTED] == rejected
    assert states.count(ACCEPTED) == len(accepted) + len(repeats)
    assert len(given) == len(accepted) + len(rejected) + len(pairs)


def test_an_accepted_record_is_whole_and_a_rejected_one_is_empty(
    records: MakeRecords, mixed: Mixed
) -> None:
    """Law 3 for what scores are made of: all of it is there if and only if it was accepted."""
    table = prepare_records(records([text for _, text in mixed]))
    reasons = set()
    for row in table.to_pylist():
        values = [row[name] for name in PROPERTIES]
        if row["status"] == ACCEPTED:
            found = standardize(row["input_smiles"], "smiles")
            assert isinstance(found, Standardized)
            assert row["smiles"] == found.smiles
            assert tuple(row["changes"]) == found.changes
            assert values == [np.float32(value) for value in describe(found.mol)]
            graph = graph_of(found.mol)
            assert [row[name] for name in ("atoms", "begin", "end", "bonds")] == [
                part.tolist() for part in graph
            ]
            assert row["key"] != NO_KEY
            assert row["stage"] == row["code"] == row["detail"] == ""
        else:
            assert row["status"] == REJECTED
            assert values == [None] * len(PROPERTIES)
            assert row["atoms"] == row["bonds"] == row["changes"] == []
            assert row["smiles"] == ""
            assert row["key"] == NO_KEY
            assert row["stage"] in ("read", "parse", "standardize", "featurize")
            assert row["code"]
            assert row["detail"]
            assert "\n" not in row["detail"]
            reasons.add((row["stage"], row["code"]))
    assert len(reasons) >= 4


def test_a_partition_is_a_batch(records: MakeRecords, mixed: Mixed, tmp_path: Path) -> None:
    table = prepare_records(records([text for _, text in mixed]))
    Store(tmp_path).write_table("part.parquet", table)
    stored = Store(tmp_path).read_table("part.parquet")
    accepted = np.array(stored["status"].to_pylist()) == ACCEPTED
    structures = [text for (_, text), good in zip(mixed, accepted, strict=True) if good]
    found = [standardize(text, "smiles") for text in structures]
    graphs = [graph_of(one.mol) for one in found if isinstance(one, Standardized)]
    assert len(graphs) == len(structures)
    for read in (to_graphs(stored.filter(accepted)), to_graphs(table.filter(accepted))):
        parts: Iterable[tuple[np.ndarray, np.ndarray]] = zip(read, collect(graphs), strict=True)
        for part, wanted in parts:
            assert part.dtype == wanted.dtype
            np.testing.assert_array_equal(part, wanted)
    sliced = to_graphs(table.filter(accepted).slice(3, 5))
    some: Iterable[tuple[np.ndarray, np.ndarray]] = zip(sliced, collect(graphs[3:8]), strict=True)
    for part, wanted in some:
        np.testing.assert_array_equal(part, wanted)


def test_ids_names_and_columns_stay_text(records: MakeRecords, tmp_path: Path) -> None:
    """Law 6."""
    given = records(["CCO", "CCQ"] * 12)
    Store(tmp_path).write_table("part.parquet", prepare_records(given))
    stored = Store(tmp_path).read_table("part.parquet").to_pylist()
    for row, record in zip(stored, given, strict=True):
        assert row["compound_id"] == record.compound_id
        assert row["name"] == record.name
        assert row["input_smiles"] == record.structure
        assert json.loads(row["extra"]) == record.extra


def work(folder: Path, records: list[Record]) -> tuple[str, dict[str, Any]]:
    item = ("part-00000.parquet", pack_columns(to_columns(records)))
    name, facts, digest, *_ = prepare_partition(Store(folder), Limits(), (), item)
    assert digest == hash_file(folder / name)
    return name, facts


@pytest.mark.parametrize("structures", [[], ["CCQ"] * 3], ids=["no record", "only rejects"])
def test_a_partition_without_molecules(
    structures: list[str], records: MakeRecords, tmp_path: Path
) -> None:
    name, facts = work(tmp_path, records(structures))
    assert facts["rows"] == facts["rejected"] == len(structures)
    assert sum(facts["reject_codes"].values()) == len(structures)
    table = pq.read_table(tmp_path / name)
    accepted = table.filter(np.array(table["status"].to_pylist()) == ACCEPTED)
    assert to_graphs(accepted).molecules == 0
    assert repeated(tmp_path, [name]).num_rows == 0


def test_unseen_atoms_are_counted(records: MakeRecords, tmp_path: Path) -> None:
    structures = ["CC[Te]C", "CCO", "CCQ", "CC[Te]C"]
    _, facts = work(tmp_path, records(structures))
    assert facts["unseen_atoms"] == 2
    assert facts["rows"] == 4
    assert facts["rejected"] == 1


@pytest.fixture
def library(tmp_path: Path, write_library: WriteLibrary, mixed: Mixed) -> Path:
    return write_library(tmp_path / "library.csv", mixed)


def prepare(library: Path, folder: Path, client: Client, rows: int = 9) -> Prepared:
    return prepare_library(open_library(library), folder, client, rows)


def content(prepared: Prepared) -> list[dict[str, object]]:
    names = prepared.partitions
    return [row for name in names for row in pq.read_table(prepared.folder / name).to_pylist()]


def test_a_prepared_library_does_not_depend_on_the_cut(
    library: Path, tmp_path: Path, client: Client, lone: Client, mixed: Mixed
) -> None:
    one = prepare(library, tmp_path / "one", client, 7)
    other = prepare(library, tmp_path / "other", lone, 1000)
    assert len(one.partitions) == 9
    assert len(other.partitions) == 1
    assert content(one) == content(other)
    assert [row["compound_id"] for row in content(one)] == [name for name, _ in mixed]
    pairs = [pq.read_table(p.folder / DUPLICATES).to_pylist() for p in (one, other)]
    assert pairs[0] == pairs[1]
    for prepared in (one, other):
        good = {standard_smiles(text) for _, text in mixed} - {None}
        assert prepared.rows == len(mixed)
        assert prepared.accepted == len(good)
        assert prepared.rejected == sum(standard_smiles(text) is None for _, text in mixed)
        assert prepared.rejected == sum(prepared.reject_codes.values())
        assert prepared.unseen_atoms > 0
        assert prepared.extra_columns == ("Price",)
        assert read_prepared(prepared.folder) == prepared
    assert one.key != other.key


@pytest.mark.parametrize("ending", ["", "\n\n\n"])
@pytest.mark.parametrize("rows", [7, 1000])
def test_progress_counts_records_alone(
    ending: str, rows: int, library: Path, tmp_path: Path, lone: Client, mixed: Mixed
) -> None:
    """Neither a header nor blank lines are molecules: it ends at as many as there are."""
    library.write_text(library.read_text(encoding="utf-8") + ending, encoding="utf-8")
    told: list[tuple[int, int | None]] = []
    prepare_library(
        *(open_library(library), tmp_path / "p", lone, rows),
        progress=lambda what, done, total: told.append((done, total)),
    )
    assert told[-1] == (len(mixed), len(mixed))
    assert all(total is not None and total >= done for done, total in told)
    assert ending or {total for _, total in told} == {len(mixed)}


def test_a_prepared_library_is_prepared_once(library: Path, tmp_path: Path, lone: Client) -> None:
    first = prepare(library, tmp_path / "p", lone)
    before = {path.name: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    del before[".lock"]
    assert prepare(library, tmp_path / "p", lone) == first
    after = {path.name: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda folder: (folder / "part-00002.parquet").unlink(), id="missing"),
        pytest.param(
            lambda folder: (folder / "part-00002.parquet").write_bytes(b"PAR1"), id="altered"
        ),
        pytest.param(lambda folder: (folder / SUMMARY).unlink(), id="killed before the summary"),
        pytest.param(lambda folder: (folder / DUPLICATES).unlink(), id="no duplicates"),
        pytest.param(
            lambda folder: (folder / LEDGER).write_text(
                "".join((folder / LEDGER).read_text().splitlines(keepends=True)[:3])
            ),
            id="killed early",
        ),
    ],
)
def test_a_harmed_library_is_mended(
    library: Path, tmp_path: Path, lone: Client, harm: Callable[[Path], object]
) -> None:
    """Law 5: what is not as the ledger has it is noticed and done again."""
    whole = prepare(library, tmp_path / "p", lone)
    expected = content(whole)
    harm(whole.folder)
    mended = prepare(library, tmp_path / "p", lone)
    assert mended == whole
    assert content(mended) == expected


def test_another_library_is_refused_in_one_line(
    library: Path, tmp_path: Path, lone: Client, write_library: WriteLibrary, mixed: Mixed
) -> None:
    prepare(library, tmp_path / "p", lone)
    write_library(library, mixed[:-1])
    with pytest.raises(InputError, match=r"^[^\n]*holds another run: its sha256 differs[^\n]*$"):
        prepare(library, tmp_path / "p", lone)


def test_partitions_may_be_kept_in_a_store(
    library: Path, tmp_path: Path, client: Client, lone: Client
) -> None:
    """The same bytes; the folder holds the ledger alone. Each store is filled for itself."""
    whole = prepare(library, tmp_path / "whole", lone)
    folder, files = tmp_path / "p", (DUPLICATES, *whole.partitions)

    def fill(store: Store, client: Client) -> int:
        done: list[int] = []
        prepared = prepare_library(
            open_library(library), folder, client, 9, lambda *told: done.append(1), store=store
        )
        assert prepared.store == store
        assert read_prepared(folder) == prepared
        assert [store.hash(name) for name in files] == [whole.store.hash(name) for name in files]
        return len(done)

    one, other = Store(f"file://{tmp_path}/a/store"), Store(f"memory://{tmp_path.name}")
    assert fill(one, client) == len(whole.partitions)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", LEDGER, SUMMARY]
    assert fill(other, lone) == len(whole.partitions)
    assert fill(other, lone) == fill(one, lone) == 0
    one.remove(whole.partitions[1])
    assert fill(one, lone) == 1
    other.write(whole.partitions[2], b"altered")
    assert fill(other, lone) == 1


def test_a_library_that_an_older_version_prepared_is_told_of_anew(
    library: Path, tmp_path: Path, lone: Client
) -> None:
    """Its summary lacks what is told today; the partitions themselves are taken as they are."""
    whole = prepare(library, tmp_path / "p", lone)
    told = json.loads((whole.folder / SUMMARY).read_text())
    del told["duplicates_sha256"]
    (whole.folder / SUMMARY).write_text(json.dumps(told))
    with pytest.raises(InputError, match="is not a prepared library"):
        read_prepared(whole.folder)
    before = {name: (whole.folder / name).stat().st_mtime_ns for name in whole.partitions}
    assert prepare(library, tmp_path / "p", lone) == whole == read_prepared(whole.folder)
    assert {name: (whole.folder / name).stat().st_mtime_ns for name in before} == before


def test_a_folder_without_a_summary_is_no_prepared_library(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^[^\n]*is not a prepared library[^\n]*$"):
        read_prepared(tmp_path)


def read_smi(name: str) -> list[dict[str, str]]:
    with (FILES / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_no_molecule_stops_a_library(
    client: Client, tmp_path: Path, write_library: WriteLibrary
) -> None:
    """One that hangs, one that takes all memory, one that crashes, among a hundred real ones."""
    rows = [(row["chembl_id"], row["smiles"]) for row in read_smi("approved_sample.smi")[:97]]
    clean = prepare(write_library(tmp_path / "clean.csv", rows), tmp_path / "clean", client, 30)
    poison = {row["code"]: row["smiles"] for row in read_smi("poison.smi")}
    for place, (code, smiles) in zip((60, 20, 61), poison.items(), strict=True):
        rows.insert(place, (code, smiles))
    library = open_library(write_library(tmp_path / "library.csv", rows))
    workers = client.scheduler_info()["workers"].keys()
    found = prepare_library(
        library, tmp_path / "p", client, 30, limits=Limits(seconds=1.0, memory=2**28)
    )
    assert client.scheduler_info()["workers"].keys() == workers
    assert found.rows == 100
    assert {code: n for code, n in found.reject_codes.items() if code.startswith(STAGE)} == {
        f"{STAGE}/{code}": 1 for code in poison
    }
    table = content(found)
    assert [row["compound_id"] for row in table] == [name for name, _ in rows]
    for row in table:
        assert (row["stage"] == STAGE) == (row["compound_id"] in poison)
        assert row["stage"] != STAGE or row["code"] == row["compound_id"]
    rest = [row["smiles"] for row in table if row["stage"] != STAGE]
    assert rest == [row["smiles"] for row in content(clean)]


def test_other_limits_are_another_preparation(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_library(library)
    usual = prepare_purpose(opened, 9)
    assert usual == prepare_purpose(opened, 9, Limits())
    monkeypatch.setenv(SECONDS_VARIABLE, "20")
    assert prepare_purpose(opened, 9) == prepare_purpose(opened, 9, Limits(20.0)) != usual


FULL = """
import resource, signal, sys
from pathlib import Path
from distributed import Client, LocalCluster
from chem.errors import InputError
from chem.library.read import open_library
from screening.prepare.prepare import prepare_library

library, folder, limit = sys.argv[1:]
if limit != "none":  # EFBIG where a full disk gives ENOSPC
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
with LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
    with Client(cluster) as client:
        try:
            prepare_library(open_library(library), Path(folder), client, 20)
        except InputError as error:
            print(error)
"""


@pytest.mark.slow
def test_a_full_disk_is_told_in_one_line_and_mended(
    library: Path, tmp_path: Path, lone: Client
) -> None:
    """No file under a final name is cut short, and what was done is not done again."""
    whole = prepare(library, tmp_path / "whole", lone, 20)
    sizes = [(whole.folder / name).stat().st_size for name in whole.partitions]
    folder = tmp_path / "p"

    def run(limit: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", FULL, library, folder, limit],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = run(str(max(sizes) - 1))
    assert said.count("\n") == 1
    assert "cannot be written (" in said
    assert "run again" in said
    for path in folder.glob("part-*"):
        assert path.read_bytes() == (whole.folder / path.name).read_bytes()
    entered = (folder / LEDGER).read_text()
    done = {p: p.stat().st_mtime_ns for p in folder.glob("part-*") if p.name in entered}
    assert not (folder / SUMMARY).exists()
    assert run("none") == ""
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert content(read_prepared(folder)) == content(whole)


def test_a_partition_of_too_much_text_is_refused_in_one_line(
    library: Path, tmp_path: Path, lone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever compresses well may be many gigabytes in memory."""
    monkeypatch.setattr(screening.prepare.prepare, "MOST_TEXT", 150)
    told = r"^the records 1 to \d+ hold more [^\n]*--partition-rows of `hitlist prepare`[^\n]*$"
    with pytest.raises(InputError, match=told):
        prepare(library, tmp_path / "p", lone)
    assert prepare_library(open_library(library), tmp_path / "q", lone, 1).rows


def test_long_records_make_small_partitions(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("smiles,id,note\n" + "".join(f"CCO,{n},{'x' * 1000}\n" for n in range(600)))
    with pytest.MonkeyPatch.context() as patch:
        assert screening.prepare.prepared_location.rows_of_partition(open_library(path)) == 500
        patch.setattr(screening.prepare.prepared_location, "MOST_TEXT", 100_500)
        assert screening.prepare.prepared_location.rows_of_partition(open_library(path)) == 100
        patch.setattr(screening.prepare.prepared_location, "MOST_TEXT", 1)
        assert screening.prepare.prepared_location.rows_of_partition(open_library(path)) == 1
