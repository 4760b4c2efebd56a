"""A place that cannot be written is refused before any work, with what to do."""

from pathlib import Path

import pytest

from chem.disk.writable import check_writable, writable_file
from chem.errors import InputError


def test_a_new_file_in_a_new_folder_is_accepted_and_nothing_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "deep" / "table.csv"
    assert writable_file(file, "--csv", "table.csv") == file
    assert list(tmp_path.iterdir()) == []


def test_the_home_folder_is_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert writable_file(Path("~/table.csv"), "--csv", "table.csv") == tmp_path / "table.csv"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        writable_file(tmp_path, "--html", "why.html")
    expected = f"{tmp_path} is a folder; name the file to write, such as {tmp_path}/why.html"
    assert str(refused.value) == expected


@pytest.mark.parametrize("deeper", ["x", "x/y"])
def test_below_a_file_nothing_can_be_made(tmp_path: Path, deeper: str) -> None:
    (tmp_path / "file").write_text("1")
    folder = tmp_path / "file" / deeper
    with pytest.raises(InputError, match=r"is a file, so .* cannot be made; name another folder"):
        check_writable(folder)
    with pytest.raises(InputError, match=r"cannot be made; name a file elsewhere with --csv"):
        writable_file(folder / "table.csv", "--csv", "table.csv")


def test_a_place_without_permission_is_named() -> None:
    with pytest.raises(InputError, match=r"/proc/1 cannot be written \(.+\); move it"):
        check_writable(Path("/proc/1/new"), "move it")
