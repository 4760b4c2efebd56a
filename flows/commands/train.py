"""``hitlist train``: a model of a recipe, or of a team's own assay."""

from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.commands.bundles import show_card
from flows.console import note, progress, stoppable
from flows.options import IdColumn, SmilesColumn


def train(
    source: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|ASSAY",
            help="A recipe (activity, toxicity, admet or a TOML file), or an assay's file.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the bundle.", show_default=False)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the bundle: first part of its columns.",
            show_default="the recipe's or the file's",
        ),
    ] = None,
    members: Annotated[
        int | None,
        typer.Option(min=1, max=50, help="Networks to train.", show_default="5, or the recipe's"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="auto|network|gp|blend",
            help="Assay: the networks, the Gaussian process, both together, or what "
            "cross-validation on its rows finds best.",
            show_default="auto",
        ),
    ] = None,
    value_column: Annotated[
        str | None,
        typer.Option(
            help="Assay: column of the measurements.", show_default="all that are recognised"
        ),
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(
            help="Assay: unit of a column whose header has none: nM, uM, mM, pM, M, pActivity, %, "
            "class or number.",
            show_default="from the header",
        ),
    ] = None,
    smiles_column: SmilesColumn = None,
    id_column: IdColumn = None,
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the fitted networks: those that are there are taken.",
            show_default="a recipe's: in the cache until the bundle is written; an assay's: none",
        ),
    ] = None,
    held_out: Annotated[
        bool,
        typer.Option(
            "--held-out",
            help="Recipe: never train on the held-out rows, so that `hitlist benchmark models "
            "--bundles DIR` can measure the bundle on them.",
        ),
    ] = False,
    device: Annotated[
        str, typer.Option(metavar="auto|cpu|cuda", help="Where to train networks.")
    ] = "auto",
    arrays: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.npz",
            help="Only write the training set, for `python -m gnn.distil FILE.npz WORK` on a "
            "GPU machine; then train here with --work WORK.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Train a model and measure it beside a random forest on rows that neither has seen.

    A recipe may then train it again on these rows too, and ship that; --held-out does without.

    An assay needs a SMILES column and a column such as `IC50 nM`, `pKi`, `% inhibition` or
    `active`. It is cross-validated; rows marked `test` in a column `split` are held back instead.
    """
    if (out is None) == (arrays is None):
        raise InputError("name the bundle's folder with --out (or a file with --arrays, not both)")

    from flows.training import run_training, stop_advice, write_arrays
    from flows.training_checks import check_arrays_file, check_bundle_folder, check_device
    from flows.training_plan import AssayColumns, plan_training

    check_device(device)
    file = check_arrays_file(arrays) if arrays else None
    columns = AssayColumns(smiles_column, id_column, value_column, units)
    plan = plan_training(source, name, members, columns, model, held_out)
    about = (plan.name, plan.title, plan.description)
    folder = check_bundle_folder(out, about) if out else None
    for line in plan.notes:
        note(f"  {line}")
    advice = stop_advice(plan, folder, work)
    with progress(one_bar=True) as report, stoppable(advice):
        assembled = plan.assemble(report)
        for line in assembled.notes:
            if line not in plan.notes:
                note(f"  {line}")
        if file is not None:
            write_arrays(assembled, file)
        if folder is not None:
            card = run_training(plan, assembled, folder, work, device, report)
    if folder is not None:
        # Which model an assay got and why, and the networks that were left out.
        for line in card.notes if card.comparison is not None else ():
            if line not in assembled.notes:
                note(f"  {line}")
        show_card(card, every_task=len(card.tasks) <= 5)
    print(out or arrays)
