"""A store keeps whole files or none, in a folder and in an object store alike."""

import os
import pickle
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.errors import InputError
from screening.errors import StoreError
from screening.storage.store import Store
from screening.storage.verified_store import VerifiedStore
from tests.chem.lying import write_lying

TABLE = pa.table(
    {
        "row": pa.array(range(1, 2001), pa.int64()),
        "numbers": [[n, n % 7, 3] for n in range(2000)],
        "text": [f"molecule {n * 7919 % 2003}" for n in range(2000)],
    }
)
RECORDED = pa.table({"row": [1, 2, 3], "smiles": ["C", "CC", "CCC"]})
OTHER = pa.table({"row": [1, 2, 4], "smiles": ["C", "CC", "CCC"]})


@pytest.fixture(params=["path", "file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    address = {
        "path": str(tmp_path / "a b" / "store"),
        "file": f"file://{tmp_path}/a%20b/store",
        "memory": f"memory://{tmp_path.name}/store",
    }
    opened = Store(address[request.param])
    opened.check()
    return opened


def test_what_is_written_is_read(store: Store) -> None:
    digest = store.write_table("one.parquet", TABLE)
    assert digest == store.hash("one.parquet") == sha256(store.read("one.parquet")).hexdigest()
    assert store.read_table("one.parquet").equals(TABLE)
    assert store.read_table("one.parquet", ["text", "row"]).equals(TABLE.select(["text", "row"]))
    assert store.write_table("one.parquet", TABLE.slice(5)) != digest
    assert store.read_table("one.parquet").equals(TABLE.slice(5))  # it took the other's place
    assert store.exists("one.parquet")
    store.remove("one.parquet")
    store.remove("one.parquet")
    assert not store.exists("one.parquet")


def test_a_file_of_a_store_is_the_same_bytes_everywhere(tmp_path: Path) -> None:
    found = [
        Store(url).write_table("one.parquet", TABLE) for url in (tmp_path, "memory://same/bytes")
    ]
    assert found[0] == found[1] == sha256((tmp_path / "one.parquet").read_bytes()).hexdigest()


def test_numbers_that_do_not_repeat_are_written_without_a_search(store: Store) -> None:
    """Plain pages hold the same values, and no dictionary."""
    store.write_table("one.parquet", TABLE, repetitive=False)
    assert store.read_table("one.parquet").equals(TABLE)
    column = pq.ParquetFile(BytesIO(store.read("one.parquet"))).metadata.row_group(0).column(0)
    assert not column.has_dictionary_page
    assert not column.is_stats_set


def test_a_search_may_be_for_values_of_some_columns(store: Store) -> None:
    table = pa.table({"id": ["a", "b"], "tokens": [[1, 1], [1]], "name": ["", ""]})
    store.write_table("one.parquet", table, repetitive=["tokens", "name"])
    assert store.read_table("one.parquet").equals(table)
    group = pq.ParquetFile(BytesIO(store.read("one.parquet"))).metadata.row_group(0)
    assert [group.column(at).has_dictionary_page for at in range(3)] == [False, True, True]
    assert group.column(0).is_stats_set


@pytest.mark.parametrize("damage", ["cut", "empty", "altered", "other"])
def test_a_damaged_table_is_told_in_one_line(store: Store, damage: str) -> None:
    store.write_table("one.parquet", TABLE)
    content = store.read("one.parquet")
    middle = len(content) // 4  # within a page: without its checksum the table is read, wrongly
    flipped = bytes([content[middle] ^ 1])
    store.write(
        "one.parquet",
        {
            "cut": content[:-50],
            "empty": b"",
            "altered": content[:middle] + flipped + content[middle + 1 :],
            "other": b"not a table" * 100,
        }[damage],
    )
    with pytest.raises(StoreError, match=r"^[^\n]*one\.parquet[^\n]*run again[^\n]*$"):
        store.read_table("one.parquet")


def test_a_table_that_takes_the_machine_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lying.parquet"
    write_lying(path, columns=2, rows=5, cell=9_000_000)
    store.write("one.parquet", path.read_bytes())
    store.read_table("one.parquet")
    monkeypatch.setattr("screening.storage.store.MOST_UNPACKED", 89_000_000)
    with pytest.raises(StoreError, match=r"^[^\n]*it unpacks to 90,[^\n]*$"):
        store.read_table("one.parquet")


def test_what_is_missing_is_told_in_one_line(store: Store) -> None:
    with pytest.raises(StoreError, match=r"^[^\n]*none\.parquet is not there[^\n]*$"):
        store.read_table("none.parquet")
    with pytest.raises(StoreError, match="is not there"):
        store.hash("none.parquet")
    store.write_table("one.parquet", TABLE)
    with pytest.raises(StoreError, match=r"^[^\n]*one\.parquet[^\n]*$"):
        store.read_table("one.parquet", ["no such column"])
    wanted = ["text", "no such column", "row"]
    assert store.read_table("one.parquet", wanted, if_there=True).column_names == ["row", "text"]


def test_only_the_address_travels(store: Store) -> None:
    store.write("name", b"content")
    sent = pickle.dumps(store)
    assert len(sent) < 200
    there = pickle.loads(sent)
    assert there == store
    assert there.read("name") == b"content"


def test_a_place_below(store: Store) -> None:
    below = store / "scores"
    below.check()
    below.write("name", b"below")
    assert store.read("scores/name") == b"below"
    assert below.path("name").endswith("store/scores/name")


def test_a_folder_that_a_worker_does_not_see_is_not_made_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="every worker has to see the same store"):
        Store(tmp_path / "elsewhere").write("name", b"content")
    assert list(tmp_path.iterdir()) == []


def test_no_part_of_a_file_is_left_where_the_disk_is_full(tmp_path: Path) -> None:
    """A real failing write: the process may write files of 20 kB only."""
    code = (
        "import resource, signal, sys; from screening.storage.store import Store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "store = Store(sys.argv[1]); store.write('small', b'x' * 10_000)\n"
        "store.write('large', b'x' * 50_000)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    last = ended.stderr.strip().splitlines()[-1]
    assert "StoreError" in last
    assert "large cannot be written (File too large)" in last
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


@pytest.mark.timeout(60)
def test_a_pipe_or_a_device_in_a_store_is_not_waited_for(tmp_path: Path) -> None:
    """A colleague's run folder may hold one."""
    os.mkfifo(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").symlink_to("/dev/zero")
    store = Store(tmp_path)
    for name, what in (("a.parquet", "a pipe"), ("b.parquet", "a device")):
        for read in (store.read, store.read_table, store.hash):
            with pytest.raises(
                StoreError, match=rf"^[^\n]*found {what}, expected a regular[^\n]*$"
            ):
                read(name)


def test_a_store_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"^[^\n]*cannot be made[^\n]*$"):
        Store(tmp_path / "file" / "store").check()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("sftp://host/x", "give a folder, or one of s3://"),
        ("https://host/x", "give a folder, or one of s3://"),
        ("file://shared/x", "three slashes: file:///shared/x"),
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused(url: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        Store(url)


def test_a_missing_package_is_named() -> None:
    """In a process in which s3fs cannot be imported, whether it is installed or not."""
    code = (
        "import sys; sys.modules['s3fs'] = None\n"
        "from screening.storage.store import Store; Store('s3://bucket/x').check()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr.strip().endswith("is not installed: pip install s3fs")


@pytest.fixture(params=["folder", "memory"])
def plain(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    store = Store(tmp_path if request.param == "folder" else f"memory://{tmp_path.name}")
    store.check()
    return store


def test_what_was_recorded_is_read(plain: Store) -> None:
    digest = plain.write_table("one", RECORDED)
    sealed = VerifiedStore(plain.url, {"one": digest}, "mend it")
    sealed.check_recorded(["one"])
    assert sealed.read_table("one", ["smiles"]).to_pydict() == {"smiles": ["C", "CC", "CCC"]}
    assert sealed.read_table("one") == RECORDED
    assert sealed.hash("one") == digest


def test_a_whole_file_of_another_content_is_refused(plain: Store) -> None:
    digest = plain.write_table("one", RECORDED)
    plain.write_table("one", OTHER)  # a good Parquet file: its own checksums say nothing
    sealed = VerifiedStore(plain.url, {"one": digest}, "mend it")
    sealed.check_recorded(["one"])  # it is there, and nothing was read
    with pytest.raises(StoreError, match=r"^[^\n]*/one is missing or was altered; mend it$"):
        sealed.read_table("one")


def test_what_was_not_recorded_or_is_gone_is_refused(plain: Store) -> None:
    plain.write_table("stranger", RECORDED)
    sealed = VerifiedStore(plain.url, {"gone": "0" * 64}, "mend it")
    for name in ("stranger", "gone"):
        with pytest.raises(StoreError, match=rf"^[^\n]*/{name} is missing or was altered; mend it"):
            sealed.check_recorded([name])
        with pytest.raises(StoreError, match=rf"/{name} is missing or was altered; mend it"):
            sealed.read_table(name)
