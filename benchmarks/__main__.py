"""Runs the benchmarks of hitlist in a checkout: ``python -m benchmarks``.

They are not part of an installation. Nothing heavy is imported here, so that help appears at once.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.device.command import benchmark_device
from benchmarks.shipped_models.offsets_command import benchmark_offsets
from benchmarks.speed.analogs_command import benchmark_analogs
from chem.errors import InputError
from flows.cli import main
from flows.terminal.console import note, stoppable
from flows.terminal.options import unfold
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

PEERS = Path(".venv-peers")
"""The folder that ``make bench-peers`` writes."""
AGAIN = "finished work is kept: repeat the command to resume"

app = typer.Typer(
    help="Measure hitlist against other models and programs; `hitlist benchmark models` has the "
    "shipped models' own figures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dataclass(frozen=True)
class PeerOptions:
    """The options for measuring other programs."""

    peers: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Environment with chemprop or admet-ai, as `make bench-peers` makes it.",
            show_default=f"{PEERS} if it exists",
        ),
    ] = None
    no_peers: Annotated[bool, typer.Option("--no-peers", help="Measure no other program.")] = False

    @property
    def environment(self) -> Path | None:
        """The environment of the other programs; None: measure none."""
        if self.no_peers:
            return None
        return self.peers or (PEERS if PEERS.is_dir() else None)


@app.command("speed")
@unfold
def benchmark_speed(
    library: Annotated[
        str,
        typer.Option(metavar="FILE|NAME", help="Library of SMILES, a file or a catalogue name."),
    ] = "zinc_leadlike",
    molecules: Annotated[
        int,
        typer.Option(
            min=50,
            max=600_000,
            help="Number of its first molecules to time; then three times as many.",
        ),
    ] = 25_000,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=512, help="Processes.", show_default="one for each core"),
    ] = None,
    *,
    others: PeerOptions,
    rounds: Annotated[
        int, typer.Option(min=1, max=99, help="Number of repeats, of which the median is shown.")
    ] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the speeds to this file too.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the speeds in this file too.")
    ] = None,
) -> None:
    """Time every stage and other programs on real molecules, and compare with RDKit's parser.

    Rates are given for all cores together, for one core, and as a multiple of the rate at which
    RDKit alone parses the same molecules on as many processes. Start-up time is left out.
    """
    from benchmarks.speed.plot import write_plot
    from benchmarks.speed.speed import measure_speed
    from benchmarks.speed.table import remarks, table, write_speeds
    from chem.disk.writable import check_writable

    if plot is not None and plot.suffix.lower() != ".svg":
        raise InputError(f"--plot {plot}: the name of the drawing must end in .svg")
    for option, file in (("--out", out), ("--plot", plot)):
        if file is not None:
            remedy = f"name a file elsewhere with {option}"
            check_writable(file.expanduser().absolute().parent, remedy)
    with progress(one_bar=True) as report, stoppable("nothing was kept"):
        speeds, failed = measure_speed(
            library, molecules, workers, others.environment, rounds, report
        )
    headers, lines = table(speeds)
    show_table(headers, lines, "Molecules per second", numbers=len(headers) - 1)
    for line in [*failed, *remarks(speeds)]:
        note(line)
    if out is not None:
        write_speeds(out, speeds)
        print(out)
    if plot is not None:
        write_plot(plot, speeds)
        print(plot)


app.command("analogs")(benchmark_analogs)
app.command("device")(benchmark_device)
app.command("offsets")(benchmark_offsets)


@app.command("explanations")
def benchmark_explanations(
    bundles: Annotated[
        str, typer.Option(metavar="NAME|DIR,...", help="Bundles that predict Ames mutagenicity.")
    ] = "toxicity",
    molecules: Annotated[
        int | None,
        typer.Option(min=100, help="Use the first rows of the Ames set.", show_default="all"),
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Write the result into the bundles' card.json too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table to this file too.")
    ] = None,
) -> None:
    """Measure whether atom contributions point at the groups that cause mutagenicity.

    The molecules are those of the Ames set that are predicted to be mutagens and have a toxicophore
    of Kazius 2005. The figures tell how often its atoms contribute more than the molecule's other
    atoms. The set has to be in a folder of HITLIST_MIRROR. Takes one minute on one core.
    """
    from benchmarks.shipped_models.explanations import (
        explained_card,
        measure_explanations,
        write_explanations,
    )
    from chem.disk.writable import check_writable
    from flows.terminal.card_explanations import show_explanations
    from gnn.bundle.bundle import write_card
    from gnn.bundle.find_bundle import find_bundle, read_card

    if out is not None:
        check_writable(out.expanduser().absolute().parent, "name a file elsewhere with --out")
    names = _words(bundles)
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


@app.command("moleculeace")
def benchmark_moleculeace(
    sets: Annotated[
        str,
        typer.Option(metavar="all|kinase|SET,...", help="Sets such as CHEMBL204_Ki."),
    ] = "all",
    models: Annotated[
        str,
        typer.Option(
            metavar="MODEL,...",
            help="Any of auto, network, gp (own-assay training), forest and svm (baselines).",
        ),
    ] = "auto,network,gp,forest,svm",
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of the results; name it again to continue."),
    ] = Path("runs/moleculeace"),
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Sets at a time.", show_default="one for each core"),
    ] = None,
) -> None:
    """Train a model on each MoleculeACE set and measure it on the set's test rows.

    The sets are thirty ChEMBL assays of one target each, with the authors' split. Results are kept
    set by set.
    """
    from benchmarks.small_assays.moleculeace import MODELS, run_sets
    from benchmarks.small_assays.moleculeace_table import remarks, table, write_summary
    from chem.disk.writable import check_writable
    from data.public_sets.moleculeace import choose_sets

    names, wanted = choose_sets(sets), _choose(models, MODELS, "model")
    check_writable(out.expanduser().absolute())
    out.mkdir(parents=True, exist_ok=True)
    with progress(one_bar=True) as report, stoppable(AGAIN):
        rows = run_sets(names, wanted, out, workers or os.cpu_count() or 1, report)
    headers, lines = table(rows, wanted)
    show_table(headers, lines, "MoleculeACE: RMSE on the test rows", numbers=len(wanted))
    headers, lines = table(rows, wanted, cliffs=True)
    # In a pipe a table has no title, so its columns have to say that they are on cliffs.
    headers[2:] = [f"{name} on cliffs" for name in headers[2:]]
    show_table(headers, lines, "The same on activity cliffs only", numbers=len(wanted))
    for line in remarks(rows, wanted):
        note(line)
    write_summary(out, rows, wanted)
    print(out / "summary.csv")


@app.command("strangers")
def benchmark_strangers(
    sets: Annotated[
        str | None,
        typer.Option(metavar="SET,...", help="MoleculeACE sets.", show_default="of 200 to 800"),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the models; name it again to continue.")
    ] = Path("runs/strangers"),
) -> None:
    """Screen the approved drugs with models of small assays, to see if strangers come to the top.

    A model is trained on each set's training rows. The first sixteen drugs by prediction minus one
    standard deviation are examined.
    """
    from benchmarks.small_assays.unseen_drugs import (
        FAMILIES,
        SETS,
        screen_sets,
        table,
        write_hits,
    )
    from chem.disk.writable import check_writable

    names = SETS if sets is None else _choose(sets, tuple(FAMILIES), "set")
    check_writable(out.expanduser().absolute())
    with progress(one_bar=True) as report, stoppable(AGAIN):
        rows = screen_sets(names, out, report)
    headers, lines = table(rows)
    show_table(headers, lines, "Approved drugs by models of small assays", numbers=len(headers) - 2)
    write_hits(out / "hits.csv", rows)
    print(out / "hits.csv")


@app.command("ranking")
def benchmark_ranking(
    targets: Annotated[
        str | None,
        typer.Option(
            metavar="GENE,...",
            help="Primary targets.",
            show_default="all with ten held-out actives or more",
        ),
    ] = None,
    bundle: Annotated[str, typer.Option(metavar="NAME|DIR", help="Model to rank by.")] = "activity",
    decoys: Annotated[
        int, typer.Option(min=5000, max=1_000_000, help="Lead-like molecules that hide them.")
    ] = 20_000,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table to this file too.")
    ] = None,
) -> None:
    """Hide known actives among lead-like molecules, and count those that come to the top.

    Actives are molecules with a pActivity of 7 or more that were held out of the training. The
    kinase set has to be in a folder of HITLIST_MIRROR.
    """
    from benchmarks.shipped_models.ranking import (
        RATIO,
        rank_targets,
        remarks,
        table,
        write_ranking,
    )
    from flows.terminal.model_card import find_task
    from gnn.bundle.find_bundle import find_bundle, read_card

    card = read_card(find_bundle(bundle))
    genes = [find_task(card, word).name for word in _words(targets or "")]
    with progress(one_bar=True) as report, stoppable("nothing was written"):
        rows = rank_targets(bundle, genes, decoys, 0, report)
    headers, lines = table(rows)
    show_table(headers, lines, f"Actives hidden 1:{RATIO}", numbers=len(headers) - 1)
    for line in remarks(rows):
        note(line)
    if out is not None:
        write_ranking(out, rows)
        print(out)


def _choose(text: str, known: tuple[str, ...], what: str) -> list[str]:
    words = list(dict.fromkeys(_words(text)))
    strange = [word for word in words if word not in known]
    if strange or not words:
        found = f"unknown {what} {strange[0]!r}" if strange else f"no {what} was named"
        raise InputError(f"{found}: choose from {', '.join(known)}, separated by commas")
    return words


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


if __name__ == "__main__":
    main(commands=app)
