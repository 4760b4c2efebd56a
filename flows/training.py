"""From what a user asks to train to a bundle: behind the command and the flow."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import get_args

from chem.errors import InputError
from chem.read import hash_file
from data.assay import read_assay
from data.fetch import cache_folder
from flows.measurements import (
    Measurements,
    keep_measured,
    measurements_of_assay,
    measurements_of_sets,
)
from gnn.assemble import Assembled
from gnn.build import assemble_recipe, build_bundle, describe_file, teaching
from gnn.card import Card
from gnn.distil import Teaching
from gnn.network import NetworkConfig
from gnn.own_assay import (
    ASSAY_MEMBERS,
    FittedAssay,
    Wanted,
    assay_network,
    assay_recipe,
    assay_training,
    assemble_assay,
    fit_assay,
)
from gnn.own_assay_bundle import build_assay
from gnn.pretrained import Pretrained, load_pretrained
from gnn.recipe import SHIPPED, Recipe, find_recipe, load_recipe
from gnn.runtime import pick_device
from gnn.training import TrainingConfig
from gnn.training_set import save_training_set
from screening.ledger import hash_purpose
from screening.plan import check_writable

Progress = Callable[[str, int, int], None]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""A bundle's name is the first part of its columns."""


@dataclass(frozen=True)
class AssayColumns:
    """Columns of an assay that the user named; None leaves them to the stated rules."""

    smiles: str | None = None
    id: str | None = None
    value: str | None = None
    units: str | None = None


@dataclass(frozen=True)
class Training:
    """A training that can run: its settings, and how its training set is made."""

    name: str
    title: str
    description: str
    assemble: Callable[[Progress | None], Assembled]
    measurements: Callable[[Card, Progress | None], Measurements]
    """The measured compounds that a bundle of this training keeps, and their sources."""
    sizes: Callable[[int], NetworkConfig]
    """From the number of tasks."""
    settings: Callable[[int], TrainingConfig]
    """From the number of rows."""
    members: int
    """Networks to ship."""
    ship: tuple[str, ...]
    teaching: Callable[[int], Teaching | None]
    """From the number of tasks, what the networks learn from beside the measurements."""
    refit: bool
    """Whether held-out rows are trained on too, once they have been measured on."""
    forest: bool
    seed: int
    pretrained: Pretrained | None
    """The encoder that the networks start from."""
    model: Wanted | None
    """What to make of an own assay; None for a recipe."""
    notes: tuple[str, ...]
    """What reading the assay decided, one line each."""


def plan_training(
    source: str,
    name: str | None = None,
    members: int | None = None,
    columns: AssayColumns | None = None,
    model: str | None = None,
    held_out: bool = False,
) -> Training:
    """Read a recipe (a shipped name or a TOML file) or an assay (any other file).

    ``held_out`` keeps a recipe's bundle from being trained on the rows that it is measured on.
    """
    path = Path(source).expanduser()
    if path.suffix.lower() == ".toml" or (SHIPPED / f"{source}.toml").is_file() or not path.suffix:
        if columns is not None and columns != AssayColumns():
            raise InputError(f"{source} is a recipe; columns and units are only for an assay file")
        if model is not None:
            raise InputError(f"{source} is a recipe; --model is only for an assay file")
        return _plan_recipe(load_recipe(find_recipe(source)), name, members, held_out)
    if held_out:
        raise InputError(f"{source} is an assay; --held-out is only for a recipe")
    return _plan_assay(path, name, members, columns or AssayColumns(), check_model(model))


def _plan_recipe(recipe: Recipe, name: str | None, members: int | None, held_out: bool) -> Training:
    changes = {"members": members or recipe.members, "refit": recipe.refit and not held_out}
    recipe = recipe.model_copy(update=changes)
    return Training(
        name=check_name(name or recipe.name),
        title=recipe.title,
        description=recipe.description,
        assemble=lambda progress: assemble_recipe(recipe, progress),
        measurements=measurements_of_sets,
        sizes=recipe.sizes,
        settings=lambda rows: recipe.settings(),
        members=recipe.members,
        ship=recipe.ship,
        teaching=partial(teaching, recipe),
        refit=recipe.refit,
        forest=recipe.forest,
        seed=recipe.seed,
        pretrained=recipe.encoder(),
        model=None,
        notes=(),
    )


def _plan_assay(
    path: Path, name: str | None, members: int | None, columns: AssayColumns, model: Wanted
) -> Training:
    folds = members or ASSAY_MEMBERS
    if folds < 2:
        raise InputError(
            f"{folds} member: an assay is cross-validated, so it needs at least 2; use --members 5"
        )
    table = read_assay(
        path,
        smiles_column=columns.smiles,
        id_column=columns.id,
        value_column=columns.value,
        units=columns.units,
    )
    about = describe_file(path, hash_file(path), len(table))
    pretrained = load_pretrained()

    def make(progress: Progress | None) -> Assembled:
        made = assemble_assay(table, about, folds, 0, progress)
        recipe = assay_recipe(made.data, pretrained)
        return made._replace(data=replace(made.data, meta={**made.data.meta, "recipe": recipe}))

    return Training(
        name=check_name(name or column_safe(path)),
        title=path.name,
        description=f"{len(table):,} measured compounds of {path.name}",
        assemble=make,
        measurements=partial(measurements_of_assay, table),
        sizes=lambda tasks: assay_network(tasks, pretrained),
        settings=assay_training,
        members=folds,
        ship=(),
        teaching=lambda tasks: None,
        refit=False,
        forest=True,
        seed=0,
        pretrained=pretrained,
        model=model,
        notes=table.notes,
    )


def check_name(name: str) -> str:
    """Return a bundle's name, refusing one that cannot begin a column's name."""
    if not NAME.fullmatch(name):
        raise InputError(
            f"bundle name {name!r} would begin column names: use up to 40 letters, digits, '-' "
            "and '_', a letter or digit first"
        )
    return name


def column_safe(path: Path) -> str:
    """Return a bundle's name made of a file's: ``EGFR assay (2).csv.gz`` is EGFR_assay_2."""
    stem = path.name.split(".")[0]
    return re.sub(r"[^A-Za-z0-9-]+", "_", stem)[:40].strip("_-") or "assay"


def check_bundle_folder(out: Path) -> Path:
    """Return the absolute path of a bundle to write, refusing a folder of something else."""
    folder = out.expanduser().absolute()
    check_writable(folder)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "card.json").is_file():
        raise InputError(f"{out} is not empty and is no bundle; name another folder with --out")
    return folder


def check_device(device: str) -> str:
    """Return the device's name, refusing a GPU where there is none."""
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"unknown device {device!r}: choose auto, cpu or cuda")
    if device == "cuda" and pick_device("auto").type != "cuda":
        raise InputError("no CUDA device is found here; use --device auto or cpu")
    return device


def run_training(
    training: Training,
    assembled: Assembled,
    out: Path,
    work: Path | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Card:
    """Fit, assess and write the bundle.

    The fitted members wait in ``work``, by default a folder of the cache that goes when the
    bundle is written, so that a stopped training goes on where it was.
    """
    if training.model is not None:
        card = run_assay(training, assembled, out, progress, work, device)[0]
        keep_measured(out, training.measurements(card, progress))
        return card
    data = assembled.data
    sizes, settings = training.sizes(len(data.tasks)), training.settings(len(assembled.smiles))
    purpose = {
        "sizes": asdict(sizes),
        "settings": asdict(settings),
        "data": data.meta,
        "seed": training.seed,
        "pretrained": training.pretrained.sha256 if training.pretrained else None,
        "arrays": data.sha256,
        "hitlist": version("hitlist"),
    }
    place = work or cache_folder().absolute() / "training" / hash_purpose(purpose)
    check_writable(place)
    card = build_bundle(
        out,
        assembled,
        sizes,
        settings,
        training.members,
        name=training.name,
        title=training.title,
        description=training.description,
        ship=training.ship,
        taught_by=training.teaching(len(data.tasks)),
        refit=training.refit,
        forest=training.forest,
        seed=training.seed,
        device=device,
        work=place,
        progress=progress,
        pretrained=training.pretrained,
    )
    keep_measured(out, training.measurements(card, progress))
    if work is None:
        rmtree(place)
    return card


def run_assay(
    training: Training,
    assembled: Assembled,
    out: Path,
    progress: Progress | None = None,
    work: Path | None = None,
    device: str = "auto",
) -> tuple[Card, FittedAssay]:
    """Fit the models of an own assay, choose, and write the bundle; a matter of minutes.

    With a ``work`` folder the networks that are in it are taken, and those fitted are kept there.
    Also returns all that was fitted, with what was not chosen.
    """
    if work is not None:
        check_writable(work)
    if training.model is None or training.pretrained is None:
        raise InputError(f"{training.name} is a recipe, not an assay")
    fitted = fit_assay(
        assembled.data,
        training.pretrained,
        training.model,
        training.seed,
        progress,
        work,
        device,
    )
    card = build_assay(
        out,
        assembled,
        fitted,
        training.pretrained,
        name=training.name,
        title=training.title,
        description=training.description,
        forest=training.forest,
        seed=training.seed,
        progress=progress,
    )
    return card, fitted


def stop_advice(training: Training, out: Path | None, work: Path | None) -> str:
    """Return what to do after Ctrl-C: only fitted networks are kept, of an assay only in ``work``.

    Without ``out`` nothing is fitted.
    """
    fits = out is not None and training.model != "gp"
    if fits and (training.model is None or work is not None):
        return "what is fitted is kept: give the same command again to go on"
    return "nothing was written: give the same command again"


def check_model(model: str | None) -> Wanted:
    """Return what to make of an assay; by default what its own rows say is best."""
    for known in get_args(Wanted):
        if (model or "auto") == known:
            return known  # type: ignore[no-any-return]
    raise InputError(f"unknown model {model!r}: choose auto, network, gp or blend")


def check_arrays_file(file: Path) -> Path:
    """Return the absolute path of an arrays file to write."""
    if file.suffix != ".npz":
        raise InputError(f"{file} must end in .npz; name a file such as {file.stem}.npz")
    path = file.expanduser().absolute()
    check_writable(path.parent)
    return path


def write_arrays(assembled: Assembled, file: Path) -> None:
    """Write what a GPU machine without chemistry needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_training_set(file, assembled.data)
