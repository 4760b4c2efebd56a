"""``hitlist server``: a Prefect server for this user, with a secret of its own."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note


def server(
    port: Annotated[
        int, typer.Option(min=1024, max=65535, help="Port to listen at, on this machine alone.")
    ] = 4200,
) -> None:
    """Start a Prefect server for the nightly screens; it runs until it is stopped.

    It listens on 127.0.0.1 and tells nobody anything without its secret but that it is up. The
    secret is made at the first start and kept in the Prefect profile "hitlist", which `prefect
    worker start`, `prefect deploy` and `prefect deployment run` then use by themselves.
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
    note(f'Prefect profile "{PROFILE}" in {profile.path}, which holds the secret')
    if profile.active != PROFILE:
        note(
            f'the profile "{profile.active}" stays in use: give the commands of the worker and of '
            f"deployments after `export PREFECT_PROFILE={PROFILE}`"
        )
    sys.stderr.flush()
    os.umask(0o077)  # its database tells what is screened
    environment = server_environment(os.environ, profile)
    words = ["server", "start", "--host", HOST, "--port", str(port)]
    os.execve(program, [str(program), *words], environment)
