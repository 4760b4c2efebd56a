"""Terms are told: of every pinned package in docs/licences.md, of shipped data in LICENSES/."""

import importlib.util
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
SHIPPED = (ROOT / "LICENSES/README.md").read_text(encoding="utf-8")
DATA = (".safetensors", ".parquet", ".csv", ".tsv", ".smi", ".sdf", ".png", ".svg", "card.json")
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


def test_every_shipped_file_of_data_has_its_source_and_terms() -> None:
    """A row names files by path, where ``*`` stands for anything below it."""
    cells = re.findall(r"^\| (`[^|]+) \|[^|]+\|[^|]+\|$", SHIPPED, re.M)
    patterns = [pattern for cell in cells for pattern in re.findall(r"`([^`]+)`", cell)]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name.endswith(DATA)]
    assert len(names) > 30
    assert [name for name in names if not any(fnmatch(name, one) for one in patterns)] == []
    for pattern in patterns:
        assert any(ROOT.glob(pattern)), pattern


def test_every_source_of_a_bundle_has_its_terms() -> None:
    """A set of the catalogue that a shipped card names stands in a page of LICENSES."""
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "LICENSES").glob("*.md"))
    for path in (ROOT / "gnn/bundles").glob("*/card.json"):
        for name in re.findall(r'"name": "((?:tdc_|tox21|kinase)\w*)"', path.read_text()):
            assert f"`{name}`" in pages, name


def test_no_shipped_model_saw_sider() -> None:
    """SIDER is CC BY-NC-SA: the page says that nothing that is shipped was trained on it."""
    for path in (ROOT / "gnn/bundles").glob("*/card.json"):
        assert "sider" not in path.read_text(encoding="utf-8").lower()


def test_the_code_is_under_the_licence_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0 AND CC-BY-SA-4.0"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text.splitlines()[1]
    assert "END OF TERMS AND CONDITIONS" in text
    for pattern in project["license-files"]:
        assert list(ROOT.glob(pattern)), pattern
