"""The Prefect profile ``hitlist``: the settings and the secret of a server for one user.

A Prefect server runs any code it is sent, so anyone who can reach its API can run commands as the
user of its worker. The profile holds one secret for the server and for its clients: the worker,
``prefect deploy`` and ``prefect deployment run``. Only the user can read its file.
"""

import ipaddress
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from prefect.settings import Profile, ProfilesCollection, get_current_settings
from prefect.settings.profiles import load_profiles, save_profiles

from chem.errors import InputError
from flows.prefect_support.server_pages import make_pages

PROFILE = "hitlist"
HOST = "127.0.0.1"
PORT = 4200
USER = "hitlist"
SECRET_BYTES = 32
_HOST_VARIABLE = "PREFECT_SERVER_API_HOST"
_OLD_NAMES = {
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS",
    "PREFECT_UI_API_URL",
    "PREFECT_UI_SERVE_BASE",
    "PREFECT_UI_STATIC_DIRECTORY",
}
"""Older names of settings, which take precedence over the profile."""
_STORAGES = "prefect.server.concurrency.lease_storage"
_LASTING = {
    # Slots that are held are kept on disk: a server that starts again knows when each one is free.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": f"{_STORAGES}.filesystem",
    # `prefect deployment run --watch` shows the log of the run, whose last line is its result.
    "PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "true",
    "PREFECT_SERVER_LOGS_STREAM_PUBLISHING_ENABLED": "true",
}
_CALLER, _SERVER = "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"

_SERVER_ONLY = {"PREFECT_SERVER_EVENTS_EXPIRED_BUCKET_BUFFER": "P30D"}
"""Settings of the server alone, by environment variable. It keeps for 30 days what its automations
wait for. By default it forgets that after a minute, and with it the runs that a power cut ended."""


class Ready(NamedTuple):
    """A profile that is ready to use."""

    path: Path
    """File with all profiles; only its user can read it."""
    active: str
    """Profile that Prefect commands use unless ``PREFECT_PROFILE`` names another."""
    settings: Mapping[str, str]
    """Settings of the profile by environment variable; they include the secret."""
    port: int = PORT
    """Port of the server."""


def make_profile(port: int | None) -> Ready:
    """Write the profile or update it, keeping an existing secret.

    The profile becomes the active one, unless the active profile names another server. The pages
    of the server are written too: see :mod:`flows.prefect_support.server_pages`.

    Args:
        port: port of the server, from which all its addresses follow; by default that of the
            profile, and 4200 in a new one.

    Raises:
        InputError: another program listens on the port.
    """
    profiles = load_profiles()
    known = profiles[PROFILE] if PROFILE in profiles.names else None
    before = {} if known is None else known.to_environment_variables()
    kept = before.get(_SERVER, "")
    secret = kept if len(kept) > SECRET_BYTES else f"{USER}:{secrets.token_urlsafe(SECRET_BYTES)}"
    port = port or urlsplit(before.get("PREFECT_API_URL", "")).port or PORT
    _check_free(port)
    address = f"http://{HOST}:{port}"
    pages = Path(get_current_settings().home) / "pages"
    make_pages(pages)
    settings = {
        **{name: value for name, value in before.items() if "CORS" not in name},
        "PREFECT_API_URL": f"{address}/api",
        _CALLER: secret,
        _SERVER: secret,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"{address},http://localhost:{port}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        **_LASTING,
        "PREFECT_SERVER_UI_API_URL": "/api",  # the page asks the address at which it was opened
        "PREFECT_SERVER_UI_SERVE_BASE": "/",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(pages),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",  # v2 looks for its maker's analytics at each start
    }
    _put(profiles, settings)
    active = profiles.active_profile
    if active is None or "PREFECT_API_URL" not in active.to_environment_variables():
        profiles.set_active(PROFILE)
    path = Path(get_current_settings().profiles_path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mask = os.umask(0o077)
    try:
        if path.exists():
            path.chmod(0o600)
        save_profiles(profiles)
    finally:
        os.umask(mask)
    return Ready(path, profiles.active_name or PROFILE, settings, port)


def _check_free(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server's own
        try:
            tried.bind((HOST, port))
        except OSError as error:
            raise InputError(
                f"cannot listen on {HOST}:{port}: {error.strerror}; stop the program that listens "
                "there, or choose another port with --port"
            ) from error


def _put(profiles: ProfilesCollection, settings: Mapping[str, str]) -> None:
    if PROFILE in profiles.names:
        profiles.remove_profile(PROFILE)
    profiles.add_profile(Profile(name=PROFILE, settings=dict(settings)))


def server_environment(environment: Mapping[str, str], ready: Ready) -> dict[str, str]:
    """Return the environment of the server, in which the profile's settings take precedence.

    By itself, Prefect prefers environment variables, and a ``prefect.toml`` or ``.env`` in the
    current folder, to its profile. With an empty secret the server would answer anyone.
    """
    others = {name: value for name, value in environment.items() if name not in _OLD_NAMES}
    return {**others, **_SERVER_ONLY, **ready.settings, "PREFECT_PROFILE": PROFILE}


def check_host(environment: Mapping[str, str]) -> None:
    """Refuse an address at which others can reach the server.

    Raises:
        InputError: the environment names an address that is not loopback. Prefect's server has
            no TLS, so the secret could be read in transit.
    """
    host = environment.get(_HOST_VARIABLE, HOST)
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise InputError(
            f"{_HOST_VARIABLE} is {host}, where the secret could be read in transit: Prefect's "
            f"server has no TLS; unset it, and put a proxy with TLS (such as nginx or Caddy) in "
            f"front of {HOST}"
        )
