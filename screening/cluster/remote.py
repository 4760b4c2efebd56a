"""A client of a running Dask scheduler, or one line that says why there is none."""

import asyncio
import os
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from distributed import Client, Security
from distributed.comm import connect as comm_connect

from chem.errors import InputError
from screening.cluster.installation import (
    OtherInstallationError,
    differences,
    installation,
    installed_files,
    refuse,
    worker_installation,
)
from screening.cluster.tls import Tls, make_security

CONNECT_SECONDS = 20
WORKER_SECONDS = 30.0
"""How long to wait for a first worker, unless ``HITLIST_WORKER_SECONDS`` says otherwise."""
NO_TLS = ("WRONG_VERSION_NUMBER", "cannot convert to SSL")
"""What Python and tornado say of a server that speaks before it is asked for TLS."""
SHARED = ("python", "dask", "distributed")
"""What a scheduler has to have in the same version; it needs no hitlist."""


def open_client(address: str, tls: Tls) -> Client:
    """Connect to a scheduler whose workers are installed like this process.

    Raises InputError, one line, where no scheduler answers, certificates do not fit, versions
    differ, no worker comes, or a worker's installation differs.
    """
    security = make_security(address, tls)
    try:
        _knock(address, security)
        with warnings.catch_warnings():  # versions that differ are an error here, below
            warnings.simplefilter("ignore")
            client = Client(address, timeout=f"{CONNECT_SECONDS}s", security=security)
    except Exception as error:  # whatever listens at a port may answer anything
        raise InputError(
            f"no Dask scheduler answers at {address}: {_why(address, error)}"
        ) from None
    try:
        check_scheduler(client)
        check_workers(client)
    except BaseException:
        close(client)
        raise
    return client


def _knock(address: str, security: Security) -> None:
    """Open a connection as the client will, and close it; raises what goes wrong.

    A client that fails at this waits for 40 s when it is forgotten; and where something else than
    a scheduler answers (its own dashboard), Dask would wait for ever.
    """
    outcome: SimpleQueue[BaseException | None] = SimpleQueue()

    async def knock() -> None:
        arguments = security.get_connection_args("client")
        comm = await comm_connect(address, timeout=CONNECT_SECONDS, **arguments)
        await comm.close()

    def run() -> None:
        try:
            asyncio.run(knock())
        except BaseException as error:
            outcome.put(error)
        else:
            outcome.put(None)

    Thread(target=run, daemon=True).start()  # a thread of its own, because ours may have a loop
    try:
        error = outcome.get(timeout=CONNECT_SECONDS + 5)
    except Empty:
        raise RuntimeError("it answers, but not as a scheduler does") from None
    if error is not None:
        raise error


def close(client: Client) -> None:
    """Close a client, also one whose scheduler is gone, without waiting for it."""
    with suppress(TimeoutError, OSError):
        client.close(timeout=5)


def check_scheduler(client: Client) -> None:
    """Refuse a scheduler of another version of Dask or Python: the two may not understand."""
    found = client.get_versions(check=False)["scheduler"]
    python = ".".join(str(found["host"]["python"]).split(".")[:2])
    there = {"python": python, **{name: str(found["packages"][name]) for name in SHARED[1:]}}
    here = {name: installation()[name] for name in SHARED}
    if differing := differences(here, there):
        raise InputError(
            f"the Dask scheduler at {client.scheduler.address} has {'; '.join(differing)}; "
            "start it from an installation of the same versions"
        )


def check_workers(client: Client) -> None:
    """Wait for a first worker and compare the installation of all that are there with our own.

    Raises InputError where none comes, OtherInstallationError that names a worker that differs.
    Workers that join later are checked by their first task (``run_checked``).
    """
    address = client.scheduler.address
    given = os.environ.get("HITLIST_WORKER_SECONDS", str(WORKER_SECONDS))
    try:
        seconds = float(given)
    except ValueError:
        raise InputError(f"HITLIST_WORKER_SECONDS is {given!r}, expected seconds") from None
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError:
        raise InputError(
            f"the Dask scheduler at {address} has no workers, and none came in {seconds:g} s; "
            f"start some: `dask worker {address} --nthreads 1`"
        ) from None
    answers = client.run(worker_installation, on_error="return")
    for worker, answer in answers.items():
        if isinstance(answer, OSError):
            continue  # it left meanwhile
        if isinstance(answer, Exception):
            raise OtherInstallationError(
                f"the worker {worker} cannot load hitlist ({_text(answer)}); install the same "
                "version there that is installed here"
            )
        if differing := differences(installation(), answer):
            names = _files(client, worker) if answer["hitlist"] != installation()["hitlist"] else ""
            raise refuse(worker, [*differing, *([names] if names else [])])


def _files(client: Client, worker: str) -> str:
    """Name the first of our files that differ in a worker."""
    there: Mapping[str, str] = client.run(installed_files, workers=[worker])[worker]
    here = installed_files()
    names = sorted(name for name in {*here, *there} if here.get(name) != there.get(name))
    more = f" and {len(names) - 3} more files differ" if names[3:] else " differs"
    return ", ".join(names[:3]) + more


def _why(address: str, error: BaseException) -> str:
    """Say what went wrong on the way to a scheduler, and what to do."""
    causes = list(_causes(error))
    encrypted = address.startswith("tls://")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "its certificate is not of the authority in --tls-ca; give the cluster's own"
    if any(sign in str(cause) for cause in causes for sign in NO_TLS):
        return "it does not speak TLS; start it with --tls-* (docs/cluster.md)"
    if "Timed out" in str(error):
        reasons = [_text(cause) for cause in causes[1:] if isinstance(cause, OSError)]
        found = reasons[-1] if reasons else f"nothing in {CONNECT_SECONDS} s"
        return f"{found}; start one with `dask scheduler`, or leave --scheduler out to work here"
    if isinstance(error, ImportError):
        return f"its versions do not fit ({_text(error)}); start it with the versions used here"
    if isinstance(error, ValueError):
        return f"{_text(error)}; an address is written tls://host:port"
    if isinstance(error, OSError) and encrypted:
        return (
            f"it refused our certificate ({_text(causes[-1])}); give one that its own authority "
            "signed, with --tls-cert and --tls-key"
        )
    if isinstance(error, OSError):
        return (
            f"it closed the connection ({_text(causes[-1])}), as one that wants TLS does; "
            "if so, write tls:// and give its certificates"
        )
    return f"something else does ({_text(error)}); check the port: the dashboard has another one"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _text(error: Any) -> str:
    return " ".join(str(error).split()) or type(error).__name__
