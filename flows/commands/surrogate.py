"""``hitlist surrogate``: the small network that goes before a bundle's ensemble."""

from collections.abc import Sequence
from pathlib import Path
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
        str, typer.Argument(metavar="NAME|DIR", help="A shipped bundle, or a bundle's folder.")
    ],
    library: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Compounds to learn on; give it again for more. Of what you screen, and like "
            "what the bundle was trained on.",
            show_default="zinc_leadlike and approved_drugs",
        ),
    ] = None,
    molecules: Annotated[
        int, typer.Option(min=1000, help="Compounds to draw from each library, at most.")
    ] = 200_000,
    epochs: Annotated[int, typer.Option(min=1, help="Times to see each compound.")] = 8,
    hidden: Annotated[int, typer.Option(min=32, max=4096, help="Width of the network.")] = 512,
) -> None:
    """Teach a small network to imitate a bundle, so that screens of large libraries are fast.

    The bundle predicts the compounds (about a millisecond each and core), the small network learns
    that, and is written into the bundle's folder. No measured value is needed.
    """
    chosen = library or ["zinc_leadlike", "approved_drugs"]
    with progress() as report, stoppable("nothing was written: give the same command again"):
        path, card = make_surrogate(bundle, chosen, molecules, epochs, hidden, report)
    explained = sorted(card.r2.values())
    note(
        f"of the variance of the bundle's predictions it explains {explained[0]:.3f} to "
        f"{explained[-1]:.3f} by task, half of them {explained[len(explained) // 2]:.3f} or more"
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
    """Teach a bundle's surrogate on the compounds of libraries, and write it beside the bundle.

    ``molecules`` are drawn at most from each library. Raises InputError or ModelError, one line.
    """
    from chem.features.graphs import featurizer_spec
    from gnn.assembly.fit_surrogate import (
        LEAST,
        SurrogateTraining,
        fit_surrogate,
        surrogate_targets,
    )
    from gnn.assembly.structures import draw, graphs_of
    from gnn.bundle.bundle import find_bundle, load_bundle
    from gnn.bundle.surrogate import FILE, SurrogateSizes, save_surrogate
    from screening.errors import told_in_one_line
    from screening.runs.plan import BUNDLE_REMEDY, check_writable, find_library

    folder = find_bundle(name)
    # Not its surrogate: a damaged one is made anew here.
    bundle = load_bundle(folder, featurizer_spec()["hash"], surrogate=False)
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
