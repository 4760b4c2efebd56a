"""Train a model from Python on a table of measurements, as ``hitlist train`` does."""

from os import PathLike
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import pandas as pd

from chem.disk.scratch import scratch_folder
from data.assay.read import AssayOptions
from flows.planning.run_training import run_training
from flows.planning.training_checks import check_bundle_folder, check_device, check_name
from flows.planning.training_plan import plan_training
from flows.terminal.console import note
from flows.terminal.options import MOST_MEMBERS
from flows.terminal.progress import progress as show_progress
from hitlist.models import Model, load_bundle
from hitlist.molecule_inputs import check_count, path_of, python_words, write_assay


class AssayColumns(TypedDict, total=False):
    """Options for reading an assay, as for ``hitlist train``."""

    smiles_column: str
    id_column: str
    value_column: str
    """Column with the measurements."""
    units: str
    """Unit of the values if the header does not give it, such as ``nM``."""
    target: str | tuple[str, ...]
    """The target whose rows are read."""
    decimal: Literal["point", "comma"]
    inactive_as: str
    """Bound that replaces the word inactive, such as ``>50``."""
    skip_bad_cells: bool
    """Skip and count unreadable cells."""


def train(
    assay: str | PathLike[str] | pd.DataFrame,
    out: str | PathLike[str],
    *,
    name: str | None = None,
    model: Literal["auto", "network", "gp", "blend"] | None = None,
    members: int | None = None,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    progress: bool = True,
    **columns: Unpack[AssayColumns],
) -> Model:
    """Train a model on an assay, compare it with a random forest, and write it to a folder.

    Args:
        assay: a file, or a DataFrame with a SMILES column and a column such as ``IC50 nM``,
            ``pKi``, ``% inhibition`` or ``active``. Also the name or file of a recipe.
        out: new folder for the bundle.
        name: name of the bundle, which begins the names of its columns; by default the name of
            the file, or ``assay``.
        model: kind of model; by default the best in cross-validation.
        members: number of folds of the cross-validation, and of networks.
        device: device to train on.
        progress: show on stderr the progress, and how the assay was read.
        **columns: see :class:`AssayColumns`.

    Returns:
        The model, ready to predict. ``model.tasks`` has its accuracy.

    Raises:
        InputError: the assay is ambiguous or cannot be read, or the folder is not free.
    """
    options = AssayOptions(**columns)
    with scratch_folder() as scratch, python_words(f"{scratch}/"):
        check_device(device)
        check_count("members", members, MOST_MEMBERS)
        if isinstance(assay, pd.DataFrame):
            source = scratch / f"{'assay' if name is None else check_name(name)}.csv"
            write_assay(assay, source)
            assay = source
        plan = plan_training(path_of(assay), name, members, options, model)
        for line in plan.notes if progress else ():
            note(f"  {line}")
        folder = check_bundle_folder(Path(out), (plan.name, plan.title, plan.description))
        with show_progress(one_bar=True) as report:
            shown = report if progress else None
            run_training(plan, plan.assemble(shown), folder, None, device, shown)
    return load_bundle(folder)
