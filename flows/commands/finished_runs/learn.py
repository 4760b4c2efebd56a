"""``hitlist learn``: let a campaign's own results move the predictions of a bundle."""

from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, note_if, printable
from flows.terminal.own_results import show_own_results


def learn(
    campaign: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="Folder of the campaign.")],
    bundle: Annotated[
        str, typer.Option(metavar="NAME|DIR", help="Shipped bundle, or folder of a bundle.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the bundle.")],
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Write the bundle also if it is no better on later results."),
    ] = False,
) -> None:
    """Write a copy of a bundle whose predictions follow the results of a campaign.

    Errors of similar compounds go together, so a few results move the predictions of a whole
    series, and its intervals follow the errors that the campaign had. Nothing is trained, and it
    takes seconds. The results of each event after the first are predicted from the earlier events
    alone; if that is no better than the bundle alone, nothing is written. The bundle itself stays
    as it is: to go back, name it again.
    """
    from chem.disk.allowed_roots import named_path
    from chem.disk.writable import check_writable
    from chem.features.graphs import featurizer_spec
    from gnn.bundle.bundle import load_bundle
    from gnn.bundle.find_bundle import find_bundle
    from gnn.candidates.learn import learn_results, write_learned
    from screening.campaign.campaign import open_campaign
    from screening.campaign.own_results import results_for

    opened = open_campaign(named_path(campaign))
    note_if(opened.told_of_folder)
    base = load_bundle(find_bundle(bundle), featurizer_spec()["hash"])
    folder = named_path(out)
    check_writable(folder, "name another folder with --out")
    learned = learn_results(base, results_for(opened, base.card))
    show_own_results(learned.tasks, learned.left_out)
    worse = [name for name, one in learned.tasks.items() if not one.is_better]
    if worse and not anyway:
        raise InputError(
            f"no bundle is written: on later results, {', '.join(worse)} is not predicted better "
            "with the results of earlier ones; give --anyway to write it all the same"
        )
    write_learned(base, learned, opened.head, folder)
    print(printable(str(folder)))
    note(f'to use it, write bundles = ["{folder}", …] in the screen file; to go back, "{bundle}"')
