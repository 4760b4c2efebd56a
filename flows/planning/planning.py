"""Plans of screens, rankings, predictions and preparations, for the commands and the flows.

Planning checks everything that can be checked before any work starts. It raises InputError or
ModelError for any fault.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from chem.disk.allowed_roots import named_path
from chem.disk.files import make_folder
from chem.disk.writable import check_writable, writable_file
from chem.errors import InputError
from chem.features.properties import PROPERTIES
from chem.library.columns.columns import NamedColumns
from chem.library.completeness import Doubt
from chem.library.read import Library
from data.catalogue.catalogue import datasets
from data.catalogue.download import Progress as FetchProgress
from flows.planning.row_counts import check_rows
from flows.planning.screen_paths import (
    current_models,
    find_and_load,
    locate_library,
    with_bundles,
    with_decisions,
    with_lists,
)
from flows.terminal.options import ScoringOptions
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.find_bundle import unrestricted_bundles
from screening.changes.decisions import find_decisions
from screening.decided.recall import recall_decided
from screening.errors import told_in_one_line
from screening.objective.screen_file import describe_error
from screening.objective.screen_settings import Screen
from screening.prepare.prepared_location import (
    open_store,
    prepared_folder,
    prepared_key,
    prepared_store,
)
from screening.runs.latest import named_run
from screening.runs.past_run import PastRun, open_run
from screening.runs.plan import (
    Plan,
    RunOptions,
    check_preparable,
    find_whole,
    load_bundles,
    plan_run,
)
from screening.runs.rerank import check_rerank
from screening.runs.run import check_folder
from screening.score.predicted_columns import Wanted, restrictions_of, wanted_tasks
from screening.score.selective_over import with_members
from screening.storage.ledger import LEDGER, is_unused
from screening.storage.store import Store

AS_THE_SCREEN_SAYS = ScoringOptions()


def plan_screen(
    name: str,
    library: str | None = None,
    out: str | Path | None = None,
    hits: int | None = None,
    columns: NamedColumns | None = None,
    scoring: ScoringOptions = AS_THE_SCREEN_SAYS,
    progress: FetchProgress | None = None,
) -> Plan:
    """Plan a screen, given by its shipped name or its file.

    ``library`` and ``hits`` replace those of the screen. Without ``out`` the run folder is
    ``runs/<screen>-<date>-<time>``. Paths become absolute, because a worker may have another
    working folder.

    Raises:
        InputError: the screen cannot run, or not in this folder.
        IncompleteLibraryError: the library is not whole, or has too few records.
        ModelError: a model cannot be used.
    """
    file, screen = find_and_load(name)
    screen = override(screen, library, hits)
    screen, of_bundles = with_bundles(screen, file.parent)
    screen, of_lists = with_lists(screen, file.parent)
    screen = with_decisions(screen, file.parent)
    if scoring.exhaustive:
        screen = screen.changed(exhaustive=True)
    folder = named_path(out) if out else default_folder(screen.name)
    located = locate_library(screen.library, None if library else file.parent, columns)
    with told_with_file(file, screen):
        plan = plan_run(
            screen,
            folder.absolute(),
            columns,
            partition_rows=scoring.partition_rows,
            progress=progress,
            options=RunOptions(scoring.device, scoring.store, library=located.path),
        )
    plan = replace(plan, replaces=scoring.replaces, incomplete=located.incomplete)
    check_folder(plan)
    restrictions = restrictions_of(plan.bundles)
    own = plan.library.extra_columns
    plan = replace(plan, decided=recall_decided(plan.screen, plan.out, own, plan.bundles))
    told = (*of_bundles, *restrictions, *of_lists, *located.told, *check_rows(plan))
    return replace(plan, told=(*told, *told_of_decisions(plan.out, screen)))


def check_deployable(name: str) -> tuple[Path, Screen, tuple[str, ...]]:
    """Check what a screen's file says, before a server runs it at night.

    Returns the file, the screen and what to tell. The library may be delivered later.

    Raises:
        InputError: the screen has a mistake, such as a misspelt target.
        ModelError: a model cannot be used.
    """
    file, screen = find_and_load(name)
    found, told = with_bundles(screen, file.parent)
    with told_with_file(file, screen):
        bundles = load_bundles(found.bundles)
        found.check(predicted_columns(bundles), list(PROPERTIES))
        with_members(found, bundles)
    try:
        located = locate_library(screen.library, file.parent)
    except InputError as error:
        return file, screen, (*told, f"{file.name}: {error}; runs fail until then")
    is_file = located.path not in datasets() and not Path(located.path).exists()
    missing = f"{file.name}: its library {located.path} is not there yet; runs fail until it is"
    return file, screen, (*told, missing) if is_file else told


@contextmanager
def told_with_file(file: Path, screen: Screen) -> Iterator[None]:
    """Put the file before a message about a screen, whose name may be another than the file's."""
    try:
        yield
    except InputError as error:
        if str(error).startswith(f"screen {screen.name}") and file.stem != screen.name:
            error.args = (f"{file}: {error}",)
        raise


def override(screen: Screen, library: str | None, hits: int | None) -> Screen:
    """Return the screen with another library or number of hits, validated like the file."""
    given = {"library": library, "hits": hits}
    changed = {key: value for key, value in given.items() if value is not None}
    if not changed:
        return screen
    try:
        return screen.changed(**changed)
    except ValidationError as error:
        raise InputError(describe_error(error)) from None


def told_of_decisions(out: Path, screen: Screen) -> tuple[str, ...]:
    """Return what to tell if the file of decisions cannot be read: it costs no run its hits."""
    try:
        find_decisions(out, screen)
    except InputError as error:
        hides = screen.selection is not None and screen.selection.hide_decided
        also = ", and none hides a compound" if hides else ""
        return (f"no decision will be shown{also}: {error}",)
    return ()


def default_folder(name: str) -> Path:
    """Return the folder below ``runs`` for a run that starts now."""
    return Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"


def plan_ranking(
    run: Path, name: str, out: str | Path | None = None, hits: int | None = None
) -> tuple[PastRun, Screen, Path, tuple[str, ...]]:
    """Plan to rank a finished run by another screen, given by its shipped name or its file.

    Returns the run, the screen to rank by, the folder for the new files, and what to tell.
    """
    file, screen = find_and_load(name)
    screen, told = with_lists(override(screen, None, hits), file.parent)
    screen = with_decisions(screen, file.parent)
    past = open_run(named_run(run))
    folder = named_path(out) if out else default_folder(screen.name)
    with told_with_file(file, screen):
        checked = check_rerank(past, screen, folder)
    told = (*told, *told_of_decisions(folder, checked))
    own = past.prepared.extra_columns
    past = replace(past, decided=recall_decided(checked, folder, own, past.bundles))
    return past, checked, folder.absolute(), told


@dataclass(frozen=True)
class Predictions:
    """A prediction that can run."""

    library: Library
    prepared: Path
    wanted: Wanted
    """The bundles to predict with and the columns to write."""
    out: Path
    store: Store | None
    """The store of partitions and scores. None: the cache and the folder of ``out``."""
    doubts: tuple[Doubt, ...] = ()
    """Signs that the file may not be whole."""


def plan_predictions(
    file: str,
    out: Path,
    bundles: Sequence[str] | None = None,
    columns: NamedColumns | None = None,
    progress: FetchProgress | None = None,
    store: str | None = None,
    tasks: Sequence[str] = (),
) -> Predictions:
    """Plan predictions of a file, by default of every task of every unrestricted bundle."""
    named, _ = current_models(bundles or unrestricted_bundles())
    wanted = wanted_tasks(load_bundles(named), tasks)
    target = writable_file(named_path(out), "--out", "preds.csv").absolute()
    library, doubts = find_whole(file, columns, progress)
    if target.exists() and target.samefile(library.path):
        raise InputError(f"{out} is the input itself; name another file with --out")
    prepared = prepared_folder(library).absolute()
    check_preparable(prepared)
    opened = open_store(store)
    with told_in_one_line(target):
        make_folder(target.parent)
    return Predictions(library, prepared, wanted, target, opened, doubts)


@dataclass(frozen=True)
class Preparation:
    """A preparation that can run."""

    library: Library
    folder: Path
    store: Store
    """The store of the partitions."""
    doubts: tuple[Doubt, ...] = ()
    """Signs that the library's file may not be whole."""


def plan_preparation(
    name: str,
    out: str | Path | None = None,
    columns: NamedColumns | None = None,
    progress: FetchProgress | None = None,
    partition_rows: int | None = None,
    store: str | None = None,
) -> Preparation:
    """Open a library and check the folder for its prepared form.

    Without ``out`` this is the cache folder where screens look for it. With a ``store`` the
    partitions go there.
    """
    folder = None if out is None else named_path(out).absolute()
    if folder is not None:
        check_writable(folder)
        if not (folder / LEDGER).exists() and not is_unused(folder):
            raise InputError(
                f"{out} is not empty and holds no prepared library to resume; name another folder"
            )
    library, doubts = find_whole(name, columns, progress)
    if folder is None:
        folder = prepared_folder(library, partition_rows).absolute()
        check_preparable(folder)
    key = prepared_key(library, partition_rows)
    return Preparation(library, folder, prepared_store(open_store(store), key, folder), doubts)
