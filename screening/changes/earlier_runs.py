"""Finds the earlier finished runs of a screen on its library, in one folder of runs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from chem.disk.allowed_roots import named_path
from chem.errors import InputError
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.report.last_run_facts import Elsewhere
from screening.runs.record_outcome import HITS, ChangedFileError, read_lines
from screening.runs.runfolder import MANIFEST, SCREEN, RunFolder, open_folder

STEADY_RUNS = 7
"""The number of last runs over which hits are counted as stable."""


def find_runs(folder: Path, screen: Screen) -> list[RunFolder]:
    """Return the finished runs of the same screen on its library in a folder, the newest first.

    Left out are runs by hand of another library (``--library``) and rankings of another run's
    scores, which are no measure of the others, and runs that cannot be opened.
    """
    found = [
        run
        for run, own in _open_runs(folder)
        if (own.name, own.library) == (screen.name, screen.library)
    ]
    return sorted(found, key=_time, reverse=True)


def find_all_runs(folder: Path) -> list[tuple[RunFolder, Screen]]:
    """Return the finished runs of all screens, rankings among them, the newest first."""
    return sorted(_open_runs(folder, rankings=True), key=lambda one: _time(one[0]), reverse=True)


def find_earlier(run: RunFolder, screen: Screen) -> list[RunFolder]:
    """Return the runs of the same screen beside a run that finished before it, the newest first."""
    place = run.folder.absolute()
    return [
        one
        for one in find_runs(place.parent, screen)
        if one.folder.name != place.name and _time(one) < _time(run)
    ]


def find_elsewhere(run: RunFolder, screen: Screen) -> Elsewhere | None:
    """Return the newest earlier run of the screen on another library, if there is one.

    Libraries are told by the names of their files, or by their paths if the names are equal.
    """
    place = run.folder.absolute()
    found = [
        (_time(one), own.library)
        for one, own in _open_runs(place.parent)
        if own.name == screen.name and own.library != screen.library
        if one.folder.name != place.name and _time(one) < _time(run)
    ]
    if not found:
        return None
    (finished, name), other = max(found, key=lambda one: one[0])
    names = [Path(text).name for text in (other, screen.library)]
    library, own = names if names[0] != names[1] else (other, screen.library)
    return Elsewhere(folder=name, finished=finished, library=library, own=own)


def count_steady(runs: Sequence[RunFolder]) -> tuple[int, int]:
    """Count over how many of the last runs hits were compared, and the hits in all of them.

    runs: The runs, the newest first; 7 at most are read. An older run whose hit list was changed or
    has no keys ends the count, because it cannot tell which compounds were hits.
    """
    common: set[str] | None = None
    count = 0
    for run in runs[:STEADY_RUNS]:
        try:
            keys = {line["key"] for line in read_lines(run, HITS)}
        except (ChangedFileError, KeyError):
            break
        common = keys if common is None else common & keys
        count += 1
    return count, len(common or ())


def _open_runs(folder: Path, rankings: bool = False) -> Iterator[tuple[RunFolder, Screen]]:
    """Yield the finished runs in a folder that scored and can be opened, with their screens.

    rankings: Yield rankings of other runs' scores, too.

    A run without accepted compounds has nothing to compare with and is left out.
    """
    try:
        folders = sorted(named_path(folder).iterdir())
    except (InputError, OSError):
        return
    for one in folders:
        if one.is_symlink() or not (one / MANIFEST).is_file():
            continue
        try:
            run = open_folder(one)
            own = load_screen(one / SCREEN)
        except InputError:  # altered, or being written; `hitlist verify` tells which
            continue
        if (rankings or run.ranks is None) and run.manifest.counts.get("accepted", 1):
            yield run, own


def _time(run: RunFolder) -> tuple[str, str]:
    """Return when a run finished; its name tells runs of one second apart."""
    return run.manifest.finished, run.folder.absolute().name
