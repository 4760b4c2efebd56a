"""Certificates are tried before any connection, and a mistake is one line."""

import subprocess
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.tls import UNENCRYPTED, VARIABLES, Tls, make_security

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

    assert "there is no file /none.pem; give --tls-ca" in said(
        ADDRESS, files._replace(ca="/none.pem")
    )
    assert "do not make a whole" in said(ADDRESS, files._replace(cert=str(text)))
    assert "do not make a whole" in said(ADDRESS, files._replace(ca=str(text)))
    assert "KEY_VALUES_MISMATCH" in said(ADDRESS, files._replace(key=str(other)))
    assert "no authority (CA) is given" in said(ADDRESS, Tls())
    assert "no certificate is given" in said(ADDRESS, Tls(ca=files.ca))
    assert "write the scheduler's address as tls://" in said("tcp://host:8786", files)
    assert "add --unencrypted" in said("tcp://host:8786", Tls())
    assert "add --unencrypted" in said("host:8786", Tls())
