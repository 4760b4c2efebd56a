"""Two people, one cache: what one prepared the other reads, and the group's rights are enough."""

import csv
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from screening.prepare.prepared import SUMMARY
from screening.storage.ledger import LEDGER

ROOT = Path(__file__).parents[2]
ANN, BOB, TEAM = 65533, 65534, 65532
"""Users of the tests alone; no account has to exist."""

pytestmark = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0 or shutil.which("setpriv") is None,
    reason="only root may act as two other users, by setpriv",
)
PREPARE = """
import sys
from chem.errors import InputError
from flows.planning.planning import plan_preparation
from screening.dask_cluster.cluster import connect
from screening.prepare.prepare import prepare_library

if __name__ == "__main__":
    try:
        plan = plan_preparation(sys.argv[1])
        with connect(workers=1) as client:
            prepare_library(plan.library, plan.folder, client, store=plan.store)
    except InputError as error:
        sys.exit(str(error))
"""
"""What a screen and the flow ``prepare`` do first."""
Prepare = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that both users may enter, which pytest's own are not."""
    with TemporaryDirectory(prefix="hitlist-shared-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def cache(shared: Path) -> Path:
    """The group's folder: what is made in it is the group's too."""
    folder = shared / "cache"
    folder.mkdir()
    os.chown(folder, ANN, TEAM)
    folder.chmod(0o2775)
    return folder


@pytest.fixture
def prepare(shared: Path, cache: Path) -> Prepare:
    """Prepare a library in the cache as one of the users."""

    def run(user: int, rows: int = 40, umask: int = 0o002) -> subprocess.CompletedProcess[str]:
        home, library = shared / f"home-{user}", shared / f"library-{rows}.csv"
        if not home.exists():
            home.mkdir()
            os.chown(home, user, user)
        with library.open("w", newline="") as file:
            csv.writer(file).writerows([["id", "smiles"], *([n, "C" * n] for n in range(1, rows))])
        return subprocess.run(
            [
                *("setpriv", f"--reuid={user}", f"--regid={user}", f"--groups={TEAM}"),
                # They may read all, for a Python that lies in the home of root, and write nothing.
                *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
                *(sys.executable, "-c", PREPARE, str(library)),
            ],
            umask=umask,
            cwd=home,
            env=os.environ
            | {"HITLIST_CACHE": str(cache), "HOME": str(home), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _state(folder: Path) -> dict[str, tuple[int, int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_uid, path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


def _modes(folder: Path) -> tuple[set[int], set[int]]:
    """Modes of the files and of the folders below one."""
    found: tuple[set[int], set[int]] = set(), set()
    for path in folder.rglob("*"):
        found[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode))
    return found


@pytest.mark.slow
def test_what_one_prepared_the_other_reads_without_a_write(prepare: Prepare, cache: Path) -> None:
    first = prepare(ANN, umask=0o027)
    assert first.returncode == 0, first.stderr
    before = _state(cache)
    assert {user for _, user, _ in before.values()} == {ANN}
    assert _modes(cache) == ({0o640}, {0o2750})  # the users here may read all; others may not
    second = prepare(BOB, umask=0o027)
    assert second.returncode == 0, second.stderr
    assert _state(cache) == before


@pytest.mark.slow
def test_each_prepares_libraries_of_his_own_and_goes_on_with_the_others(
    prepare: Prepare, cache: Path
) -> None:
    assert prepare(ANN).returncode == 0
    assert prepare(BOB, rows=30).returncode == 0
    folders = sorted((cache / "prepared").iterdir())
    assert {folder.stat().st_uid for folder in folders} == {ANN, BOB}
    assert _modes(cache) == ({0o664}, {0o2775})
    for folder in folders:
        assert folder.stat().st_gid == TEAM
        assert folder.stat().st_mode & stat.S_ISGID
        whole = (folder / SUMMARY).read_bytes()
        (folder / SUMMARY).unlink()  # as if its run had been killed just before the end
        other, rows = (BOB, 40) if folder.stat().st_uid == ANN else (ANN, 30)
        answer = prepare(other, rows=rows)
        assert answer.returncode == 0, answer.stderr
        assert (folder / SUMMARY).read_bytes() == whole


@pytest.mark.slow
def test_what_another_user_left_unfinished_is_told_in_one_line(
    prepare: Prepare, cache: Path
) -> None:
    """Under a umask that keeps the group out."""
    assert prepare(ANN, umask=0o022).returncode == 0
    (folder,) = (cache / "prepared").iterdir()
    (folder / SUMMARY).unlink()
    before = _state(cache)
    answer = prepare(BOB, umask=0o022)
    assert answer.returncode == 1
    (line,) = answer.stderr.strip().splitlines()
    assert "cannot be written (Permission denied)" in line
    assert "HITLIST_CACHE" in line
    assert "Traceback" not in answer.stderr
    assert _state(cache) == before
    assert (folder / LEDGER).exists()
