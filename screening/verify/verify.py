"""Verifies a finished run: hashes, counts, records, scores, and every file made again.

A hash beside a file finds accidental changes, but a user who can write to the folder can change
both. So all that can be made again is made again: records from the library's file, scores from the
bundles, and the run's files from the scores.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.disk.bounded_read import read_regular
from chem.disk.scratch import scratch_folder
from chem.disk.ssh_signatures import signers_file
from chem.errors import InputError
from chem.features.properties import PROPERTIES
from chem.library.read import Library
from gnn.errors import ModelError
from screening.dask_cluster.lazy_client import AnyClient
from screening.dask_cluster.stage_costs import Clock
from screening.errors import (
    AccountingError,
    AlteredError,
    SchedulerLostError,
    WorkerLostError,
)
from screening.evidence.collect_evidence import Sources, collect_evidence
from screening.evidence.recheck import (
    NAMED,
    Difference,
    compare_predictions,
    compare_records,
    predict_again,
)
from screening.hits.derived_columns import LATER
from screening.hits.table import HitTable
from screening.lab.order import ADVICE, DECISION, write_decisions
from screening.lab.write import FOLDER as LAB
from screening.lab.write import ORDER
from screening.prepare.prepare import Progress
from screening.prepare.quarantine import STAGE
from screening.rank.library_records import IDENTITY
from screening.rank.structure_columns import key_text
from screening.report.last_run import insert_since, stamp_of
from screening.report.last_run_facts import FACTS, read_since
from screening.runs.past_run import PastRun
from screening.runs.plan import find_library
from screening.runs.rerank import rank_scored, rerank
from screening.runs.runfolder import SCREEN
from screening.runs.write_run import Results, publish
from screening.score.predicted_columns import prediction_columns
from screening.score.score import spans
from screening.select.decided import DECIDED_FILE, read_decided
from screening.select.lists import plan_lists, prepare_lists
from screening.storage.schema import REJECTED
from screening.storage.store import Store
from screening.verify.changed_lists import changed_lists
from screening.verify.verify_columns import same_cells, same_fields, same_plates
from screening.verify.verify_files import (
    Check,
    check_books,
    check_files,
    check_signature,
    check_stored,
)

REPORT, WORKBOOK = "report.html", "hits.xlsx"
"""The report names the versions of packages, and the workbook has pictures that RDKit draws. If
versions differ, only their hashes are checked."""
_WORDED = ("columns.csv", WORKBOOK, REPORT)
"""Files of which only the hash is checked if another version of hitlist worded them."""
SAMPLE = 1000
"""The number of records, and of scored compounds, that are made again beside the hits; they are
drawn anew each time."""


def verify_run(
    past: PastRun,
    library: Library | None,
    client: AnyClient,
    sample: int = SAMPLE,
    progress: Progress | None = None,
) -> Iterator[Check]:
    """Check all that a run's hit list depends on; yield each check when it is done.

    library: the file that was screened; None if it is not available.
    sample: the number of records that are made again, and of scored compounds.

    A check that cannot be made has that as its fault.
    """
    if signers_file() is not None:
        yield check_signature(past)
    yield check_files(past)
    stored = check_stored(past)
    yield stored
    if stored.faults:
        return  # all later checks read these files

    @cache
    def scored() -> set[int]:
        names = [item.file for item in past.scores.items]
        return draw(_rows_in(past.scores.folder, names), sample)

    looks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("counts", lambda: check_books(past)),
        ("records", lambda: check_library(past, library, sample, scored())),
        ("scores", lambda: check_scores(past, scored(), client)),
        ("hits, plates and volumes", lambda: check_made_again(past, library, client, progress)),
    )
    for what, look in looks:
        try:
            yield look()
        except (SchedulerLostError, WorkerLostError):  # says nothing about the run
            raise
        except (AccountingError, InputError, ModelError, ValueError, KeyError) as error:
            yield Check(what, "", [f"cannot be made again: {error}"])


def draw(rows: Sequence[int], sample: int) -> set[int]:
    """Draw some of these rows at random, so that they cannot be known beforehand."""
    count = min(sample, len(rows))
    return {int(row) for row in np.random.default_rng().choice(rows, count, replace=False)}


def check_library(past: PastRun, library: Library | None, sample: int, scored: set[int]) -> Check:
    """Read records of the library again, standardize them, and compare.

    scored: rows whose scores are checked; they are checked here too, so the file is read once.
    """
    if library is None:
        return Check("records", "", skipped=f"{past.no_library}; name the file with --library")
    if library.sha256 != past.prepared.sha256:
        fault = f"{library.path} is not the file that was screened: its hash differs"
        return Check("records", str(library.path), [fault])
    prepared = past.prepared
    rows = draw(range(1, prepared.rows + 1), sample) | scored
    columns = ["row", "smiles", *IDENTITY, "status", "stage", "code", *PROPERTIES]
    names = [
        name for name, first, last in spans(prepared) if any(first <= row <= last for row in rows)
    ]
    frame = _rows_of(prepared.store, names, columns, rows)
    # A record that killed its process is not tried again here. If it is not rejected or has scores,
    # somebody may have written that code to keep its structure from being checked.
    killed = (frame["stage"] == STAGE) & (frame["status"] == REJECTED) & ~frame["row"].isin(scored)
    killers = int(killed.sum())
    frame = frame[~killed]
    frame["key"] = [key_text(key) for key in frame["key"]]
    found = compare_records(frame, library)
    untried = f"; {killers:,} that stopped their process are not tried" if killers else ""
    told = f"{len(frame):,} records of {library.path}, sha256 {library.sha256[:12]}{untried}"
    return Check("records", told, _told(found))


def check_scores(past: PastRun, rows: set[int], client: AnyClient) -> Check:
    """Predict scored compounds again from their structures, and compare.

    The structures and properties in the files of scores are compared with the prepared records.
    """
    beside = ["row", "smiles", *PROPERTIES]
    columns = [*beside, *prediction_columns(past.scored_for, past.bundles)]
    store, items = past.scores.folder, past.scores.items
    scored = len(_rows_in(store, [item.file for item in items]))
    frame = _rows_of(store, [item.file for item in items], columns, rows).sort_values("row")
    smiles = frame["smiles"].tolist()
    again = predict_again(smiles, past.models, client)
    found = compare_predictions(frame, again, past.bundles)
    prepared = _rows_of(past.prepared.store, past.prepared.partitions, beside, rows)
    found += _compare_beside(frame[beside], prepared.set_index("row").loc[frame["row"]])
    bundles = ", ".join(f"{one.card.name} {one.sha256[:12]}" for one in past.bundles)
    told = f"{len(frame):,} of {scored:,} scored compounds predicted again by {bundles}"
    check = Check("scores", told, _told(found))
    if past.triage is None and scored != past.prepared.accepted:
        check.faults.append(
            f"{past.prepared.accepted:,} compounds were accepted, but {scored:,} were scored"
        )
    return check


def _compare_beside(scored: pd.DataFrame, prepared: pd.DataFrame) -> list[Difference]:
    """Compare the structures and properties of scored rows with those of the prepared records."""
    return [
        Difference(f"row {row}", name, str(found), str(expected))
        for name in prepared.columns
        for row, found, expected in zip(scored["row"], scored[name], prepared[name], strict=True)
        if found != expected
    ]


def check_made_again(
    past: PastRun, library: Library | None, client: AnyClient, progress: Progress | None
) -> Check:
    """Rank the scores again, and compare every file with that of the run."""
    check = Check("hits, plates and volumes", "")
    recorded = read_decided(past.folder, past.run.manifest.files.get(DECIDED_FILE))
    past = replace(past, decided=recorded)
    lists = plan_lists(past.screen, past.prepared.extra_columns, None, find_library)
    check.faults += changed_lists(past, lists)
    if check.faults:
        return check
    prepare_lists(lists, client, progress)
    rank = rank_scored if past.run.ranks is None else rerank
    ranking = rank(past, past.screen, lists)
    try:
        sources = Sources(library, past.screen, past.bundles, past.models)  # nothing is shared
        evidence = collect_evidence(ranking.hits, sources, client, progress)
    except AlteredError as error:
        check.faults.append(str(error))
        return check
    with scratch_folder() as scratch:
        folder = scratch / past.folder.name
        folder.mkdir()
        results = Results(past.screen, past.bundles, past.prepared, ranking, evidence)
        made = publish(folder, results, Clock(), {})
        if FACTS in past.run.manifest.files:
            _insert_since(past, folder, made.table)
        names = [name for name in made.manifest.files if name != SCREEN]
        check.looked_at = f"{len(names)} files made again from the scores"
        worded = past.run.manifest.texts != made.manifest.texts
        if worded or past.run.manifest.versions != made.manifest.versions:
            hashed = _WORDED if worded else (WORKBOOK, REPORT)
            names = [name for name in names if name not in hashed]
            why = "worded by another version of hitlist" if worded else "with other versions"
            check.looked_at += f"; of {', '.join(hashed)}, {why}, only the hash is checked"
        later = _later_columns(made.table)
        compared = {
            **{name: (same_plates, set()) for name in names if name.startswith(f"{LAB}/")},
            "hits.csv": (same_cells, later),
            "hits.sdf": (same_fields, later),
            ORDER: (same_cells, {*ADVICE, *DECISION}),
        }
        for name in names:
            before, after = past.folder / name, folder / name
            same = before.is_file() and before.read_bytes() == after.read_bytes()
            if not same and worded and name in compared and before.is_file():
                compare, lacked = compared[name]
                same = compare(before, after, lacked)
            if not same:
                check.faults.append(f"{name} does not follow from the scores and the screen")
    return check


def _insert_since(past: PastRun, made: Path, table: HitTable) -> None:
    """Put the section on the last run, and the decisions, into files that were made again.

    Both are taken from the run's facts.

    The last run may be gone by now. Raises InputError if the facts are not those of the run.
    """
    try:
        content = read_regular(past.folder / FACTS)
    except OSError as error:
        raise InputError(f"{FACTS} cannot be read ({error.strerror or error})") from None
    if sha256(content).hexdigest() != past.run.manifest.files[FACTS]:
        raise InputError(f"{FACTS} is not what the run wrote")
    stamp = stamp_of(past.run.run_id, past.run.manifest)
    since, report = read_since(content), made / REPORT
    page = insert_since(report.read_text(encoding="utf-8"), since, stamp, table)
    report.write_text(page, encoding="utf-8")
    if since.order_cells:
        write_decisions(made / ORDER, since.order_cells)


def _later_columns(table: HitTable) -> set[str]:
    """Return the columns of a hit list that runs of an earlier version lack."""
    molar = {one.name for one in table.derived if one.figures is not None}
    return {one.name for one in table.columns if one.group in LATER} | molar


def _rows_in(store: Store, names: Sequence[str]) -> list[int]:
    """Return the rows of all these files."""
    return [row for name in names for row in store.read_table(name, ["row"])["row"].to_pylist()]


def _rows_of(
    store: Store, names: Sequence[str], columns: Sequence[str], rows: set[int]
) -> pd.DataFrame:
    """Read columns of some rows; only these rows are kept in memory."""
    wanted = pa.array(sorted(rows), pa.int64())
    tables = (store.read_table(name, columns) for name in names)
    found = [table.filter(pc.is_in(table["row"], wanted)) for table in tables]
    return pa.concat_tables(found).to_pandas() if found else pd.DataFrame(columns=list(columns))


def _told(differences: Sequence[Difference]) -> list[str]:
    told = [str(one) for one in differences[:NAMED]]
    return told + ([f"and {len(differences) - NAMED:,} more"] if differences[NAMED:] else [])


def faults_of(checks: list[Check]) -> InputError | None:
    """Return the error with which a verification ends; None if all checks passed."""
    failed = [check.what for check in checks if check.faults]
    skipped = [check for check in checks if check.skipped]
    if not failed and skipped:
        return InputError(f"{skipped[0].what} were not checked: {skipped[0].skipped}")
    if not failed:
        return None
    return AlteredError(
        f"checks that failed: {', '.join(failed)}; do not order or dispense from this run"
    )
