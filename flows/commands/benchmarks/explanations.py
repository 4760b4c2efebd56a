"""``hitlist benchmark explanations``: whether atom contributions point at known toxicophores."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.models.bundles import show_explanations
from flows.terminal.console import progress, stoppable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gnn.evaluation.card import Card, Explanation

NOTE = (
    "explanations: measured on molecules of tdc_ames that are predicted positive and hold a "
    "toxicophore, training molecules among them; contributions are Shapley values of the "
    "ensemble's output times what calibration keeps of it, so that base and contributions add up "
    "to the calibrated log odds"
)


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
    from gnn.bundle.bundle import find_bundle, read_card, write_card
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
