"""Shows the results of two trainings of one recipe side by side."""

from typing import TYPE_CHECKING

from flows.terminal.card_metrics import describe_gain, have_one_unit
from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from gnn.card.card import Card, Protocol
    from gnn.card.metric_card import Summary


def show_protocols(card: "Card") -> None:
    """Show the card's means beside those of other trainings of the recipe, if it has some."""
    if not card.protocols:
        return
    own = card.as_protocol()
    every = [own, *card.protocols]
    keys = dict.fromkeys(name for one in every for name in _means(one))
    rows = [
        [name, *(_cell(_means(one).get(name)) for one in every)]
        for name in keys
        if have_one_unit(card, name)
    ]
    if any(one.coverage is not None for one in every):
        shares = ["" if one.coverage is None else f"{one.coverage:.3f}" for one in every]
        rows.append(["in 90 % interval", *shares])
    headers = ["mean over tasks", *(one.name for one in every)]
    show_table(headers, rows, f"{card.name}: trainings side by side")
    for one in every:
        note(f"{one.name}: trained on {one.trained_on}")
        note(f"{one.name}: measured on {one.measured_on}")
    if any(one.validated_on != own.validated_on for one in every):
        note("they were measured on different numbers of values, so compare them with care")


def _means(one: "Protocol") -> dict[str, "Summary"]:
    return {f"own metric {name}": mean for name, mean in one.main_summary.items()} | one.summary


def _cell(mean: "Summary | None") -> str:
    """Return ``0.813 (0.787 to 0.839)``, and the gain over the forest if it is known."""
    if mean is None:
        return ""
    low, high = mean.network_interval
    gain = describe_gain(mean.gain)
    return f"{mean.network:.3f} ({low:.3f} to {high:.3f})" + (f"; gain {gain}" if gain else "")
