"""``hitlist doctor``: check the whole installation, and say what to do."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note


def doctor(
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Also load all models, check all stored files and start a Dask worker.",
        ),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Release stuck slots, mark lost runs as Crashed, make missing automations and "
            "remove leftovers of killed processes.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 1 if there are warnings.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for monitoring in place of the table.")
    ] = False,
    runs: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Folder of runs to check, beside those of the deployments. Repeatable.",
            show_default="runs",
        ),
    ] = None,
) -> None:
    """Check the installation, the server, the nights and the disk, and say what to do.

    Each check is ok, a warning, a fault, or not checked. The exit code is 0 if all is well or there
    are only warnings, 1 for warnings with --strict, and 2 for a fault.
    """
    from flows.doctor.all_checks import exit_code, run_all_checks
    from flows.doctor.table import show_findings, summary, to_json

    found = run_all_checks(deep, fix, runs or [])
    code = exit_code(found, strict)
    for one in found:
        if one.mended:
            note(f"{one.name}: {one.mended}")
    if as_json:
        print(to_json(found, code))
    else:
        show_findings(found)
        note(summary(found))
    raise typer.Exit(code)
