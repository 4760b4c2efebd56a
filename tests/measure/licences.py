"""Write docs/licences.md: the licence of every pinned package, as its own metadata has it.

    make licences

What is imported when hitlist runs is told apart from what its tests and checks need alone.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/licences.md"
LONGEST = 80
"""Letters of a licence's name; some packages give the whole text instead."""
COPYLEFT = re.compile(r"GPL|General Public|MPL|Mozilla|EPL|CDDL")
START = """# Licences of the packages that hitlist is tested with

`make licences` writes this page from the metadata of the packages that `constraints.txt` pins.
None of them is part of the files of hitlist: pip downloads each from its own source. The terms of
the shipped weights and data are in [LICENSES/README.md](../LICENSES/README.md).

A star marks licences with conditions on redistribution (MPL, LGPL, GPL). If a package offers a
choice of licences, another one may apply.

| package | version | needed for | licence |
|---|---|---|---|
"""


def read_pins() -> dict[str, str]:
    """Version by package, from constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (line.partition("==") for line in lines if not line.startswith("#"))
    return {name: version for name, mark, version in pins if mark}


def licence_of(found: Distribution) -> str:
    """What a package's metadata says: its expression, a short text, or its classifiers."""
    told = found.metadata
    names = [name for name in ("License-Expression", "License") if name in told]
    text = next((told[name] for name in names if told[name]), "").strip()
    if text and "\n" not in text and len(text) <= LONGEST:
        return " ".join(text.split()).replace("|", "/")
    names = [
        line.rpartition("::")[2].strip()
        for line in told.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    known = text.splitlines()[0].strip() if text else ""
    return "; ".join(names) or known[:LONGEST] or "not told in its metadata"


def needed_to_run() -> set[str]:
    """Names of the packages that ``pip install hitlist`` brings, without its extras."""
    seen: set[tuple[str, str]] = set()
    waiting = [("hitlist", "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            wanted = distribution(name).requires or []
        except PackageNotFoundError:  # for another system
            continue
        for one in map(Requirement, wanted):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                key = canonicalize_name(one.name)
                waiting += [(key, ""), *((key, part) for part in one.extras)]
    return {name for name, _ in seen}


def render() -> str:
    """The page as it should be with what is installed here."""
    running, lines = needed_to_run(), []
    for name, version in sorted(read_pins().items(), key=lambda pin: canonicalize_name(pin[0])):
        found = distribution(name)
        if found.version.partition("+")[0] != version:  # torch has one build for each device
            sys.exit(f"{name} {found.version} is installed, {version} is pinned: make setup first")
        licence = licence_of(found)
        star = "\\*" if COPYLEFT.search(licence) else ""
        use = "running" if canonicalize_name(name) in running else "tests and checks"
        lines.append(f"| {name} | {version} | {use} | {licence}{star} |\n")
    return START + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
