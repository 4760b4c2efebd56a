"""Shows the training sets of a card: sources, known faults, shared and held-back molecules."""

from typing import TYPE_CHECKING

from chem.records.message_text import counted
from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from gnn.bundle.measured_compounds import MeasuredCompounds
    from gnn.card.card import Card

MOST_PAIRS = 10
"""Pairs of sets in the table of shared molecules."""


def show_sources(card: "Card", measured: "MeasuredCompounds | None") -> None:
    """Show the sources of the training data, what is known about them, and what they share."""
    from gnn.bundle.measured_compounds import is_own

    rows = [
        [*(source.get(key, "") for key in ("name", "licence", "citation")), f"{source['rows']:,}"]
        for source in card.data
    ]
    show_table(["trained on", "licence", "citation", "rows"], rows, "Sources", numbers=1)
    if measured is not None:
        own = sum(map(is_own, measured.ids))
        of_own = f" and of {counted(own, 'compound')} of a campaign's own results" if own else ""
        note(
            f"measured.parquet holds {counted(len(measured), 'compound')} and "
            f"{counted(len(measured.values), 'measured value')} of these sources{of_own}, under "
            "the licences of the sources"
        )
    show_faults(card)
    show_overlaps(card)


def show_faults(card: "Card") -> None:
    """Show the known faults of the training sets, if the card has some."""
    rows = [[source["name"], fault] for source in card.data for fault in source.get("faults", ())]
    if rows:
        show_table(["set", "known fault"], rows, f"{card.name}: known faults of the training sets")


def show_overlaps(card: "Card") -> None:
    """Show which sets share molecules, and the check that none of those held back is trained on."""
    if card.overlaps:
        shown, rest = card.overlaps[:MOST_PAIRS], card.overlaps[MOST_PAIRS:]
        rows = [[pair.first, pair.second, f"{pair.molecules:,}"] for pair in shown]
        title = f"{card.name}: molecules that two training sets share"
        show_table(["set", "other set", "molecules"], rows, title, numbers=1)
        if rest:
            note(
                f"{counted(len(rest), 'more pair shares', 'more pairs share')} molecules, "
                f"at most {rest[0].molecules:,} each"
            )
    if card.held_back:
        count = sum(one.molecules for one in card.held_back)
        trained_on = sum(one.trained_on for one in card.held_back)
        drawings = sum(one.other_drawings for one in card.held_back)
        again = "; once measured, all rows were trained on" if card.refit else ""
        note(
            f"checked: of {counted(count, 'molecule')} that "
            f"{counted(len(card.held_back), 'set')} held back (each set counted alone), "
            f"{trained_on:,} were trained on by any set; of {drawings:,} another set trained on "
            f"another drawing (stereoisomer, tautomer, charge, place of a double bond){again}"
        )
