"""Plans a run: finds and checks all that it needs before any work is done."""

from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chem.disk.allowed_roots import named_path
from chem.disk.writable import check_writable
from chem.errors import InputError
from chem.features.graphs import featurizer_spec
from chem.features.properties import PROPERTIES
from chem.library.columns.columns import NamedColumns
from chem.library.completeness import Doubt, check_end, find_doubts
from chem.library.read import Library, open_library
from chem.records.message_text import did_you_mean
from data.catalogue.catalogue import dataset, datasets
from data.catalogue.download import Progress as FetchProgress
from data.catalogue.fetch import CACHE_REMEDY, fetch
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.find_bundle import find_bundle
from gnn.models.runtime import find_device, is_bfloat16_fast
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import read_summary
from screening.prepare.prepared_location import (
    open_store,
    prepared_folder,
    prepared_key,
    prepared_store,
    rows_of_partition,
    scores_store,
    shared_scores_store,
)
from screening.score.predicted_columns import PROBABILITY, task_units, with_scales
from screening.score.scoring_purpose import scoring_purpose
from screening.score.selective_over import with_members
from screening.score.triage import LEAST
from screening.select.decided import DecidedCompounds
from screening.select.lists import CompoundList, plan_lists
from screening.select.prices import LOOKED_AT, check_currency, find_price_style, read_price
from screening.storage.ledger import hash_purpose
from screening.storage.store import Store

BUNDLE_REMEDY = "copy the bundle to a folder of yours, and name that"
"""The advice if a bundle's own folder cannot be written."""


@dataclass(frozen=True)
class Plan:
    """A screen that can run: its parts exist and fit together, and its folder can be written."""

    screen: Screen
    library: Library
    bundles: tuple[Bundle, ...]
    out: Path
    prepared: Path
    """The folder of the prepared library's ledger, shared by all runs on the same file."""
    prepared_store: Store
    """The store of the library's partitions."""
    scores_store: Store
    shared_scores: Store
    """The store of the scores that runs share."""
    partition_rows: int
    device: str = "cpu"
    """The device of the networks: ``cpu`` or ``cuda``."""
    bfloat16: bool = False
    """True: the networks run in bfloat16; this is decided once, for all workers."""
    triage_from: int = LEAST
    """The number of accepted compounds from which a triage precedes the ensembles."""
    lists: tuple[CompoundList, ...] = ()
    """The lists that the screen's selection excludes and includes."""
    decided: DecidedCompounds | None = None
    """The decisions that hide compounds; None if the screen hides none."""
    replaces: bool = False
    """True: a finished run of another objective in the folder may be overwritten."""
    told: tuple[str, ...] = ()
    """Notes on how the library's file was found, for the user."""
    incomplete: tuple[str, ...] = ()
    """The names of newer files that match the library's pattern and are not complete."""
    doubts: tuple[Doubt, ...] = ()
    """Signs that the library's file may not be whole. A nightly run refuses them."""

    @property
    def without_triage(self) -> str:
        """The reason to score every compound of any library; empty if there is none."""
        if self.screen.exhaustive:
            return "the screen asks for it"
        if self.device != "cpu":
            return "a GPU scores everything"
        lacking = [bundle.card.name for bundle in self.bundles if bundle.surrogate is None]
        return f"bundle {lacking[0]} has no surrogate" if lacking else ""


class RunOptions(NamedTuple):
    """The options of carrying out a run; none of them changes the meaning of a score."""

    device: str = "cpu"
    """The device of the networks: ``cpu`` or ``cuda``."""
    store: str | None = None
    """A folder or an object store for partitions and scores; ledgers stay in the folders."""
    triage_from: int = LEAST
    """The number of accepted compounds from which a triage precedes the ensembles."""
    library: str | None = None
    """The path of the library's file; None: the screen's text is that path, or a dataset's name."""


def plan_run(
    screen: Screen,
    out: Path,
    columns: NamedColumns | None = None,
    prepared: Path | None = None,
    partition_rows: int | None = None,
    progress: FetchProgress | None = None,
    options: RunOptions | None = None,
) -> Plan:
    """Check a screen against its library, its bundles and the disk.

    ``prepared`` is the folder of the prepared library; by default it is a folder of the cache that
    is named by the library's content. Raises InputError or ModelError, one line, for any mistake.
    """
    options = options or RunOptions()
    bundles = load_bundles(screen.bundles)
    screen.check(predicted_columns(bundles), list(PROPERTIES))
    check_units(screen, bundles)
    check_lines(screen, bundles)
    screen = with_members(with_scales(screen, bundles), bundles)
    check_writable(out)
    library, doubts = find_whole(options.library or screen.library, columns, progress)
    rows = partition_rows or rows_of_partition(library)
    folder = (prepared or prepared_folder(library, rows)).absolute()
    check_preparable(folder)
    where = find_device(options.device)
    bfloat16 = is_bfloat16_fast(where)
    root = open_store(options.store)
    key = prepared_key(library, rows)
    find = partial(find_library, progress=progress)
    lists = plan_lists(screen, library.extra_columns, root, find)
    check_prices(screen, library)
    purpose = scoring_purpose(library.sha256, key, bundles, bfloat16, where.type)
    return Plan(
        screen=screen,
        library=library,
        bundles=bundles,
        out=out,
        prepared=folder,
        prepared_store=prepared_store(root, key, folder),
        scores_store=scores_store(root, hash_purpose(purpose), out),
        shared_scores=shared_scores_store(root),
        partition_rows=rows,
        device=where.type,
        bfloat16=bfloat16,
        triage_from=options.triage_from,
        lists=lists,
        doubts=doubts,
    )


def check_units(screen: Screen, bundles: tuple[Bundle, ...]) -> None:
    """Refuse a selectivity between tasks of different units: their difference means nothing."""
    units = task_units(bundles)
    compared = [term.task for term in (*screen.objective.primary, *screen.objective.off_targets)]
    if screen.objective.off_targets and len({units[task] for task in compared}) > 1:
        found = ", ".join(f"{task} in {units[task]}" for task in compared)
        raise InputError(
            f"screen {screen.name} compares tasks of different units ({found}); a selectivity "
            "needs one unit: leave out the off-targets, or the primary of another unit"
        )


def check_lines(screen: Screen, bundles: tuple[Bundle, ...]) -> None:
    """Refuse the cost ratio of a liability that is no class: only a probability has a line."""
    units = task_units(bundles)
    for number, term in enumerate(screen.objective.liabilities, 1):
        if term.cost_ratio is not None and units[term.task] != PROBABILITY:
            raise InputError(
                f'screen {screen.name}, [[liabilities]] {number}, "cost_ratio": found {term.task} '
                f"in {units[term.task]}, expected the probability of a class; leave out cost_ratio "
                "and say with full and zero which values are good"
            )


def check_prices(screen: Screen, library: Library) -> None:
    """Refuse a price column that may be read in two ways, or has two currencies, before any work.

    Only the first records are looked at. If later ones make a price doubtful, it counts as unknown
    (``read_prices``), so that the run is not lost.
    """
    selection = screen.selection
    if selection is None or selection.price_column is None:
        return
    column = selection.price_column
    texts = [record.extra.get(column, "") for record in islice(library, LOOKED_AT)]
    style = find_price_style(texts, column, selection.price_decimal).style
    check_currency((read_price(text, style) for text in texts), column)


def load_bundles(names: tuple[str, ...]) -> tuple[Bundle, ...]:
    """Load bundles by shipped name or folder; refuse two bundles of the same name."""
    featurizer = featurizer_spec()["hash"]
    bundles = tuple(load_bundle(find_bundle(name), featurizer) for name in names)
    called = [bundle.card.name for bundle in bundles]
    for name in called:
        if called.count(name) > 1:
            raise InputError(
                f"two bundles are called {name!r}, so their columns would clash; "
                "train one of them again with another --name"
            )
    return bundles


def find_whole(
    name: str, columns: NamedColumns | None, progress: FetchProgress | None
) -> tuple[Library, tuple[Doubt, ...]]:
    """Open a library and check that the file is whole; return it with the doubts that remain.

    A fetched library has no doubts: its hash is known.
    """
    given = _given(name)
    if given.is_file():
        check_end(given)
    library = find_library(name, columns, progress)
    return library, find_doubts(library) if given.is_file() else ()


def find_library(
    name: str, columns: NamedColumns | None = None, progress: FetchProgress | None = None
) -> Library:
    """Open a library file, or fetch and open a library of the catalogue."""
    chosen = columns or NamedColumns()
    given = _given(name)
    if given.is_file() or (name not in datasets() and (given.suffix or given.is_dir())):
        return open_library(given, chosen.smiles, chosen.id, chosen.name)
    known = [key for key, entry in datasets().items() if entry.kind == "library"]
    if name not in datasets():
        hint = did_you_mean(name, known, f"known are {', '.join(known)}")
        raise InputError(f"no library {name!r}: {hint} (or give the path of a file)")
    entry = dataset(name)
    return open_library(
        fetch(name, progress),
        chosen.smiles or entry.smiles_column,
        chosen.id or entry.id_column,
        chosen.name or entry.name_column,
    )


def _given(name: str) -> Path:
    """Return the path that a name is, unless it is a dataset's or a bare word without a file."""
    given = Path(name)
    is_known = name in datasets() and not given.exists()
    if not is_known and (given.suffix or len(given.parts) > 1 or given.exists()):
        return named_path(given)
    return given


def check_preparable(folder: Path) -> None:
    """Refuse a folder of the cache that cannot be written, unless it is complete already."""
    if read_summary(folder) is None:
        check_writable(folder, CACHE_REMEDY)
