"""Nobody but the run reaches the processes of a run, and nothing planted beside them is loaded."""

import asyncio
import gc
import ssl
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dask
import psutil
import pytest
from distributed import Client, Security
from distributed.comm.core import connect as comm_connect

from chem.errors import InputError
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.lazy_client import started
from screening.dask_cluster.process_start import GARBAGE
from screening.dask_cluster.remote import Tls, address_of

PLANTED = ("chem", "pickle", "random", "pip", "colorsys")
"""The last is a module that nothing loads before the test does."""


EARLIER: set[tuple[int, int, str]] = set()
"""What this process and its children listened at before the run: clusters of other tests."""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """The client of processes started as a run does."""
    EARLIER.update(listeners())
    with connect(workers=1) as lazy:
        yield started(lazy)


def listeners() -> set[tuple[int, int, str]]:
    """Process, port and address of all that this process and its children listen at."""
    found = set()
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            for one in process.net_connections("tcp"):
                if one.status == psutil.CONN_LISTEN:
                    found.add((process.pid, one.laddr.port, one.laddr.ip))
    return found


def dask_ports(client: Client) -> list[int]:
    """Ports of the scheduler, the nannies and the workers."""
    workers = client.scheduler_info()["workers"]
    addresses = [address_of(client), *workers, *[one["nanny"] for one in workers.values()]]
    return [int(address.rsplit(":", 1)[1]) for address in addresses]


async def ask(address: str, security: Security) -> object:
    comm = await comm_connect(address, timeout=5, **security.get_connection_args("client"))
    try:
        await comm.write({"op": "identity", "reply": True})
        return await asyncio.wait_for(comm.read(), 5)
    finally:
        comm.abort()


def test_workers_look_for_unused_objects_seldom(client: Client) -> None:
    assert client.submit(gc.get_threshold).result() == GARBAGE


def test_all_listeners_are_on_loopback(client: Client) -> None:
    found = listeners() - EARLIER
    assert set(dask_ports(client)) <= {port for _, port, _ in found}
    assert {address for _, _, address in found} <= {"127.0.0.1", "::1"}


def test_a_connection_without_the_runs_key_is_refused(client: Client) -> None:
    assert address_of(client).startswith("tls://127.0.0.1:")
    stranger = Security.temporary()
    for port in dask_ports(client):
        for address, security in (
            (f"tcp://127.0.0.1:{port}", Security()),
            (f"tls://127.0.0.1:{port}", stranger),
        ):
            with pytest.raises((OSError, ssl.SSLError, asyncio.TimeoutError)):
                asyncio.run(ask(address, security))
    # The same question is answered where the key is right: the test asks as it should.
    answer = asyncio.run(ask(address_of(client), client.security))
    assert isinstance(answer, dict)
    assert answer["type"] == "Scheduler"


def test_the_keys_are_in_no_file_and_no_argument(client: Client) -> None:
    key = client.security.tls_client_key
    assert "PRIVATE KEY" in key
    line = key.splitlines()[3]
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        assert line not in " ".join(process.cmdline())
    scratch = Path(dask.config.get("temporary-directory"))
    assert all(line not in f.read_text(errors="replace") for f in files_below(scratch))


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_scratch_folder_is_the_users_alone_and_goes_with_the_run() -> None:
    with connect(workers=1) as lazy:
        client = started(lazy)
        scratch = Path(dask.config.get("temporary-directory"))
        assert stat.S_IMODE(scratch.stat().st_mode) == 0o700
        for process in (sys.path, client.run(lambda: sys.path).popitem()[1]):
            newest = next(one for one in process if "dask-scratch-space" in one)
            assert scratch in Path(newest).parents
    assert not scratch.exists()


def test_a_planted_scratch_folder_and_modules_in_the_current_folder_are_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shared TMPDIR with Dask's folder made before, and a vendor's folder with a pickle.py."""
    marker = tmp_path / "ran"
    here, shared = tmp_path / "delivery", tmp_path / "shared"
    folders = (here, shared / "dask-scratch-space", shared)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name in PLANTED:
            (folder / f"{name}.py").write_text(f"open({str(marker)!r}, 'a').write(__file__)\n")
    monkeypatch.chdir(here)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("TMPDIR", str(shared))
    with connect(workers=1) as lazy:
        client = started(lazy)
        assert client.submit(abs, -1).result() == 1
        found = client.run(lambda: sys.path).popitem()[1]
        client.run(lambda: __import__("colorsys"))
    assert not {"", str(here), str(shared)} & set(found)
    assert not marker.exists()


@pytest.mark.parametrize("address", ["tcp://{}", "{}", "ucx://{}", "ws://{}"])
def test_a_scheduler_without_tls_is_not_even_called_unless_asked_for_twice(address: str) -> None:
    async def answers() -> tuple[list[str], str]:
        called: list[str] = []

        async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            called.append("called")
            writer.close()

        server = await asyncio.start_server(note, "127.0.0.1", 0)
        place = address.format(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(InputError, match=r"^[^\n]+$") as refused:
            await asyncio.to_thread(lambda: connect(place, tls=Tls()).__enter__())
        server.close()
        return called, str(refused.value)

    called, said = asyncio.run(answers())
    assert called == []
    assert "is not encrypted" in said
    assert "--unencrypted" in said


def test_the_environment_allows_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Tls.find().unencrypted
    monkeypatch.setenv("HITLIST_UNENCRYPTED", "1")
    assert Tls.find().unencrypted
    monkeypatch.setenv("HITLIST_UNENCRYPTED", "0")
    assert not Tls.find().unencrypted
