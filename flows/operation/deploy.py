"""Makes the deployments of a screen on the Prefect server, or brings them up to date.

A screen has two deployments, so that each has its own slot: ``screen/NAME`` for runs by hand, which
wait for each other, and ``screen/NAME-nightly``, whose run is left out while the last one is still
at work. An update keeps what an operator set on the server.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.objects import (
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
    DeploymentSchedule,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from chem.disk.allowed_roots import ROOTS, named_path, roots
from chem.errors import InputError
from flows.operation.deploy_schedule import (
    SLUG,
    Cron,
    Options,
    cron_of,
    decide,
    find_schedule,
    of_file,
    remember,
    remembered,
)
from flows.operation.deploy_server import POOL
from screening.objective.screen_settings import Screen

FLOW = "screen"
ENTRYPOINT = "flows.screen.screen"
"""A module, not a file: the worker runs the version that it has, in any folder."""
BY_HAND, NIGHTLY = "by-hand", "nightly"
"""Tags of the two deployments, and of their runs."""
_STEP = "prefect.deployments.steps.set_working_directory"
_STRATEGY = {
    BY_HAND: ConcurrencyLimitStrategy.ENQUEUE,
    NIGHTLY: ConcurrencyLimitStrategy.CANCEL_NEW,
}


class Wanted(NamedTuple):
    """A screen to deploy."""

    screen: Screen
    reference: str
    """The shipped name or the full path, as the flow takes it."""
    parameters: Mapping[str, Any]
    """The parameters that the operator gives; None takes one back to its default."""
    options: Options
    flow: Flow[..., Any]
    has_schedule: bool = True
    """False: without a nightly deployment, even if the file has a schedule."""


class Target(NamedTuple):
    """One deployment to make or to update."""

    name: str
    """Its full name."""
    tag: str
    found: DeploymentResponse | None
    """What is there now."""
    steps: list[dict[str, Any]]
    """The step that names the folder of the runs."""
    version: str | None = None
    source: DeploymentResponse | None = None
    """The deployment whose parameters a new one takes over."""


def names_of(screen: str) -> tuple[str, str]:
    """Return the full names of the deployments for runs by hand and for nights.

    >>> names_of("kinase")
    ('screen/kinase', 'screen/kinase-nightly')
    """
    return f"{FLOW}/{screen}", f"{FLOW}/{screen}-nightly"


def find(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    """Return a deployment by its full name; None if there is none."""
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


def load_flow() -> Flow[..., Any]:
    """Return the flow, loaded as a worker loads it."""
    return load_flow_from_entrypoint(ENTRYPOINT, use_placeholder_flow=False)


def deploy(client: SyncPrefectClient, wanted: Wanted) -> list[str]:
    """Make or update the deployments of a screen, and return what to tell, one line each.

    Raises:
        InputError: a deployment of this name belongs to another screen.
    """
    by_hand, nightly = names_of(wanted.screen.name)
    hand, night = find(client, by_hand), find(client, nightly)
    _check_owner(hand, by_hand, wanted, BY_HAND)
    _check_owner(night, nightly, wanted, NIGHTLY)
    shared = hand if hand is not None and BY_HAND not in hand.tags and not night else None
    file = of_file(wanted.screen.schedule) if wanted.has_schedule else None
    current = find_schedule(night.schedules) if night else _first(shared)
    before = remembered(night.version) if night else None
    decision = decide(current, before, file, wanted.options) if wanted.has_schedule else None
    steps = _pull_steps(hand, night)
    told = [_put(client, wanted, Target(by_hand, BY_HAND, hand, steps))]
    if decision is None:
        told += _remove_night(client, night, nightly)
    elif decision.cron is not None or night is not None:
        source = shared if current is not None else None
        target = Target(nightly, NIGHTLY, night, steps, remember(file), source)
        said = _put(client, wanted, target)
        _put_schedule(client, nightly, decision.cron, current)
        told.append(f"{said}; {when_it_runs(decision.cron, night.schedules if night else [])}")
        told += [f"{nightly}: {line}" for line in decision.told]
    if shared is not None and shared.schedules:
        told += _part(client, shared, None if decision is None else nightly)
    return [*told, *_told_of_folder(steps, wanted)]


def when_it_runs(cron: Cron | None, found: Sequence[DeploymentSchedule]) -> str:
    """Return when a nightly deployment runs, in words.

    Args:
        cron: The schedule that it gets; None: it keeps those on the server.
        found: The schedules on the server, which an operator may have deleted.
    """
    if cron is not None:
        return f"runs at {cron}"
    if not found:
        return "has no schedule, so no night runs; --cron adds one"
    return "runs at its schedule on the server"


def _check_owner(found: DeploymentResponse | None, name: str, wanted: Wanted, tag: str) -> None:
    """Refuse to change a deployment that belongs to another screen."""
    if found is None:
        return
    other = NIGHTLY if tag == BY_HAND else BY_HAND
    if other in found.tags:
        raise InputError(
            f"{name} belongs to another screen, of which it is the {other} deployment; give this "
            f"screen another `name` than {wanted.screen.name}"
        )
    runs = str(found.parameters.get("screen", wanted.reference))
    is_path = runs.endswith(".toml") or os.sep in runs
    if runs != wanted.reference and (not is_path or Path(runs).exists()):
        raise InputError(
            f"{name} runs the screen {runs}, not {wanted.reference}; give this screen another "
            f"`name`, or first run `hitlist deploy --remove {wanted.screen.name}`"
        )


def _first(shared: DeploymentResponse | None) -> DeploymentSchedule | None:
    """Return the schedule of a deployment of before, when nights and hands shared one."""
    found = shared.schedules if shared else []
    return find_schedule(found) or next(iter(found), None)


def _part(client: SyncPrefectClient, shared: DeploymentResponse, nightly: str | None) -> list[str]:
    """Take the schedules off a deployment that nights and hands shared, and return what to tell."""
    first = _first(shared)
    others = [one for one in shared.schedules if first is not None and one.id != first.id]
    if nightly is not None and others:
        copies = [
            DeploymentScheduleCreate(
                schedule=one.schedule, active=one.active, parameters=one.parameters, slug=one.slug
            )
            for one in others
        ]
        client.create_deployment_schedules(client.read_deployment_by_name(nightly).id, copies)
    for one in shared.schedules:
        client.delete_deployment_schedule(shared.id, one.id)
    name = f"{FLOW}/{shared.name}"
    if nightly is None:
        return [f"{name}: its schedule was removed"]
    return [f"{name}: its schedule is now that of {nightly}, which has its own slot"]


def _pull_steps(*found: DeploymentResponse | None) -> list[dict[str, Any]]:
    """Return the step that names the folder of the runs: that of before, or this one."""
    for one in found:
        steps = (one.pull_steps or []) if one else []
        if Path(_folder_of(steps) or os.devnull).is_dir():
            return steps
    return [{_STEP: {"directory": str(Path.cwd())}}]


def _folder_of(steps: list[dict[str, Any]]) -> str:
    return next((str(step[_STEP]["directory"]) for step in steps if _STEP in step), "")


def _told_of_folder(steps: list[dict[str, Any]], wanted: Wanted) -> list[str]:
    folder = _folder_of(steps)
    told = [f"runs are written below {folder}/runs"]
    if Path(folder) != Path.cwd():
        told = [f"{told[0]}, as before; remove the deployments first to run elsewhere"]
    given = Path(wanted.reference)
    if given.is_absolute() and not _may_be_read(given, Path(folder)):
        told.append(
            f"{given} is outside {folder}: the worker reads it only if {ROOTS} in its environment "
            "names its folder"
        )
    return told


def _may_be_read(path: Path, folder: Path) -> bool:
    """Tell whether the worker may read a file, if it has the roots of this command's environment.

    Without roots the worker reads only the folder of its runs.
    """
    if path.resolve().is_relative_to(folder.resolve()):
        return True
    if roots() is None:
        return False
    try:
        named_path(path)
    except InputError:
        return False
    return True


def _put(client: SyncPrefectClient, wanted: Wanted, target: Target) -> str:
    """Make or update one deployment, and return what to tell."""
    found, source = target.found, target.source or target.found
    kept = dict(source.parameters) if source else {}
    given = {**kept, **wanted.parameters, "screen": wanted.reference}
    what = "Every night" if target.tag == NIGHTLY else "By hand"
    common: dict[str, Any] = {
        "version": target.version,
        "description": f"{what}: {wanted.screen.title}. Made by `hitlist deploy`.",
        "parameters": {key: value for key, value in given.items() if value is not None},
        "entrypoint": ENTRYPOINT,
        "pull_steps": target.steps,
        "parameter_openapi_schema": parameter_schema(wanted.flow).model_dump_for_openapi(),
        "enforce_parameter_schema": True,
    }
    slot: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_options": ConcurrencyOptions(collision_strategy=_STRATEGY[target.tag]),
    }
    own = {"screen", *wanted.parameters}
    stays = [f"{key}={value}" for key, value in kept.items() if key not in own]
    told = f", kept {', '.join(stays)}" if stays else ""
    if kept.get("screen", wanted.reference) != wanted.reference:
        told += f", its screen was {kept['screen']}"
    if found is None:
        common |= {"paused": source.paused if source else None, "tags": [target.tag]}
        client.create_deployment(
            client.create_flow_from_name(FLOW),
            target.name.partition("/")[2],
            work_pool_name=POOL,
            **common,
            **slot,
        )
        return f"{target.name}: made{told}"
    if target.tag in found.tags and found.global_concurrency_limit is not None:
        slot = {}  # an operator may have changed it
    tags = sorted({*found.tags, target.tag})
    client.update_deployment(found.id, DeploymentUpdate(**common, **slot, tags=tags))
    return f"{target.name}: updated{told}{', stays paused' if found.paused else ''}"


def _put_schedule(client: SyncPrefectClient, name: str, cron: Cron | None, current: Any) -> None:
    """Give a nightly deployment its schedule; others that it has stay."""
    deployment = client.read_deployment_by_name(name)
    if cron is None:
        return
    schedule = CronSchedule(cron=cron.cron, timezone=cron.timezone)
    own = find_schedule(deployment.schedules)
    if own is None:
        active = current is None or current.active
        made = DeploymentScheduleCreate(schedule=schedule, active=active, slug=SLUG)
        client.create_deployment_schedules(deployment.id, [made])
    elif cron_of(own) != cron:
        client.update_deployment_schedule(
            deployment.id,
            own.id,
            schedule=schedule,
            parameters=own.parameters,
            slug=own.slug or SLUG,
        )


def _remove_night(
    client: SyncPrefectClient, night: DeploymentResponse | None, name: str
) -> list[str]:
    if night is None:
        return []
    client.delete_deployment(night.id)
    return [f"{name}: removed"]
