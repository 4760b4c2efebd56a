"""The Prefect server as the operator's commands use it: its client, its work pool, its errors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import get_current_settings

from chem.errors import InputError

POOL = "hitlist"
TEMPLATE = Path(__file__).parents[1] / "work_pool.json"
"""The job template of the work pool: no caller of the server changes what a run executes."""
_START = "start it with `hitlist server`"
POOL_REMEDY = (
    f"prefect work-pool create {POOL} --overwrite --type process --base-job-template {TEMPLATE}"
)
"""The command that gives the pool the shipped job template."""


@contextmanager
def server_client() -> Iterator[SyncPrefectClient]:
    """Yield a client of the server in the active Prefect profile.

    Raises:
        InputError: no server is set up, it does not answer, or it refuses a request.
    """
    url = get_current_settings().api.url
    if not url:  # Prefect would start a server of its own for this process
        raise InputError(f"no Prefect server is set up for this user; {_START}")
    try:
        with get_client(sync_client=True) as client:
            yield client
    except httpx.TransportError as error:
        raise InputError(
            f"the Prefect server at {url} does not answer ({error}); {_START}"
        ) from error
    except PrefectHTTPStatusError as error:
        raise InputError(f"the Prefect server at {url} {_refusal(error)}") from error


def _refusal(error: PrefectHTTPStatusError) -> str:
    status = error.response.status_code
    if status in (401, 403):
        return (
            "does not accept the secret of this Prefect profile; run `export "
            "PREFECT_PROFILE=hitlist`, or copy the server's secret into the profile"
        )
    try:
        detail = error.response.json().get("detail") or error.response.text
    except (ValueError, AttributeError):
        detail = error.response.text
    return f"refuses this ({status}): {str(detail)[:300]}"


def ensure_pool(client: SyncPrefectClient) -> tuple[str, ...]:
    """Make the work pool if it is missing, and return what to tell.

    An existing pool stays as it is, because an operator may have set its limits.
    """
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(name=POOL, type="process", base_job_template=template)
        )
        return (f"work pool {POOL}: made; start its worker: prefect worker start --pool {POOL}",)
    if pool.base_job_template != template:
        return (f"work pool {POOL}: kept its own job template; to replace it: {POOL_REMEDY}",)
    return ()
