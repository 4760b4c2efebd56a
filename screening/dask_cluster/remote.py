"""Connects to a running Dask scheduler with certificates, or says in one line why it cannot."""

import asyncio
import os
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, Self

from distributed import Client, Security
from distributed.comm.core import connect as comm_connect

from chem.disk.allowed_roots import named_path
from chem.errors import InputError
from screening.dask_cluster.installation import (
    OtherInstallationError,
    differences,
    installation,
    installed_files,
    refuse,
    worker_installation,
)

ENCRYPTED = "tls://"
UNENCRYPTED = "HITLIST_UNENCRYPTED"
"""The environment variable that allows schedulers without TLS if it is 1, as ``--unencrypted``
does."""
VARIABLES = {"ca": "HITLIST_TLS_CA", "cert": "HITLIST_TLS_CERT", "key": "HITLIST_TLS_KEY"}
"""Environment variables that are read for files that are not given."""
ADVICE = (
    "give --tls-ca, --tls-cert and --tls-key (or HITLIST_TLS_CA, HITLIST_TLS_CERT and "
    "HITLIST_TLS_KEY, or Dask's own configuration)"
)
CONNECT_SECONDS = 20
WORKER_SECONDS = 30.0
"""Seconds to wait for a first worker, unless ``HITLIST_WORKER_SECONDS`` says otherwise."""
NO_TLS = ("WRONG_VERSION_NUMBER", "cannot convert to SSL")
"""Texts in the errors of Python and tornado about a server that does not use TLS."""
SHARED = ("python", "dask", "distributed")
"""Packages that a scheduler has to have in the same version; it does not need hitlist."""


class Tls(NamedTuple):
    """The paths of PEM files; without any, Dask's own configuration (``distributed.comm.tls``).

    The scheduler, the workers and the client each show a certificate of one authority. Anyone who
    holds such a certificate can run code on the workers and in this process.
    """

    ca: str | None = None
    """The certificate of the authority that signed the others."""
    cert: str | None = None
    """The client's certificate."""
    key: str | None = None
    """The client's private key; not needed if it is in the certificate's file."""
    unencrypted: bool = False
    """True: a scheduler without TLS is allowed."""

    @classmethod
    def find(
        cls,
        ca: str | Path | None = None,
        cert: str | Path | None = None,
        key: str | Path | None = None,
        unencrypted: bool = False,
    ) -> Self:
        """Return what is given, and what the environment names for the rest."""
        given = {"ca": ca, "cert": cert, "key": key}
        for value in given.values():
            if value:
                named_path(value)  # paths from the environment are the worker's own
        texts = {
            name: str(value) if value else os.environ.get(VARIABLES[name]) or None
            for name, value in given.items()
        }
        return cls(**texts, unencrypted=unencrypted or os.environ.get(UNENCRYPTED) == "1")

    @property
    def files(self) -> dict[str, str]:
        """The files that are named, by ``ca``, ``cert`` and ``key``."""
        named = {"ca": self.ca, "cert": self.cert, "key": self.key}
        return {name: path for name, path in named.items() if path}


def make_security(address: str, tls: Tls) -> Security:
    """Return Dask's security settings for an address, with files that were tested.

    Raises InputError for a file that is missing or not PEM, for a key of another certificate, for a
    ``tls://`` address without certificates, and for any other address unless ``unencrypted`` allows
    it.
    """
    for name, path in tls.files.items():
        if not Path(path).expanduser().is_file():
            raise InputError(f"--tls-{name}: the file {path} does not exist; {ADVICE}")
    roles = {"ca": "tls_ca_file", "cert": "tls_client_cert", "key": "tls_client_key"}
    expanded = {roles[name]: str(Path(path).expanduser()) for name, path in tls.files.items()}
    if not address.startswith(ENCRYPTED):
        if expanded:
            raise InputError(
                f"certificates are given, but {address} is not encrypted; write the scheduler's "
                "address as tls://host:port, or leave the certificates out"
            )
        if not tls.unencrypted:
            raise InputError(
                f"the scheduler {address} is not encrypted: anyone who can reach it, or answer in "
                "its place, can run code here and read every structure; write tls://host:port and "
                f"give certificates (docs/cluster.md), or add --unencrypted (or {UNENCRYPTED}=1) "
                "if nobody else can reach that network"
            )
        return Security()
    # A user who names certificates wants encryption: with this Dask refuses a plain connection.
    security = Security(**({"require_encryption": True, **expanded} if expanded else {}))
    ca, cert, key = (
        getattr(security, f"tls_{part}") for part in ("ca_file", "client_cert", "client_key")
    )
    if not (ca and cert):
        missing = "certificate" if ca else "authority (CA)"
        raise InputError(f"{address} needs certificates, and no {missing} is given; {ADVICE}")
    try:
        security.get_connection_args("client")
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or error
        raise InputError(
            f"the certificates in {ca}, {cert} and {key or 'the same file'} do not fit together "
            f"({reason}); expected PEM files: an authority, a certificate and the key that belongs "
            "to it"
        ) from None
    return security


def open_client(address: str, tls: Tls) -> Client:
    """Connect to a scheduler whose workers have the same installation as this process.

    Raises InputError, one line, if no scheduler answers, the certificates do not fit, versions
    differ, no worker arrives, or a worker's installation differs.
    """
    security = make_security(address, tls)
    try:
        _knock(address, security)
        with warnings.catch_warnings():  # differing versions are an error, raised below
            warnings.simplefilter("ignore")
            client = Client(address, timeout=f"{CONNECT_SECONDS}s", security=security)
    except Exception as error:  # another program at this port may answer anything
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
    """Open a connection as the client will, and close it; raise the error if that fails.

    A client that fails at this waits for 40 s when it is deleted. If something other than a
    scheduler answers, such as its dashboard, Dask would wait forever.
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

    Thread(target=run, daemon=True).start()  # a new thread, because ours may have an event loop
    try:
        error = outcome.get(timeout=CONNECT_SECONDS + 5)
    except Empty:
        raise RuntimeError("it answers, but not as a scheduler does") from None
    if error is not None:
        raise error


def close(client: Client) -> None:
    """Close a client without waiting for its scheduler, which may be lost."""
    with suppress(TimeoutError, OSError):
        client.close(timeout=5)


def address_of(client: Client) -> str:
    """Return the address of a client's scheduler."""
    assert client.scheduler is not None
    return str(client.scheduler.address)


def check_scheduler(client: Client) -> None:
    """Refuse a scheduler with another version of Dask or Python, which may be incompatible."""
    versions: Any = client.get_versions(check=False)  # no coroutine: ours waits
    found = versions["scheduler"]
    python = ".".join(str(found["host"]["python"]).split(".")[:2])
    there = {"python": python, **{name: str(found["packages"][name]) for name in SHARED[1:]}}
    here = {name: installation()[name] for name in SHARED}
    if differing := differences(here, there):
        raise InputError(
            f"the Dask scheduler at {address_of(client)} has {'; '.join(differing)}; "
            "start it from an installation of the same versions"
        )


def check_workers(client: Client) -> None:
    """Wait for a first worker, and compare the installation of each present worker with our own.

    Raises InputError if no worker arrives, and OtherInstallationError that names a worker which
    differs. Workers that join later are checked by their first task (``run_checked``).
    """
    address = address_of(client)
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
            continue  # the worker left meanwhile
        if isinstance(answer, Exception):
            raise OtherInstallationError(
                f"the worker {worker} cannot load hitlist ({_text(answer)}); install the same "
                "version there as here"
            )
        if differing := differences(installation(), answer):
            names = _files(client, worker) if answer["hitlist"] != installation()["hitlist"] else ""
            raise refuse(worker, [*differing, *([names] if names else [])])


def _files(client: Client, worker: str) -> str:
    """Name the first few of our files that differ in a worker."""
    there: Mapping[str, str] = client.run(installed_files, workers=[worker])[worker]
    here = installed_files()
    names = sorted(name for name in {*here, *there} if here.get(name) != there.get(name))
    more = f" and {len(names) - 3} more files differ" if names[3:] else " differs"
    return ", ".join(names[:3]) + more


def _why(address: str, error: BaseException) -> str:
    """Say why the connection to a scheduler failed, and what to do."""
    causes = list(_causes(error))
    encrypted = address.startswith("tls://")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "its certificate is not from the authority in --tls-ca; give the cluster's authority"
    if any(sign in str(cause) for cause in causes for sign in NO_TLS):
        return "it does not speak TLS; start it with --tls-* (docs/cluster.md)"
    if "Timed out" in str(error):
        reasons = [_text(cause) for cause in causes[1:] if isinstance(cause, OSError)]
        found = reasons[-1] if reasons else f"nothing in {CONNECT_SECONDS} s"
        return f"{found}; start one with `dask scheduler`, or leave out --scheduler to run locally"
    if isinstance(error, ImportError):
        return f"its versions do not match ({_text(error)}); start it with the versions used here"
    if isinstance(error, ValueError):
        return f"{_text(error)}; an address is written tls://host:port"
    if isinstance(error, OSError) and encrypted:
        return (
            f"it refused our certificate ({_text(causes[-1])}); give one that its own authority "
            "signed, with --tls-cert and --tls-key"
        )
    if isinstance(error, OSError):
        return (
            f"it closed the connection ({_text(causes[-1])}), perhaps because it requires TLS; "
            "if so, write tls:// and give its certificates"
        )
    return f"another program does ({_text(error)}); check the port: the dashboard has another one"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _text(error: Any) -> str:
    return " ".join(str(error).split()) or type(error).__name__
