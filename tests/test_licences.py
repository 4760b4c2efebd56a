"""docs/licences.md is what the installed packages say of themselves, and names every pin."""

import importlib.util
import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\S+) \| (\S+) \| (running|tests and checks) \| (.+) \|$", PAGE, re.M)


def test_every_pin_is_named_with_its_version_and_a_licence() -> None:
    pins = re.findall(r"^([^#\s=]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M)
    assert len(pins) > 100
    assert sorted((name, version) for name, version, *_ in ROWS) == sorted(pins)
    assert [row for row in ROWS if "not told" in row[3]] == []


def test_what_runs_is_told_apart_from_what_tests() -> None:
    use = {name: needed for name, _, needed, _ in ROWS}
    assert {use[name] for name in ("torch", "rdkit", "prefect", "numpy", "filelock")} == {"running"}
    assert {use[name] for name in ("pytest", "mypy", "ruff")} == {"tests and checks"}


def test_the_page_is_what_the_script_writes() -> None:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "tests/measure/licences.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    try:
        assert script.render() == PAGE, "give `make licences`"
    except PackageNotFoundError as error:
        pytest.skip(f"{error.name} is pinned and not for this system")


def test_no_package_that_runs_is_under_the_gpl() -> None:
    """MPL asks for changes to its own files alone; LGPL and GPL would ask more."""
    assert [row for row in ROWS if row[2] == "running" and re.search("GPL|General", row[3])] == []
