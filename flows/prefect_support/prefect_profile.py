"""The Prefect profile ``hitlist``: a server for one user, and the secret that its callers show.

A Prefect server runs what it is told, so whoever reaches its API can run commands as the user of
its worker. The profile, in a file that only its user may read, holds one secret for the server
and for those who call it: the worker, ``prefect deploy``, ``prefect deployment run``.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from prefect.settings import Profile, ProfilesCollection, get_current_settings
from prefect.settings.profiles import load_profiles, save_profiles

from chem.errors import InputError

PROFILE = "hitlist"
HOST = "127.0.0.1"
USER = "hitlist"
SECRET_BYTES = 32
_HOST_VARIABLE = "PREFECT_SERVER_API_HOST"
_OLD_NAMES = {"PREFECT_SERVER_CORS_ALLOWED_ORIGINS"}
"""Other spellings, which Prefect reads before those of the profile."""
_CALLER, _SERVER = "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"


class Ready(NamedTuple):
    """A profile that was written or found."""

    path: Path
    """File of all profiles; only its user may read it."""
    active: str
    """Profile that Prefect's commands use where ``PREFECT_PROFILE`` names none."""
    settings: Mapping[str, str]
    """Of the profile, by the name of their environment variables; they hold the secret."""


def make_profile(port: int) -> Ready:
    """Write the profile, or bring it up to date; a secret that is there is kept.

    The profile becomes the active one unless another that names a server is.
    """
    profiles = load_profiles()
    known = profiles[PROFILE] if PROFILE in profiles.names else None
    before = {} if known is None else known.to_environment_variables()
    kept = before.get(_SERVER, "")
    secret = kept if len(kept) > SECRET_BYTES else f"{USER}:{secrets.token_urlsafe(SECRET_BYTES)}"
    address = f"http://{HOST}:{port}"
    settings = {
        **{name: value for name, value in before.items() if "CORS" not in name},
        "PREFECT_API_URL": f"{address}/api",
        _CALLER: secret,
        _SERVER: secret,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"{address},http://localhost:{port}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
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
    return Ready(path, profiles.active_name or PROFILE, settings)


def _put(profiles: ProfilesCollection, settings: Mapping[str, str]) -> None:
    if PROFILE in profiles.names:
        profiles.remove_profile(PROFILE)
    profiles.add_profile(Profile(name=PROFILE, settings=dict(settings)))


def server_environment(environment: Mapping[str, str], ready: Ready) -> dict[str, str]:
    """Return the environment of the server: the profile's settings before all others.

    Prefect would take a variable, or a ``prefect.toml`` or ``.env`` in the current folder, before
    its profile; with an empty secret the server answers everybody.
    """
    others = {name: value for name, value in environment.items() if name not in _OLD_NAMES}
    return {**others, **ready.settings, "PREFECT_PROFILE": PROFILE}


def check_host(environment: Mapping[str, str]) -> None:
    """Refuse to listen where others reach the server.

    Raises:
        InputError: the environment names another address than a loopback one. Prefect's server
            speaks no TLS, so the secret would be readable on the way.
    """
    host = environment.get(_HOST_VARIABLE, HOST)
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise InputError(
            f"{_HOST_VARIABLE} is {host}, where others would read the secret on the way: Prefect's "
            f"server speaks no TLS; unset it, and have a proxy that does (such as nginx or Caddy) "
            f"pass on to {HOST}"
        )
