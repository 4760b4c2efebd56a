"""Look for known faults of the pinned packages: in the dated list, and in the public database.

    make audit

pins/advisories.toml is held without a network. pip-audit asks the database for every package of
pins/*.txt; where it does not answer, that is said, and the dated list has the last word.
"""

import json
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, cast

from packaging.version import Version

ROOT = Path(__file__).parents[2]
PINS = ROOT / "pins"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def read_pins() -> dict[str, set[str]]:
    """Versions by package, of every set-up in pins/."""
    found: dict[str, set[str]] = {}
    for path in sorted(PINS.glob("*.txt")):
        for name, version in PINNED.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(version)
    return found


class Advisories(TypedDict):
    """What pins/advisories.toml says."""

    checked: date
    fixed_in: dict[str, dict[str, list[str]]]
    """By package and version: the faults that this version mends."""
    without_a_fix: dict[str, dict[str, str]]
    """By package and fault: why it does no harm here."""


def read_advisories() -> Advisories:
    """Read pins/advisories.toml."""
    found: Any = tomllib.loads((PINS / "advisories.toml").read_text(encoding="utf-8"))
    return cast(Advisories, found)


def find_listed(pins: dict[str, set[str]]) -> list[str]:
    """Name each pin that is older than the version that mends a fault of the dated list."""
    mended = read_advisories()["fixed_in"]
    return [
        f"{name} {version}: {', '.join(faults)}, mended in {first}"
        for name, fixes in mended.items()
        for version in sorted(pins.get(name, ()))
        for first, faults in fixes.items()
        if Version(version) < Version(first)
    ]


def ask_database(path: Path) -> tuple[int, list[str]]:
    """Ask pip-audit of one file of pins; returns how many it looked up, and the faults found.

    Raises ConnectionError where the database does not answer.
    """
    words = ["--format", "json", "--progress-spinner", "off", "--disable-pip", "--require-hashes"]
    answer = subprocess.run(
        [Path(sys.executable).parent / "pip-audit", *words, "--requirement", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if not answer.stdout.strip():
        told = answer.stderr.strip().splitlines() or ["it says nothing"]
        raise ConnectionError(told[-1])
    packages = json.loads(answer.stdout)["dependencies"]
    looked_up = [package for package in packages if "vulns" in package]
    if not looked_up:
        raise ConnectionError("it tells of none of these packages")
    excused = read_advisories()["without_a_fix"]
    return len(looked_up), [
        f"{package['name']} {package['version']}: {fault['id']}, "
        f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in looked_up
        for fault in package["vulns"]
        if fault["id"] not in excused.get(package["name"], {})
    ]


def main() -> int:
    """Say what was found; returns 1 where a pin has a known fault."""
    pins = read_pins()
    faults = find_listed(pins)
    print(f"{len(pins)} packages; the list of {read_advisories()['checked']} names {len(faults)}")
    unanswered = []
    for path in sorted(PINS.glob("*.txt")):  # what it says of one holds, whatever becomes of others
        try:
            count, known = ask_database(path)
        except (ConnectionError, subprocess.TimeoutExpired) as error:
            print(f"no answer from the database of pip-audit to {path.name}: {error}")
            unanswered.append(path.name)
            continue
        print(f"{count} pins of {path.name} looked up: {len(known)} known faults")
        faults += known
    for fault in sorted(set(faults)):
        print(fault)
    if unanswered:
        print(f"NOT CHECKED in a public database: {', '.join(unanswered)}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
