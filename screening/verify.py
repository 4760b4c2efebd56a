"""Verify a finished run: hashes, books, records, scores, and every file made again.

A hash beside a file finds what was changed by accident. Who may write the folder can change both.
So what can be made again is made again: records from the library's file, scores from the bundles,
and the files that were handed over from the scores.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from distributed import Client

from chem.errors import InputError
from chem.read import Library
from screening.errors import AlteredError, StoreError
from screening.frames import IDENTITY
from screening.gather import gather_evidence
from screening.identity import key_text
from screening.judge import prediction_columns
from screening.lists import CompoundList, plan_lists, prepare_lists
from screening.meter import Clock
from screening.partitions import DUPLICATES
from screening.past import PastRun
from screening.plan import find_library
from screening.prepare import Progress
from screening.publish import publish
from screening.quarantine import STAGE
from screening.recheck import NAMED, Difference, compare_predictions, compare_records, predict_again
from screening.records import ACCEPTED, REJECTED
from screening.rerank import rerank
from screening.runfolder import MANIFEST, SCREEN
from screening.score import spans
from screening.store import Store

REPORT = "report.html"
"""Tells the time it was made, so it is held to its hash alone."""
SAMPLE = 1000
"""Compounds whose records and scores are made again, beside the hits."""
SEED = 0


@dataclass
class Check:
    """One thing that was looked at."""

    what: str
    """Such as ``files``."""
    looked_at: str
    """How much was, in words."""
    faults: list[str] = field(default_factory=list)
    """What does not hold; empty where all does."""
    skipped: str = ""
    """Why nothing was looked at."""


def verify_run(
    past: PastRun,
    library: Library | None,
    client: Client,
    sample: int = SAMPLE,
    progress: Progress | None = None,
) -> Iterator[Check]:
    """Look at everything a run's hit list rests on; yield each check when it is done.

    library: the file that was screened; None where it is not at hand.
    sample: accepted compounds whose score is made again; also that many records of any kind.
    """
    yield check_files(past)
    stored = check_stored(past)
    yield stored
    if stored.faults:
        return  # what follows would read these files
    yield check_books(past)
    rows = draw_rows(past, sample)
    yield check_library(past, library, rows)
    yield check_scores(past, rows, client)
    yield check_made_again(past, library, client, progress)


def check_files(past: PastRun) -> Check:
    """Hold every file that was handed over to its hash in the manifest."""
    folder, hashes = past.folder, past.run.manifest["files"]
    check = Check("files", f"{len(hashes)} files against {MANIFEST}")
    for name, expected in hashes.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            check.faults.append(f"{name} is missing, or no plain file")
        elif sha256(path.read_bytes()).hexdigest() != expected:
            check.faults.append(f"{name} is not what the run wrote")
    lab = {path.relative_to(folder).as_posix() for path in (folder / "lab").glob("*")}
    check.faults += [f"{name} was not written by the run" for name in sorted(lab - set(hashes))]
    return check


def check_stored(past: PastRun) -> Check:
    """Hold prepared partitions and scores to the hashes in their ledgers."""
    check = Check("partitions and scores", "")
    count = 0
    for store, names in (
        (past.prepared.store, [*past.prepared.partitions, DUPLICATES]),
        (past.ledger.store, list(past.ledger.entries)),
    ):
        for name in names:
            count += 1
            try:
                store.read(name)
            except StoreError as error:
                check.faults.append(str(error))
    check.looked_at = f"{count} files against their ledgers"
    return check


def check_books(past: PastRun) -> Check:
    """Count the records again."""
    prepared, counts = past.prepared, past.run.manifest["counts"]
    store = Store(prepared.store.url)
    found = {"rows": 0, ACCEPTED: 0, REJECTED: 0}
    for name in prepared.partitions:
        status = store.read_table(name, ["status"])["status"]
        found["rows"] += len(status)
        for word in (ACCEPTED, REJECTED):
            found[word] += pc.sum(pc.equal(status, word)).as_py() or 0
    found["duplicates"] = store.read_table(DUPLICATES).num_rows
    found[ACCEPTED] -= found["duplicates"]
    check = Check("books", f"{found['rows']:,} records")
    for name, number in found.items():
        if counts[name] != number:
            check.faults.append(f"{MANIFEST} says {counts[name]:,} {name}, found {number:,}")
    return check


def draw_rows(past: PastRun, sample: int) -> set[int]:
    """Draw rows of the library, the same ones for each library."""
    generator = np.random.default_rng(SEED)
    count = min(sample, past.prepared.rows)
    return {int(at) + 1 for at in generator.choice(past.prepared.rows, count, replace=False)}


def check_library(past: PastRun, library: Library | None, rows: set[int]) -> Check:
    """Read records of the library again, standardize them, and compare."""
    if library is None:
        why = "the library's file is not at hand; name it with --library"
        return Check("records", "", skipped=why)
    if library.sha256 != past.prepared.sha256:
        fault = f"{library.path} is not the file that was screened: its hash differs"
        return Check("records", str(library.path), [fault])
    prepared = past.prepared
    columns = ["row", "smiles", *IDENTITY, "stage"]
    frames = [
        prepared.store.read_table(name, columns).to_pandas()
        for name, first, last in spans(prepared)
        if any(first <= row <= last for row in rows)
    ]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    # A record that killed its process is not tried again here.
    frame = frame[frame["row"].isin(rows) & (frame["stage"] != STAGE)]
    frame["key"] = [key_text(key) for key in frame["key"]]
    found = compare_records(frame, library)
    return Check("records", f"{len(frame):,} records of {library.path.name}", _told(found))


def check_scores(past: PastRun, rows: set[int], client: Client) -> Check:
    """Predict scored compounds again, from their structures."""
    columns = ["row", "smiles", *prediction_columns(past.scored_for, past.bundles)]
    store = past.scores.folder
    frames = [store.read_table(unit.file, columns).to_pandas() for unit in past.scores.units]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    frame = frame[frame["row"].isin(rows)].reset_index(drop=True)
    smiles = frame["smiles"].tolist()
    again = predict_again(smiles, past.bundles, past.prepared.featurizer, past.half, client)
    found = compare_predictions(frame, again, past.bundles)
    return Check("scores", f"{len(frame):,} scored compounds predicted again", _told(found))


def check_made_again(
    past: PastRun, library: Library | None, client: Client, progress: Progress | None
) -> Check:
    """Rank the scores again, and compare every file with what the run handed over."""
    check = Check("hits, plates and volumes", "")
    lists: tuple[CompoundList, ...] = plan_lists(
        past.screen, past.prepared.extra_columns, None, find_library
    )
    prepare_lists(lists, client, progress)
    ranking = rerank(past, past.screen, lists)
    try:
        evidence = gather_evidence(
            ranking.hits,
            library,
            past.screen,
            past.bundles,
            past.prepared.featurizer,
            past.half,
            client,
            progress,
        )
    except AlteredError as error:
        check.faults.append(str(error))
        return check
    with TemporaryDirectory(prefix="hitlist-") as scratch:
        folder = Path(scratch) / past.folder.name
        folder.mkdir()
        made = publish(
            folder, past.screen, past.bundles, past.prepared, ranking, evidence, Clock(), {}
        )
        names = [name for name in made.manifest["files"] if name not in (REPORT, SCREEN)]
        check.looked_at = f"{len(names)} files made again from the scores"
        for name in names:
            before = past.folder / name
            if not before.is_file() or before.read_bytes() != (folder / name).read_bytes():
                check.faults.append(f"{name} is not what the scores and the screen give")
    return check


def _told(differences: Sequence[Difference]) -> list[str]:
    told = [str(one) for one in differences[:NAMED]]
    return told + ([f"and {len(differences) - NAMED:,} more"] if differences[NAMED:] else [])


def faults_of(checks: list[Check]) -> InputError | None:
    """Return the error that a verification ends with; None where all held."""
    failed = [check.what for check in checks if check.faults]
    if not failed:
        return None
    return AlteredError(f"{', '.join(failed)} did not hold: do not order or dispense from this run")
