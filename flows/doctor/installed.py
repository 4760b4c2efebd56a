"""Checks the installation: Python, the packages against their pins, the files that run."""

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from flows.doctor.finding import Finding, Look, fault, listed, ok, warning

SOURCE = Path(__file__).parents[2]
"""The folder of the packages that run: a checkout, or ``site-packages``."""
_SET_UP = "install hitlist again (make setup)"


def check_installed(_: Look) -> Iterator[Finding]:
    """Check Python, the packages, and from where hitlist is installed."""
    about = distribution("hitlist").metadata
    yield _check_python(about["Requires-Python"] or "")
    yield check_packages(distribution("hitlist").requires or [])
    constraints = SOURCE / "constraints.txt"
    if constraints.is_file():
        yield check_constraints(constraints.read_text(encoding="utf-8").splitlines())
    yield _check_source()
    yield _check_zones()


def _check_python(wanted: str) -> Finding:
    found = platform.python_version()
    if found in SpecifierSet(wanted):
        return ok("Python", found)
    return fault("Python", f"{found}, expected {wanted}", f"{_SET_UP} with such a Python")


def check_packages(requirements: Iterable[str]) -> Finding:
    """Compare the installed packages with what hitlist requires."""
    wrong, count = [], 0
    for text in requirements:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        count += 1
        found = _version(wanted.name)
        if found is None:
            wrong.append(f"{wanted.name} is missing")
        elif not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} is {found}, expected {wanted.specifier}")
    if wrong:
        return fault("packages", listed(wrong, 5), _SET_UP)
    return ok("packages", f"{count} packages have versions that hitlist allows")


def check_constraints(lines: Iterable[str]) -> Finding:
    """Compare the installed packages with the exact versions that were tested together."""
    pins = dict(line.split("==", 1) for line in lines if "==" in line and line[0] != "#")
    others = [
        f"{name} is {found}, tested with {pin.split()[0]}"
        for name, pin in pins.items()
        if (found := _version(name)) is not None and found.partition("+")[0] != pin.split()[0]
    ]
    if others:
        return warning("tested versions", listed(others, 5), _SET_UP)
    return ok("tested versions", f"the same as in constraints.txt ({len(pins)} pins)")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _check_source() -> Finding:
    text = distribution("hitlist").read_text("direct_url.json") or ""
    told = f"hitlist {version('hitlist')} in {SOURCE}"
    is_editable = '"editable": true' in text
    if is_editable and f"file://{SOURCE}" not in text:
        return warning(
            "hitlist",
            f"{told}, but another folder is installed",
            "unset PYTHONPATH, or run make setup in that folder",
        )
    return ok("hitlist", f"{told}{' (a checkout)' if is_editable else ''}")


def _check_zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return fault("time zones", "there is no database of time zones", "apt-get install tzdata")
    return ok("time zones", f"{len(available_timezones())} are known")
