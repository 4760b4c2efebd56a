"""``hitlist server``: start a Prefect server for this user, with its own secret."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note


def server(
    port: Annotated[
        int | None,
        typer.Option(
            min=1024,
            max=65535,
            envvar="HITLIST_PORT",
            help="Port to listen on, on 127.0.0.1 only.",
            show_default="that of the last start, or 4200",
        ),
    ] = None,
) -> None:
    """Start a Prefect server for nightly screens. It runs until you stop it.

    The server listens on 127.0.0.1. Without its secret it answers health checks only. The first
    start creates the secret and stores it in the Prefect profile "hitlist". `prefect worker
    start`, `prefect deploy` and `prefect deployment run` then use this profile automatically.
    """
    from flows.prefect_support.prefect_profile import (
        HOST,
        PROFILE,
        check_host,
        make_profile,
        server_environment,
    )

    check_host(os.environ)
    program = Path(sys.executable).with_name("prefect")
    if not program.is_file():
        raise InputError(f"there is no program {program}; install hitlist again (make setup)")
    profile = make_profile(port)
    note(f"the server's page: http://{HOST}:{profile.port}")
    note(f'Prefect profile "{PROFILE}" in {profile.path}, which holds the secret')
    if profile.active != PROFILE:
        note(
            f'the profile "{profile.active}" stays active: run `export PREFECT_PROFILE={PROFILE}` '
            "before you start the worker or deploy"
        )
    sys.stderr.flush()
    os.umask(0o077)  # the database shows what is screened
    environment = server_environment(os.environ, profile)
    words = ["server", "start", "--host", HOST, "--port", str(profile.port)]
    os.execve(program, [str(program), *words], environment)
