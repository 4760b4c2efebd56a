"""Checks what watches the nights: the automations that recover runs, and who is told."""

from collections.abc import Iterator, Sequence

from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

from flows.doctor.finding import Finding, Look, fault, listed, ok, skipped, warning
from flows.operation.automations import LOST_RUN, NAMES, ensure_automations, heartbeat_fault
from flows.operation.channels import Channel, list_channels
from flows.operation.deploy_server import POOL, POOL_REMEDY


def check_watch(look: Look) -> Iterator[Finding]:
    """Check the automations and the channels of messages."""
    if not look.deployments:
        yield skipped("automations", "nothing is deployed", "hitlist deploy SCREEN")
    else:
        yield _check_automations(look)
    yield check_channels(list_channels(look.server))


def _check_automations(look: Look) -> Finding:
    if template_fault := _template_fault(look.server):
        return _check_without_heartbeat(look, template_fault)
    missing = _missing(look.server)
    if not missing:
        return ok("automations", f"{len(NAMES)} recover lost runs")
    told = fault(
        "automations",
        f"missing or disabled: {listed(missing)}; a lost run keeps its slot",
        "hitlist doctor --fix makes them",
    )
    if not look.fix:
        return told
    ensure_automations(look.server)
    left = _missing(look.server)
    if left:
        return told._replace(found=f"{told.found}; could not make {listed(left)}")
    return told.mend(f"made {listed(missing)}")


def _template_fault(client: SyncPrefectClient) -> str:
    """Return why runs send too few heartbeats; empty if they send enough or there is no pool."""
    try:
        return heartbeat_fault(client.read_work_pool(POOL).base_job_template)
    except ObjectNotFound:
        return ""


def _check_without_heartbeat(look: Look, why: str) -> Finding:
    """Return the fault of a pool without heartbeat; ``--fix`` stops the harm of the automation."""
    remedy = f"{POOL_REMEDY}; then hitlist deploy SCREEN"
    harmful = bool(look.server.read_automations_by_name(LOST_RUN))
    if harmful and look.fix:
        ensure_automations(look.server)
    elif harmful:
        why = f"{why}; with it each healthy run is marked Crashed"
    return fault("automations", why, remedy)


def _missing(client: SyncPrefectClient) -> list[str]:
    return [
        name
        for name in NAMES
        if not any(one.enabled for one in client.read_automations_by_name(name))
    ]


def check_channels(channels: Sequence[Channel]) -> Finding:
    """Check that somebody is told of events."""
    heard = [f"{one.name} ({', '.join(one.events)})" for one in channels if one.events]
    if heard:
        return ok("messages", listed(heard))
    return warning(
        "messages", "nobody hears of a night that fails", "hitlist notify: docs/operation/notify.md"
    )
