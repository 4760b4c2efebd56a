"""``hitlist train``: a model of a recipe, or of a team's own assay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from chem.records.numbers import Decimal
from flows.terminal.console import note, stoppable
from flows.terminal.model_card import show_card
from flows.terminal.options import MOST_MEMBERS, IdColumn, SmilesColumn, unfold
from flows.terminal.progress import progress
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from data.assay.read import AssayOptions
    from gnn.evaluation.card import Card


@dataclass(frozen=True)
class AssayTrainingOptions:
    """Options of an assay that is trained on."""

    model: Annotated[
        str | None,
        typer.Option(
            metavar="auto|network|gp|blend",
            help="Assay: the networks, the Gaussian process, both together, or what "
            "cross-validation on its rows finds best.",
            show_default="auto",
        ),
    ] = None
    value_column: Annotated[
        str | None,
        typer.Option(
            help="Assay: column of the measurements.", show_default="all that are recognised"
        ),
    ] = None
    units: Annotated[
        str | None,
        typer.Option(
            help="Assay: how a column is written whose header does not say it: nM, uM, mM, pM, M, "
            "ug/mL, pActivity, 'log10 nM', 'ln uM', '% inhibition', '% residual', fraction, class "
            "or number.",
            show_default="from the header",
        ),
    ] = None
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="Assay of several targets: the one whose rows are read. Once more for each other "
            "column that tells rows apart, such as a cell line.",
            show_default=False,
        ),
    ] = None
    decimal: Annotated[
        str | None,
        typer.Option(
            metavar="point|comma",
            help="Assay: the decimal mark.",
            show_default="what the numbers of each column say",
        ),
    ] = None
    inactive_as: Annotated[
        str | None,
        typer.Option(
            metavar="'>50'",
            help="Assay: what the word inactive, or a concentration of 0, stands for: above the "
            "highest dose, in the unit of the column.",
            show_default=False,
        ),
    ] = None
    skip_bad_cells: Annotated[
        bool,
        typer.Option(
            "--skip-bad-cells",
            help="Assay: leave out cells that cannot be read, and count them, instead of stopping.",
        ),
    ] = False
    describe: Annotated[
        bool,
        typer.Option("--describe", help="Assay: only show how each column is read, with examples."),
    ] = False
    smiles_column: SmilesColumn = None
    id_column: IdColumn = None

    @property
    def reading(self) -> "AssayOptions":
        """Options of reading the assay; raises InputError for an unknown decimal mark."""
        from data.assay.read import AssayOptions

        return AssayOptions(
            smiles_column=self.smiles_column,
            id_column=self.id_column,
            value_column=self.value_column,
            units=self.units,
            target=tuple(self.target) if self.target else None,
            decimal=_decimal(self.decimal),
            inactive_as=self.inactive_as,
            skip_bad_cells=self.skip_bad_cells,
        )


@dataclass(frozen=True)
class WhereOptions:
    """Options of the fit: its folder, its rows, its device."""

    work: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the fitted networks: those that are there are taken.",
            show_default="a recipe's: in the cache until the bundle is written; an assay's: none",
        ),
    ] = None
    held_out: Annotated[
        bool,
        typer.Option(
            "--held-out",
            help="Recipe: never train on the held-out rows, so that `hitlist benchmark models "
            "--bundles DIR` can measure the bundle on them.",
        ),
    ] = False
    device: Annotated[
        str, typer.Option(metavar="auto|cpu|cuda", help="Where to train networks.")
    ] = "auto"
    arrays: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.npz",
            help="Only write the training set, for `python -m gnn.distil FILE.npz WORK` on a "
            "GPU machine; then train here with --work WORK.",
            show_default=False,
        ),
    ] = None


@unfold
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
        typer.Option(
            min=1, max=MOST_MEMBERS, help="Networks to train.", show_default="5, or the recipe's"
        ),
    ] = None,
    *,
    assay: AssayTrainingOptions,
    where: WhereOptions,
) -> None:
    """Train a model and measure it beside a random forest on rows that neither has seen.

    A recipe may then train it again on these rows too, and ship that; --held-out does without.

    An assay needs a SMILES column and a column such as `IC50 nM`, `pKi`, `% inhibition` or
    `active`; `hitlist train FILE --describe` shows how it is read. It is cross-validated; rows
    marked `test` in a column `split` are held back instead.
    """
    options = assay.reading
    if assay.describe:
        _describe(source, options)
        return
    if (out is None) == (where.arrays is None):
        raise InputError("name the bundle's folder with --out (or a file with --arrays, not both)")

    from flows.planning.run_training import run_training, stop_advice, write_arrays
    from flows.planning.training_checks import check_arrays_file, check_bundle_folder, check_device
    from flows.planning.training_plan import plan_training

    check_device(where.device)
    file = check_arrays_file(where.arrays) if where.arrays else None
    plan = plan_training(source, name, members, options, assay.model, where.held_out)
    folder = check_bundle_folder(out, plan.about) if out else None
    _note_all(plan.notes)
    with progress(one_bar=True) as report, stoppable(stop_advice(plan, folder, where.work)):
        assembled = plan.assemble(report)
        _note_all(line for line in assembled.notes if line not in plan.notes)
        if file is not None:
            write_arrays(assembled, file)
        if folder is not None:
            card = run_training(plan, assembled, folder, where.work, where.device, report)
    if folder is not None:
        _show_result(card, assembled.notes)
    print(out or where.arrays)


def _show_result(card: "Card", told: Sequence[str]) -> None:
    if card.comparison is not None:
        # Which model an assay got and why, and the networks that were left out.
        _note_all(line for line in card.notes if line not in told)
    show_card(card, every_task=len(card.tasks) <= 5)


def _note_all(lines: Iterable[str]) -> None:
    for line in lines:
        note(f"  {line}")


def _decimal(text: str | None) -> Decimal | None:
    if text is None or text in ("point", "comma"):
        return text  # type: ignore[return-value]
    raise InputError(f"unknown --decimal {text!r}: choose point or comma")


def _describe(source: str, options: "AssayOptions") -> None:
    """Show how an assay is read. Raises InputError for what stands against training on it."""
    from data.assay.describe import HEADERS
    from flows.planning.training_plan import describe_source

    found = describe_source(source, options)
    if found.measures:
        show_table(HEADERS, found.measures, f"Measurements of {Path(source).name}")
    show_table(("column", "read as"), found.others, "Other columns")
    _note_all(found.notes)
    if found.problem:
        raise InputError(found.problem)
