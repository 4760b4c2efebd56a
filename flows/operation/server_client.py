"""Connects to the Prefect server of the active profile, with clear errors if it is not there."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import get_current_settings

from chem.errors import InputError


@contextmanager
def open_server() -> Iterator[SyncPrefectClient]:
    """Yield a client of the server that the active Prefect profile names.

    Raises:
        InputError: The profile names no server, the server does not answer, or it refuses the
            secret.
    """
    address = get_current_settings().api.url
    if not address:
        raise InputError(
            "the active Prefect profile names no server; start one with `hitlist server`, or run "
            "`export PREFECT_PROFILE=hitlist`"
        )
    try:
        with get_client(sync_client=True) as client:
            yield client
    except httpx.TransportError:
        raise InputError(
            f"no Prefect server answers at {address}; start it with `hitlist server`"
        ) from None
    except PrefectHTTPStatusError as error:
        if error.response.status_code != httpx.codes.UNAUTHORIZED:
            raise
        raise InputError(
            f"the Prefect server at {address} refuses the secret of this profile; run "
            "`export PREFECT_PROFILE=hitlist`"
        ) from None
