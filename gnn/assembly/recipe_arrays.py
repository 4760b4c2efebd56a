"""Makes all arrays from which a recipe's teachers and networks learn."""

from dataclasses import replace

from gnn.assembly.analogs import add_analogs
from gnn.assembly.assemble import Assembled, assemble_recipe
from gnn.assembly.described import describe_molecules
from gnn.assembly.recipe import Recipe
from gnn.features.array_types import Report


def recipe_arrays(recipe: Recipe, progress: Report | None = None) -> Assembled:
    """Fetch a recipe's sets and make its training set, with what its teachers need besides.

    These are analogs of the measured molecules, if the recipe asks for some, and descriptors of all
    molecules, if trees teach.
    """
    assembled = assemble_recipe(recipe, progress)
    teaching = recipe.teaching
    if teaching is None:
        return assembled
    if teaching.analogs:
        assembled = add_analogs(assembled, teaching.analogs, recipe.seed, progress)
    if "trees" in teaching.teachers:
        described = describe_molecules(assembled.smiles, progress)
        assembled = assembled._replace(data=replace(assembled.data, descriptors=described))
    return assembled
