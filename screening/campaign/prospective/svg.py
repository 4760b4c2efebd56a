"""Plain SVG charts with two axes, made of escaped texts; colours and lines come from the page."""

import math
from collections.abc import Sequence

from markupsafe import Markup

LEFT, RIGHT, TOP, BOTTOM = 54, 14, 12, 44
"""Margins in pixels."""


class Plot:
    """A chart of numbers; y grows upwards."""

    def __init__(
        self,
        size: tuple[int, int],
        x: tuple[float, float],
        y: tuple[float, float],
        title: str,
    ) -> None:
        """Begin an empty chart.

        Args:
            size: width and height in pixels.
            x: the least and the largest value of the axis.
            y: the same of the other axis.
            title: what the chart shows, for those who do not see it.
        """
        self.width, self.height = size
        self._x, self._y = x, y
        self._title = title
        self._parts: list[Markup] = []

    def x(self, value: float) -> float:
        """Return the place of a value in pixels."""
        low, high = self._x
        return LEFT + (value - low) / (high - low) * (self.width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a value in pixels."""
        low, high = self._y
        return self.height - BOTTOM - (value - low) / (high - low) * (self.height - TOP - BOTTOM)

    def line(self, begin: tuple[float, float], end: tuple[float, float], kind: str) -> None:
        """Add a line between two points; ``kind`` is a class of the page."""
        self.path([begin, end], kind)

    def path(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """Add a line through points; ``kind`` is a class of the page."""
        places = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        self._add('<polyline class="{}" points="{}"/>', kind, places)

    def mark(self, at: tuple[float, float], kind: str, told: str) -> None:
        """Add a mark: ``inside``, ``outside``, ``up`` or ``down``; ``told`` appears above it."""
        x, y = self.x(at[0]), self.y(at[1])
        shape = {
            "inside": f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
            "outside": f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6Z",
            "up": f"M{x - 5:.1f} {y + 4:.1f}h10l-5-9Z",
            "down": f"M{x - 5:.1f} {y - 4:.1f}h10l-5 9Z",
        }[kind]
        text = '<path class="mark {}" d="{}"><title>{}</title></path>'
        self._add(text, kind, shape, told)

    def x_label(self, value: float, text: str) -> None:
        """Add a label below the axis, with a tick."""
        place = f"{self.x(value):.1f}"
        bottom = self.height - BOTTOM
        tick = '<line class="axis" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        self._add(tick, place, bottom, bottom + 4)
        self._add('<text class="middle" x="{}" y="{}">{}</text>', place, bottom + 18, text)

    def y_label(self, value: float, text: str) -> None:
        """Add a label beside the axis, with a line across the chart."""
        place = f"{self.y(value):.1f}"
        line = '<line class="grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
        self._add(line, LEFT, self.width - RIGHT, place)
        label = '<text class="end" x="{}" y="{}" dy="4">{}</text>'
        self._add(label, LEFT - 7, place, text)

    def names(self, x: str, y: str) -> None:
        """Add the names of both axes."""
        middle = (self.height - BOTTOM + TOP) / 2
        across = (self.width - RIGHT + LEFT) / 2
        self._add('<text class="middle" x="{}" y="{}">{}</text>', across, self.height - 6, x)
        turned = '<text class="middle" transform="translate(13 {}) rotate(-90)">{}</text>'
        self._add(turned, middle, y)

    def svg(self) -> Markup:
        """Return one ``<svg>`` element."""
        box = (LEFT, TOP, self.width - LEFT - RIGHT, self.height - TOP - BOTTOM)
        frame = Markup('<rect class="frame" x="{}" y="{}" width="{}" height="{}"/>').format(*box)
        head = Markup('<svg role="img" viewBox="0 0 {} {}" aria-label="{}">').format(
            self.width, self.height, self._title
        )
        return head + frame + Markup("").join(self._parts) + Markup("</svg>")

    def _add(self, text: str, *values: object) -> None:
        self._parts.append(Markup(text).format(*values))


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Return round numbers between two numbers, at most ``most``.

    >>> ticks(4.2, 8.1)
    [5.0, 6.0, 7.0, 8.0]
    """
    rough = (high - low) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]
