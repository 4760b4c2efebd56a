"""Lists what the cache and a folder of runs hold: prepared libraries, scores, runs, dead folders.

A folder without its last file is dead, unless a process uses it now: then it is at work.

Nothing is written, and no link is followed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chem.disk.bounded_read import open_regular
from chem.disk.files import is_leftover
from chem.disk.ssh_signatures import SIGNATURE
from chem.errors import InputError
from screening.objective.screen_file import load_screen
from screening.prepare.prepared import SUMMARY, read_summary
from screening.runs.latest import is_latest, read_link
from screening.runs.runfolder import MANIFEST, SCREEN, WHERE, RunFolder, open_folder
from screening.storage.in_use import is_marked
from screening.storage.ledger import LEDGER
from screening.storage.lock import LOCK
from screening.upkeep.decided import protect_decided
from screening.upkeep.items import PREPARED, SCORES, Inventory, Item, Kind, StoredPart
from screening.upkeep.sizes import entries_of, folders_in, leftovers_in, measure

KEEP = "keep"
"""A file of this name in the folder of a run keeps it, whatever it holds."""
_SINGLE_FILES = {
    "changes.csv",
    "changes.json",
    "columns.csv",
    "decided.json",
    "duplicates.csv",
    "hits.csv",
    "hits.sdf",
} | {*("hits.xlsx", "passed_over.csv", "rejects.csv", "report.html", "screen.toml")}
_OF_RUNS = _SINGLE_FILES | {MANIFEST, WHERE, LOCK, SCORES, "lab"}
"""All that a run writes into its folder. A folder with anything else is never removed."""
_NAMED_BY_TIME = re.compile(r"(.+)-\d{8}-\d{6}")
"""The name of a screen and the time, as runs without ``--out`` name their folders."""
_IN_USE = "a process uses it now"
_ROWS = re.compile(r"rows-[0-9a-f]{24}\.parquet")


def take_inventory(cache: Path, runs: Path) -> Inventory:
    """List what a cache and a folder of runs hold; a missing folder holds nothing.

    Either may be named by a link. Paths of the inventory are real ones, and links below are not
    followed.
    """
    cache, runs = cache.resolve(), runs.resolve()
    items = (*_prepared(cache), *_scores(cache), *_runs(runs), *_leftovers(cache, runs))
    own = {PREPARED, SCORES, runs.name if runs.parent == cache else ""}
    others = []
    for folder in folders_in(cache):
        if folder.name not in own and not is_leftover(folder.name):
            extent = measure(folder)
            others.append(
                StoredPart(folder.name, folder, extent.files, extent.bytes, extent.changed)
            )
    return Inventory(cache, runs, items, tuple(others))


def _use_of(folder: Path) -> str:
    """Return that a process writes a folder, or has marked it as in use; ``""`` if none has."""
    places = (folder, folder / SCORES, folder / SUMMARY, folder / LOCK, folder / SCORES / LOCK)
    return _IN_USE if any(is_marked(place) for place in places) else ""


def _prepared(cache: Path) -> Iterator[Item]:
    for folder in folders_in(cache / PREPARED):
        if is_leftover(folder.name):
            continue
        extent, used = measure(folder), _time_of(folder)
        kept = _use_of(folder)
        summary = read_summary(folder)
        if summary is None:
            old = (folder / SUMMARY).exists()
            note = "of another version, or damaged" if old else "not finished"
            kept = kept or ("" if old or _is_unfinished(folder) else "hitlist did not write it")
            yield _unfinished(folder, "", note, kept)
            continue
        if summary.store.folder != folder:
            kept = kept or f"its partitions are in {summary.store.url}: remove both together"
        yield Item(
            *("prepared", folder, extent, used, summary.library, summary.rows),
            made=_time_of(folder / SUMMARY),
            kept=kept,
        )


def _is_unfinished(folder: Path) -> bool:
    """Tell whether a folder without a summary is one of a preparation that was stopped."""
    names = {path.name for path in entries_of(folder) if not is_leftover(path.name)} - {LOCK}
    return not names or LEDGER in names


def _scores(cache: Path) -> Iterator[Item]:
    for folder in folders_in(cache / SCORES):
        if is_leftover(folder.name):
            continue
        inside = [path for path in entries_of(folder) if not is_leftover(path.name)]
        rows, kept = 0, _use_of(folder)
        for path in inside:
            if _ROWS.fullmatch(path.name):
                rows += _rows_of(path)
            elif path.name != LOCK:
                kept = kept or f"it holds {path.name}, which hitlist did not write"
        yield Item("scores", folder, measure(folder), _time_of(folder), rows=rows, kept=kept)


def _rows_of(path: Path) -> int:
    """Return the number of rows of a Parquet file; 0 if it is damaged."""
    try:
        with open_regular(path) as file:
            return int(pq.read_metadata(file).num_rows)
    except (OSError, ValueError, pa.ArrowException):
        return 0


def _runs(runs: Path) -> Iterator[Item]:
    reasons = _latest_targets(runs)
    found: list[Item] = []
    for folder in folders_in(runs):
        if is_leftover(folder.name):
            continue
        if (folder / MANIFEST).exists():
            found.append(_finished_run(folder, reasons))
        elif _is_stopped(folder):
            kept = _use_of(folder) or _why_kept(folder, reasons, set())
            name = _screen_of_stopped(folder)
            found.append(_unfinished(folder, name, "a run that was stopped", kept))
    yield from protect_decided(found, runs)


def _unfinished(folder: Path, name: str, note: str, kept: str) -> Item:
    """Return the item of a folder that is not finished: at work if a process uses it, or dead."""
    extent, is_used = measure(folder), kept == _IN_USE
    note = _IN_USE if is_used else note
    kind: Kind = "at work" if is_used else "dead"
    return Item(kind, folder, extent, extent.changed, name, note=note, kept=kept)


def _finished_run(folder: Path, reasons: Mapping[Path, str]) -> Item:
    extent, made = measure(folder), _time_of(folder / MANIFEST)
    try:
        run = open_folder(folder)
        library = load_screen(folder / SCREEN).library
        name = str(run.manifest.screen["name"])
        made = datetime.fromisoformat(run.manifest.finished).timestamp()
    except (InputError, KeyError, TypeError, ValueError, OSError) as error:
        note = f"cannot be opened: {error}"
        return Item("run", folder, extent, made, made=made, note=note, kept="it cannot be opened")
    listed = {name.split("/", 1)[0] for name in run.manifest.files}
    return Item(
        *("run", folder, extent, made, name, run.manifest.counts.get("hits")),
        library=library,
        made=made,
        kept=_use_of(folder) or _why_kept(folder, reasons, listed),
        needs=_needs(run),
        ranks=_ranks(run),
    )


def _screen_of_stopped(folder: Path) -> str:
    """Return the name of a stopped run's screen, by its folder if no file tells it; or ``""``."""
    try:
        return load_screen(folder / SCREEN).name
    except (InputError, OSError):
        named = _NAMED_BY_TIME.fullmatch(folder.name)
        return "" if named is None else named[1]


def _needs(run: RunFolder) -> tuple[Path, ...]:
    return (Path(run.where.prepared).resolve(),) if run.where is not None else ()


def _ranks(run: RunFolder) -> Path | None:
    return None if run.ranks is None else (run.folder / run.ranks.run).resolve()


def _is_stopped(folder: Path) -> bool:
    """Tell whether a folder without a manifest is that of a run that was stopped."""
    names = {path.name for path in entries_of(folder)}
    return (folder / SCORES / LEDGER).is_file() or WHERE in names or names == {LOCK}


def _why_kept(folder: Path, reasons: Mapping[Path, str], listed: set[str]) -> str:
    """Return the reason that the folder of a run must stay; ``""`` if there is none."""
    names = {path.name for path in entries_of(folder) if not is_leftover(path.name)}
    if KEEP in names:
        return f"it holds a file named {KEEP}"
    if SIGNATURE in names:
        return "somebody signed it"
    if folder in reasons:
        return reasons[folder]
    if strange := sorted(names - _OF_RUNS - listed):
        return f"it holds {strange[0]}, which the run did not write"
    return ""


def why_kept_now(item: Item) -> str:
    """Return the reason that a run must stay now, which may be newer than the inventory."""
    if item.kind not in ("run", "dead") or item.path.parent.name == PREPARED:
        return ""
    listed: set[str] = set()
    if item.kind == "run":
        try:
            listed = {name.split("/", 1)[0] for name in open_folder(item.path).manifest.files}
        except InputError as error:
            return f"it cannot be opened any more: {error}"
    elif (item.path / MANIFEST).exists():
        return "it was finished meanwhile"
    return _why_kept(item.path, _latest_targets(item.path.parent), listed)


def _latest_targets(runs: Path) -> dict[Path, str]:
    """Return the folders to which the links to the newest runs lead, each with that reason."""
    found: dict[Path, str] = {}
    for path in entries_of(runs):
        link = path.with_name(path.name.removesuffix(".txt"))
        if is_latest(link.name):
            try:
                target = read_link(link)
            except InputError:
                continue
            if target is not None:
                found.setdefault(target, f"{link.name} leads to it")
    return found


def _leftovers(cache: Path, runs: Path) -> Iterator[Item]:
    places = [cache, cache / PREPARED, cache / SCORES, runs]
    places += [*folders_in(cache / PREPARED), *folders_in(cache / SCORES)]
    for place in dict.fromkeys(places):
        if is_leftover(place.name):
            continue
        for path in leftovers_in(place):
            extent = measure(path)
            yield Item("leftover", path, extent, extent.changed, note="of a killed process")


def _time_of(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0
