"""``hitlist train``: train a model from a recipe or from your own assay."""

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
    from gnn.card.card import Card


@dataclass(frozen=True)
class AssayTrainingOptions:
    """Options for training on an assay."""

    model: Annotated[
        str | None,
        typer.Option(
            metavar="auto|network|gp|blend",
            help="Assay: model to train. network: the ensemble; gp: a Gaussian process; blend: "
            "both; auto: the best of these in cross-validation.",
            show_default="auto",
        ),
    ] = None
    value_column: Annotated[
        str | None,
        typer.Option(
            help="Assay: column with the measurements.", show_default="all recognized columns"
        ),
    ] = None
    units: Annotated[
        str | None,
        typer.Option(
            help="Assay: unit of the values if the header does not give it: nM, uM, mM, pM, M, "
            "ug/mL, pActivity, 'log10 nM', 'ln uM', '% inhibition', '% residual', fraction, class "
            "or number.",
            show_default="from the header",
        ),
    ] = None
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="Assay with several targets: the target whose rows are read. Repeat it for each "
            "other column that distinguishes rows, such as the cell line.",
            show_default=False,
        ),
    ] = None
    decimal: Annotated[
        str | None,
        typer.Option(
            metavar="point|comma",
            help="Assay: decimal mark of the numbers.",
            show_default="from the numbers of each column",
        ),
    ] = None
    inactive_as: Annotated[
        str | None,
        typer.Option(
            metavar="'>50'",
            help="Assay: bound that replaces the word inactive or a concentration of 0, usually "
            "above the highest dose, in the unit of the column.",
            show_default=False,
        ),
    ] = None
    skip_bad_cells: Annotated[
        bool,
        typer.Option(
            "--skip-bad-cells",
            help="Assay: skip and count unreadable cells instead of stopping.",
        ),
    ] = False
    describe: Annotated[
        bool,
        typer.Option(
            "--describe",
            help="Assay: only show how each column is read, with examples. Trains nothing.",
        ),
    ] = False
    smiles_column: SmilesColumn = None
    id_column: IdColumn = None

    @property
    def reading(self) -> "AssayOptions":
        """The options for the reader of assays. Raises InputError for an unknown decimal mark."""
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
    """Options of the fit: folder, rows and device."""

    work: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for fitted networks. Networks that are already there are reused.",
            show_default="recipe: in the cache until the bundle is written; assay: none",
        ),
    ] = None
    held_out: Annotated[
        bool,
        typer.Option(
            "--held-out",
            help="Recipe: do not train on the held-out rows, so that `hitlist benchmark models "
            "--bundles DIR` can measure the bundle on them.",
        ),
    ] = False
    beside: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|DIR",
            help="Recipe: bundle of another training with the same tasks, such as one on the "
            "published sets alone. The card shows the results of both side by side. Repeat it for "
            "another bundle.",
            show_default=False,
        ),
    ] = None
    device: Annotated[str, typer.Option(metavar="auto|cpu|cuda", help="Device to train on.")] = (
        "auto"
    )
    arrays: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.npz",
            help="Only write the training set to this file, for `python -m gnn.distil FILE.npz "
            "WORK` on a GPU machine. Then train here with --work WORK.",
            show_default=False,
        ),
    ] = None


@unfold
def train(
    source: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|ASSAY",
            help="Recipe (activity, toxicity, admet, side_effects or a TOML file), or assay file.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the bundle.", show_default=False)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the bundle and prefix of its column names.",
            show_default="the name of the recipe or of the file",
        ),
    ] = None,
    members: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_MEMBERS,
            help="Number of networks to train.",
            show_default="5, or from the recipe",
        ),
    ] = None,
    *,
    assay: AssayTrainingOptions,
    where: WhereOptions,
) -> None:
    """Train a bundle and compare it with a random forest on held-out rows.

    A recipe may then train the bundle again on all rows; --held-out prevents this.

    An assay needs a SMILES column and a column such as `IC50 nM`, `pKi`, `% inhibition` or
    `active`. `hitlist train FILE --describe` shows how it is read. An assay is cross-validated,
    unless a column `split` marks rows as `test`: these are then held out.
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
    beside = where.beside or ()
    plan = plan_training(source, name, members, options, assay.model, where.held_out, beside)
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
    if out is not None:
        note(f'next: hitlist predict LIBRARY --bundle {out}, or bundles = ["{out}", …] in a screen')


def _show_result(card: "Card", told: Sequence[str]) -> None:
    if card.comparison is not None:
        # These notes say which model was chosen and why, and which networks were left out.
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
    """Show how an assay is read. Raises InputError if it cannot be trained on."""
    from data.assay.describe import HEADERS
    from flows.planning.training_plan import describe_source

    found = describe_source(source, options)
    if found.measures:
        show_table(HEADERS, found.measures, f"Measurements of {Path(source).name}")
    show_table(("column", "read as"), found.others, "Other columns")
    _note_all(found.notes)
    if found.problem:
        raise InputError(found.problem)
