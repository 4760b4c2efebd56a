"""Every package that a set-up installs is pinned with the hashes of its files."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "pins").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _entries(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes by package; every line of the file is part of one entry."""
    text = path.read_text(encoding="utf-8")
    found = {}
    for entry in re.split(r"\n(?=\S)", text.rstrip("\n").split("\n", 1)[1]):
        first, *hashes = (line.strip().removesuffix("\\").strip() for line in entry.split("\n"))
        need = Requirement(first)
        (specifier,) = need.specifier
        assert specifier.operator == "=="
        assert all(HASH.fullmatch(line) for line in hashes), first
        assert need.name not in found
        found[need.name] = (specifier.version, hashes)
    return found


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "tests/measure/audit.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_pin_has_its_hashes(path: Path) -> None:
    entries = _entries(path)
    assert len(entries) > 10
    assert [name for name, (_, hashes) in entries.items() if not hashes] == []


def test_what_is_asked_for_is_pinned_at_the_versions_that_were_tested() -> None:
    pinned = _entries(ROOT / "pins/running.txt") | _entries(ROOT / "pins/checks.txt")
    pinned = {canonicalize_name(name): told for name, told in pinned.items()}
    project = PROJECT["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for need in map(Requirement, [*asked, *PROJECT["build-system"]["requires"]]):
        version, _ = pinned[canonicalize_name(need.name)]
        assert need.specifier.contains(version, prereleases=True), need
    tested = re.findall(r"^([^#\s=]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M)
    assert len(tested) > 100
    for name, version in tested:
        assert pinned[canonicalize_name(name)][0] == version, name


def test_a_set_up_installs_nothing_without_a_hash() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "pip" not in re.sub(r"pip-audit|^INSTALL := .*$", "", makefile, flags=re.MULTILINE)
    for line in re.findall(r"^.*\$\(INSTALL\).*$", makefile, re.MULTILINE):
        # Without the last pip takes what is there already at that version, whatever its hash was.
        needed = ("--require-hashes", "--no-deps", "--only-binary :all:", "--force-reinstall")
        locked = all(word in line for word in needed)
        own = line.endswith("--no-deps --no-build-isolation --editable .")
        assert locked or own, line


def test_pip_refuses_a_file_with_another_hash(tmp_path: Path) -> None:
    """What the pins are for."""
    text = (ROOT / "pins/checks.txt").read_text(encoding="utf-8")
    (entry,) = re.findall(r"^iniconfig==.*(?:\n .*)*", text, re.MULTILINE)
    pins = tmp_path / "pins.txt"
    pins.write_text(re.sub(r"(?<=sha256:)\w{8}", "00000000", entry))
    words = ["download", "--quiet", "--no-cache-dir", "--require-hashes", "--no-deps"]
    answer = subprocess.run(
        [sys.executable, "-P", "-m", "pip", *words, "-d", tmp_path, "-r", pins],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No matching distribution" in answer.stderr or "onnection" in answer.stderr:
        pytest.skip("no package index answers")
    assert answer.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in answer.stderr


def test_a_fault_is_told_where_the_database_answers_for_one_file_alone(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(path: Path) -> tuple[int, list[str]]:
        if path.name != FILES[0].name:
            raise ConnectionError("it says nothing")
        return 1, ["aiohttp 1: CVE-0"]

    monkeypatch.setattr(audit, "ask_database", ask)
    assert audit.main() == 1
    assert "aiohttp 1: CVE-0" in capsys.readouterr().out
    monkeypatch.setattr(audit, "ask_database", lambda path: (1, []))
    assert audit.main() == 0


def test_no_pin_has_a_listed_fault(audit: ModuleType) -> None:
    pins = audit.read_pins()
    assert audit.find_listed(pins) == []
    listed = audit.read_advisories()["fixed_in"]
    assert set(listed) <= set(pins)
    for name, fixes in listed.items():  # the list finds what it names
        assert len(audit.find_listed({name: {"0.0.1"}})) == len(fixes), name
