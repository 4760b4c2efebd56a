"""Runs a chemistry process, which prepares records for its owner and may die at any molecule.

RDKit holds the interpreter while it works, so no thread and no Python signal handler can stop it;
the kernel can. Before each molecule a timer of CPU time is started, whose signal has its default
action: it ends the process. The timer counts CPU time and not elapsed time, so that a busy or
sleeping machine does not change which molecules are rejected. The number of the molecule is noted
in memory that the owner shares, so that the owner knows which molecule it was.

``screening.prepare.isolation`` starts it as ``python -m screening.prepare.chemistry_process``. It
imports neither torch nor dask, so it is ready in about a second and stays near 100 MB.
"""

import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

from chem.records.records import Record
from screening.prepare.prepared_rows import prepare_records

RECORDS, READY, TABLE, ERROR = b"R", b"S", b"T", b"E"
"""Records to prepare; the process has started; an Arrow stream of rows; a Python exception."""
HEADER = struct.Struct("<cQ")
NO_MOLECULE = -1
"""The number that is noted while no molecule is being worked on."""
OUT_OF_MEMORY = 75
"""The exit status after a MemoryError."""
WARM_UP = "CC(=O)[O-].[Na+]"
"""A molecule that needs every step of standardizing, so that all tables are loaded before the first
real molecule."""


class Message(NamedTuple):
    """One message between a chemistry process and its owner."""

    kind: bytes
    body: bytes


def send(stream: BinaryIO, message: Message) -> None:
    """Write a whole message. ``stream`` is unbuffered, so that no part of it waits in a buffer."""
    stream.write(HEADER.pack(message.kind, len(message.body)) + message.body)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    """Wait for a message and return it; None if the other end is gone."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, size = HEADER.unpack(header)
    body = stream.read(size)
    return Message(kind, body) if len(body) == size else None


def pack_records(records: Sequence[Record]) -> bytes:
    """Pack records into bytes; plain tuples take a third of the time of named ones."""
    return pickle.dumps([tuple(record) for record in records], protocol=5)


_to_record: Callable[[tuple[Any, ...]], Record] = partial(tuple.__new__, Record)
"""``Record._make`` without its check of the length, which takes half of its time."""


def unpack_records(packed: bytes) -> list[Record]:
    """Unpack records from the bytes of ``pack_records``."""
    return list(map(_to_record, pickle.loads(packed)))


def main(note: int, seconds: float, headroom: int) -> None:
    """Answer messages with records until the owner is gone.

    Args:
        note: The file descriptor of eight bytes that the owner shares.
        seconds: The CPU seconds that one molecule may take.
        headroom: The bytes of address space that may be used beyond those in use at the start.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner handles Ctrl-C
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Messages have their own descriptors, so that the output of RDKit does not get between them.
    with (
        open(os.dup(0), "rb") as source,
        open(os.dup(1), "wb") as sink,
        open(os.devnull, "r+b") as nothing,
        mmap(note, 8) as shared,
        memoryview(shared).cast("q") as noted,
    ):
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
        start = _starter(noted, seconds)
        prepare_records([Record(0, "", "", WARM_UP, "smiles", {})])
        _rest(noted)
        _limit_memory(headroom)
        os.dup2(nothing.fileno(), 2)  # until here, stderr tells the owner why it cannot start
        send(sink, Message(READY, b""))
        while (message := receive(source)) is not None:
            kind, body = message
            assert kind == RECORDS
            try:
                answer = Message(TABLE, _to_bytes(prepare_records(unpack_records(body), start)))
            except MemoryError:
                os._exit(OUT_OF_MEMORY)
            except Exception as error:
                answer = Message(ERROR, f"{noted[0]} {type(error).__name__}: {error}".encode())
            _rest(noted)
            send(sink, answer)


def _starter(noted: "memoryview[int]", seconds: float) -> Callable[[int], None]:
    """Return the function that is called right before each molecule."""
    owner = os.getppid()
    arm, timer, parent = signal.setitimer, signal.ITIMER_PROF, os.getppid

    def start(index: int) -> None:
        if parent() != owner:
            os._exit(0)  # no owner waits for the rest
        noted[0] = index
        arm(timer, seconds)

    return start


def _rest(noted: "memoryview[int]") -> None:
    """Stop the timer: no molecule is being worked on."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    noted[0] = NO_MOLECULE


def _limit_memory(headroom: int) -> None:
    """Limit memory to what is used now plus the headroom, if the system can do so (Linux)."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text().split()[0])
        limit = pages * resource.getpagesize() + headroom
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    except BrokenPipeError:
        os._exit(0)  # the owner is gone
