"""Checks the Prefect server: that it answers, its version, secret, database, leases and clock."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import prefect
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import get_current_settings

from flows.doctor.finding import Finding, Look, fault, ok, size_text, skipped, warning
from flows.operation.automations import FLOWS

SECONDS = 5.0
"""The most seconds for one answer of a probe."""
MOST_SKEW = 5.0
"""The most seconds between the two clocks."""
_PAGE = 200
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def open_client(look: Look, stack: ExitStack) -> Iterator[Finding]:
    """Look for the server of the profile, and open a client of it for the other checks."""
    url = get_current_settings().api.url
    if not url:
        look.no_server = "the active Prefect profile names no server"
        yield skipped("server", look.no_server, "hitlist server, if nights shall run here")
        return
    shown = _without_secret(url)
    look.no_server = f"no server at {shown}"
    try:
        answer = httpx.get(f"{url}/health", timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield fault("server", f"nothing answers at {shown} ({type(error).__name__})", _start())
        return
    if answer.status_code != httpx.codes.OK:
        yield fault("server", f"{shown} is no healthy server ({answer.status_code})", _start())
        return
    yield check_secret(url)
    try:
        client = stack.enter_context(get_client(sync_client=True))
        found = str(client.request("GET", "/admin/version").json())
        look.deployments = _deployments(client)
    except PrefectHTTPStatusError as error:
        if error.response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            why = "it refuses the secret of this profile"
            remedy = "export PREFECT_PROFILE=hitlist, or run doctor as the account of the services"
        else:
            why = f"it answers {error.response.status_code}"
            remedy = "read the server's log (journalctl -u hitlist-server)"
        look.no_server = f"{shown}: {why}"
        yield fault("server", f"{shown}: {why}", remedy)
        return
    look.client = client
    yield check_version(shown, found)


def _start() -> str:
    return "systemctl start hitlist-server, or hitlist server"


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    ours = FlowFilter(name=FlowFilterName(any_=list(FLOWS)))
    found: list[DeploymentResponse] = []
    while True:
        page = client.read_deployments(flow_filter=ours, limit=_PAGE, offset=len(found))
        found += page
        if len(page) < _PAGE:
            return found


def check_secret(url: str) -> Finding:
    """Check that a server refuses calls without its secret."""
    name = "authentication"
    try:
        status = httpx.get(f"{url}/admin/version", timeout=SECONDS).status_code
    except httpx.HTTPError as error:
        return fault(name, f"no answer ({type(error).__name__})", _start())
    if status == httpx.codes.UNAUTHORIZED:
        return ok(name, "calls without the secret are refused")
    return warning(
        name,
        f"calls without a secret are answered ({status}): anyone who reaches the server runs code",
        "start it with hitlist server, which makes a secret",
    )


def check_version(shown: str, found: str) -> Finding:
    """Compare the server's version of Prefect with the client's."""
    if found == prefect.__version__:
        return ok("server", f"{shown}, Prefect {found}")
    return fault(
        "server",
        f"{shown} has Prefect {found}, this installation {prefect.__version__}",
        "start the server from this installation, and the worker after it",
    )


def check_settings(look: Look) -> Iterator[Finding]:
    """Check the settings of the server, and its clock."""
    answer = look.server.request("GET", "/admin/settings")
    settings = answer.json()
    yield check_leases(settings)
    yield _check_database(settings)
    began = time.time()
    date = look.server.request("GET", "/admin/version").headers.get("date", "")
    yield check_clock(date, (began + time.time()) / 2)


def check_leases(settings: dict[str, Any]) -> Finding:
    """Check that the server keeps the leases of slots on disk."""
    storage = str(settings["server"]["concurrency"]["lease_storage"])
    if storage.endswith(".filesystem"):
        return ok("leases", "kept on disk, so a slot becomes free after a crash")
    return fault(
        "leases",
        f"kept in {storage.rpartition('.')[2]}: a restart of the server leaves slots held for ever",
        "start the server with hitlist server, which sets the storage",
    )


def _check_database(settings: dict[str, Any]) -> Finding:
    """Tell the kind of the database, and the size of SQLite's file if it is on this machine."""
    own = get_current_settings()
    home = Path(str(settings["home"]))
    is_here = (urlsplit(str(own.api.url)).hostname or "") in _LOOPBACK
    url = own.server.database.connection_url
    given = url.get_secret_value() if url is not None else ""
    if given.startswith("postgresql"):
        return ok("database", "PostgreSQL; ask it for its size")
    files = [home / f"prefect.db{end}" for end in ("", "-wal")]
    if not is_here or not files[0].is_file():
        return ok("database", "on the machine of the server; its kind is not told to clients")
    size = sum(file.stat().st_size for file in files if file.is_file())
    return ok("database", f"SQLite, {size_text(size)} in {files[0]}")


def check_clock(date: str, now: float) -> Finding:
    """Compare the date of an answer, whole seconds, with the time in the middle of the request."""
    try:
        theirs: datetime = parsedate_to_datetime(date)
    except ValueError:
        return skipped("clock", "the server tells no date")
    skew = theirs.timestamp() + 0.5 - now
    if abs(skew) > MOST_SKEW:
        return warning(
            "clock", f"the server's is {skew:+.0f} s off this machine's", "set both by NTP"
        )
    return ok("clock", f"within {MOST_SKEW:.0f} s of the server's")
