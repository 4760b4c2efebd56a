"""Certificates are tried before any connection, and a mistake is one line."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from chem.errors import InputError
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.remote import UNENCRYPTED, VARIABLES, Tls, make_security

ADDRESS = "tls://host:8786"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate that signed itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hitlist"]
    subprocess.run([*words, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return Tls(cert, cert, key)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*VARIABLES.values(), UNENCRYPTED):
        monkeypatch.delenv(variable, raising=False)


def test_whole_certificates_make_a_security_that_refuses_plain_connections(files: Tls) -> None:
    security = make_security(ADDRESS, files)
    assert security.require_encryption
    assert security.get_connection_args("client")["ssl_context"].get_ca_certs()
    assert not make_security("tcp://host:8786", Tls(unencrypted=True)).require_encryption


def test_the_environment_stands_in_for_what_is_not_given(
    files: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Tls.find() == Tls()
    for name, variable in VARIABLES.items():
        monkeypatch.setenv(variable, f"/env/{name}.pem")
    assert Tls.find(ca=Path("/given/ca.pem")) == Tls(
        "/given/ca.pem", "/env/cert.pem", "/env/key.pem"
    )


def test_what_is_wrong_is_one_line(files: Tls, tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genrsa", "-out", other, "2048"], check=True, capture_output=True)

    def said(address: str, tls: Tls) -> str:
        with pytest.raises(InputError, match=r"^[^\n]+$") as refused:
            make_security(address, tls)
        return str(refused.value)

    assert "the file /none.pem does not exist; give --tls-ca" in said(
        ADDRESS, files._replace(ca="/none.pem")
    )
    assert "do not fit together" in said(ADDRESS, files._replace(cert=str(text)))
    assert "do not fit together" in said(ADDRESS, files._replace(ca=str(text)))
    assert "KEY_VALUES_MISMATCH" in said(ADDRESS, files._replace(key=str(other)))
    assert "no authority (CA) is given" in said(ADDRESS, Tls())
    assert "no certificate is given" in said(ADDRESS, Tls(ca=files.ca))
    assert "write the scheduler's address as tls://" in said("tcp://host:8786", files)
    assert "add --unencrypted" in said("tcp://host:8786", Tls())
    assert "add --unencrypted" in said("host:8786", Tls())


HOSTILE = """
import asyncio, json, sys
from distributed import Scheduler, Security
from distributed.protocol import to_serialize

class Pickle:
    def __reduce__(self):
        return open, (sys.argv[1], "w")

async def answer(**_):
    return to_serialize(Pickle())

async def main():
    addresses = []
    for protocol, security in (("tcp", None), ("tls", Security.temporary())):
        place = {"host": "127.0.0.1", "port": 0, "dashboard_address": "127.0.0.1:0"}
        one = await Scheduler(protocol=protocol, security=security, **place)
        one.handlers["versions"] = answer
        addresses.append(one.address)
    print(json.dumps(addresses), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
"""Schedulers that answer with a pickle, which makes a file where it is loaded."""


class Hostile(NamedTuple):
    """Addresses of such schedulers, and the file."""

    tcp: str
    tls: str
    """Its certificate is of an authority of its own."""
    marker: Path


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Hostile]:
    marker = tmp_path / "ran"
    words = [sys.executable, "-c", HOSTILE, str(marker)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        try:
            assert process.stdout is not None
            tcp, tls = json.loads(process.stdout.readline())
            yield Hostile(tcp, tls, marker)
        finally:
            process.kill()


def test_no_pickle_of_a_hostile_scheduler_is_loaded(hostile: Hostile, files: Tls) -> None:
    """Without TLS it is not called; with TLS its certificate is of another authority."""
    for address, tls, why in (
        (hostile.tcp, Tls(), "is not encrypted"),
        (hostile.tcp, files, "is not encrypted"),
        (hostile.tls, files, "its certificate is not from the authority in --tls-ca"),
    ):
        with pytest.raises(InputError, match=rf"^[^\n]*{why}[^\n]*$"), connect(address, tls=tls):
            pass
    assert not hostile.marker.exists()
    # It would be loaded by whoever asks for it twice: the attack is a real one.
    with suppress(Exception), connect(hostile.tcp, tls=Tls(unencrypted=True)):
        pass
    assert hostile.marker.exists()
