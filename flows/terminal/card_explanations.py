"""Shows how well a model's atom contributions find known toxicophores."""

from typing import TYPE_CHECKING

from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from gnn.card.card import Card

HEADERS = [
    *("group", "molecules", "ranks above others", "95 % interval", "heteroatoms do"),
    *("among the top", "by chance", "lost without it", "without others"),
]


def show_explanations(card: "Card") -> None:
    """Show how well atom contributions find known toxicophores, if the card knows."""
    if not card.explanations:
        return
    rows = [
        [
            one.group,
            f"{one.molecules:,}",
            f"{one.auroc:.2f}",
            f"{one.low:.2f} to {one.high:.2f}",
            f"{one.hetero:.2f}",
            f"{one.top:.0%}",
            f"{one.top_chance:.0%}",
            f"{one.lost:.2f}",
            f"{one.lost_others:.2f}",
        ]
        for one in card.explanations
    ]
    tasks = ", ".join(dict.fromkeys(one.task for one in card.explanations))
    show_table(
        HEADERS,
        rows,
        f"{card.name}: contributions to {tasks} on known toxicophores",
        numbers=len(HEADERS) - 1,
    )
    better = sum(one.low > 0.5 for one in card.explanations)
    worse = [one.group for one in card.explanations if one.high < 0.5]
    note(
        f"{better} of {len(card.explanations)} groups rank above other atoms more often than by "
        "chance (0.50)" + (f"; less often: {', '.join(worse)}" if worse else "")
    )
    if plain := [one.group for one in card.explanations if one.auroc <= one.hetero]:
        note(f"not better than marking every heteroatom: {', '.join(plain)}")
    note(
        "for molecules predicted to be positive: how often an atom of the group has a larger "
        "contribution than another atom; the same if all heteroatoms are marked; the group's share "
        "of the top atoms, and by chance; log odds lost without the group, and without as many "
        "other atoms"
    )
