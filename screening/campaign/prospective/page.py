"""The prospective validation of a campaign as one page, which loads and runs nothing."""

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from chem.output.depict import depict
from screening.campaign.prospective.charts import (
    draw_control_chart,
    draw_coverage,
    draw_cusum,
    draw_scatter,
)
from screening.campaign.prospective.report import Report, tell_known_before, tell_target
from screening.campaign.prospective.series import Series
from screening.campaign.prospective.summary_tables import (
    plus_minus,
    share_text,
    summary_tables,
    value_text,
)
from screening.report.report import page_template

PICTURE = (240, 160)
"""The width and height of a structure in pixels."""
MOST_PICTURES = 60
"""The most series that are drawn; the table has all."""


class Drawing(NamedTuple):
    """A chart with a caption."""

    caption: str
    svg: Markup


class TargetPart(NamedTuple):
    """What the page says about one target."""

    target: str
    sentences: list[str]
    drawings: list[Drawing]


class SeriesPicture(NamedTuple):
    """The best compound of a series."""

    svg: Markup
    title: str
    compound_id: str
    lines: list[str]


def render_report(report: Report) -> str:
    """Return the page."""
    pictures = [_picture(one) for one in report.series[:MOST_PICTURES]]
    return page_template("campaign.html", "screening.campaign.prospective").render(
        name=report.campaign.folder.absolute().name,
        head=report.campaign.head,
        events=len(report.campaign.events),
        last=report.campaign.events[-1].time[:10],
        parts=list(_parts(report)),
        tables=list(summary_tables(report)),
        pictures=pictures,
        known_before=tell_known_before(report),
        without_value=len(report.without_value),
        replaced=report.replaced,
    )


def _parts(report: Report) -> Iterator[TargetPart]:
    for chart in report.charts:
        own = [one for one in report.rows if one.target == chart.target]
        drawn = (
            (
                "Each mark is a compound, its line the registered 90 % interval; the line crosses "
                "the diagonal if the value is inside (dot), not if it is outside (diamond). "
                "Triangles are bounds. The dashed line is the level of actives.",
                draw_scatter(own, chart.target),
            ),
            (
                "Share of exact values inside of their intervals, with its 95 % interval. The "
                "dashed line is the promised 0.90; a diamond excludes it.",
                draw_coverage(report.groups, chart.target),
            ),
            (
                "Control chart: mean error of each event, in promised standard deviations. The "
                "dashed limits allow for the shared errors of similar compounds; a diamond is "
                "beyond them.",
                draw_control_chart(chart),
            ),
            (
                "CUSUM: sums of what earlier events do not explain, above 0 for predictions that "
                "are too low, below 0 for those too high. Beyond a dashed line they drift.",
                draw_cusum(chart),
            ),
        )
        drawings = [Drawing(caption, svg) for caption, svg in drawn if svg is not None]
        yield TargetPart(chart.target, list(tell_target(report, chart.target)), drawings)


def _picture(one: Series) -> SeriesPicture:
    bias = plus_minus(one.bias, one.bias_error)
    lines = [
        f"best of {one.n}: {value_text(one.best)}",
        *([f"bias {bias}"] if bias else []),
        *([f"inside {one.coverage.k} of {one.coverage.n}, {share_text(one.coverage)}"]
          if one.coverage.n else []),
    ]  # fmt: skip
    svg = Markup(depict(one.best.row.smiles, *PICTURE).svg())
    title = f"Series {one.number}, {one.target}"
    return SeriesPicture(svg, title, one.best.row.compound_id, lines)
