"""Checks the certificates of a Dask cluster, and that its scheduler can be reached."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flows.doctor.finding import Finding, Look, fault, ok, skipped, warning

VARIABLES = ("HITLIST_TLS_CA", "HITLIST_TLS_CERT", "HITLIST_TLS_KEY")
SOON = 30
"""Days before the end of a certificate from which a warning is given."""
SECONDS = 3.0
"""The most seconds to reach a scheduler."""


def check_certificates(look: Look) -> Iterator[Finding]:
    """Check the files that ``HITLIST_TLS_*`` name, and the schedulers of deployments."""
    named = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    if not named:
        yield skipped("certificates", "HITLIST_TLS_CA, _CERT and _KEY are not set")
    for variable, text in named.items():
        yield _check_file(variable, Path(text).expanduser(), look)
    if len(named) > 1:
        yield _check_fit()
    addresses = {
        str(one.parameters["scheduler"])
        for one in look.deployments
        if one.parameters.get("scheduler")
    }
    for address in sorted(addresses):
        yield _check_scheduler(address)


def _check_file(variable: str, path: Path, look: Look) -> Finding:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        content = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        return fault(variable, f"{path} cannot be read ({error.strerror})", "name a file of PEM")
    if variable == VARIABLES[2]:
        if stat.S_IMODE(mode) & 0o077:
            return fault(variable, f"others may read {path}", f"chmod 600 {path}")
        if b"PRIVATE KEY" not in content:
            return fault(variable, f"{path} holds no private key", "name the file of the key")
        return ok(variable, f"{path}, only its owner may read it")
    try:
        ends = min(one.not_valid_after_utc for one in load_pem_x509_certificates(content))
    except ValueError:
        return fault(variable, f"{path} holds no certificate", "name a file of PEM")
    days = (ends - look.now).days
    if ends <= look.now:
        return fault(variable, f"{path} expired on {ends:%Y-%m-%d}", "make a new certificate")
    if days < SOON:
        return warning(variable, f"{path} expires in {days} days", "make a new certificate")
    return ok(variable, f"{path}, until {ends:%Y-%m-%d}")


def _check_fit() -> Finding:
    from chem.errors import InputError
    from screening.dask_cluster.remote import Tls, make_security

    try:
        make_security("tls://localhost:8786", Tls.find())
    except InputError as error:
        return fault("certificates", str(error), "make them again: docs/cluster.md")
    return ok("certificates", "the authority, the certificate and the key fit together")


def _check_scheduler(address: str) -> Finding:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 8786), SECONDS).close()
    except (OSError, ValueError) as error:
        return fault(
            "scheduler",
            f"nothing answers at {address} ({getattr(error, 'strerror', None) or error})",
            "start it, or take the parameter `scheduler` off the deployment",
        )
    return ok("scheduler", f"{address} can be reached")
