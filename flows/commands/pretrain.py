"""``hitlist pretrain``: pretrain the encoder that every network starts from."""

from pathlib import Path
from typing import Annotated

import typer

from chem.errors import InputError
from flows.terminal.console import note, stoppable
from flows.terminal.progress import progress


def pretrain(
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the encoder.", show_default=False),
    ] = None,
    molecules: Annotated[
        int, typer.Option(min=100, help="Number of molecules to draw from the lead-like library.")
    ] = 500_000,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Dataset to take structures from. Repeat for more.",
            show_default="kinase200, tox21 and the TDC sets",
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Number of passes over the molecules.")] = 5,
    work: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder for checkpoints, from which training resumes."),
    ] = Path("pretraining"),
    device: Annotated[
        str, typer.Option(metavar="auto|cpu|cuda", help="Device to train on.")
    ] = "auto",
    arrays: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.npz",
            help="Only write the molecules and their descriptors to this file, for `python -m "
            "gnn.pretrain FILE.npz WORK` on a GPU machine.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Pretrain an encoder on RDKit descriptors. Uses no measured values."""
    if (out is None) == (arrays is None):
        raise InputError("name the encoder's folder with --out (or a file with --arrays, not both)")

    from chem.disk.writable import check_writable
    from flows.planning.training_checks import check_arrays_file, check_device
    from gnn.assembly.structures import STRUCTURES, assemble_pretext
    from gnn.training.pretrain import PretrainConfig, pretrain_encoder
    from gnn.training.training_set import save_pretext_set

    check_device(device)
    for option, folder in (("--work", work), ("--out", out)):
        if folder is not None:
            remedy = f"name another folder with {option}"
            check_writable(folder.expanduser().absolute(), remedy)
    file = check_arrays_file(arrays) if arrays else None
    with progress() as report, stoppable("repeat the command to resume"):
        data = assemble_pretext(molecules, sets or STRUCTURES, progress=report)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            save_pretext_set(file, data)
        if out is not None:
            config = PretrainConfig(epochs=epochs)
            card = pretrain_encoder(data, out, work, config, device, report=note)
            note(f"half of the descriptors are predicted with R2 of {card['median_r2']} or more")
    print(out or arrays)
