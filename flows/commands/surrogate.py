"""``hitlist surrogate``: the small network that goes before a bundle's ensemble."""

from typing import Annotated

import typer

from flows.terminal.console import note, stoppable
from flows.terminal.progress import progress


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
    from flows.training.surrogates import make_surrogate

    chosen = library or ["zinc_leadlike", "approved_drugs"]
    with progress() as report, stoppable("nothing was written: give the same command again"):
        path, card = make_surrogate(bundle, chosen, molecules, epochs, hidden, report)
    explained = sorted(card.r2.values())
    note(
        f"of the variance of the bundle's predictions it explains {explained[0]:.3f} to "
        f"{explained[-1]:.3f} by task, half of them {explained[len(explained) // 2]:.3f} or more"
    )
    print(path)
