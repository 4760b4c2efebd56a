"""Read a recipe or an assay into a training that can run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import hash_file
from chem.errors import InputError
from data.assay.describe import Description
from data.assay.read import AssayOptions, describe_assay, read_assay
from flows.planning.measurements import Measurements, measurements_of_assay, measurements_of_sets
from flows.planning.protocols import read_beside
from flows.planning.training_checks import check_model, check_name, column_safe
from gnn.assembly.assemble import Assembled, describe_file
from gnn.assembly.own_assay import (
    ASSAY_MEMBERS,
    Wanted,
    assay_network,
    assay_recipe,
    assay_training,
    assemble_assay,
)
from gnn.assembly.recipe import Recipe, find_recipe, load_recipe, shipped_recipes
from gnn.assembly.recipe_arrays import recipe_arrays
from gnn.card.card import Card
from gnn.models.encoder import Pretrained, load_pretrained
from gnn.models.network import NetworkConfig
from gnn.training.distil import Teaching
from gnn.training.loop import TrainingConfig

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Training:
    """A training that can run: its settings and the functions that assemble its data."""

    name: str
    title: str
    description: str
    assemble: Callable[[Progress | None], Assembled]
    measurements: Callable[[Card, Progress | None], Measurements]
    """Returns the measured compounds that the bundle keeps, and their sources."""
    sizes: Callable[[int], NetworkConfig]
    """Returns the network sizes for a number of tasks."""
    settings: Callable[[int], TrainingConfig]
    """Returns the settings for a number of rows."""
    members: int
    """Number of networks in the bundle."""
    ship: tuple[str, ...]
    teaching: Callable[[int], Teaching | None]
    """Returns, for a number of tasks, the soft targets beside the measurements."""
    refit: bool
    """Whether the networks are trained again on all rows after they were assessed."""
    forest: bool
    seed: int
    pretrained: Pretrained | None
    """The encoder that the networks start from."""
    model: Wanted | None
    """The kind of model for an assay; None for a recipe."""
    notes: tuple[str, ...]
    """Decisions made in reading the assay, one line each."""
    beside: tuple[Card, ...] = ()
    """The cards of other trainings of the recipe."""
    mutants: str | None = None
    """The set of mutants that a recipe names."""

    @property
    def about(self) -> tuple[str, str, str]:
        """Name, title and description of the bundle."""
        return self.name, self.title, self.description


def plan_training(
    source: str,
    name: str | None = None,
    members: int | None = None,
    columns: AssayOptions | None = None,
    model: str | None = None,
    held_out: bool = False,
    beside: Sequence[str] = (),
) -> Training:
    """Read a recipe (a shipped name or a TOML file) or an assay (any other file).

    ``held_out`` prevents training on the rows on which a recipe's bundle is measured. ``beside``
    are bundles of other trainings of the recipe, whose results go on the card.
    """
    if _is_recipe(source):
        if columns is not None and columns != AssayOptions():
            raise InputError(f"{source} is a recipe; columns and units are only for an assay file")
        if model is not None:
            raise InputError(f"{source} is a recipe; --model is only for an assay file")
        plan = _plan_recipe(load_recipe(find_recipe(source)), name, members, held_out)
        return replace(plan, beside=read_beside(plan.name, beside))
    if held_out or beside:
        option = "--held-out" if held_out else "--beside"
        raise InputError(f"{source} is an assay; {option} is only for a recipe")
    return _plan_assay(
        named_path(source), name, members, columns or AssayOptions(), check_model(model)
    )


def describe_source(source: str, columns: AssayOptions) -> Description:
    """Describe how the columns of an assay are read. Raises InputError for a recipe."""
    if _is_recipe(source):
        raise InputError(f"{source} is a recipe; --describe is only for an assay file")
    path = named_path(source)
    _check_exists(path)
    return describe_assay(path, columns)


def _is_recipe(source: str) -> bool:
    path = Path(source).expanduser()
    shipped = source in shipped_recipes()
    return path.suffix.lower() == ".toml" or shipped or not path.suffix


def _check_exists(path: Path) -> None:
    if not path.exists():
        recipes = f"a recipe: {', '.join(shipped_recipes())}"
        raise InputError(f"{path}: no such file; give the path of an assay, or {recipes}")


def _plan_recipe(recipe: Recipe, name: str | None, members: int | None, held_out: bool) -> Training:
    changes = {"members": members or recipe.members, "refit": recipe.refit and not held_out}
    recipe = recipe.model_copy(update=changes)
    return Training(
        name=check_name(name or recipe.name),
        title=recipe.title,
        description=recipe.description,
        assemble=lambda progress: recipe_arrays(recipe, progress),
        measurements=measurements_of_sets,
        sizes=recipe.sizes,
        settings=lambda rows: recipe.settings(),
        members=recipe.members,
        ship=recipe.ship,
        teaching=recipe.teaching_for,
        refit=recipe.refit,
        forest=recipe.forest,
        seed=recipe.seed,
        pretrained=recipe.encoder(),
        model=None,
        notes=(),
        mutants=recipe.mutants,
    )


def _plan_assay(
    path: Path, name: str | None, members: int | None, columns: AssayOptions, model: Wanted
) -> Training:
    _check_exists(path)
    folds = members or ASSAY_MEMBERS
    if folds < 2:
        raise InputError(
            f"{folds} member: an assay is cross-validated, so it needs at least 2; use --members 5"
        )
    table = read_assay(path, columns)
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
