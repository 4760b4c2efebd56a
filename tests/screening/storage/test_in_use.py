"""Marks keep others away for as long as their block runs, and work where nothing may be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from screening.storage.in_use import claim, is_marked, mark_in_use, marking, record_use


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_mark_holds_until_the_block_ends(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it"
    path.mkdir() if kind == "folder" else path.write_text("x")
    assert not is_marked(path)
    with marking():
        assert mark_in_use(path)
        assert mark_in_use(path)
        assert is_marked(path)
        with claim(path) as free:
            assert not free
        with marking():
            assert mark_in_use(path)
        assert is_marked(path)
    assert not is_marked(path)


def test_without_a_block_nothing_is_marked(tmp_path: Path) -> None:
    assert mark_in_use(tmp_path)
    assert not is_marked(tmp_path)
    assert not mark_in_use(tmp_path / "missing")


def test_what_is_being_removed_cannot_be_marked(tmp_path: Path) -> None:
    file = tmp_path / "it"
    file.write_text("x")
    with marking(), claim(file) as free:
        assert free
        assert not mark_in_use(file)
    with marking():
        assert not mark_in_use(tmp_path / "missing")
        (tmp_path / "link").symlink_to(file)
        assert not mark_in_use(tmp_path / "link")


def test_a_killed_process_marks_nothing_any_more(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from screening.storage.in_use import mark_in_use, marking\n"
        "with marking():\n"
        "    assert mark_in_use(Path(sys.argv[1]))\n"
        "    print('marked', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "marked\n"
        assert is_marked(tmp_path)
        one.kill()
        one.wait()
    assert not is_marked(tmp_path)


def test_the_last_use_is_recorded_where_it_can_be(tmp_path: Path) -> None:
    os.utime(tmp_path, (1000, 1000))
    record_use(tmp_path)
    assert tmp_path.stat().st_mtime > 10**9
    record_use(tmp_path / "missing")
