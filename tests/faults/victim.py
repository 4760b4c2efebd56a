"""A process that starts runs which are killed: each one a fork, so that it starts at once.

``python -m tests.faults.victim`` reads jobs from its input, one JSON line each: the folder, the
number of the change at which the run kills itself (0: at none) and whether before or after it. It
answers with the number of the process, and with its exit status when it is gone.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
MARK = "HITLIST_TEST_MARK"
"""In the environment of a victim and of every process that comes of it."""


class Victim:
    """The process that forks, seen by a test."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, MARK: self.mark, "PYTHONPATH": str(ROOT)},  # also where -P is set
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def start(self, home: Path, at: int = 0, when: str = "before") -> int:
        """Start a run; returns the number of its process."""
        assert self._process.stdin is not None
        job = {"home": str(home), "at": at, "when": when}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def wait(self) -> int:
        """Return how the run ended: its exit status, or the negative number of its signal."""
        return int(self._answer())

    def others(self) -> set[int]:
        """Return the processes that came of the victim and are still there, but for itself."""
        return marked_processes(self.mark) - {self._process.pid}

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def marked_processes(mark: str) -> set[int]:
    """Return the processes that were started with a mark in their environment."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:  # it is gone, or another user's
                continue
            if f"{MARK}={mark}\0".encode() in environment:
                found.add(int(folder.name))
    return found


def main() -> None:
    """Fork for each job, and say what became of it."""
    import dask
    from distributed import Client, LocalCluster

    from tests.faults.disk import Disk, Event
    from tests.faults.small import COMMAND, at_home, command

    @contextmanager
    def one_worker(home: Path) -> Any:
        options = {"n_workers": 1, "processes": False, "dashboard_address": None}
        with (
            dask.config.set({"temporary-directory": f"{home}-dask"}),  # the test's, not the run's
            LocalCluster(threads_per_worker=1, **options) as cluster,
            Client(cluster) as client,
        ):
            yield client

    def run(job: dict[str, Any]) -> int:
        home = Path(job["home"])
        os.dup2(os.open(home / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        disk = Disk(home)

        def die(event: Event) -> None:
            if 0 < job["at"] <= disk.number:  # not every change has an "after"
                os.kill(os.getpid(), signal.SIGKILL)

        setattr(disk, job["when"], die)
        with at_home(home), one_worker(home) as client, disk.plugged_in():
            return command(client, *COMMAND).code

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                code = run(json.loads(line))
            finally:
                os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
