"""Prepares many records in a separate process, and rejects the molecules that stop it.

Records are sent in slices. If the process dies during a slice, the molecule that was being worked
on is the suspect. If it took too much CPU time, it is rejected at once. For any other cause (a
crash, memory, the system's own killer) the molecule may not be at fault, so it is tried alone in a
fresh process and rejected only if that process dies as well. So the decision does not depend on
what the process had done before. If there is no suspect, or if the suspect is not at fault, the
slice is halved until the molecule at fault is found.
"""

import atexit
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import pyarrow as pa

from chem.records.records import Failure, Record
from screening.prepare.chemistry_process import pack_records, unpack_records
from screening.prepare.isolation import CRASHED, TIMED_OUT, Chemist, ChemistryError, Death
from screening.prepare.prepared_location import Limits
from screening.prepare.prepared_rows import prepare_records
from screening.storage.schema import SCHEMA

SLICE = 256
"""Records in a message: a tenth of a second of work, which is what a death can cost."""
STAGE = "isolate"

_idle: dict[Limits, list[Chemist]] = {}
"""Processes that wait for work; they are kept for as long as this process lives."""


def pack_slices(records: Iterable[Record]) -> Iterator[bytes]:
    """Pack records for ``prepare_apart``, a slice whenever the next one is asked for."""
    source = iter(records)
    while some := list(islice(source, SLICE)):
        yield pack_records(some)


def prepare_apart(slices: Iterable[bytes], limits: Limits) -> pa.Table:
    """Do what ``prepare_records`` does, in a separate process.

    A record that stops the process is rejected: stage ``isolate``, code ``timed_out``,
    ``out_of_memory`` or ``crashed``. Raises ChemistryError if processes do not start, or if they
    die before they work on any record.
    """
    with _chemist(limits) as chemist:
        tables = [table for packed in slices for table in _prepare(chemist, packed)]
    # One chunk, because the file that is written must not depend on the slices.
    return pa.concat_tables([SCHEMA.empty_table(), *tables]).combine_chunks()


@contextmanager
def _chemist(limits: Limits) -> Iterator[Chemist]:
    """Give an idle or new chemistry process of this process; each thread has another one."""
    idle = _idle.setdefault(limits, [])
    try:
        chemist = idle.pop()
    except IndexError:
        chemist = Chemist(limits)
    try:
        yield chemist
    except BaseException:
        chemist.close()  # it may be answering
        raise
    idle.append(chemist)


@atexit.register
def close_chemists() -> None:
    """End all processes that wait for work."""
    for idle in _idle.values():
        while idle:
            idle.pop().close()


if hasattr(os, "register_at_fork"):  # not on Windows
    # A fork must not share its parent's processes: each would read the other's answers.
    os.register_at_fork(after_in_child=_idle.clear)


def _prepare(chemist: Chemist, packed: bytes) -> Iterator[pa.Table]:
    """Yield the rows of packed records, in order."""
    found = chemist.ask(packed)
    if not isinstance(found, Death):
        yield found
        return
    pieces = deque(_divide(chemist, unpack_records(packed), found))
    while pieces:
        piece = pieces.popleft()
        if isinstance(piece, pa.Table):
            yield piece
        elif piece:
            found = chemist.ask(pack_records(piece))
            rest = _divide(chemist, piece, found) if isinstance(found, Death) else [found]
            pieces.extendleft(reversed(rest))


def _divide(
    chemist: Chemist, records: list[Record], death: Death
) -> "list[pa.Table | list[Record]]":
    """Divide records at which a process died into finished rows and records to try again."""
    suspect = death.suspect
    if suspect is not None and death.code != TIMED_OUT:
        alone = _try_alone(chemist, records[suspect])
        if isinstance(alone, Death):
            death = alone
        elif len(records) == 1:
            return [alone]
        else:
            suspect = None
    if suspect is not None:
        convict = _quarantine(records[suspect], death)
        return [records[:suspect], convict, records[suspect + 1 :]]
    if len(records) > 1:
        middle = len(records) // 2
        return [records[:middle], records[middle:]]
    alone = _try_alone(chemist, records[0])
    if isinstance(alone, Death):
        if alone.suspect is None and alone.code == CRASHED:
            raise ChemistryError(f"chemistry processes die before they work: {alone.detail}")
        alone = _quarantine(records[0], alone)
    return [alone]


def _try_alone(chemist: Chemist, record: Record) -> pa.Table | Death:
    chemist.close()  # the next request starts a fresh process
    return chemist.ask(pack_records([record]), closely=True)


def _quarantine(record: Record, death: Death) -> pa.Table:
    problem = Failure(STAGE, death.code, death.detail)
    return prepare_records([record._replace(problem=problem)])
