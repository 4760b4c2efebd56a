"""Files that are none: pipes, devices, sockets; JSON nested too deeply."""

import os
import socket
from pathlib import Path

import pytest

from chem.errors import InputError
from chem.read import hash_file, open_library
from chem.regular import open_regular, parse_json, read_regular


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
