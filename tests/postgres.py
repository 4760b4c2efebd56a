"""A real PostgreSQL of a test's own, from Debian's package, on a socket in a folder.

It listens on no port. Whoever starts it knows each connection by its account (peer
authentication), so there is no password.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATABASE = ROOT / "container/database.sh"
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
NO_POSTGRES = "there is no PostgreSQL on this machine: apt-get install postgresql"
ACCOUNT = "postgres"
"""Account of Debian's package; the programs refuse to run as root."""


def url_of(folder: Path, database: str = "hitlist") -> str:
    """The value of PREFECT_SERVER_DATABASE_CONNECTION_URL for a socket in a folder."""
    return f"postgresql+asyncpg://hitlist@/{database}?host={folder}"


@contextmanager
def postgres() -> Iterator[Path]:
    """Start PostgreSQL as the image of container/Dockerfile does; yields the socket's folder."""
    if PROGRAMS is None:
        pytest.skip(NO_POSTGRES)
    account = pwd.getpwnam(ACCOUNT if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name)
    folder = Path(tempfile.mkdtemp(prefix="hitlist-postgres-", dir="/tmp"))  # sockets: ≤ 107 bytes
    (folder / "data").mkdir(mode=0o700)
    os.chown(folder, account.pw_uid, account.pw_gid)
    os.chown(folder / "data", account.pw_uid, account.pw_gid)
    folder.chmod(0o755)
    own = {
        "PATH": os.environ["PATH"],
        "PGDATA": str(folder / "data"),
        "SOCKETS": str(folder),
        "OWNER": pwd.getpwuid(os.getuid()).pw_name,
    }
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["bash", "-s"],
            stdin=DATABASE.open("rb"),  # the account may not be allowed to read the checkout
            env=own,
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
        )
    try:
        end = time.monotonic() + 120
        while not _answers(folder):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        yield folder
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _answers(folder: Path) -> bool:
    words = ["psql", "-h", str(folder), "-U", "hitlist", "-c", "select 1", "hitlist"]
    return subprocess.run(words, capture_output=True).returncode == 0


def query(folder: Path, text: str) -> str:
    """The answer to a query, one line a row."""
    words = ["psql", "-h", str(folder), "-U", "hitlist", "-At", "-c", text, "hitlist"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
