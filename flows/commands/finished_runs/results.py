"""``hitlist results``: read the results of the plates of a run, check them, and keep them."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chem.errors import InputError
from flows.terminal.console import note, note_if, printable
from flows.terminal.options import unfold
from flows.terminal.tables import show_table
from screening.runs.latest import finished_run

if TYPE_CHECKING:
    from screening.results.evaluate import Evaluation, Options

SHOWN_WELLS, SHOWN_COMPOUNDS = 6, 30
"""The most wells of a finding, and compounds, that a terminal shows; the files have all."""


@dataclass(frozen=True)
class ReadingOptions:
    """What the user knows of the files."""

    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="Target that the plates measure.",
            show_default="the only primary target of the screen",
        ),
    ] = None
    value_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column of the signal, or of the final values.",
            show_default="found by its name and numbers",
        ),
    ] = None
    units: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT",
            help="Unit of final values: nM, uM, pActivity, '% inhibition', '% residual'.",
            show_default="from the header",
        ),
    ] = None
    decimal: Annotated[
        str | None,
        typer.Option(
            metavar="point|comma",
            help="Decimal mark of the numbers.",
            show_default="from the numbers",
        ),
    ] = None
    signal: Annotated[
        str | None,
        typer.Option(
            metavar="falls|rises",
            help="Change of the signal with inhibition. Plates whose controls say otherwise are "
            "refused.",
            show_default="from the controls",
        ),
    ] = None
    plate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=PLATE",
            help="Other name of a plate in the files, such as its barcode: BC0017=kinase_P1. May "
            "be repeated.",
            show_default=False,
        ),
    ] = None
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLATE",
            help="Plate to keep as it is in the file, in spite of a suspicion, or `values` for "
            "final values of a suspicious unit. May be repeated.",
            show_default=False,
        ),
    ] = None

    @property
    def of_files(self) -> "Options":
        """The options of an evaluation. Raises InputError for an unknown word."""
        from screening.results.evaluate import Options

        return Options(
            self.value_column,
            _word(self.decimal, "--decimal", "point", "comma"),
            self.units,
            tuple(self.plate or ()),
            _word(self.signal, "--signal", "falls", "rises"),
            tuple(self.accept or ()),
        )


@unfold
def results(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="Folder of the run that picked the compounds.")
    ],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files of a plate reader or a notebook.")
    ],
    campaign: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder that keeps all results; nothing in it is overwritten.",
            show_default="`campaign` beside the folder of runs",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what is found; keep nothing.")
    ] = False,
    *,
    reading: ReadingOptions,
) -> None:
    """Read the results of a run's plates, tell what is wrong with them, and keep the good wells.

    Reads one row per well, grids of plates, or one row per compound with final values. Joins them
    to the plates that the run planned, checks controls, replicates, units and swapped wells, and
    computes inhibitions and IC50s. Values are compared with the intervals that the run registered.
    """
    run = finished_run(run)
    from chem.disk.allowed_roots import named_path
    from flows.planning.kept_results import open_plan
    from screening.results.evaluate import evaluate

    paths = [named_path(file) for file in files]
    plan, told = open_plan(run, reading.task)
    for line in told:
        note(line)
    evaluation = evaluate(plan, paths, reading.of_files)
    _show(evaluation)
    _keep(campaign, evaluation, check)


def _word(text: str | None, option: str, *known: str) -> Any:
    """Return a word of an option; raise InputError if it is not known."""
    if text is None or text in known:
        return text
    raise InputError(f"unknown {option} {text!r}: choose {' or '.join(known)}")


def _keep(campaign: Path | None, evaluation: "Evaluation", check: bool) -> None:
    """Keep an evaluation, or say what would be kept."""
    from flows.planning.kept_results import (
        campaign_folder,
        find_campaign,
        keep_results,
        tell_known,
    )
    from screening.campaign.replaced import find_replaced

    folder = campaign_folder(campaign, evaluation)
    by_default = "" if campaign else " (the default; --campaign names another)"
    opened = find_campaign(folder)
    if check:
        if opened is not None:
            note_if(opened.told_of_folder)
        # A file that is known is no mistake if nothing is to be kept.
        note_if(tell_known(opened, evaluation))
        for one in find_replaced(opened, evaluation) if opened is not None else []:
            note(f"if kept, it {one.told}")
        print(printable(f"nothing is kept, as you gave --check; else in {folder}{by_default}"))
        return
    kept, told = keep_results(folder, evaluation)
    for line in told:
        note(line)
    print(printable(f"kept as event {kept.event.number} in {folder}{by_default}"))
    print(printable(str(kept.folder)))


def _show(evaluation: "Evaluation") -> None:
    """Show how the files were read, the plates, the findings and the values."""
    for line in evaluation.told:
        note(line)
    _show_plates(evaluation)
    _show_findings(evaluation)
    _show_values(evaluation)


def _show_plates(evaluation: "Evaluation") -> None:
    if evaluation.kind != "plates":
        return
    from screening.text.cells import format_number

    rows = []
    for name, plate in evaluation.plates.items():
        kept = len(list(plate.kept()))
        wells = [one.planned for one in plate.wells.values()]
        planned = sum(one.is_sample or one.is_control for one in wells)
        found = evaluation.controls.get(name)
        figures = ["", "", "", ""]
        if found is not None:
            numbers = (found.z_prime, found.signal_to_background, found.negative.cv)
            figures = [format_number(n, 2) if n == n else "" for n in numbers]
            figures.append(format_number(found.positive.cv, 2) if found.positive else "")
        state = f"refused: {plate.refused}" if plate.refused else "used"
        rows.append([name, state, f"{kept:,} of {planned:,}", *figures])
    if rows:
        print()
        header = ("plate", "state", "wells kept", "Z'", "S/B", "CV negative %", "CV positive %")
        show_table(header, rows, numbers=5)


def _show_findings(evaluation: "Evaluation") -> None:
    from screening.results.reading.findings import tell_wells

    rows = [
        [
            one.severity,
            one.what,
            " ".join(filter(None, [one.plate, tell_wells(one.wells, SHOWN_WELLS)])),
            one.found,
            one.expected,
            "; ".join(filter(None, [one.done, one.advice])),
        ]
        for one in evaluation.findings
    ]
    if rows:
        print()
        header = ("finding", "what", "where", "found", "expected", "done, and what to do")
        show_table(header, rows)
        counts = Counter(one.severity for one in evaluation.findings)
        note(f"findings: {', '.join(f'{count} {word}' for word, count in counts.items())}")
    else:
        print("nothing is wrong with the files")


def _show_values(evaluation: "Evaluation") -> None:
    from screening.results.compounds import tell_agreement
    from screening.text.cells import format_number

    def number(value: float) -> str:
        return "" if value != value else format_number(value, 2)

    rows = []
    for one in evaluation.with_value[:SHOWN_COMPOUNDS]:
        low, high = one.compound.predicted.low, one.compound.predicted.high
        # Without an agreement the interval is of another unit than the value.
        interval = f"{number(low)} to {number(high)}" if one.agreement else ""
        value = f"{one.qualifier.replace('=', '')}{number(one.value)}"
        agreement = [one.unit, interval, one.agreement]
        spread = [value, number(one.error), number(one.std), f"{one.n}"]
        rows.append([one.compound.compound_id, *agreement, *spread])
    if rows:
        print()
        header = ("compound_id", "unit", "registered 90 % interval", "agreement")
        show_table((*header, "value", "error", "sd", "n"), rows, numbers=4)
    more = len(evaluation.with_value) - SHOWN_COMPOUNDS
    if more > 0:
        note(f"{more:,} more compounds are in compounds.csv")
    print()
    for line in tell_agreement(evaluation.values):
        print(printable(line))
