"""``hitlist benchmark``: how good the models are, and how fast everything is."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from chem.records.text import counted
from flows.commands.benchmarks.explanations import benchmark_explanations
from flows.commands.benchmarks.speed import benchmark_speed
from flows.commands.models.bundles import find_task
from flows.terminal.console import note, progress, show_table, stoppable

app = typer.Typer(
    help="Measure the models beside baselines and published numbers, and how fast all of it is.",
    no_args_is_help=True,
)
app.command("speed")(benchmark_speed)
app.command("explanations")(benchmark_explanations)
AGAIN = "what is done is kept: give the same command again to go on"


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
            help="auto, network, gp (own-assay training), forest and svm (baselines).",
        ),
    ] = "auto,network,gp,forest,svm",
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the results; the same one goes on.")
    ] = Path("runs/moleculeace"),
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Sets at a time.", show_default="one for each core"),
    ] = None,
) -> None:
    """Train a model of each MoleculeACE set and measure it on the set's test rows.

    Thirty ChEMBL assays of one target each, with the authors' split. Results are kept set by set.
    """
    from data.public_sets.moleculeace import choose_sets
    from flows.benchmarks.small_assays.contenders import MODELS
    from flows.benchmarks.small_assays.moleculeace import run_sets
    from flows.benchmarks.small_assays.moleculeace_table import remarks, table, write_summary
    from screening.runs.plan import check_writable

    names, wanted = choose_sets(sets), _choose(models, MODELS, "model")
    check_writable(out.expanduser().absolute())
    out.mkdir(parents=True, exist_ok=True)
    with progress(one_bar=True) as report, stoppable(AGAIN):
        rows = run_sets(names, wanted, out, workers or os.cpu_count() or 1, report)
    headers, lines = table(rows, wanted)
    show_table(headers, lines, "MoleculeACE: RMSE on the test rows", numbers=len(wanted))
    headers, lines = table(rows, wanted, cliffs=True)
    # In a pipe a table has no title, so the columns say what they are.
    headers[2:] = [f"{name} on cliffs" for name in headers[2:]]
    show_table(headers, lines, "The same on activity cliffs alone", numbers=len(wanted))
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
        Path, typer.Option(metavar="DIR", help="Folder of the models; the same one goes on.")
    ] = Path("runs/strangers"),
) -> None:
    """Screen the approved drugs with models of small assays: do strangers come to the top?

    A model is trained on each set's training rows; the first sixteen drugs by prediction less one
    standard deviation are looked at.
    """
    from flows.benchmarks.small_assays.strangers import (
        FAMILIES,
        SETS,
        screen_sets,
        table,
        write_hits,
    )
    from screening.runs.plan import check_writable

    names = SETS if sets is None else _choose(sets, tuple(FAMILIES), "set")
    check_writable(out.expanduser().absolute())
    with progress(one_bar=True) as report, stoppable(AGAIN):
        rows = screen_sets(names, out, report)
    headers, lines = table(rows)
    show_table(headers, lines, "Approved drugs by models of small assays", numbers=len(headers) - 2)
    write_hits(out / "hits.csv", rows)
    print(out / "hits.csv")


@app.command("models")
def benchmark_models(
    bundles: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|DIR,...", help="Bundles to measure.", show_default="all that come along"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table there too.")
    ] = None,
) -> None:
    """Show the models beside a random forest, the bars and published results.

    With the training sets in a folder of HITLIST_MIRROR the rows held out are predicted and
    measured now; without them the cards' figures are shown.
    """
    from flows.benchmarks.shipped.models import measure_bundle
    from flows.benchmarks.shipped.models_table import remarks, table, write_lines
    from gnn.bundle.bundle import shipped_bundles

    names = [word.strip() for word in (bundles or "").split(",") if word.strip()]
    lines, said = [], []
    with progress(one_bar=True) as report, stoppable("nothing was written"):
        wanted = names or shipped_bundles()
        for done, name in enumerate(wanted):
            report(f"measuring {name}", done, len(wanted))
            more, why = measure_bundle(name)
            lines += more
            said += why
    headers, cells = table(lines)
    show_table(headers, cells, "The models on held-out rows")
    for line in [*said, *remarks(lines)]:
        note(line)
    if out is not None:
        write_lines(out, lines)
        print(out)


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
        int, typer.Option(min=5000, max=1_000_000, help="Lead-like molecules to hide them among.")
    ] = 20_000,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the table there too.")
    ] = None,
) -> None:
    """Hide known actives among lead-like molecules, and count those that come to the top.

    Actives are molecules with a pActivity of 7 or more that training held out; they need the
    kinase set in a folder of HITLIST_MIRROR.
    """
    from flows.benchmarks.shipped.ranking import (
        BAR,
        RATIO,
        overall,
        rank_targets,
        table,
        write_ranking,
    )
    from gnn.bundle.bundle import find_bundle, read_card

    card = read_card(find_bundle(bundle))
    words = [word.strip() for word in (targets or "").split(",")]
    genes = [find_task(card, word).name for word in words if word]
    with progress(one_bar=True) as report, stoppable("nothing was written"):
        rows = rank_targets(bundle, genes, decoys, 0, report)
    headers, lines = table(rows)
    show_table(headers, lines, f"Actives hidden 1:{RATIO}", numbers=len(headers) - 1)
    mean = overall(rows, 0.01)
    alone = sum(row.found[0.01].value > BAR for row in rows)
    note(
        f"in the top 1 %, mean of {counted(len(rows), 'target')}: {mean.value:.2f} of the actives "
        f"(95 % interval over targets {mean.low:.2f} to {mean.high:.2f}); bar: more than {BAR}, "
        f"{'met' if mean.value > BAR else 'not met'}; {counted(alone, 'target')} alone above it"
    )
    note(f"a target's interval: {RATIO} decoys to an active, actives and decoys drawn again")
    note("ZINC's molecules count as inactive; the model's training presumed some like them to be")
    note("by size alone: ranked by heavy atoms, which tells what the decoys' size gives away")
    note("among measured: actives against held-out molecules measured below 6 on the target")
    if out is not None:
        write_ranking(out, rows)
        print(out)


def _choose(text: str, known: tuple[str, ...], what: str) -> list[str]:
    words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    strange = [word for word in words if word not in known]
    if strange or not words:
        found = f"unknown {what} {strange[0]!r}" if strange else f"no {what} was named"
        raise InputError(f"{found}: choose from {', '.join(known)}, commas between them")
    return words
