"""Files that are none: pipes, devices, sockets; JSON and TOML beyond what can be read."""

import os
import socket
import time
from pathlib import Path

import pytest

from chem.disk.bounded_read import (
    DEEPEST,
    MOST_SETTINGS,
    hash_file,
    open_regular,
    parse_json,
    read_regular,
    read_toml,
)
from chem.errors import InputError
from chem.library.read import open_library


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    (tmp_path / "b.csv").symlink_to("/dev/zero")
    for name, what in (("a.csv", "a pipe"), ("b.csv", "a device")):
        with pytest.raises(OSError, match=f"found {what}, expected a regular file"):
            open_regular(tmp_path / name)
        with pytest.raises(InputError, match=f"found {what}, expected a regular file"):
            open_library(tmp_path / name)
        with pytest.raises(InputError, match=f"found {what}, expected a regular file"):
            hash_file(tmp_path / name)


def test_a_socket_and_a_folder_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.csv"))
        with pytest.raises(InputError, match="cannot be read"):
            open_library(tmp_path / "s.csv")
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 5) == b"12345"
    with pytest.raises(OSError, match="found more than 4 bytes"):
        read_regular(tmp_path / "x", 4)


def test_json_nested_too_deeply_is_no_json() -> None:
    assert parse_json(b'{"a": [1]}') == {"a": [1]}
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json("[" * 200_000)
    for depth in (DEEPEST - 1, DEEPEST + 1):  # what looks at it further would go as deep
        content = "[" * depth + "]" * depth
        if depth < DEEPEST:
            assert parse_json(content)
            continue
        with pytest.raises(ValueError, match="nested too deeply"):
            parse_json(content)


def test_half_a_letter_is_no_json() -> None:
    assert parse_json(r'"\ud83d\ude00 \\ud800"') == "😀 \\ud800"
    with pytest.raises(ValueError, match="half a character"):
        parse_json(r'{"a\uD800": 1}')
    with pytest.raises(ValueError, match="utf-8"):
        parse_json(b'"\xff"')


@pytest.mark.parametrize("key", ["a", '"a b"', "'a.b'"])
def test_a_long_dotted_key_is_refused_at_once(tmp_path: Path, key: str) -> None:
    """Python takes time by the square of its parts: minutes for 100 kB."""
    path = tmp_path / "a.toml"
    path.write_text(" . ".join([key] * (DEEPEST // 2)) + " = 1\n")
    assert read_toml(path)
    path.write_text("[x]\n" + ".".join([key] * 50_000) + " = 1\n")
    start = time.process_time()
    with pytest.raises(ValueError, match="nested too deeply"):
        read_toml(path)
    assert time.process_time() - start < 1


def test_toml_beyond_its_bounds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for content, why in (
        (b"a = " + b"[" * 300 + b"]" * 300, "nested too deeply"),
        (b"a = " + b"[" * 30_000, "nested too deeply"),
        (b"a = " + b"9" * 5000, "digits"),
        (b"a = 1\na = 2", "overwrite"),
        (b"\xff", "utf-8"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=why):
            read_toml(path)
    path.write_bytes(b"#" * (MOST_SETTINGS + 1))
    with pytest.raises(OSError, match="found more than 2,000,000 bytes"):
        read_toml(path)
