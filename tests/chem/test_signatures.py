"""A signed folder is what its signer saw, or it is refused in one line."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chem.errors import InputError
from chem.signatures import SIGNATURE, SIGNERS, STATEMENT, check_signed, sign_folder

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="OpenSSH's client is not installed"
)
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of ann, who is a signer, and of eve, who is none."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "eve"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name]
        subprocess.run(words, check=True)
    return folder


@pytest.fixture
def signers(keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "signers"
    path.write_text(f"ann@lab.example {(keys / 'ann.pub').read_text()}")
    monkeypatch.setenv(SIGNERS, str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    (folder / "lab").mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "lab/Übersicht 1.csv").write_text("a,b\n")
    (folder / ".lock").touch()
    return folder


def test_who_signed_is_told(folder: Path, keys: Path, signers: Path) -> None:
    assert sign_folder(folder, keys / "ann") == folder / SIGNATURE
    assert check_signed(folder) == "ann@lab.example"
    (folder / ".lock").write_text("1")  # a lock is nobody's word
    assert check_signed(folder) == "ann@lab.example"
    (folder / "manifest.json").write_text("{ }")
    with pytest.raises(InputError):
        check_signed(folder)
    sign_folder(folder, keys / "ann")  # again, as it is now
    assert check_signed(folder) == "ann@lab.example"


def test_openssh_says_the_same(folder: Path, keys: Path, signers: Path) -> None:
    """So a signature can be checked without hitlist."""
    sign_folder(folder, keys / "ann")
    words = ["-Y", "verify", "-f", signers, "-I", "ann@lab.example", "-n", "hitlist"]
    subprocess.run(
        ["ssh-keygen", *words, "-s", folder / SIGNATURE],
        input=(folder / STATEMENT).read_bytes(),
        check=True,
        capture_output=True,
    )


CHANGES: dict[str, tuple[Change, str]] = {
    "altered": (lambda run: (run / "manifest.json").write_text("{ }"), "manifest.json was altered"),
    "added": (lambda run: (run / "lab/2.csv").write_text(""), "lab/2.csv was added"),
    "missing": (lambda run: (run / "manifest.json").unlink(), "manifest.json is missing"),
    "renamed": (lambda run: (run / "manifest.json").rename(run / "m"), "is missing.* and 1 more"),
    "a link": (lambda run: (run / "x").symlink_to("/etc/passwd"), "is a link"),
    "no statement": (lambda run: (run / STATEMENT).unlink(), "is not signed"),
    "no signature": (lambda run: (run / SIGNATURE).unlink(), "is not signed"),
    "another statement": (
        lambda run: (run / STATEMENT).write_text('{"files": {}}\n'),
        "by none of the signers",
    ),
    "no signature at all": (
        lambda run: (run / SIGNATURE).write_text("-----BEGIN SSH SIGNATURE-----\n"),
        "by none of the signers",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_refused(folder: Path, keys: Path, signers: Path, name: str) -> None:
    change, told = CHANGES[name]
    sign_folder(folder, keys / "ann")
    change(folder)
    with pytest.raises(InputError, match=rf"^[^\n]*{told}[^\n]*$"):
        check_signed(folder)


def test_only_signers_count(folder: Path, keys: Path, signers: Path) -> None:
    sign_folder(folder, keys / "eve")
    with pytest.raises(InputError, match=r"^[^\n]*by none of the signers[^\n]*$"):
        check_signed(folder)
    entry = (keys / "eve.pub").read_text()
    signers.write_text(f'eve valid-before="20200101" {entry}')
    with pytest.raises(InputError, match="by none of the signers"):
        check_signed(folder)
    signers.write_text(f'eve namespaces="git" {entry}')
    with pytest.raises(InputError, match="by none of the signers"):
        check_signed(folder)
    signers.write_text(f"eve {entry}")
    assert check_signed(folder) == "eve"


def test_a_signature_for_another_purpose_does_not_count(
    folder: Path, keys: Path, signers: Path
) -> None:
    sign_folder(folder, keys / "ann")
    (folder / SIGNATURE).unlink()
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", keys / "ann", folder / STATEMENT]
    subprocess.run(words, check=True, capture_output=True)
    assert (folder / SIGNATURE).is_file()
    with pytest.raises(InputError, match="by none of the signers"):
        check_signed(folder)


def test_without_a_policy_nothing_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SIGNERS, raising=False)
    assert check_signed(folder) == ""


def test_a_policy_that_cannot_be_read_is_no_policy_to_skip(
    folder: Path, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signers.unlink()
    with pytest.raises(InputError, match=r"^HITLIST_SIGNERS names [^\n]* which is no file[^\n]*$"):
        check_signed(folder)


def test_a_key_that_cannot_sign_is_told_in_one_line(folder: Path, keys: Path) -> None:
    for key in (keys / "nobody", folder / "manifest.json"):
        with pytest.raises(InputError, match=r"^[^\n]*could not be signed with[^\n]*$"):
            sign_folder(folder, key)
        assert not (folder / SIGNATURE).exists()
