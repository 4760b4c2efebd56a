"""Draws the speeds as dots on a logarithmic scale, in plain SVG."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path

from benchmarks.speed.rates import Group, Speed

COLOURS: dict[Group, str] = {"RDKit": "#555555", "hitlist": "#1f6feb", "peers": "#c4661f"}
"""The colours of the dots; their names are beside them, so colours are not needed to tell them
apart."""
LEFT, RIGHT, TOP, ROW, BOTTOM = 240, 170, 48, 28, 44
WIDTH = 860
FONT = "font-family='Helvetica, Arial, sans-serif'"


def draw(speeds: Sequence[Speed]) -> str:
    """Return an SVG with molecules per second of all cores together, in the given order.

    Speeds without a rate are left out. Beside each dot are its rate and its ratio to the parse-only
    rate.
    """
    told = [(speed, speed.rate) for speed in speeds if speed.rate]
    rates = [rate for _, rate in told] or [1.0]
    low, high = floor(log10(min(rates))), max(ceil(log10(max(rates))), floor(log10(min(rates))) + 1)
    bottom = TOP + ROW * len(told)

    def across(rate: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (log10(rate) - low) / (high - low)

    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{bottom + BOTTOM}' "
        f"viewBox='0 0 {WIDTH} {bottom + BOTTOM}' role='img' {FONT} font-size='13'>",
        f"<title>{escape(_title(speeds))}</title>",
        "<rect width='100%' height='100%' fill='#ffffff'/>",
        _text(16, 26, _title(speeds), "start", "font-weight='bold' font-size='14'"),
    ]
    for decade in range(low, high + 1):
        x = across(10.0**decade)
        lines.append(_line(x, TOP, x, bottom, "#e3e3e3"))
        lines.append(
            _text(x, bottom + 18, f"{10**decade:,}" if decade >= 0 else f"{10.0**decade:g}")
        )
    lines.append(_text(across(10.0**low), bottom + 36, "molecules per second", "start"))
    for at, (speed, rate) in enumerate(told):
        y = TOP + ROW * (at + 0.5)
        colour = COLOURS[speed.group]
        lines += [
            _text(LEFT - 14, y + 4.5, speed.label, "end"),
            _line(LEFT, y, across(rate), y, "#c9ced6"),
            f"<circle cx='{across(rate):.1f}' cy='{y:.1f}' r='5.5' fill='{colour}'/>",
            _text(across(rate) + 12, y + 4.5, _label(speed, rate), "start"),
        ]
    return "\n".join([*lines, "</svg>", ""])


def write_plot(file: Path, speeds: Sequence[Speed]) -> None:
    """Write the drawing to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draw(speeds), encoding="utf-8")


def _title(speeds: Sequence[Speed]) -> str:
    cores = max((speed.cores for speed in speeds), default=0)
    return f"Molecules per second on {cores} core{'' if cores == 1 else 's'}, start-up left out"


def _label(speed: Speed, rate: float) -> str:
    number = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
    return number if speed.group == "RDKit" else f"{number}  ({speed.ratio:.2g} × parsing)"


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='#222222' {more}>"
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return (
        f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' "
        "stroke-width='2'/>"
    )
