"""Paths that a user names lie below the roots, symbolic links followed."""

from pathlib import Path

import pytest

from chem.disk.allowed_roots import ROOTS, check_no_credentials, named_address, named_path, roots
from chem.errors import InputError


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may be used, beside one that may not."""
    folder = tmp_path / "root"
    (folder / "below").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.csv").write_text("secret")
    (tmp_path / "root-2").mkdir()
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder / "loop")
    monkeypatch.setenv(ROOTS, f"{folder}:s3://bucket/mine")
    monkeypatch.chdir(folder)
    return folder


def test_without_roots_every_path_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ROOTS, raising=False)
    assert roots() is None
    assert named_path("~/x.csv") == Path.home() / "x.csv"
    assert named_address("gs://any/where") == "gs://any/where"


@pytest.mark.parametrize("name", ["", "below/x.csv", "not/yet/there.csv", "below/../x", "."])
def test_a_path_below_a_root_is_returned_as_it_is(root: Path, name: str) -> None:
    assert named_path(root / name) == root / name
    assert named_path(name) == Path(name)


@pytest.mark.parametrize(
    "name",
    [
        "../outside/secret.csv",
        "..",
        "../root-2/x",
        "link",
        "link/secret.csv",
        "link/../x",
        "below/../../outside",
        "/etc/passwd",
        "/",
        "~/.ssh/id_rsa",
        "loop/x",
        "x\0.csv",
    ],
)
def test_a_path_outside_is_refused_in_one_line(root: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"^[^\n]+$") as refused:
        named_path(name)
    assert "secret" not in str(refused.value).replace(name, "")
    if ":" not in name and "://" not in name and "\0" not in name:
        with pytest.raises(InputError):
            named_address(name)
        with pytest.raises(InputError):
            named_address(f"file:///{Path(name).expanduser().absolute()}")


@pytest.mark.parametrize("url", ["s3://bucket/mine", "s3://bucket/mine/x/y"])
def test_a_store_below_a_root_may_be_used(root: Path, url: str) -> None:
    assert named_address(url) == url
    for local in (f"file://{root}/x", f"file://localhost{root}/x", f"local:///{root}/%78"):
        assert named_address(local) == local


@pytest.mark.parametrize("prefix", ["file://", "file://localhost", "local://", "file:///"])
def test_a_root_may_be_an_address_of_this_machine(
    prefix: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, f"{prefix}{root}:{root.parent}/other")
    found = roots()
    assert found is not None
    assert [Path(one) for one in found] == [root, root.parent / "other"]
    assert named_path(root / "x") == root / "x"
    for name in (root.parent / "outside", root.parent, "/", "/localhost", root / "link/x"):
        for url in (name, f"file://{name}", f"file://localhost{name}", f"file://localhost/{name}"):
            with pytest.raises(InputError, match="lies outside"):
                named_address(str(url))


def test_a_root_that_names_a_host_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Meant was perhaps ``/shared``: it must not be ``/``."""
    monkeypatch.setenv(ROOTS, "file://shared/libraries")
    with pytest.raises(InputError, match=r"^[^\n]*three slashes: file:///shared/libraries$"):
        named_path("/shared/libraries/x.csv")


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/mine2",
        "s3://bucket",
        "s3://bucket/mine/../other",
        "s3://bucket/mine/%2e%2e/other",
        "gs://bucket/mine",
        "http://169.254.169.254/latest",
        "memory://x",
        "file:///etc",
        "file://localhost/etc",
        "file://localhost//etc",
        "file://etc",
        "file:////etc",
        "file://localhost/%65tc",
        "FILE:///etc",
        "file://%2Fetc",
        "local:///etc",
    ],
)
def test_a_store_elsewhere_is_refused(root: Path, url: str) -> None:
    with pytest.raises(InputError, match=r"^[^\n]+$"):
        named_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "s3://KEY:SECRET@bucket/x",
        "s3://KEY@bucket",
        "s3://KEY:SECRET/x@bucket",
        "s3://KEY%3ASECRET%40bucket/x",
        "s3:/KEY:SECRET@bucket",
        "s3:///KEY:SECRET@bucket",
        "gs://KEY:@bucket",
        "abfss://KEY:SECRET@account.dfs.core.windows.net/x",
        "az://container/x?sig=SECRET",
        "az://container?sig=SECRET",
        "https://KEY:SECRET@host/x",
        "SECRET::s3://KEY:SECRET@bucket/x",
        "file://KEY:SECRET@host/x",
        "memory://KEY:SECRET@x",
    ],
)
def test_a_key_in_an_address_is_refused_and_not_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ROOTS, raising=False)
    with pytest.raises(InputError, match="could read") as told:
        named_address(url)
    assert told.value.__context__ is None
    for text in ("KEY", "SECRET"):
        assert text not in str(told.value)
    assert str(told.value).count("\n") == 0


@pytest.mark.parametrize("text", ["/x:s3://KEY:SECRET@bucket/x", "s3://KEY%3ASECRET@bucket:/x"])
def test_a_key_in_a_root_is_refused_and_not_repeated(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, text)
    for name in (named_path, named_address):
        with pytest.raises(InputError, match="could read") as told:
            name("/y")
        assert "SECRET" not in str(told.value)


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/of@somebody/x",
        "s3://arn:aws:s3:eu-west-1:123:accesspoint/mine/x",
        "abfss://container@account.dfs.core.windows.net/x",
        "file:///shared/a@b/x",
        "/shared/a:b@c/x",
        "a@b",
        "memory://tests/x",
    ],
)
def test_an_address_without_a_key_is_taken(url: str) -> None:
    check_no_credentials(url)


def test_a_name_that_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    """What is written of it, such as a ledger, is UTF-8."""
    with pytest.raises(InputError, match=r"^the name [^\n]* is not UTF-8; rename the file$"):
        named_path(str(tmp_path / "bad\udcff.csv"))
