"""``hitlist benchmark explanations``: whether atom contributions point at known toxicophores."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal.console import note, progress, show_table, stoppable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gnn.evaluation.card import Card, Explanation

NOTE = (
    "explanations: measured on molecules of tdc_ames that are predicted positive and hold a "
    "toxicophore, training molecules among them; contributions are Shapley values of the "
    "ensemble's output times what calibration keeps of it, so that base and contributions add up "
    "to the calibrated log odds"
)
HEADERS = [
    "group",
    "molecules",
    "stands above others",
    "95 % interval",
    "heteroatoms do",
    "among the top",
    "by chance",
    "lost without it",
    "without others",
]


def benchmark_explanations(
    bundles: Annotated[
        str, typer.Option(metavar="NAME|DIR,...", help="Bundles that predict Ames mutagenicity.")
    ] = "toxicity",
    molecules: Annotated[
        int | None,
        typer.Option(min=100, help="First rows of the Ames set.", show_default="all of them"),
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Write the result into the bundles' card.json too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table there too.")
    ] = None,
) -> None:
    """Measure whether atom contributions point at the groups that cause mutagenicity.

    Of molecules of the Ames set that are predicted to be mutagens and hold a toxicophore of Kazius
    2005: how often do its atoms stand above the molecule's other atoms? Needs the set in a folder
    of HITLIST_MIRROR. One minute on one core.
    """
    from flows.benchmarks.shipped.explanations import measure_explanations
    from flows.benchmarks.shipped.explanations_table import write_explanations
    from gnn.bundle.bundle import find_bundle, read_card
    from gnn.bundle.card_file import write_card
    from screening.runs.plan import check_writable

    if out is not None:
        check_writable(out.expanduser().absolute().parent, "name a file elsewhere with --out")
    names = [word.strip() for word in bundles.split(",") if word.strip()]
    lines = []
    with progress(one_bar=True) as report, stoppable("nothing was written"):
        measured = [(name, measure_explanations(name, report, molecules)) for name in names]
    for name, found in measured:
        known = explained_card(read_card(find_bundle(name)), found)
        show_explanations(known)
        lines += [(known.name, one) for one in found]
        if card:
            write_card(find_bundle(name), known)
    if out is not None:
        write_explanations(out, lines)
        print(out)


def explained_card(card: "Card", found: "Sequence[Explanation]") -> "Card":
    """Return a card that knows how well contributions point at known groups."""
    notes = [*(note for note in card.notes if note != NOTE), NOTE]
    return card.model_copy(update={"explanations": tuple(found), "notes": notes})


def show_explanations(card: "Card") -> None:
    """Show how well atom contributions point at known groups, where the card knows."""
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
        f"{card.name}: do the contributions to {tasks} point at known toxicophores?",
        numbers=len(HEADERS) - 1,
    )
    better = sum(one.low > 0.5 for one in card.explanations)
    worse = [one.group for one in card.explanations if one.high < 0.5]
    note(
        f"{better} of {len(card.explanations)} stand out more often than chance (0.50)"
        + (f"; less often: {', '.join(worse)}" if worse else "")
    )
    if plain := [one.group for one in card.explanations if one.auroc <= one.hetero]:
        note(f"not above what pointing at every atom but carbon does: {', '.join(plain)}")
    note(
        "of molecules predicted to be positive: how often an atom of the group has a larger "
        "contribution than another one; the same where all but carbons stand out; the group's "
        "share of as many top atoms; log odds lost when the group, or as many others, are taken out"
    )
