"""What is installed is compared by content: any other source file is another installation."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from screening.dask_cluster.installation import (
    PACKAGES,
    ROOT,
    differences,
    installation,
    installed_files,
)


def facts_of(root: Path) -> dict[str, str]:
    """The facts of a process whose packages are in a folder."""
    code = (
        "import json; from screening.dask_cluster.installation import installation\n"
        "print(json.dumps(installation()))"
    )
    # By name too: a command that ran here before has Python leave the current folder out.
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(ended.stdout)
    return found


def test_every_source_file_counts() -> None:
    names = installed_files().keys()
    assert {
        "screening/dask_cluster/installation.py",
        "chem/features/atom_states.csv",
        "data/catalogue/catalogue.toml",
    } <= names
    assert {name.partition("/")[0] for name in names} == set(PACKAGES)
    assert not [name for name in names if "safetensors" in name or "__pycache__" in name]


@pytest.mark.parametrize("changed", [None, "chem/features/atom_states.csv"])
def test_a_copy_is_the_same_until_a_file_changes(tmp_path: Path, changed: str | None) -> None:
    for name in installed_files():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "chem" / "notes.txt").write_text("no source")
    before = facts_of(tmp_path)
    if changed is not None:
        with (tmp_path / changed).open("a") as file:
            file.write("\n")
    after = facts_of(tmp_path)
    assert [text.split()[0] for text in differences(before, after)] == (
        ["hitlist"] if changed else []
    )


def test_differences_say_what_was_found_and_expected() -> None:
    here = installation()
    assert differences(here, here) == []
    there = {**here, "rdkit": "2025.3.1", "threads": "8"}
    assert differences(here, there) == [
        f"rdkit 2025.3.1 instead of {here['rdkit']}",
        "threads 8 instead of 1",
    ]
    assert differences({"torch": "2.13.0"}, {}) == ["torch missing instead of 2.13.0"]
