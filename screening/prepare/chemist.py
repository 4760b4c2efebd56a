"""A chemistry process: prepares records for its owner, and may be killed at any molecule.

RDKit holds the interpreter while it works, so no thread and no Python signal handler can stop it.
What stops it is the kernel: before each molecule a timer of CPU time is armed whose signal is left
at its default action, which is to end the process. CPU time and not time by the clock, so that a
busy or sleeping machine does not change which molecules are taken out. The number of the molecule
is noted in memory that the owner sees, so that it knows which one it was.

Started by ``screening.prepare.isolation`` as ``python -m screening.prepare.chemist``. It imports no
torch and no dask: it is ready in about a second and stays near 100 MB.
"""

import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from mmap import mmap
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from chem.records.records import Record
from screening.prepare.records import prepare_records

RECORDS, READY, TABLE, ERROR = b"R", b"S", b"T", b"E"
"""Records to prepare; the process has started; an Arrow stream of rows; a Python exception."""
HEADER = struct.Struct("<cQ")
NO_MOLECULE = -1
"""Noted while no molecule is being worked on."""
OUT_OF_MEMORY = 75
"""Exit status after a MemoryError."""
WARM_UP = "CC(=O)[O-].[Na+]"
"""Takes every step of standardizing, so that all tables are read before the first real molecule."""


class Message(NamedTuple):
    """One message."""

    kind: bytes
    body: bytes


def send(stream: BinaryIO, message: Message) -> None:
    """Write a message as a whole. ``stream`` is unbuffered, so nothing of it is kept back."""
    stream.write(HEADER.pack(message.kind, len(message.body)) + message.body)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    """Wait for a message; None when the other end is gone."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, size = HEADER.unpack(header)
    body = stream.read(size)
    return Message(kind, body) if len(body) == size else None


def pack_records(records: Sequence[Record]) -> bytes:
    """Turn records into bytes; plain tuples take a third of the time of named ones."""
    return pickle.dumps([tuple(record) for record in records], protocol=5)


def unpack_records(packed: bytes) -> list[Record]:
    """Turn bytes that we packed into records."""
    return [Record._make(fields) for fields in pickle.loads(packed)]


def main(note: int, seconds: float, headroom: int) -> None:
    """Answer messages of records until the owner is gone.

    note: file descriptor of eight bytes that the owner sees. seconds: CPU time a molecule may take.
    headroom: bytes of address space that may be used beyond what this process has at its start.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What RDKit prints must not get between the messages: they get descriptors of their own.
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
        os.dup2(nothing.fileno(), 2)  # until here it tells the owner why it cannot start
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
    """Return what is called right before each molecule."""
    owner = os.getppid()
    arm, timer, parent = signal.setitimer, signal.ITIMER_PROF, os.getppid

    def start(index: int) -> None:
        if parent() != owner:
            os._exit(0)  # nobody waits for the rest
        noted[0] = index
        arm(timer, seconds)

    return start


def _rest(noted: "memoryview[int]") -> None:
    """Stop the timer: no molecule is being worked on."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    noted[0] = NO_MOLECULE


def _limit_memory(headroom: int) -> None:
    """Refuse memory beyond what is used now and the headroom, where the system can (Linux)."""
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
