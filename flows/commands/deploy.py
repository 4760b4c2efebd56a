"""``hitlist deploy``: put screens on the Prefect server, by hand and every night."""

import os
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note
from flows.terminal.tables import show_table

CronLine = Annotated[
    str | None,
    typer.Option(
        metavar="CRON",
        help='When the nightly run starts, such as "0 2 * * *".',
        show_default="from the screen",
    ),
]
TimeZone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE",
        help="Time zone of the schedule, such as Europe/Berlin.",
        show_default="from the screen",
    ),
]


def deploy(
    screens: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCREEN",
            help="Names of shipped screens, such as kinase, or TOML files.",
            show_default=False,
        ),
    ] = None,
    cron: CronLine = None,
    timezone: TimeZone = None,
    without_schedule: Annotated[
        bool,
        typer.Option("--no-schedule", help="Run by hand only, and remove the nightly deployment."),
    ] = False,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Parameter of the runs, such as hits=40; null for the default. Repeatable.",
            show_default=False,
        ),
    ] = None,
    lists: Annotated[
        bool, typer.Option("--list", help="List the deployments, their runs and their slots.")
    ] = False,
    remove: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Remove the deployments of a screen.", show_default=False
        ),
    ] = None,
) -> None:
    """Put screens on the Prefect server, to run by hand and every night.

    Each screen gets the deployment screen/NAME for runs by hand. If it has a schedule, it also
    gets screen/NAME-nightly, with a slot of its own. Give the command again after a change or an
    upgrade: parameters, schedules and pauses that were set on the server stay, unless an option
    says otherwise. Start the server with `hitlist server`.
    """
    named = screens or []
    if bool(named) + lists + (remove is not None) != 1:
        raise InputError("give either screens to deploy, such as kinase, or --list, or --remove")
    if without_schedule and (cron is not None or timezone is not None):
        raise InputError("--no-schedule contradicts --cron and --timezone; leave one of them out")
    if not named and (cron or timezone or without_schedule or param):
        raise InputError("--cron, --timezone, --no-schedule and --param need a screen to deploy")
    if named:
        _deploy(named, cron, timezone, param or [], not without_schedule)
        return
    from flows.operation.deploy_list import HEADERS, list_deployments
    from flows.operation.deploy_list import remove as remove_deployments
    from flows.operation.deploy_server import server_client

    with server_client() as client:
        if remove is None:
            show_table(HEADERS, list_deployments(client), "Deployments of screens")
            return
        for name in remove_deployments(client, remove):
            note(f"{name}: removed; its runs and their files stay")


def _deploy(
    named: list[str], cron: str | None, timezone: str | None, param: list[str], nightly: bool
) -> None:
    from flows.operation.automations import ensure_automations
    from flows.operation.deploy import Wanted, deploy, load_flow
    from flows.operation.deploy_parameters import read_parameters
    from flows.operation.deploy_schedule import Options
    from flows.operation.deploy_server import ensure_pool, server_client
    from flows.planning.planning import check_deployable
    from flows.planning.screen_paths import SCREENS

    options = Options(cron, timezone).check()
    checked = [check_deployable(name) for name in named]
    flow = load_flow()
    parameters = read_parameters(param, flow.parameters.properties)
    with server_client() as client:
        told = [*ensure_pool(client)]
        for file, screen, doubts in checked:
            is_shipped = file.parent == SCREENS
            reference = file.stem if is_shipped else os.path.abspath(file)
            told += doubts
            wanted = Wanted(screen, reference, parameters, options, flow, nightly)
            told += deploy(client, wanted)
        told += ensure_automations(client)
    for line in dict.fromkeys(told):
        note(line)
    for _, screen, _ in checked:
        print(f"screen/{screen.name}")
