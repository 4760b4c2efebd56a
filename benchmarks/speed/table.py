"""Makes a table of the speeds, with the bars that they meet."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.speed.rates import Speed
from flows.terminal.tables import write_csv


class Bar(NamedTuple):
    """A ratio or rate that a stage should reach."""

    what: str
    """The row of the bar."""
    least: float
    beside: str
    """The divisor of the rate: ``parsing``, ``core`` (undivided, of one core), or the start of a
    peer's name."""


BARS = (
    Bar("featurize, parsed", 20_000, "core"),
    Bar("prepare", 0.35, "parsing"),
    Bar("screen, cold", 0.25, "parsing"),
    Bar("screen, prepared", 1.5, "parsing"),
    Bar("screen, cold", 2.5, "Chemprop"),
    Bar("screen, prepared", 14, "Chemprop"),
    Bar("screen, cold", 60, "ADMET-AI"),
)
HEADERS = [
    *("", "molecules/s", "per core", "x parse only", "bar", "met"),
    *("peak memory MB", "molecules", "cores"),
]


def table(speeds: Sequence[Speed]) -> tuple[list[str], list[list[str]]]:
    """Return headers and lines; ratios are to the parse-only rate just before and just after."""
    lines = []
    for speed in speeds:
        bar = next(
            (b for b in BARS if b.what == speed.what and b.beside in ("parsing", "core")), None
        )
        lines.append(
            [
                speed.label,
                _number(speed.rate),
                _number(speed.per_core),
                "" if speed.ratio is None else _ratio(speed.ratio),
                "" if bar is None else _bar(bar),
                "" if bar is None else _met(_value(bar, speed, speeds), bar),
                _number(speed.memory_mb),
                f"{speed.molecules:,}",
                f"{speed.cores}",
            ]
        )
    return HEADERS, lines


def remarks(speeds: Sequence[Speed]) -> list[str]:
    """Return remarks that compare our speeds with the peers, and name what was not measured."""
    said = []
    for bar in BARS:
        if bar.beside in ("parsing", "core"):
            continue
        peer = _peer(bar, speeds)
        if peer is None:
            said.append(f"{bar.beside} was not measured: `make bench-peers` installs it")
            continue
        value = _value(bar, _row(bar.what, speeds), speeds)
        if value is None:
            said.append(f"{bar.what} beside {peer.what}: no figure; bar {bar.least:g} x")
            continue
        said.append(
            f"{bar.what}: {value:.3g} x the rate of {peer.what}; bar {bar.least:g} x, "
            f"{_met(value, bar)}"
        )
    said += [
        f"{speed.what}: no rate, because the larger number of molecules took no longer, or because "
        "only the larger number had a triage; ask for more molecules"
        for speed in speeds
        if speed.rate is None
    ]
    return list(dict.fromkeys(said))


def write_speeds(file: Path, speeds: Sequence[Speed]) -> None:
    """Write the speeds as CSV, with unrounded numbers."""
    headers = ["group", "what", "molecules", "cores", "molecules_per_second", "per_core"]
    headers += ["parse_only_per_second", "ratio_to_parse_only", "peak_memory_mb"]
    rows = []
    for speed in speeds:
        numbers = (speed.rate, speed.per_core, speed.parsing, speed.ratio, speed.memory_mb)
        told = ["" if number is None else f"{number:.6g}" for number in numbers]
        rows.append([speed.group, speed.what, speed.molecules, speed.cores, *told])
    write_csv(file, headers, rows)


def _row(what: str, speeds: Sequence[Speed]) -> Speed:
    return next(speed for speed in speeds if speed.what == what)


def _peer(bar: Bar, speeds: Sequence[Speed]) -> Speed | None:
    """Return the fastest of the peers whose names start so, with which the bar is compared."""
    found = [speed for speed in speeds if speed.what.startswith(bar.beside)]
    return max(found, key=lambda speed: speed.ratio or 0.0, default=None)


def _value(bar: Bar, speed: Speed, speeds: Sequence[Speed]) -> float | None:
    if bar.beside == "core":
        return speed.per_core
    if bar.beside == "parsing":
        return speed.ratio
    peer = _peer(bar, speeds)
    if peer is None or not peer.ratio or speed.ratio is None:
        return None
    return speed.ratio / peer.ratio


def _met(value: float | None, bar: Bar) -> str:
    if value is None:
        return "not measured"
    return "met" if value >= bar.least else "not met"


def _bar(bar: Bar) -> str:
    return f"{bar.least:,.0f} per core" if bar.beside == "core" else f"{bar.least:g} x"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.4f}"


def _number(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
