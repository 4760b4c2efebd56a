"""From a bundle and libraries to the bundle's surrogate: behind the command."""

from collections.abc import Sequence
from pathlib import Path

from chem.features.graphs import featurizer_spec
from flows.terminal.progress import Report
from gnn.assembly.fit_surrogate import LEAST, SurrogateTraining, fit_surrogate, surrogate_targets
from gnn.assembly.structures import Structure, draw, graphs_of
from gnn.bundle.bundle import find_bundle, load_bundle
from gnn.bundle.surrogate import FILE, SurrogateCard, SurrogateSizes, save_surrogate
from gnn.errors import ModelError
from screening.errors import told_in_one_line
from screening.runs.plan import BUNDLE_REMEDY, check_writable, find_library

SEED = 0


def make_surrogate(
    name: str,
    libraries: Sequence[str],
    molecules: int,
    epochs: int,
    hidden: int,
    report: Report | None = None,
) -> tuple[Path, SurrogateCard]:
    """Teach a bundle's surrogate on the compounds of libraries, and write it beside the bundle.

    ``molecules`` are drawn at most from each library. Raises InputError or ModelError, one line.
    """
    folder = find_bundle(name)
    # Not its surrogate: a damaged one is made anew here.
    bundle = load_bundle(folder, featurizer_spec()["hash"], surrogate=False)
    check_writable(folder, BUNDLE_REMEDY)
    structures: list[Structure] = []
    said = []
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
