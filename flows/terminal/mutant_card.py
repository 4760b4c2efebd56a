"""Show on a terminal how well a bundle predicts mutants of its targets."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from gnn.card.card import Card
    from gnn.card.mutant_card import MutantCard


def show_mutants(card: "Card", tasks: Collection[str] | None = None) -> None:
    """Show the mutants of some tasks of a card, by default of all; nothing without any."""
    known = card.mutants
    if known is None:
        return
    shown = [one for one in known.mutants if tasks is None or one.task in tasks]
    if not shown:
        return
    show_table(
        ["mutant", "compounds", "error", "error as wild type", "in 90 % interval"],
        [_cells(one) for one in shown],
        f"{card.name}: mutants, as differences to the wild type",
        numbers=4,
    )
    note(
        f"compounds: of {known.compounds} ({known.series} series) those that bind the mutant or "
        f"the wild type; of all mutants together the error is {known.error:.2f} "
        f"({known.wild_error:.2f} as the wild type), and {known.coverage:.1%} of "
        f"{known.values:,} values lie in their 90 % interval"
    )
    note(
        "measured on series that were left out, from the measured wild type; a prediction has the "
        "error of the wild type's besides"
    )


def _cells(one: "MutantCard") -> list[str]:
    numbers = one.numbers
    if numbers is None:
        return [one.name, f"{one.compounds}", "no data", "", ""]
    errors = (f"{number:.2f}" for number in (numbers.error, numbers.wild_error))
    return [one.name, f"{one.compounds}", *errors, f"{numbers.coverage:.0%}"]
