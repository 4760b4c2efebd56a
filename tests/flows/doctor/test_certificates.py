"""Certificates that the tests make: expired, soon to expire, unreadable, with a key for others."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flows.doctor.certificates import VARIABLES, check_certificates
from flows.doctor.finding import Finding, Look, State


def write_pair(folder: Path, days: float) -> tuple[Path, Path]:
    """Write a certificate that ends in some days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(end - timedelta(days=400))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    pem, kept = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    kept.chmod(0o600)
    return pem, kept


def look(monkeypatch: pytest.MonkeyPatch, *paths: Path | None) -> dict[str, Finding]:
    for variable, path in zip(VARIABLES, paths, strict=True):
        if path is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, str(path))
    return {one.name: one for one in check_certificates(Look())}


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(90, State.OK, "until"), (10, State.WARNING, "expires in"), (-2, State.FAULT, "expired on")],
)
def test_the_end_of_a_certificate(
    days: float, state: State, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = write_pair(tmp_path, days)
    found = look(monkeypatch, pem, pem, key)
    for variable in VARIABLES[:2]:
        assert found[variable].state is state
        assert said in found[variable].found
    assert found[VARIABLES[2]].state is State.OK
    assert found["certificates"].state is State.OK


def test_a_key_that_others_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem, key = write_pair(tmp_path, 90)
    key.chmod(0o640)
    found = look(monkeypatch, pem, pem, key)[VARIABLES[2]]
    assert (found.state, found.remedy) == (State.FAULT, f"chmod 600 {key}")


def test_a_key_of_another_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    pem, _ = write_pair(tmp_path, 90)
    _, key = write_pair(tmp_path / "other", 90)
    assert look(monkeypatch, pem, pem, key)["certificates"].state is State.FAULT


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tmp_path / "text.pem"
    text.write_text("hello")
    text.chmod(0o600)
    found = look(monkeypatch, tmp_path / "gone.pem", text, text)
    assert "cannot be read" in found[VARIABLES[0]].found
    assert "no certificate" in found[VARIABLES[1]].found
    assert "no private key" in found[VARIABLES[2]].found
    assert {one.state for one in found.values()} == {State.FAULT}


def test_none_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = look(monkeypatch, None, None, None).values()
    assert found.state is State.SKIPPED
