"""A signed folder is what its signer saw, or it is refused in one line."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chem.disk.ssh_signatures import SIGNATURE, SIGNERS, STATEMENT, check_signed, sign_folder
from chem.errors import InputError

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="OpenSSH's client is not installed"
)
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of ann, who is a signer, and of eve, who is none."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "eve"):
        words: list[str | Path] = [
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            name,
            "-f",
            folder / name,
        ]
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
    words: list[str | Path] = [
        "-Y",
        "verify",
        "-f",
        signers,
        "-I",
        "ann@lab.example",
        "-n",
        "hitlist",
    ]
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
    signers.write_text(entry)
    with pytest.raises(InputError, match=r"^[^\n]*holds keys without names[^\n]*$"):
        check_signed(folder)
    signers.write_text(f"eve {entry}")
    assert check_signed(folder) == "eve"


def test_a_signature_for_another_purpose_does_not_count(
    folder: Path, keys: Path, signers: Path
) -> None:
    sign_folder(folder, keys / "ann")
    (folder / SIGNATURE).unlink()
    words: list[str | Path] = [
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-n",
        "git",
        "-f",
        keys / "ann",
        folder / STATEMENT,
    ]
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


@pytest.mark.parametrize("text", ["", "  ", "/", "~no-such-user-here/signers"])
def test_a_policy_that_names_no_file_is_no_leave(
    folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Such as ``$TEAM/signers`` where TEAM is not known."""
    sign_folder(folder, keys / "ann")
    monkeypatch.setenv(SIGNERS, text)
    with pytest.raises(InputError, match=r"^HITLIST_SIGNERS names [^\n]*no file[^\n]*unset it"):
        check_signed(folder)


@pytest.mark.parametrize("name", [b"\xff.csv", "Z\u0308.csv".encode(), b"a\nb"])
def test_any_name_of_a_file_is_signed(folder: Path, keys: Path, signers: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/lab/" + name))
    path.write_text("1")
    sign_folder(folder, keys / "ann")
    assert check_signed(folder) == "ann@lab.example"
    path.write_text("2")
    with pytest.raises(InputError, match="was altered"):
        check_signed(folder)


@pytest.mark.parametrize("content", ['{"files": 5}', '{"files": null}', '{"files": "ab"}', "[]"])
def test_a_signed_statement_of_another_kind_is_told_in_one_line(
    folder: Path, keys: Path, signers: Path, content: str
) -> None:
    (folder / STATEMENT).write_text(content)
    words: list[str | Path] = [
        "-q",
        "-Y",
        "sign",
        "-n",
        "hitlist",
        "-f",
        keys / "ann",
        folder / STATEMENT,
    ]
    subprocess.run(["ssh-keygen", *words], check=True, capture_output=True)
    with pytest.raises(InputError, match=r"^[^\n]*is no statement of this version[^\n]*$"):
        check_signed(folder)


def test_what_cannot_be_listed_or_replaced_is_told_in_one_line(
    folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / SIGNATURE).mkdir()
    with pytest.raises(InputError, match=r"^[^\n]*signed.json.sig cannot be replaced[^\n]*$"):
        sign_folder(folder, keys / "ann")
    listed = os.scandir

    def scandir(path: str) -> object:  # root may list every folder
        if Path(path).name == "lab":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(InputError, match=r"^[^\n]*lab cannot be read \(Permission denied\)$"):
        sign_folder(folder, keys / "ann")


def test_a_key_that_cannot_sign_is_told_in_one_line(folder: Path, keys: Path) -> None:
    for key in (keys / "nobody", folder / "manifest.json"):
        with pytest.raises(InputError, match=r"^[^\n]*could not be signed with[^\n]*$"):
            sign_folder(folder, key)
        assert not (folder / SIGNATURE).exists()
