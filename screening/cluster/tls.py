"""Certificates for a Dask scheduler that speaks TLS."""

import os
from pathlib import Path
from ssl import SSLError
from typing import NamedTuple, Self

from distributed import Security

from chem.disk.allowed_roots import named_path
from chem.errors import InputError

ENCRYPTED = "tls://"
UNENCRYPTED = "HITLIST_UNENCRYPTED"
"""Environment variable: 1 allows schedulers that speak no TLS, as ``--unencrypted`` does."""
VARIABLES = {"ca": "HITLIST_TLS_CA", "cert": "HITLIST_TLS_CERT", "key": "HITLIST_TLS_KEY"}
"""Environment variables that stand in for what is not given."""
ADVICE = (
    "give --tls-ca, --tls-cert and --tls-key (or HITLIST_TLS_CA, HITLIST_TLS_CERT and "
    "HITLIST_TLS_KEY, or Dask's own configuration)"
)


class Tls(NamedTuple):
    """Paths of PEM files; nothing given means Dask's own configuration (``distributed.comm.tls``).

    Scheduler, workers and client each show a certificate of one authority: whoever holds one may
    run code on the workers, and in this process.
    """

    ca: str | None = None
    """Certificate of the authority that signed the others."""
    cert: str | None = None
    """The client's certificate."""
    key: str | None = None
    """Its private key; not needed where it is in the certificate's file."""
    unencrypted: bool = False
    """Whether a scheduler that speaks no TLS may be connected to."""

    @classmethod
    def find(
        cls,
        ca: str | Path | None = None,
        cert: str | Path | None = None,
        key: str | Path | None = None,
        unencrypted: bool = False,
    ) -> Self:
        """Return what is given, and for the rest what the environment says."""
        given = {"ca": ca, "cert": cert, "key": key}
        for value in given.values():
            if value:
                named_path(value)  # what the environment names is the worker's own
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
    """Return Dask's security for an address, with files that were tried.

    Raises InputError for a file that is missing or no PEM, for a key of another certificate, for a
    ``tls://`` address without certificates, and for any other address that was not asked for twice.
    """
    for name, path in tls.files.items():
        if not Path(path).expanduser().is_file():
            raise InputError(f"--tls-{name}: there is no file {path}; {ADVICE}")
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
                f"the scheduler {address} is not encrypted: whoever reaches it, or answers there, "
                "can run code here and read every structure; write tls://host:port and give "
                f"certificates (docs/cluster.md), or add --unencrypted (or {UNENCRYPTED}=1) if "
                "nobody else reaches that network"
            )
        return Security()
    # Whoever names certificates wants encryption: with this Dask refuses a plain connection.
    security = Security(**({"require_encryption": True, **expanded} if expanded else {}))
    if not (security.tls_ca_file and security.tls_client_cert):
        missing = "certificate" if security.tls_ca_file else "authority (CA)"
        raise InputError(f"{address} needs certificates, and no {missing} is given; {ADVICE}")
    try:
        security.get_connection_args("client")
    except (SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error.strerror or error
        raise InputError(
            f"the certificates in {security.tls_ca_file}, {security.tls_client_cert} and "
            f"{security.tls_client_key or 'the same file'} do not make a whole ({reason}); "
            "expected PEM files: an authority, a certificate and the key that belongs to it"
        ) from None
    return security
