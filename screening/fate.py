"""What became of one record in a run: told by the run's own files, as long as they are its own."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from io import TextIOWrapper
from typing import Any

from chem.describe import PROPERTIES
from screening.errors import StoreError
from screening.partitions import DUPLICATES
from screening.past import PastRun
from screening.records import REJECTED
from screening.runfolder import SCREEN, RunFolder

HITS, PASSED_OVER = "hits.csv", "passed_over.csv"
_LAST = {
    "": "scored, and behind the last hit",
    HITS: "scored",
    PASSED_OVER: "scored, and not among the hits",
}
"""Of compounds that nothing kept off the list, by the first file that cannot be believed."""


class _ChangedError(Exception):
    """A file of a run is not as the run wrote it."""


def tell_fate(past: PastRun, record: Mapping[str, Any], taken_by: Sequence[str]) -> str:
    """Tell what became of a record, in a sentence.

    record: of the prepared library. taken_by: filters of the run's screen that take it.

    ``hits.csv`` and ``passed_over.csv`` are believed if they have the hash of the manifest. If
    one that is asked was changed or is gone, the sentence says so, and what is known without it.
    """
    row, smiles = int(record["row"]), str(record["smiles"])
    if record["status"] == REJECTED:
        return f"rejected: {record['stage']}/{record['code']}: {record['detail']}"
    pairs = past.prepared.store.read_table(DUPLICATES).to_pydict()
    first = dict(zip(pairs["row"], pairs["first_row"], strict=True)).get(row)
    if first is not None:
        return f"a duplicate of row {first:,}, which stands for it"
    lost = {}
    for name, words in ((HITS, "hit {rank}"), (PASSED_OVER, "passed over: {why}")):
        try:
            for line in _lines(past.run, name):
                if line["row"] == str(row) if "row" in line else line["smiles"] == smiles:
                    return words.format(**line)
        except _ChangedError as error:
            lost[name] = f"{name} {error}"
    known = _by_scores(past, row, taken_by) or _LAST[next(iter(lost), "")]
    if not lost:
        return known
    again = f"`hitlist rank --run {past.folder} --screen {past.folder / SCREEN}` writes it anew"
    return f"{known} ({' and '.join(lost.values())}, so its place is not known; {again})"


def _by_scores(past: PastRun, row: int, taken_by: Sequence[str]) -> str:
    """Tell what kept an accepted compound off the list; ``""`` where nothing did."""
    try:
        scored = past.triage is None or row in past.triage.rows
    except StoreError as error:
        return f"accepted; whether it was scored is not known: {error}"
    if taken_by and (scored or taken_by[0].split("_", 1)[1] in PROPERTIES):
        return f"taken by the filter {taken_by[0]}"
    if not scored:
        return f"set aside by the triage for {past.scored_for.name}: not promising enough"
    return ""


def _lines(run: RunFolder, name: str) -> Iterator[dict[str, str]]:
    """Yield the lines of a file of the run, none if it wrote no such file.

    Raises _ChangedError if it is not as the run wrote it.
    """
    wanted = run.manifest["files"].get(name)
    if wanted is None:
        return
    csv.field_size_limit(1 << 30)  # a vendor's field may be long
    try:
        with (run.folder / name).open("rb") as file:
            if file_digest(file, "sha256").hexdigest() != wanted:
                raise _ChangedError("was changed since the run")
            file.seek(0)
            with TextIOWrapper(file, encoding="utf-8", newline="") as text:
                yield from csv.DictReader(text)
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else error.strerror
        raise _ChangedError(reason) from None
