"""Another user of the machine while a real ``hitlist screen`` runs: nothing answers, nothing opens.

Needs root, to be another user (uid 65534) beside the run.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from gnn.bundle.bundle import Bundle
from screening.objective.screen_file import dump_screen
from screening.objective.screen_settings import Screen

PROGRAM = Path(sys.executable).with_name("hitlist")
NOBODY = 65534
PLANTED = (
    *("chem", "data", "gnn", "screening", "flows", "pickle", "pip", "numpy", "random", "json"),
    *("torch", "dask", "distributed", "rdkit", "pandas", "ssl", "sitecustomize", "usercustomize"),
)
pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")

ATTACK = """
import asyncio, faulthandler, json, os, socket, sys
from distributed import Security
from distributed.comm import connect

told = json.loads(sys.stdin.read())
faulthandler.dump_traceback_later(240, exit=True)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
async def ask(address, security):
    comm = await connect(address, timeout=2, **security.get_connection_args("client"))
    try:
        await comm.write({"op": "identity", "reply": True})
        return await comm.read()
    finally:
        comm.abort()

answered, opened, told_plain = [], [], []
PAGES = ("/", "/status", "/info/main/workers.html", "/json/identity.json", "/metrics", "/health")
for port in told["ports"]:
    for scheme, security in (("tcp", Security()), ("tls", Security.temporary())):
        try:
            asyncio.run(asyncio.wait_for(ask(f"{scheme}://127.0.0.1:{port}", security), 4))
        except (OSError, ValueError, asyncio.TimeoutError):
            continue
        answered.append((scheme, port))
    for page in PAGES:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
            try:
                plain.sendall(f"GET {page} HTTP/1.0\\r\\n\\r\\n".encode())
                told_plain.append(plain.recv(4096).decode("latin1"))
            except OSError:
                pass
for path in told["paths"]:
    for look in (os.listdir, lambda path: open(path, "rb").read(1), lambda path: open(path, "ab"),
                 lambda path: open(os.path.join(path, "planted"), "wb")):
        try:
            look(path)
        except OSError:
            continue
        opened.append(path)
print(json.dumps({"uid": os.getuid(), "answered": answered, "plain": told_plain, "opened": opened}))
"""


class Held(NamedTuple):
    """A run that waits: the process that does its chemistry is stopped."""

    process: subprocess.Popen[str]
    stopped: psutil.Process
    folder: Path
    """Its temporary files, its cache and its run are below."""
    marker: Path
    """Written by any planted module that runs."""

    @property
    def family(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def ports(self) -> set[int]:
        """All that the run's processes listen at."""
        found = set()
        for one in self.family:
            with suppress(psutil.NoSuchProcess):
                found |= {
                    at.laddr.port
                    for at in one.net_connections("tcp")
                    if at.status == psutil.CONN_LISTEN
                }
        return found


def plant(folder: Path, marker: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in PLANTED:
        path = folder / f"{name}.py"
        path.write_text(f"open({str(marker)!r}, 'a').write(__file__)\n")
        os.chown(path, NOBODY, NOBODY)
    os.chown(folder, NOBODY, NOBODY)


def wait_for_chemist(process: subprocess.Popen[str]) -> psutil.Process:
    """Wait until the process that does the chemistry is there, and stop it."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        with suppress(psutil.NoSuchProcess):
            for one in psutil.Process(process.pid).children(recursive=True):
                if "screening.prepare.chemistry_process" in one.cmdline():
                    one.suspend()
                    return one
        time.sleep(0.02)
    raise AssertionError("no chemistry began")


@pytest.fixture(scope="module")
def held(small_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """A run under the umask 077, in a folder and with a TMPDIR of somebody else's."""
    folder = tmp_path_factory.mktemp("other-user")
    for one in (folder, *folder.parents):
        if one.stat().st_uid == os.getuid() and one not in (Path("/"), Path("/tmp")):
            one.chmod(0o755)  # the way there is open to all
    marker, shared = folder / "ran", folder / "shared"
    for place in (folder / "delivery", shared / "dask-scratch-space", shared):
        plant(place, marker)
    marker.touch()
    marker.chmod(0o666)
    shared.chmod(0o1777)
    (folder / "mine").mkdir(mode=0o755)
    library = folder / "mine/library.csv"
    rows = [f"id {at},{'C' * (1 + at % 20)}Oc1ccccc1{'C' * (at // 20)}" for at in range(60)]
    library.write_text("\n".join(["compound_id,smiles", *rows]) + "\n")
    screen = {
        "name": "held",
        "title": "Held",
        "library": str(library),
        "bundles": [str(small_bundle.path)],
        "hits": 5,
        "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
    }
    (folder / "mine/screen.toml").write_text(dump_screen(Screen.model_validate(screen)))
    words = ["screen", folder / "mine/screen.toml", "--out", folder / "mine/run", "--workers", "1"]
    own = {"TMPDIR": str(shared), "HITLIST_CACHE": str(folder / "mine/cache")}
    process = subprocess.Popen(
        [str(PROGRAM), *map(str, words)],
        cwd=folder / "delivery",
        env={**os.environ, **own},
        umask=0o077,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Held(process, wait_for_chemist(process), folder, marker)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def attack(ports: Sequence[int], paths: Sequence[Path]) -> dict[str, Any]:
    """Try, as another user, to ask every port and to open every path."""
    told = json.dumps({"ports": sorted(ports), "paths": sorted(map(str, paths))})
    done = subprocess.run(
        [sys.executable, "-c", ATTACK], input=told, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["uid"] == NOBODY
    return found


def private(held: Held) -> list[Path]:
    """What the run made or has, by the paths that another user could try."""
    mine = [held.folder / "mine/run", held.folder / "mine/cache"]
    mine += [one for one in (held.folder / "shared").iterdir() if one.name.startswith("hitlist-")]
    mine += [path for folder in mine for path in folder.rglob("*")]
    for one in held.family:
        mine += [Path(f"/proc/{one.pid}/{name}") for name in ("environ", "mem", "fd", "cwd")]
    return mine


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_another_user_gets_no_answer_and_no_file(held: Held) -> None:
    ports, paths = held.ports(), private(held)
    assert len(ports) >= 3  # a scheduler, a nanny and a worker
    names = {path.name for path in paths}
    assert {"run", "cache", "environ"} <= names
    assert any("dask-scratch-space" in str(path) for path in paths)
    found = attack(list(ports), paths)
    assert found["answered"] == []
    assert found["opened"] == []
    pages = [said for said in found["plain"] if "HTTP" in said]
    assert all(said.startswith("HTTP/1.1 404 ") and len(said) < 300 for said in pages)
    assert not [said for said in found["plain"] if "identity" in said or "Scheduler" in said]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_run_ends_well_and_nothing_planted_ran(held: Held) -> None:
    held.stopped.resume()
    said = held.process.communicate(timeout=400)
    assert held.process.returncode == 0, said
    assert (held.folder / "mine/run/hits.csv").is_file()
    assert held.marker.read_text() == ""
    found = attack([], [held.folder / "mine/run", *(held.folder / "mine/run").rglob("*")])
    assert found["opened"] == []
    left = {path.name for path in (held.folder / "shared").iterdir()}
    assert left == {"dask-scratch-space", *(f"{name}.py" for name in PLANTED)}
