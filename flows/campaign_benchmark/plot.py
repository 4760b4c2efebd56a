"""Draws the actives that each way to pick has found, plate by plate, in plain SVG."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import numpy as np

from flows.campaign_benchmark.measure import Replays

COLOURS = {
    "random": "#8a8f98",
    "first model": "#b08b2e",
    "forest, UCB": "#c4661f",
    "greedy": "#2f8f5b",
    "probability": "#7a4fc0",
    "knowledge": "#1f6feb",
}
WIDTH, HEIGHT = 300, 240
LEFT, TOP, RIGHT, BOTTOM = 44, 56, 16, 72
FONT = "font-family='Helvetica, Arial, sans-serif'"
_BAND = 0.12


def write_plot(file: Path, every: Sequence[Replays]) -> None:
    """Write a panel for each assay: the mean of the campaigns, with their 95 % range."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draw(every), encoding="utf-8")


def draw(every: Sequence[Replays]) -> str:
    """Return the drawing as SVG."""
    width = len(every) * (LEFT + WIDTH + RIGHT)
    height = TOP + HEIGHT + BOTTOM
    title = "Actives found in simulated campaigns of 10 plates of 40 compounds"
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}' role='img' {FONT} font-size='12'>",
        f"<title>{escape(title)}</title>",
        "<rect width='100%' height='100%' fill='#ffffff'/>",
        f"<text x='12' y='22' font-size='14' font-weight='bold'>{escape(title)}</text>",
    ]
    for at, one in enumerate(every):
        lines += _panel(one, at * (LEFT + WIDTH + RIGHT) + LEFT)
    lines += _legend(height - 16)
    return "\n".join([*lines, "</svg>", ""])


def _panel(one: Replays, left: int) -> Iterator[str]:
    highest = max(float(one.found(way).max()) for way in one.ways)
    plates = one.found(next(iter(one.ways))).shape[1]
    bottom = TOP + HEIGHT

    def place(plate: int, found: float) -> str:
        x = left + WIDTH * plate / (plates - 1)
        return f"{x:.1f},{bottom - HEIGHT * found / highest:.1f}"

    subtitle = f"{one.assay}: {one.actives} actives among {one.compounds:,}"
    yield f"<text x='{left}' y='{TOP - 10}'>{escape(subtitle)}</text>"
    yield _line(left, bottom, left + WIDTH, bottom)
    yield _line(left, TOP, left, bottom)
    for mark in (0, round(highest / 2), round(highest)):
        y = bottom - HEIGHT * mark / highest
        yield f"<text x='{left - 6}' y='{y + 4:.1f}' text-anchor='end'>{mark}</text>"
    for plate in (1, plates):
        x = left + WIDTH * (plate - 1) / (plates - 1)
        yield f"<text x='{x:.1f}' y='{bottom + 18}' text-anchor='middle'>{plate}</text>"
    middle = left + WIDTH / 2
    yield f"<text x='{middle:.1f}' y='{bottom + 18}' text-anchor='middle'>plate</text>"
    for way in one.ways:
        found = one.found(way)
        low, high = np.percentile(found, (2.5, 97.5), axis=0)
        band = [place(at, value) for at, value in enumerate(low)]
        band += [place(at, high[at]) for at in reversed(range(plates))]
        colour = COLOURS[way]
        yield f"<polygon points='{' '.join(band)}' fill='{colour}' opacity='{_BAND}'/>"
        points = " ".join(place(at, value) for at, value in enumerate(found.mean(axis=0)))
        yield f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>"


def _legend(y: int) -> Iterator[str]:
    x = LEFT
    for way, colour in COLOURS.items():
        yield f"<rect x='{x}' y='{y - 9}' width='14' height='4' fill='{colour}'/>"
        yield f"<text x='{x + 20}' y='{y}'>{escape(way)}</text>"
        x += 44 + 7 * len(way)


def _line(left: float, top: float, right: float, bottom: float) -> str:
    return f"<line x1='{left}' y1='{top}' x2='{right}' y2='{bottom}' stroke='#c9ced6'/>"
