"""Checks what watches the nights: the automations that recover runs, and who is told."""

from collections.abc import Iterator, Sequence

from prefect.client.orchestration import SyncPrefectClient

from flows.doctor.finding import Finding, Look, fault, listed, ok, skipped, warning
from flows.operation.automations import NAMES, ensure_automations
from flows.operation.channels import Channel, list_channels


def check_watch(look: Look) -> Iterator[Finding]:
    """Check the automations and the channels of messages."""
    if not look.deployments:
        yield skipped("automations", "nothing is deployed", "hitlist deploy SCREEN")
    else:
        yield _check_automations(look)
    yield check_channels(list_channels(look.server))


def _check_automations(look: Look) -> Finding:
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
