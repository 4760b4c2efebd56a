"""The ``hitlist`` command line. Each command has its own file in ``flows.commands``.

This module imports nothing heavy, so ``hitlist --help`` answers at once.
"""

import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer

from chem.errors import InputError
from flows.commands import (
    benchmark,
    bundles,
    data,
    deploy,
    doctor,
    notify,
    predict,
    prepare,
    pretrain,
    screen,
    server,
    store,
    surrogate,
    train,
)
from flows.commands.finished_runs import (
    analogs,
    campaign,
    compare,
    explain,
    learn,
    promote,
    rank,
    results,
    sign,
    verify,
)
from flows.terminal.console import Stopped, complain
from flows.terminal.interrupt import exit_code, heed_interrupts
from gnn.errors import ModelError
from screening.dask_cluster.process_start import collect_seldom
from screening.storage.in_use import marking

ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",  # workers too; errors are raised here
    # Waiting threads sleep. On shared cores, spinning made training ten times slower.
    # This must be set before torch is loaded.
    "OMP_WAIT_POLICY": "PASSIVE",
    # Child processes load no module from the current folder.
    "PYTHONSAFEPATH": "1",
}
"""Environment variables that the command sets unless the user has set them; no telemetry."""

UsageError: type[Any] = typer.BadParameter.__mro__[1]  # of the click that this typer works with

app = typer.Typer(
    name="hitlist",
    help=(
        "Screen compound libraries for a wet lab. Compounds are standardized, scored with graph "
        "neural networks, and ranked into a hit list with a reason for each hit.\n\n"
        "Start with: hitlist screen kinase"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("screen")(screen.screen)
app.command("rank")(rank.rank)
app.command("explain")(explain.explain)
app.command("analogs")(analogs.analogs)
app.command("compare")(compare.compare)
app.command("verify")(verify.verify)
app.command("sign")(sign.sign)
app.command("results")(results.results)
app.command("learn")(learn.learn)
app.command("promote")(promote.promote)
app.command("campaign")(campaign.campaign)
app.command("predict")(predict.predict)
app.command("prepare")(prepare.prepare)
app.command("train")(train.train)
app.command("pretrain")(pretrain.pretrain)
app.command("server")(server.server)
app.command("deploy")(deploy.deploy)
app.command("notify")(notify.notify)
app.command("doctor")(doctor.doctor)
app.command("surrogate")(surrogate.surrogate)
app.add_typer(data.app, name="data")
app.add_typer(bundles.app, name="bundles")
app.add_typer(benchmark.app, name="benchmark")
app.add_typer(store.app, name="store")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hitlist {version('hitlist')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Define the options that precede a command."""


def main(arguments: list[str] | None = None, commands: typer.Typer = app) -> None:
    """Run a command line and exit with its code.

    The code is 0 for success, 2 for a user error, 130 after Ctrl-C and 143 after SIGTERM.
    A user error is one line on stderr. Any other exception is a fault of the program and keeps
    its traceback.
    """
    heed_interrupts()
    collect_seldom()
    for name, value in ENVIRONMENT.items():
        os.environ[name] = os.environ.get(name) or value
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # "±" on a terminal that knows ASCII only
    try:
        with marking():
            code = commands(arguments, standalone_mode=False)
        sys.stdout.flush()
    except (InputError, ModelError) as error:
        complain(str(error))
        code = 2
    except UsageError as error:
        if message := error.format_message():
            complain(f"{message} (--help lists the options)")
        code = 2
    except Stopped as error:
        complain(str(error))
        code = exit_code()
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped")
        code = exit_code()
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
