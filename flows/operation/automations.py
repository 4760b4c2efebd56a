"""The automations by which a Prefect server recovers the runs of hitlist.

A flow run sends a heartbeat every ``HEARTBEAT`` seconds. If none arrives for ``SILENCE`` seconds,
its process is gone: the server marks the run Crashed and frees its slot. A run that never started
is marked Crashed after ``START``. A Crashed screen is scheduled again as the same flow run, so it
goes on from the ledgers of its folder. :mod:`flows.operation.attempts` refuses a run that crashes
again and again, because an automation cannot count.

No trigger reacts at once. On SQLite the server processes an event again, up to four times, if
another change of the database came between (measured: four messages for one crash), and a trigger
that reacts at once fires each time. A trigger that waits for ``SETTLE`` fires once.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.operation.deploy_server import POOL, POOL_REMEDY

FLOWS = ("screen", "rank", "prepare", "train", "results")
"""The names of the flows. Automations leave the flows of others on the same server alone."""
HEARTBEAT = 30
"""Seconds between two heartbeats of a run; Prefect allows no shorter time."""
HEARTBEAT_VARIABLE = "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"
SILENCE = timedelta(seconds=90)
"""The time without a heartbeat after which a run is marked Crashed."""
START = timedelta(seconds=300)
"""The time that a run may take from Pending to Running."""
SETTLE = timedelta(seconds=10)
"""The time after an event until its trigger fires; Prefect allows no shorter one."""
RETRY = timedelta(seconds=120)
"""The time from a crash to the next try.

A worker reports a crash, loads the flow to look for hooks, and reports the crash again (measured:
17 to 65 seconds later). The second report would end a run that was tried again by then.
"""
NEVER = "hitlist.never"
"""An event that nobody sends: a trigger that expects it always fires."""
BEAT = "prefect.flow-run.heartbeat"
CRASHED = "prefect.flow-run.Crashed"
ENDED = {f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed")}
_STARTS = tuple(str(number) for number in range(1, 21))
"""How often a run may have started that is tried again; 0 is left out."""
NAMES = ("hitlist: lost run", "hitlist: run that never started", "hitlist: crashed screen")
"""The names of the automations, by which they are found and updated."""
LOST_RUN = NAMES[0]
"""The one that relies on the heartbeat of the work pool."""


def ensure_automations(client: SyncPrefectClient, pool: str = POOL) -> list[str]:
    """Make the automations that recover runs, or update them.

    The work pool gets the heartbeat on which they rely: with Prefect's default of 180 seconds,
    each healthy run would be marked Crashed. If its job template leaves no place for it, the
    automation for lost runs is removed, and that is told.

    Args:
        client: A client of the server.
        pool: The work pool of the deployments; if there is none yet, it is left out.

    Returns:
        What to tell, one line each: what was made or changed, and what could not be made.
    """
    fault = _set_heartbeat(client, pool)
    wanted = [one for one in _recovery() if not (fault and one.name == LOST_RUN)]
    if fault:
        remove_automations(client, [LOST_RUN])
    made = [one.name for one in wanted if put_automation(client, one)]
    told = [f"automation {name!r}: made or updated" for name in made]
    return [*told, f"{fault}; to replace it: {POOL_REMEDY}"] if fault else told


def put_automation(client: SyncPrefectClient, wanted: AutomationCore) -> bool:
    """Make an automation, or update the one of the same name; return True if anything changed.

    One that is as wanted is left alone, so that what it waits for is not forgotten.
    """
    found = client.read_automations_by_name(wanted.name)
    for extra in found[1:]:
        client.delete_automation(extra.id)
    if not found:
        client.create_automation(wanted)
        return True
    if _fields(found[0]) == _fields(wanted):
        return False
    # Only what is set is sent, and the server refuses an owner.
    whole = wanted.model_dump(exclude={"owner_resource"})
    client.update_automation(found[0].id, AutomationCore.model_validate(whole))
    return True


def remove_automations(client: SyncPrefectClient, names: Iterable[str]) -> None:
    """Delete the automations of these names; one that does not exist is no error."""
    for name in names:
        for one in client.read_automations_by_name(name):
            client.delete_automation(one.id)


def _fields(automation: AutomationCore) -> dict[str, Any]:
    return automation.model_dump(include=set(AutomationCore.model_fields))


def _recovery() -> Iterator[AutomationCore]:
    yield AutomationCore(
        name=LOST_RUN,
        description="A run without a heartbeat has crashed: its slot is free again.",
        trigger=wait_for({BEAT}, {BEAT, *ENDED}, SILENCE),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"no heartbeat for {SILENCE.seconds} seconds: the process, its worker or "
                "its machine was stopped",
            )
        ],
    )
    yield AutomationCore(
        name=NAMES[1],
        description="A run that a worker took and never started has crashed.",
        trigger=wait_for(
            {"prefect.flow-run.Pending"},
            {"prefect.flow-run.Running", "prefect.flow-run.AwaitingConcurrencySlot"},
            START,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"not started within {START.seconds} seconds: its worker was stopped",
            )
        ],
    )
    yield AutomationCore(
        name=NAMES[2],
        description="A crashed screen is tried again as the same run, from its ledgers.",
        trigger=_crash_of_started_screen(),
        actions=[
            ChangeFlowRunState(
                state=StateType.SCHEDULED,
                name="AwaitingRetry",
                message="crashed; tried again from the ledgers of its folder",
            )
        ],
    )


def wait_for(
    after: set[str], expect: set[str], within: timedelta, flows: Iterable[str] = FLOWS
) -> EventTrigger:
    """Return a trigger that fires for each flow run with an event that no other one follows.

    Args:
        after: The events that begin the wait.
        expect: The events that end it.
        within: The longest wait, after which the trigger fires.
        flows: The names of the flows.
    """
    return EventTrigger(
        after=after,
        expect=expect,
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related={"prefect.resource.name": list(flows), "prefect.resource.role": "flow"},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=within,
    )


def _crash_of_started_screen() -> EventTrigger:
    """Return a trigger for crashed screens, but for those that crashed before they started.

    Such a run, for example after a broken installation, cannot count its tries.
    """
    trigger = wait_for({CRASHED}, {"prefect.flow-run.AwaitingRetry"}, RETRY, ["screen"])
    labels = {**trigger.model_dump()["match"], "prefect.run-count": list(_STARTS)}
    return EventTrigger.model_validate({**trigger.model_dump(), "match": labels})


def heartbeat_fault(template: Mapping[str, Any], pool: str = POOL) -> str:
    """Return why a pool with this job template cannot get the heartbeat; empty if it can.

    Prefect's default template has a variable, ``{{ env }}``, in place of the environment.
    """
    if isinstance(template.get("job_configuration", {}).get("env"), dict):
        return ""
    return (
        f"work pool {pool}: runs send too few heartbeats, because its job template sets no "
        f"environment; without {LOST_RUN!r} a lost run keeps its slot"
    )


def _set_heartbeat(client: SyncPrefectClient, name: str) -> str:
    """Give a pool the heartbeat, and return why it cannot get it; empty if it can."""
    try:
        pool = client.read_work_pool(name)
    except ObjectNotFound:
        return ""
    template = pool.base_job_template
    if fault := heartbeat_fault(template, name):
        return fault
    configuration = template["job_configuration"]
    variables = configuration["env"]
    if variables.get(HEARTBEAT_VARIABLE) == str(HEARTBEAT):
        return ""
    changed = {**variables, HEARTBEAT_VARIABLE: str(HEARTBEAT)}
    template = {**template, "job_configuration": {**configuration, "env": changed}}
    client.update_work_pool(name, WorkPoolUpdate(base_job_template=template))
    return ""
