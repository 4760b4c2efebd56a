"""Training in a notebook: a table of measurements becomes a model, as by ``hitlist train``."""

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
from hitlist.tables import check_count, path_of, python_words, write_assay


class AssayColumns(TypedDict, total=False):
    """How an assay is read where its headers do not say it: options of ``hitlist train``."""

    smiles_column: str
    id_column: str
    value_column: str
    """Column of the measurements."""
    units: str
    """How that column is written, such as ``nM``."""
    target: str | tuple[str, ...]
    """The target whose rows are read."""
    decimal: Literal["point", "comma"]
    inactive_as: str
    """What the word inactive stands for, such as ``>50``."""
    skip_bad_cells: bool
    """Leave out cells that cannot be read, and count them."""


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
    """Train a model on an assay, measure it beside a random forest, and keep it in a folder.

    Args:
        assay: a file, or a DataFrame with a column of SMILES and one such as ``IC50 nM``, ``pKi``,
            ``% inhibition`` or ``active``. The name or file of a recipe does, too.
        out: folder of the bundle; a new one.
        name: first part of its columns' names; by default the file's, or ``assay``.
        model: what to make; by default what cross-validation says is best.
        members: folds of the cross-validation, and networks.
        device: where networks are trained.
        progress: show on stderr how far it is, and how the assay was read.
        **columns: how the assay is read, see :class:`AssayColumns`.

    Returns:
        The model, ready to predict. ``model.tasks`` says how good it is.

    Raises:
        InputError: the assay cannot be read without doubt, or the folder is not free.
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
