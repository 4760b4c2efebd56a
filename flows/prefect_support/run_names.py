"""Names and folders of runs on the server: both tell the screen and when the run was due.

They depend on the flow run alone, not on the moment at which it starts. Therefore a flow run that
is tried again has the same folder, and goes on from the ledgers there.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State

from chem.errors import HitlistError
from chem.library.columns.columns import NamedColumns
from data.catalogue.download import Progress as FetchProgress
from flows.planning.planning import plan_screen
from flows.planning.screen_paths import find_and_load
from flows.prefect_support.stages import hold_to_roots
from flows.terminal.options import ScoringOptions
from screening.errors import OtherRunError
from screening.objective.screen_settings import Screen
from screening.runs.plan import Plan

MOST_FOLDERS = 20
"""The most folders of one flow run, whose library or screen changed between two tries."""


class Due(NamedTuple):
    """When and how a flow run was asked for."""

    time: datetime
    """The time for which it was first scheduled, with a time zone."""
    mark: str
    """Distinguishes runs that were asked for by hand within the same second; ``""`` for others."""


def due_time(screen: Screen | None = None) -> Due | None:
    """Return when the current flow run was due; None for a flow that is called from Python.

    The time is in the time zone of the screen's schedule, or else of this machine.
    """
    if not runtime.deployment.id or not runtime.flow_run.id:
        return None
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(runtime.flow_run.id)
        first = first_due(client.read_flow_run_states(runtime.flow_run.id))
    if first is None:
        return None
    schedule = None if screen is None else screen.schedule
    zone = None if schedule is None else ZoneInfo(schedule.timezone)
    return Due(first.astimezone(zone), "" if flow_run.auto_scheduled else str(flow_run.id)[-6:])


def first_due(states: Iterable[State]) -> datetime | None:
    """Return the first time for which a flow run was scheduled.

    A later try has a later time, so the time that the flow run shows changes.
    """
    ordered = sorted(states, key=lambda state: state.timestamp)
    times = [state.state_details.scheduled_time for state in ordered]
    return next((time for time in times if time is not None), None)


def name_run() -> str:
    """Return the name of the current flow run, such as ``kinase 2026-11-29 02:00``."""
    text = str(runtime.flow_run.parameters.get("screen", "screen"))
    try:
        hold_to_roots()
        screen = find_and_load(text)[1]
    except (HitlistError, OSError):  # told by the run itself
        screen = None
    name = screen.name if screen else Path(text).stem[:60] or "screen"
    due = due_time(screen)
    return run_name(name, due.time if due else datetime.now().astimezone())


def run_name(name: str, time: datetime) -> str:
    """Return the name of a run; of an hour that comes twice, the second is told apart.

    >>> run_name("kinase", datetime(2026, 11, 29, 2, 0))
    'kinase 2026-11-29 02:00'
    """
    return f"{name} {time:%Y-%m-%d %H:%M}{f' (UTC{time:%z})' if time.fold else ''}"


def run_folder(name: str, due: Due) -> Path:
    """Return the folder of a flow run.

    >>> str(run_folder("kinase", Due(datetime(2026, 11, 29, 2, 0), "")))
    'runs/kinase-20261129-020000'
    >>> str(run_folder("kinase", Due(datetime(2026, 11, 29, 14, 5, 9), "3f2a9c")))
    'runs/kinase-20261129-140509-3f2a9c'
    """
    when = f"{due.time:%Y%m%d-%H%M%S}{f'{due.time:%z}' if due.time.fold else ''}"
    return Path("runs") / "-".join(part for part in (name, when, due.mark) if part)


def plan_in_own_folder(
    screen: str,
    library: str | None,
    hits: int | None,
    columns: NamedColumns | None,
    scoring: ScoringOptions,
    progress: FetchProgress | None = None,
) -> Plan:
    """Plan a run in the folder of the flow run, or in a new one for a flow called from Python.

    If the folder holds a try with another library or screen, which have changed since, the next
    folder is taken: ``…-2``, ``…-3``. The work of that try is kept.
    """
    loaded = find_and_load(screen)[1]
    due = due_time(loaded)
    if due is None:
        return plan_screen(screen, library, None, hits, columns, scoring, progress)
    own = run_folder(loaded.name, due)
    for number in range(1, MOST_FOLDERS):
        folder = own if number == 1 else own.with_name(f"{own.name}-{number}")
        try:
            return plan_screen(screen, library, folder, hits, columns, scoring, progress)
        except OtherRunError:
            continue
    raise OtherRunError(
        f"{own} and {MOST_FOLDERS - 2} folders after it hold other runs; name a folder with `out`"
    )
