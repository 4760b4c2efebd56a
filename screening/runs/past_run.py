"""Opens a finished run again, to rank its scores by another objective or to answer a question.

Opening only reads. A run is marked as in use, so that it is not removed meanwhile. Nothing is
written, so several users may open a run at once, even another user's. Hashes of scores are checked
when the scores are read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from chem.disk.allowed_roots import named_address, named_path
from chem.disk.bounded_read import hash_file
from chem.errors import InputError
from chem.library.columns.columns import NamedColumns
from chem.library.read import Library, open_library
from data.catalogue.fetch import cache_folder
from gnn.bundle.bundle import Bundle
from gnn.errors import ModelError
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.prepare.older_standardization import told_of_run
from screening.prepare.prepared import SUMMARY, Prepared, check_records, read_prepared
from screening.runs.plan import load_bundles
from screening.runs.runfolder import SCREEN, WHERE, RunFolder, open_folder
from screening.score.model_refs import ModelRefs
from screening.score.predicted_columns import domain_limits, task_units
from screening.score.score import chosen_items, partition_items, spans
from screening.score.scoring_purpose import check_rules, check_scores, scoring_purpose
from screening.score.triage import Triage, read_triage
from screening.score.worker_models import model_refs
from screening.select.decided import DecidedCompounds
from screening.select.rank_scores import Scores
from screening.storage.in_use import mark_in_use
from screening.storage.json_shapes import Where
from screening.storage.ledger import Ledger, hash_purpose
from screening.storage.store import Store
from screening.storage.verified_store import VerifiedStore


@dataclass(frozen=True)
class PastRecords:
    """The records and the files of a finished run, whether or not its bundles are installed."""

    run: RunFolder
    """The folder that was opened."""
    scorer: RunFolder
    """The folder of the run that scored; another one if a re-ranking was opened."""
    where: Where
    """The locations of the library, the preparation and the scores of the run that scored."""
    screen: Screen
    """The screen of the opened run."""
    scored_for: Screen
    """The screen for which compounds were chosen and scored; another one for a re-ranking."""
    prepared: Prepared
    """The prepared library; the hashes of its partitions are checked when they are read."""
    ledger: Ledger
    """The ledger of the scores, also those of controls, and of expected scores; read only."""

    @property
    def device(self) -> str:
        """The device of its networks."""
        return self.where.device

    @property
    def bfloat16(self) -> bool:
        """True if its networks ran in bfloat16."""
        return self.where.bfloat16

    @property
    def folder(self) -> Path:
        """The folder that was opened."""
        return self.run.folder

    @property
    def scored_in(self) -> Path:
        """The folder of the run that scored."""
        return self.scorer.folder

    @property
    def why_all(self) -> str:
        """The reason that every compound was scored; empty if a triage chose compounds."""
        return self.scorer.manifest.triage.why

    def check_unchanged(self) -> None:
        """Refuse, with InputError, a run that was overwritten since it was opened."""
        for opened in (self.run, self.scorer):
            opened.check_unchanged()


@dataclass(frozen=True)
class PastRun(PastRecords):
    """A finished run whose scores and bundles are available."""

    bundles: tuple[Bundle, ...]
    decided: DecidedCompounds | None = None
    """The decisions that hide compounds when its scores are ranked again; None if none does."""

    @property
    def models(self) -> ModelRefs:
        """The references by which workers load the models to predict again, without a GPU."""
        return model_refs(self.bundles, self.prepared.featurizer, self.bfloat16)

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of every task's column."""
        return task_units(self.bundles)

    @cached_property
    def limits(self) -> dict[str, float]:
        """The distance at which each bundle's domain ends, by column of distances."""
        return domain_limits(self.bundles)

    @property
    def told_of_older(self) -> str:
        """A line if the run was made under another standardization than the current, else ""."""
        return told_of_run(self.prepared.standardizer, self.folder)

    @cached_property
    def library(self) -> Library | None:
        """The library's file with its columns; None if it is gone or was changed."""
        if self.where.library is None:
            return None
        path = Path(self.where.library.path)
        try:
            if not _known_place(path).is_file() or hash_file(path) != self.prepared.sha256:
                return None
        except (InputError, OSError, ValueError):
            return None
        return self.open_library(path)

    @property
    def no_library(self) -> str:
        """Why the library is not read again; empty if it is there."""
        if self.library is not None:
            return ""
        name = self.prepared.library
        if self.where.library is None:
            return f"the run does not say where {name} was"
        path = Path(self.where.library.path)
        try:
            is_there = _known_place(path).is_file()
        except (InputError, OSError, ValueError):
            is_there = False
        state = "has changed since the run" if is_there else "is no longer in its place"
        return f"{path if is_there else name} {state}"

    def open_library(self, path: Path) -> Library:
        """Open a file with the columns by which the run's library was read."""
        columns = self.where.library.columns if self.where.library is not None else None
        return open_library(path, *(getattr(columns, name, None) for name in NamedColumns._fields))

    @cached_property
    def triage(self) -> Triage | None:
        """The triage; None if there was none. Raises StoreError if its files are lost."""
        if self.why_all:
            return None
        return read_triage(self.prepared, self.scored_for, self.bundles, self.ledger, self.bfloat16)

    @cached_property
    def scores(self) -> Scores:
        """The scores. Raises StoreError if one of their files is missing."""
        prepared, triage = self.prepared, self.triage
        items = partition_items(prepared) if triage is None else chosen_items(prepared, triage.rows)
        store = self.ledger.store
        assert isinstance(store, VerifiedStore)
        store.check_recorded([item.file for item in items])
        return Scores(store, tuple(items), triage, self.why_all)

    def read_record(self, row: int, columns: Sequence[str]) -> pa.Table:
        """Read columns of one record of the library, and ``row``.

        Raises InputError for a row that the library does not have.
        """
        for name, first, last in spans(self.prepared):
            if first <= row <= last:
                wanted = list(dict.fromkeys(["row", *columns]))
                table = self.prepared.store.read_table(name, wanted)
                table = table.filter(pc.equal(table["row"], row))
                check_records(self.prepared.store, name, table, 1)
                return table
        raise InputError(
            f"row {row:,} is not in {self.prepared.library}, which has {self.prepared.rows:,} rows"
        )


def open_run(folder: Path) -> PastRun:
    """Open a finished run with its bundles.

    Raises InputError, one line, as :func:`open_records` does, and if the run was scored by other
    bundles than are installed now, or by other rules of the columns.
    """
    with _told_of_damage(folder):
        past = _open(folder)
        bundles = _load_bundles(past.scored_for, folder)
        then = {bundle.name: bundle.sha256 for bundle in past.scorer.manifest.bundles}
        for bundle in bundles:
            if then.get(bundle.card.name) != bundle.sha256:
                raise InputError(
                    f"{folder} was scored by another version of the bundle {bundle.card.name} than "
                    "is installed now; run the screen again"
                )
        _check_scores(past)
        check_rules(past.ledger)
        return PastRun(**vars(past), bundles=bundles)


def open_records(folder: Path) -> PastRecords:
    """Open a finished run without its bundles, to read its records, its scores and its files.

    Raises InputError, one line, for a folder that holds no finished run or is being written, for
    damaged files, for a run whose prepared library is gone, and for a re-ranking whose run is gone
    or was replaced by another one.
    """
    with _told_of_damage(folder):
        past = _open(folder)
        _check_scores(past)
        return past


@contextmanager
def _told_of_damage(folder: Path) -> Iterator[None]:
    """Turn an error of a damaged or unreadable run into an InputError of one line."""
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        raise InputError(
            f"{error.filename or folder} cannot be read ({error.strerror or error}); make it "
            f"readable, or ask the owner of the run in {folder}"
        ) from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{folder} holds a run whose manifest.json, {WHERE} or ledger is damaged ("
            f"{type(error).__name__}: {error}); "
            "run the screen again with a new --out: what was prepared is kept"
        ) from None


def _open(folder: Path) -> PastRecords:
    run = scorer = _open_in_use(folder)
    if run.ranks is not None:
        scorer = _open_in_use(named_path((folder / run.ranks.run).resolve()))
        if scorer.fingerprint != run.ranks.fingerprint:
            raise InputError(
                f"{folder} ranks the scores of another run than the one in {scorer.folder} now; "
                "rank again with a new --out"
            )
    screen, scored_for = (load_screen(one.folder / SCREEN) for one in (run, scorer))
    where = scorer.where
    if where is None:
        raise ValueError("it ranks a re-ranking instead of a run that scored")
    prepared = _read_prepared(_known_place(Path(where.prepared)), folder)
    remedy = f"run the screen again with --out {scorer.folder}"
    store = Store(named_address(where.scores)) if where.scores else None
    ledger = Ledger.read(scorer.folder / "scores", store, remedy)
    return PastRecords(run, scorer, where, screen, scored_for, prepared, ledger)


def _open_in_use(folder: Path) -> RunFolder:
    """Open the folder of a run, marked before as in use, so that no other process removes it."""
    marked = mark_in_use(folder.resolve())
    run = open_folder(folder)
    if not marked:
        raise InputError(f"{folder} is being removed by another process; name another run")
    return run


def _check_scores(past: PastRecords) -> None:
    """Refuse, with InputError, scores of another library or other bundles than the run names."""
    prepared, where, ledger = past.prepared, past.where, past.ledger
    made = past.scorer.manifest.bundles
    purpose = scoring_purpose(prepared.sha256, prepared.key, made, where.bfloat16, where.device)
    check_scores(ledger, purpose, str(past.scored_in / WHERE))
    past.check_unchanged()  # so all that was read is of one run


def _known_place(path: Path) -> Path:
    """Return a path that a run's folder names, after checking that it may be read.

    The maker of the folder chose the path, so it is not to be trusted. Raises InputError if it lies
    neither in the cache nor inside the allowed roots.
    """
    real, cache = path.resolve(), cache_folder().resolve()
    return path if cache in real.parents else named_path(path)


def _read_prepared(folder: Path, run: Path) -> Prepared:
    """Read a prepared library, whose partitions are checked against their hashes when read."""
    mark_in_use(folder / SUMMARY)
    try:
        prepared = read_prepared(folder)
        ledger = Ledger.read(folder, prepared.store)
    except InputError:
        raise InputError(
            f"the prepared library of {run} is gone (it was {folder}); run the screen again"
        ) from None
    apart = prepared.store.folder
    if apart is None:
        named_address(prepared.store.url)
    else:
        _known_place(apart)
    if hash_purpose(ledger.purpose) != prepared.key:
        raise InputError(f"{folder} now holds another prepared library; run the screen again")
    return replace(prepared, store=ledger.store)


def _load_bundles(screen: Screen, folder: Path) -> tuple[Bundle, ...]:
    try:
        return load_bundles(screen.bundles)
    except ModelError as error:
        raise InputError(f"a bundle of {folder} is no longer available: {error}") from None
