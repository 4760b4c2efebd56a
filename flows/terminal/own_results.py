"""Show on a terminal how a campaign's own results move the predictions of a bundle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from gnn.card.results_card import TaskResultsCard

HEADER = (
    *("task", "results", "events", "later results", "RMSE before", "RMSE"),
    *("in 90 % interval before", "in 90 % interval"),
)


def show_own_results(tasks: "Mapping[str, TaskResultsCard]", left_out: Mapping[str, int]) -> None:
    """Show what the results of a campaign do for each task, and the results left out."""

    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    rows = [
        [
            *(name, f"{one.results:,}", f"{one.events:,}", f"{one.foreseen:,}"),
            *map(number, (one.rmse_before, one.rmse, one.coverage_before, one.coverage)),
        ]
        for name, one in tasks.items()
    ]
    show_table(HEADER, rows, "Own results that move predictions", numbers=7)
    for why, count in left_out.items():
        if count:
            note(f"left out: {count:,} {why}")
    if any(one.rmse is None for one in tasks.values()):
        note("without later exact results, nothing tells yet whether predictions become better")
    else:
        note(
            "later results: of the events after the first, each predicted with the results of "
            "earlier events only"
        )
