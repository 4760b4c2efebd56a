"""Finds the outcome of one record in a run, from the run's own files."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import file_digest
from io import TextIOWrapper
from typing import Any, BinaryIO

import pandas as pd

from chem.disk.bounded_read import open_regular
from chem.errors import HitlistError
from chem.features.properties import PROPERTIES
from chem.library.read import open_library
from chem.structure.equivalence import without_isotopes
from screening.errors import StoreError
from screening.objective.objective import beyond
from screening.objective.screen_settings import Limit
from screening.prepare.prepared import DUPLICATES
from screening.rank.library_records import why_duplicate
from screening.rank.structure_columns import SAME_BUT_ISOTOPES
from screening.report.last_run_facts import CHANGES
from screening.runs.past_run import PastRun
from screening.runs.runfolder import SCREEN, RunFolder
from screening.storage.schema import REJECTED

HITS, HITS_SDF, PASSED_OVER = "hits.csv", "hits.sdf", "passed_over.csv"
_READ = {
    HITS: {"row", "rank", "score", "smiles"},
    PASSED_OVER: {"smiles", "why"},
    CHANGES: {"change", "score_now"},
}
"""The columns that are read of each file."""
_CHANGED = {HITS: "scored", PASSED_OVER: "scored, and not among the hits"}
"""The outcome of compounds that no rule kept off the list, by the first file that was changed."""


class ChangedFileError(HitlistError):
    """A file of a run that is not as the run wrote it."""


def outcome_of(past: PastRun, record: Mapping[str, Any], taken_by: Sequence[str]) -> str:
    """Return the outcome of a record, in a sentence.

    record: the record of the prepared library.
    taken_by: the filters of the run's screen that remove it.

    The files of hits and of compounds not selected are used if they have the hash of the manifest.
    If a needed file was changed or is missing, the sentence says so, and what is known without it.
    """
    row, smiles = int(record["row"]), str(record["smiles"])
    if record["status"] == REJECTED:
        return f"rejected: {record['stage']}/{record['code']}: {record['detail']}"
    if told := _tell_duplicate(past, record):
        return told
    lost = {}
    for name, tell in ((HITS, _tell_hit), (PASSED_OVER, _tell_passed_over), (HITS, _tell_isotopes)):
        try:
            if found := tell(past.run, row, smiles):
                return found
        except ChangedFileError as error:
            lost[name] = f"{name} {error}"
    known = _by_scores(past, record, taken_by)
    if not lost:
        return known or _behind(past.run)
    known = known or _CHANGED[next(iter(lost))]
    again = f"`hitlist rank --run {past.folder} --screen {past.folder / SCREEN}` writes it again"
    return f"{known} ({' and '.join(lost.values())}, so its place is not known; {again})"


def _tell_duplicate(past: PastRun, record: Mapping[str, Any]) -> str:
    """Tell which record stands for a duplicate, and the difference; ``""`` if not a duplicate."""
    pairs = past.prepared.store.read_table(DUPLICATES, ["row", "first_row"]).to_pydict()
    row = dict(zip(pairs["row"], pairs["first_row"], strict=True)).get(record["row"])
    if row is None:
        return ""
    columns = ["compound_id", "input_smiles", "changes"]
    first = past.read_record(row, columns).to_pylist()[0]
    told = f"a duplicate of row {row:,} ({first['compound_id']}), which stands for it"
    why = why_duplicate(record, first)
    return f"{told}: {why}" if why else told


def _by_scores(past: PastRun, record: Mapping[str, Any], taken_by: Sequence[str]) -> str:
    """Tell what kept an accepted compound off the list; ``""`` if nothing did."""
    try:
        scored = past.triage is None or int(record["row"]) in past.triage.rows
    except StoreError as error:
        return f"accepted; whether it was scored is not known: {error}"
    if taken_by and (scored or taken_by[0].split("_", 1)[1] in PROPERTIES):
        return f"removed by the filter {taken_by[0]}"
    if not scored:
        # In a re-ranking, filters of the screen that scored removed some compounds before.
        earlier = past.scored_for.limits
        taken = [one for one in earlier if one.column in PROPERTIES and _takes(one, record)]
        if taken:
            return f"never scored: removed by the filter {taken[0].name} of {past.scored_for.name}"
        return f"not selected by the triage of {past.scored_for.name}"
    return ""


def _takes(limit: Limit, record: Mapping[str, Any]) -> bool:
    frame = pd.DataFrame({limit.column: [record[limit.column]]})
    return bool(beyond(frame, frame, limit)[0])


def _behind(run: RunFolder) -> str:
    """Tell where the list of hits ended before a compound that no rule kept off it."""
    selection = run.manifest.selection
    if selection is None:
        last = list(read_lines(run, HITS))[-1:]
        ended = f" (rank {last[0]['rank']}, score {last[0]['score']})" if last else ""
        return f"scored, and ranked after the last hit{ended}"
    told = f"scored, and ranked after the {selection.pool:,} from which the hits were chosen"
    if hidden := selection.not_listed:
        told += f", or one of {hidden:,} excluded compounds that {PASSED_OVER} does not list"
    return told


def _tell_hit(run: RunFolder, row: int, smiles: str) -> str:
    """Tell the rank of a hit; ``""`` for another compound.

    If ``hits.csv`` was changed, such as by saving it from a spreadsheet, ``hits.sdf`` is read.
    """
    try:
        found = [line["rank"] for line in read_lines(run, HITS) if line["row"] == str(row)]
        return f"hit {found[0]}" if found else ""
    except ChangedFileError as changed:
        path = run.folder / HITS_SDF
        with suppress(ChangedFileError), _own(run, HITS_SDF):
            hits = open_library(path) if path.stat().st_size else ()  # an empty file is no library
            found = [hit.extra.get("rank", "") for hit in hits if hit.extra.get("row") == str(row)]
            return f"hit {found[0]} (by {HITS_SDF}: {HITS} {changed})" if found else ""
        raise


def _tell_passed_over(run: RunFolder, row: int, smiles: str) -> str:
    """Tell why a compound was not selected; ``""`` if it is not in that file.

    Compounds are found by structure: no two accepted compounds share a standardized one.
    """
    lines = read_lines(run, PASSED_OVER) if PASSED_OVER in run.manifest.files else ()
    return next((f"passed over: {line['why']}" for line in lines if line["smiles"] == smiles), "")


def _tell_isotopes(run: RunFolder, row: int, smiles: str) -> str:
    """Tell that a compound differs from a hit only in isotope labels; ``""`` if it does not."""
    if not run.manifest.filtered_by_filter.get(SAME_BUT_ISOTOPES):
        return ""
    plain = without_isotopes(smiles)
    found = (
        hit["rank"] for hit in read_lines(run, HITS) if without_isotopes(hit["smiles"]) == plain
    )
    return next((f"passed over: same as hit {rank} but for isotopes" for rank in found), "")


def read_lines(run: RunFolder, name: str) -> Iterator[dict[str, str]]:
    """Yield the lines of ``hits.csv``, ``passed_over.csv`` or ``changes.csv``.

    Raises ChangedFileError if it is not as the run wrote it.
    """
    csv.field_size_limit(1 << 30)  # a vendor's field may be long
    with _own(run, name) as file, TextIOWrapper(file, encoding="utf-8", newline="") as text:
        lines = csv.DictReader(text, restval="")
        try:
            if not _READ[name] <= set(lines.fieldnames or ()):
                raise ChangedFileError("lacks columns")
            yield from lines
        except (UnicodeDecodeError, csv.Error):
            raise ChangedFileError("is not a table in UTF-8") from None


@contextmanager
def _own(run: RunFolder, name: str) -> Iterator[BinaryIO]:
    """Open a file of the run; raise ChangedFileError if it is not as the run wrote it."""
    try:
        file = open_regular(run.folder / name)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise ChangedFileError("is missing" if missing else f"({error.strerror})") from None
    with file:
        if file_digest(file, "sha256").hexdigest() != run.manifest.files.get(name):
            raise ChangedFileError("was changed since the run")
        file.seek(0)
        yield file
