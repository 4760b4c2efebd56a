"""Verify a finished run: hashes, books, records, scores, and every file made again.

A hash beside a file finds what was changed by accident. Who may write the folder can change both.
So what can be made again is made again: records from the library's file, scores from the bundles,
and the files that were handed over from the scores.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from distributed import Client

from chem.disk.scratch import scratch_folder
from chem.disk.signatures import signers_file
from chem.errors import InputError
from chem.features.properties import PROPERTIES
from chem.library.read import Library
from gnn.errors import ModelError
from screening.cluster.stage_costs import Clock
from screening.errors import AccountingError, AlteredError
from screening.evidence.collect_evidence import collect_evidence
from screening.evidence.recheck import (
    NAMED,
    Difference,
    compare_predictions,
    compare_records,
    predict_again,
)
from screening.prepare.prepare import Progress
from screening.prepare.quarantine import STAGE
from screening.rank.scored_frames import IDENTITY
from screening.rank.structure_columns import key_text
from screening.runs.hand_over import Results, publish
from screening.runs.past_run import PastRun
from screening.runs.plan import find_library
from screening.runs.rerank import rerank
from screening.runs.runfolder import SCREEN
from screening.runs.verify_files import (
    Check,
    check_books,
    check_files,
    check_signature,
    check_stored,
)
from screening.score.predicted_columns import prediction_columns
from screening.score.score import spans
from screening.select.lists import plan_lists, prepare_lists
from screening.storage.schema import REJECTED
from screening.storage.store import Store

REPORT = "report.html"
"""Names the versions of packages, so where they differ it is held to its hash alone."""
SAMPLE = 1000
"""Records that are made again, and scored compounds, beside the hits; drawn anew each time."""


def verify_run(
    past: PastRun,
    library: Library | None,
    client: Client,
    sample: int = SAMPLE,
    progress: Progress | None = None,
) -> Iterator[Check]:
    """Look at everything a run's hit list rests on; yield each check when it is done.

    library: the file that was screened; None where it is not at hand.
    sample: records of any kind that are made again, and as many scored compounds. A check that
    cannot be made is a fault of that check.
    """
    if signers_file() is not None:
        yield check_signature(past)
    yield check_files(past)
    stored = check_stored(past)
    yield stored
    if stored.faults:
        return  # what follows would read these files

    @cache
    def scored() -> set[int]:
        names = [item.file for item in past.scores.items]
        return draw(_rows_in(past.scores.folder, names), sample)

    looks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("books", lambda: check_books(past)),
        ("records", lambda: check_library(past, library, sample, scored())),
        ("scores", lambda: check_scores(past, scored(), client)),
        ("hits, plates and volumes", lambda: check_made_again(past, library, client, progress)),
    )
    for what, look in looks:
        try:
            yield look()
        except (AccountingError, InputError, ModelError, ValueError, KeyError) as error:
            yield Check(what, "", [f"cannot be made again: {error}"])


def draw(rows: Sequence[int], sample: int) -> set[int]:
    """Draw some of these rows at random: nobody knows beforehand which."""
    count = min(sample, len(rows))
    return {int(row) for row in np.random.default_rng().choice(rows, count, replace=False)}


def check_library(past: PastRun, library: Library | None, sample: int, scored: set[int]) -> Check:
    """Read records of the library again, standardize them, and compare.

    scored: rows that are looked at too, because their scores are: the file is read once.
    """
    if library is None:
        why = "the library's file is not at hand; name it with --library"
        return Check("records", "", skipped=why)
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
    # A record that killed its process is not tried again here. It was rejected and has no scores,
    # or the word was written there to keep its structure from being looked at.
    killed = (frame["stage"] == STAGE) & (frame["status"] == REJECTED) & ~frame["row"].isin(scored)
    killers = int(killed.sum())
    frame = frame[~killed]
    frame["key"] = [key_text(key) for key in frame["key"]]
    found = compare_records(frame, library)
    untried = f"; {killers:,} that ended their process are not tried" if killers else ""
    told = f"{len(frame):,} records of {library.path}, sha256 {library.sha256[:12]}{untried}"
    return Check("records", told, _told(found))


def check_scores(past: PastRun, rows: set[int], client: Client) -> Check:
    """Predict scored compounds again, from their structures, and compare what lies beside.

    Structures and properties are compared with the prepared records of these rows.
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
            f"{past.prepared.accepted:,} compounds were accepted, {scored:,} scored"
        )
    return check


def _compare_beside(scored: pd.DataFrame, prepared: pd.DataFrame) -> list[Difference]:
    """Compare what lies beside scores with the prepared records of the same rows."""
    return [
        Difference(f"row {row}", name, str(found), str(expected))
        for name in prepared.columns
        for row, found, expected in zip(scored["row"], scored[name], prepared[name], strict=True)
        if found != expected
    ]


def check_made_again(
    past: PastRun, library: Library | None, client: Client, progress: Progress | None
) -> Check:
    """Rank the scores again, and compare every file with what the run handed over."""
    check = Check("hits, plates and volumes", "")
    lists = plan_lists(past.screen, past.prepared.extra_columns, None, find_library)
    prepare_lists(lists, client, progress)
    ranking = rerank(past, past.screen, lists)
    try:
        evidence = collect_evidence(
            ranking.hits, library, past.screen, past.bundles, past.models, client, progress
        )
    except AlteredError as error:
        check.faults.append(str(error))
        return check
    with scratch_folder() as scratch:
        folder = scratch / past.folder.name
        folder.mkdir()
        results = Results(past.screen, past.bundles, past.prepared, ranking, evidence)
        made = publish(folder, results, Clock(), {})
        names = [name for name in made.manifest.files if name != SCREEN]
        check.looked_at = f"{len(names)} files made again from the scores"
        if past.run.manifest.versions != made.manifest.versions:
            names.remove(REPORT)
            check.looked_at += (
                f"; {REPORT}, of other versions of packages, is held to its hash alone"
            )
        for name in names:
            before = past.folder / name
            if not before.is_file() or before.read_bytes() != (folder / name).read_bytes():
                check.faults.append(f"{name} is not what the scores and the screen give")
    return check


def _rows_in(store: Store, names: Sequence[str]) -> list[int]:
    """Return the rows that files hold."""
    return [row for name in names for row in store.read_table(name, ["row"])["row"].to_pylist()]


def _rows_of(
    store: Store, names: Sequence[str], columns: Sequence[str], rows: set[int]
) -> pd.DataFrame:
    """Read columns of some rows; of each file no others are held."""
    wanted = pa.array(sorted(rows), pa.int64())
    tables = (store.read_table(name, columns) for name in names)
    found = [table.filter(pc.is_in(table["row"], wanted)) for table in tables]
    return pa.concat_tables(found).to_pandas() if found else pd.DataFrame(columns=list(columns))


def _told(differences: Sequence[Difference]) -> list[str]:
    told = [str(one) for one in differences[:NAMED]]
    return told + ([f"and {len(differences) - NAMED:,} more"] if differences[NAMED:] else [])


def faults_of(checks: list[Check]) -> InputError | None:
    """Return the error that a verification ends with; None where all held."""
    failed = [check.what for check in checks if check.faults]
    skipped = [check for check in checks if check.skipped]
    if not failed and skipped:
        return InputError(f"{skipped[0].what} were not looked at: {skipped[0].skipped}")
    if not failed:
        return None
    return AlteredError(f"{', '.join(failed)} did not hold: do not order or dispense from this run")
