"""Starts, uses and watches a chemistry process, and replaces it when it dies."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from mmap import mmap
from select import select
from tempfile import TemporaryFile
from time import monotonic
from typing import NamedTuple

import pyarrow as pa

from screening.errors import LostError
from screening.prepare.chemistry_process import (
    HEADER,
    NO_MOLECULE,
    OUT_OF_MEMORY,
    READY,
    RECORDS,
    TABLE,
    Message,
)
from screening.prepare.prepared_location import Limits

LOOK_SECONDS = 0.1
"""Seconds between two looks at the memory of a working process."""
LOOK_CLOSELY_SECONDS = 0.001
"""The same while a single molecule is tried: it can take a gigabyte in a tenth of a second."""
START_SECONDS = 300.0
"""The most elapsed seconds that a process may take to start, on a very busy machine."""
PATIENCE = 30
"""The elapsed time without a new molecule after which a process counts as stuck, in multiples of
the CPU time limit."""
BACKSTOP = 4
"""The address space beyond which the kernel refuses memory, in multiples of the memory limit, in
case the watch is late."""
TIMED_OUT, MEMORY, CRASHED = "timed_out", "out_of_memory", "crashed"


class Death(NamedTuple):
    """The death of a chemistry process, whose records were not prepared."""

    suspect: int | None
    """The position of the record that was being worked on; None if it is not known."""
    code: str
    """The reject code: ``timed_out``, ``out_of_memory`` or ``crashed``."""
    detail: str
    """The cause in one line, for a reader."""


class ChemistryError(LostError):
    """Chemistry processes that do not start, or that die without a molecule to blame."""


class Chemist:
    """One chemistry process, started when it is needed and again after each death.

    Two threads must not use it at once. End it with ``close``, or by the end of the owning process:
    an idle process then sees the end of its input; a busy one is ended by its next molecule or by
    its timer.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._at_rest = 0

    def ask(self, packed: bytes, closely: bool = False) -> pa.Table | Death:
        """Have packed records prepared; return their table, or the death that prevented it.

        closely: look at memory so often that too much memory, and a crash that follows from it,
        have the same reject code.
        """
        process = self._process or self._start()
        with suppress(BrokenPipeError):  # the process is dead: the wait below finds the cause
            _write(process, Message(RECORDS, packed))
        look = LOOK_CLOSELY_SECONDS if closely else LOOK_SECONDS
        answer = self._wait(process, self.limits.seconds * PATIENCE, look)
        if not isinstance(answer, Death) and self._is_greedy(_peak(process.pid)):
            answer = Death(None, MEMORY, self._too_much())  # too quick for the watch
        if isinstance(answer, Death):
            self.close()
            return answer
        if answer.kind == TABLE:
            return pa.ipc.open_stream(answer.body).read_all()
        place, _, error = answer.body.decode().partition(" ")
        return Death(_known(int(place)), CRASHED, " ".join(error.split()))

    @property
    def pid(self) -> int | None:
        """The process id of the running process; None if there is none."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # without effect if the process was waited for
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        self._note.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        try:
            with suppress(ChemistryError):  # it may have been killed while it started
                return self._start_process()
            return self._start_process()
        except OSError as error:
            raise ChemistryError(f"no chemistry process starts here: {error}") from error

    def _start_process(self) -> "subprocess.Popen[bytes]":
        with TemporaryFile() as note, TemporaryFile() as said:
            note.write(bytes(8))  # a hole in the file would kill this process if the disk is full
            note.flush()
            self._note = mmap(note.fileno(), 8)
            self._set_note(NO_MOLECULE)
            arguments = (note.fileno(), self.limits.seconds, self.limits.memory * BACKSTOP)
            # -P: a folder called chem in the working folder must not be imported.
            self._process = process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "screening.prepare.chemistry_process",
                    *map(str, arguments),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                bufsize=0,
                pass_fds=[note.fileno()],
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            answer = self._wait(process, START_SECONDS, LOOK_SECONDS)
            if isinstance(answer, Death):
                self.close()
                said.seek(0)
                lines = said.read().decode(errors="replace").split("\n")
                last = next((line for line in reversed(lines) if line.strip()), answer.detail)
                raise ChemistryError(f"no chemistry process starts here: {last.strip()}")
            assert answer.kind == READY
            self._at_rest = _peak(process.pid)
            return process

    def _wait(
        self, process: "subprocess.Popen[bytes]", patience: float, look: float
    ) -> Message | Death:
        """Wait for the answer, and watch the memory and the progress of the process."""
        assert process.stdout is not None
        received, wanted = bytearray(), HEADER.size
        noted, since = self._noted(), monotonic()
        while len(received) < wanted:
            if select([process.stdout], [], [], look)[0]:
                piece = os.read(process.stdout.fileno(), 1 << 20)
                if not piece:
                    return self._cause_of(process.wait())
                received += piece
                if wanted == HEADER.size <= len(received):
                    wanted += HEADER.unpack_from(received)[1]
                continue
            if self._is_greedy(_peak(process.pid)):
                return Death(self._noted(), MEMORY, self._too_much())
            if self._noted() != noted:
                noted, since = self._noted(), monotonic()
            elif monotonic() - since > patience:
                return Death(noted, TIMED_OUT, f"did not end within {patience:g} s of elapsed time")
        return Message(HEADER.unpack_from(received)[0], bytes(received[HEADER.size :]))

    def _cause_of(self, status: int) -> Death:
        """Return the cause of death of a process that closed its output."""
        if status == OUT_OF_MEMORY:
            return Death(self._noted(), MEMORY, self._too_much())
        if status == -signal.SIGPROF:
            detail = f"took more than {self.limits.seconds:g} s of CPU time"
            return Death(self._noted(), TIMED_OUT, detail)
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Death(self._noted(), CRASHED, f"ended the process that worked on it ({how})")

    def _is_greedy(self, peak: int) -> bool:
        return self._at_rest > 0 and peak - self._at_rest > self.limits.memory

    def _too_much(self) -> str:
        return f"needed more than {self.limits.memory / (1 << 20):,.0f} MiB of memory"

    def _noted(self) -> int | None:
        return _known(int.from_bytes(self._note[:8], sys.byteorder, signed=True))

    def _set_note(self, index: int) -> None:
        self._note[:8] = index.to_bytes(8, sys.byteorder, signed=True)


def _known(place: int) -> int | None:
    return None if place == NO_MOLECULE else place


def _write(process: "subprocess.Popen[bytes]", message: Message) -> None:
    assert process.stdin is not None
    left = memoryview(HEADER.pack(message.kind, len(message.body)) + message.body)
    while left:
        left = left[os.write(process.stdin.fileno(), left) :]


def _peak(pid: int) -> int:
    """Return the peak memory of a process in bytes; 0 if the system does not tell."""
    try:
        with open(f"/proc/{pid}/status", "rb", buffering=0) as file:
            status = file.read(4096)
    except OSError:
        return 0
    _, _, after = status.partition(b"VmHWM:")
    return int(after.split(maxsplit=1)[0]) * 1024 if after else 0
