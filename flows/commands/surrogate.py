"""``hitlist surrogate``: train the small network that triages compounds for a bundle."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal.console import note, stoppable
from flows.terminal.progress import Report, progress
from gnn.errors import ModelError

if TYPE_CHECKING:
    from gnn.bundle.surrogate import SurrogateCard

SEED = 0


def surrogate(
    bundle: Annotated[
        str, typer.Argument(metavar="NAME|DIR", help="Shipped bundle, or folder of a bundle.")
    ],
    library: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Library to train on. Repeat for more. Use compounds like those that you screen "
            "and like those that the bundle was trained on.",
            show_default="zinc_leadlike and approved_drugs",
        ),
    ] = None,
    molecules: Annotated[
        int, typer.Option(min=1000, help="Maximum number of compounds to draw from each library.")
    ] = 200_000,
    epochs: Annotated[int, typer.Option(min=1, help="Number of passes over the compounds.")] = 8,
    hidden: Annotated[
        int, typer.Option(min=32, max=4096, help="Width of the hidden layers.")
    ] = 512,
) -> None:
    """Train a small, fast network on a bundle's predictions, to speed up large screens.

    The bundle predicts the compounds, in about one millisecond per compound and core. The small
    network is trained on these predictions and written into the bundle folder. No measured values
    are needed.
    """
    chosen = library or ["zinc_leadlike", "approved_drugs"]
    with progress() as report, stoppable("nothing was written: repeat the command"):
        path, card = make_surrogate(bundle, chosen, molecules, epochs, hidden, report)
    explained = sorted(card.r2.values())
    note(
        f"R2 against the bundle's predictions: {explained[0]:.3f} to {explained[-1]:.3f} by task, "
        f"median {median(explained):.3f}"
    )
    print(path)


def make_surrogate(
    name: str,
    libraries: Sequence[str],
    molecules: int,
    epochs: int,
    hidden: int,
    report: Report | None = None,
) -> tuple[Path, "SurrogateCard"]:
    """Train a bundle's surrogate on the compounds of libraries and write it into its folder.

    Args:
        name: a shipped bundle, or the folder of a bundle.
        libraries: files or dataset names.
        molecules: the most compounds to draw from each library.
        epochs: passes over the compounds.
        hidden: width of the hidden layers.
        report: called with progress.

    Raises:
        InputError: a library or the folder cannot be used.
        ModelError: the bundle cannot be used, or there are too few compounds.
    """
    from chem.disk.writable import check_writable
    from chem.features.graphs import featurizer_spec
    from gnn.assembly.fit_surrogate import (
        LEAST,
        SurrogateTraining,
        fit_surrogate,
        surrogate_targets,
    )
    from gnn.assembly.structures import draw, graphs_of
    from gnn.bundle.bundle import load_bundle
    from gnn.bundle.find_bundle import find_bundle
    from gnn.bundle.surrogate import FILE, SurrogateSizes, save_surrogate
    from screening.errors import told_in_one_line
    from screening.runs.plan import BUNDLE_REMEDY, find_library

    folder = find_bundle(name)
    # The old surrogate is not loaded: it may be damaged, and is replaced here.
    bundle = load_bundle(folder, featurizer_spec()["hash"], surrogate=False)
    # It imitates the model alone: results come and go, and the ensembles apply them.
    bundle = replace(bundle, own_results=None)
    check_writable(folder, BUNDLE_REMEDY)
    structures, said = [], []
    for library in libraries:
        drawn = draw(find_library(library, progress=report), molecules, SEED)
        structures += drawn
        said.append(f"{len(drawn):,} of {Path(library).name}")
    graphs = graphs_of(structures, progress=report)
    if graphs.molecules < LEAST:
        raise ModelError(
            f"found {graphs.molecules:,} different compounds, expected {LEAST:,} or more; "
            "give a larger --library"
        )
    targets = surrogate_targets(bundle, graphs, report)
    sizes = SurrogateSizes(len(bundle.card.tasks), hidden=hidden)
    config = SurrogateTraining(epochs=epochs, seed=SEED)
    network, card = fit_surrogate(bundle, graphs, targets, "; ".join(said), sizes, config, report)
    with told_in_one_line(folder / FILE):
        save_surrogate(folder, network, card)
    return folder / FILE, card
