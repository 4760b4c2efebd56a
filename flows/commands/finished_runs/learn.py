"""``hitlist learn``: let a campaign's own results move the predictions of a bundle."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, printable
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from gnn.assembly.learn import Learned

HEADER = (
    *("task", "results", "plates", "later results", "RMSE before", "RMSE"),
    *("in 90 % interval before", "in 90 % interval"),
)


def learn(
    campaign: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="Folder of the campaign.")],
    bundle: Annotated[
        str, typer.Option(metavar="NAME|DIR", help="Shipped bundle, or folder of a bundle.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the bundle.")],
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway", help="Write the bundle also if it is no better on the later plates."
        ),
    ] = False,
) -> None:
    """Write a copy of a bundle whose predictions follow the results of a campaign.

    Errors of similar compounds go together, so a few results move the predictions of a whole
    series, and its intervals follow the errors that the campaign had. Nothing is trained, and it
    takes seconds. The results of each plate after the first are predicted from the earlier plates
    alone; if that is no better than the bundle alone, nothing is written. The bundle itself stays
    as it is: to go back, name it again.
    """
    from chem.disk.allowed_roots import named_path
    from chem.features.graphs import featurizer_spec
    from gnn.assembly.learn import learn_results, write_learned
    from gnn.bundle.bundle import load_bundle
    from gnn.bundle.find_bundle import find_bundle
    from screening.campaign.campaign import open_campaign
    from screening.campaign.own_results import results_for
    from screening.runs.plan import check_writable

    opened = open_campaign(named_path(campaign))
    base = load_bundle(find_bundle(bundle), featurizer_spec()["hash"])
    folder = named_path(out)
    check_writable(folder, "name another folder with --out")
    learned = learn_results(base, results_for(opened, base.card))
    _show(learned)
    worse = [name for name, one in learned.tasks.items() if not one.is_better]
    if worse and not anyway:
        raise InputError(
            f"no bundle is written: on later plates, {', '.join(worse)} is not predicted better "
            "with the results of earlier ones; give --anyway to write it all the same"
        )
    write_learned(base, learned, opened.head, folder)
    print(printable(str(folder)))
    note(f'to use it, write bundles = ["{folder}", …] in the screen file; to go back, "{bundle}"')


def _show(own: "Learned") -> None:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    rows = [
        [
            *(name, f"{one.results:,}", f"{one.plates:,}", f"{one.foreseen:,}"),
            *map(number, (one.rmse_before, one.rmse, one.coverage_before, one.coverage)),
        ]
        for name, one in own.tasks.items()
    ]
    show_table(HEADER, rows, numbers=7)
    for why, count in own.left_out.items():
        if count:
            note(f"left out: {count:,} {why}")
    if any(one.rmse is None for one in own.tasks.values()):
        note("with one plate, nothing tells yet whether predictions become better")
