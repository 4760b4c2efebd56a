"""A file is whole or it is not there."""

from pathlib import Path

import pytest

from screening.files import atomic_path, open_atomic, write_atomic


@pytest.mark.parametrize("content", ["línea\r\nβ\n", b"\x00\xff", ""])
def test_writes_the_bytes_given(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old and longer than the new content")
    write_atomic(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old")

    def fail_halfway() -> None:
        with open_atomic(path) as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_path_is_beside_and_keeps_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "hits.sdf"
    with atomic_path(path) as temporary:
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".sdf")
        temporary.write_text("x")
        assert not path.exists()
    assert path.read_text() == "x"
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode  # colleagues can read it
