"""Runs all checks, so that a check that fails itself hides no other."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from chem.errors import HitlistError
from flows.doctor.finding import Check, Finding, Look, State, fault, skipped
from flows.doctor.folders import folder_of
from flows.doctor.server import open_client


class Group(NamedTuple):
    """A group of checks: the function that makes them, by its name in its file."""

    room: str
    module: str
    function: str
    needs_server: bool = False

    def load(self) -> Check:
        """Return the function; importing it late keeps one broken package from all others."""
        found: Check = getattr(import_module(f"flows.doctor.{self.module}"), self.function)
        return found


GROUPS = (
    Group("installation", "installed", "check_installed"),
    Group("computing", "compute", "check_compute"),
    Group("computing", "certificates", "check_certificates"),
    Group("models", "models", "check_bundles"),
    Group("models", "models", "check_screens", True),
    Group("disk", "disk", "check_disk"),
    Group("disk", "folders", "check_folders"),
    Group("server", "server", "check_settings", True),
    Group("worker", "worker", "check_worker", True),
    Group("nights", "nights", "check_nights", True),
    Group("recovery", "watch", "check_watch", True),
    Group("recovery", "lost_runs", "check_lost_runs", True),
)


def run_all_checks(
    deep: bool = False, fix: bool = False, runs: Sequence[Path] = ()
) -> list[Finding]:
    """Make all checks.

    Args:
        deep: True: also those that take long.
        fix: True: mend what is safe to mend.
        runs: Folders of runs, beside those of the deployments.

    Returns:
        The findings, from the best room to the worst, and in each from the best to the worst.
    """
    with ExitStack() as stack:
        look = Look(deep=deep, fix=fix)
        found = list(_guard("server", open_client(look, stack)))
        look.runs = _folders_of_runs(look, runs)
        for group in GROUPS:
            found += _run(group, look)
    return sort_findings(found)


def _folders_of_runs(look: Look, given: Sequence[Path]) -> list[Path]:
    """Return the folders of runs that exist: the given ones, and those of the deployments."""
    named = [folder for one in look.deployments if (folder := folder_of(one)) is not None]
    places = [*given, *(folder / "runs" for folder in [*named, *([] if given else [Path.cwd()])])]
    return [one for one in dict.fromkeys(place.absolute() for place in places) if one.is_dir()]


def _run(group: Group, look: Look) -> Iterator[Finding]:
    if group.needs_server and look.client is None:
        name = group.function.removeprefix("check_").replace("_", " ")
        yield skipped(name, look.no_server)._replace(room=group.room)
        return
    try:
        check = group.load()
    except Exception as error:
        yield _broken(error)._replace(room=group.room)
        return
    yield from _guard(group.room, check(look))


def _guard(room: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings with their room; an exception becomes a fault after those before it."""
    try:
        for one in findings:
            yield one._replace(room=room)
    except Exception as error:
        yield _broken(error)._replace(room=room)


def _broken(error: Exception) -> Finding:
    """Return the finding of a check that failed; only our own messages are repeated.

    Other messages may hold an address with its secret, or a structure.
    """
    told = str(error) if isinstance(error, HitlistError) else type(error).__name__
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}"
        trace = trace.tb_next
    return fault("check", f"a check failed itself: {told} ({place})", "report this line")


def sort_findings(found: Sequence[Finding]) -> list[Finding]:
    """Return findings by room, the worst last."""
    rooms = list(dict.fromkeys(one.room for one in found))
    worst = {room: max(one.state.severity for one in found if one.room == room) for room in rooms}
    return sorted(
        found, key=lambda one: (worst[one.room], rooms.index(one.room), one.state.severity)
    )


def exit_code(found: Sequence[Finding], strict: bool = False) -> int:
    """Return 2 if there is a fault, 1 for a warning if ``strict``, otherwise 0."""
    states = {one.state for one in found}
    if State.FAULT in states:
        return 2
    return 1 if strict and State.WARNING in states else 0
