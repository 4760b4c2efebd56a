"""Turns measured tables into training arrays: standardizes, merges, featurizes, divides."""

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.graphs import MolGraph, featurize, featurizer_spec, state_factors
from chem.records.message_text import counted
from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.activities.activity import ActivityTable, object_array
from data.activities.repeats import MergeReport, drop_contradictions, merge_duplicates
from data.activities.scales import to_scale
from data.activities.usable import keep_usable
from data.public_sets.presumed import presume_inactive
from gnn.assembly.recipe import Recipe
from gnn.assembly.recipe_sets import check_shipped, describe_set, load_set, notes_on_terms
from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Ints, Report, Strings
from gnn.features.graph_arrays import collect
from gnn.separation.held_back import Guarded, guard_held_back, set_aside
from gnn.separation.outside import divide_without, drop_known, set_outside_apart
from gnn.separation.overlaps import SetMolecules, check_held_back, count_overlaps
from gnn.training.training_set import OUTSIDE, TrainingSet


class Assembled(NamedTuple):
    """A training set, with its molecules as SMILES."""

    data: TrainingSet
    smiles: list[str]
    """[M] standardized SMILES, for steps that need chemistry besides the network."""
    notes: list[str]
    """Omissions and merges, one line each."""
    standard: Sequence[str | None] = ()
    """[n] standardized SMILES of each row before merging; None for one that was left out. Empty
    once molecules were added."""


def assemble(
    table: ActivityTable,
    divide: Callable[[ActivityTable], Strings],
    meta: dict[str, Any],
    progress: Report | None = None,
    presumed: Container[str] = frozenset(),
    strict: bool = False,
    uses: Strings | None = None,
) -> Assembled:
    """Make the training set of a table.

    Molecules are standardized and merged by their standardized SMILES; a molecule that cannot be
    standardized is left out and counted. ``divide`` gets the merged table and returns its roles
    [K, M]. ``presumed`` has the standardized SMILES of the molecules whose values are presumptions.
    Values of tasks that are learned as logarithms become log10 (:mod:`data.activities.scales`).
    ``strict`` is for a team's own file: measurements that contradict each other are left out and
    named, and the rest must be enough to train on. ``uses`` [n] has ``train`` for the rows of sets
    that only help to train: none of them changes a row that another set holds back. It has
    ``outside`` for those of another source (:mod:`gnn.separation.outside`).
    """
    standard = _standardize(table.smiles, progress)
    kept = np.array([smiles is not None for smiles in standard.smiles], dtype=bool)
    if not kept.any():
        raise ModelError("not one molecule could be read; check the SMILES column")
    known = [smiles for smiles in standard.smiles if smiles is not None]
    clean = replace(table.select(kept), smiles=object_array(known))
    contradictions: list[str] = []
    if strict:
        clean, contradictions = drop_contradictions(clean)
    use = np.full(len(clean), "measure") if uses is None else uses[kept]
    clean = drop_known(clean, use == OUTSIDE)
    guarded = guard_held_back(clean, np.isin(use, ("train", OUTSIDE)))
    merged, report = merge_duplicates(guarded.table)
    merged, spare, bounds = set_aside(clean, merged, guarded.near)
    apart = set_outside_apart(guarded.table, use == OUTSIDE, merged)
    merged = apart.table
    if strict:
        merged = merged.select(merged.is_measured.any(axis=1))
        merged, unusable = keep_usable(merged)
        contradictions += unusable
    failed = sorted(standard.failures.items())
    smiles = [str(text) for text in merged.smiles]
    notes = [
        *merged.notes,
        *contradictions,
        *(f"{counted(count, 'molecule')} left out: {code}" for code, count in failed),
        *_notes_on_merging(report),
        *_notes_on_held_back(report, guarded, spare, smiles),
    ]
    data = TrainingSet(
        graphs=collect([standard.graphs[text] for text in smiles]),
        factors=state_factors(),
        values=to_scale(merged.values, merged.tasks),
        bounds=merged.bounds if strict else bounds,
        roles=divide_without(divide, merged, apart.only),
        tasks=tuple(task._asdict() for task in merged.tasks),
        presumed=np.array([text in presumed for text in smiles]) if presumed else None,
        spare=to_scale(spare, merged.tasks) if not strict and np.isfinite(spare).any() else None,
        outside=to_scale(apart.values, merged.tasks) if (use == OUTSIDE).any() else None,
        meta={"featurizer": featurizer_spec()["hash"], **meta},
    )
    return Assembled(data, smiles, notes, standard.smiles)


class _Standardized(NamedTuple):
    """The molecules of a table, standardized."""

    smiles: list[str | None]
    """[n] SMILES of each row; None if it cannot be standardized or featurized."""
    graphs: dict[str, MolGraph]
    """Graphs by standardized SMILES."""
    failures: Counter[str]
    """Number of molecules by stage and code of their failure."""


def _standardize(texts: npt.NDArray[np.object_], progress: Report | None) -> _Standardized:
    found = _Standardized([], {}, Counter())
    for done, text in enumerate(texts):
        read = standardize(text, "smiles")
        if not isinstance(read, Failure) and read.smiles not in found.graphs:
            graph = featurize(read.mol)  # once per structure: many rows are repeats
            if isinstance(graph, Failure):
                read = graph
            else:
                found.graphs[read.smiles] = graph
        if isinstance(read, Failure):
            found.failures[f"{read.stage}/{read.code}"] += 1
            found.smiles.append(None)
        else:
            found.smiles.append(read.smiles)
        if progress is not None and done % 500 == 0:
            progress("standardize", done, len(texts))
    return found


def _notes_on_merging(report: MergeReport) -> list[str]:
    """Describe the merging of repeated molecules."""
    if not report.merged_values and not report.conflicting:
        return []
    notes = [
        f"{counted(report.rows_before, 'molecule')} became {report.rows_after:,} by "
        f"standardized SMILES: {counted(report.merged_values, 'value')} merged, "
        f"{report.conflicting:,} dropped as conflicting"
    ]
    for what, counts in (
        ("dropped as conflicting", report.conflicts),
        ("median of values over 1 log unit apart", report.apart),
    ):
        if counts:
            named = ", ".join(f"{name} {count:,}" for name, count in counts.items())
            notes.append(f"{what}, molecules by task: {named}")
    return notes


def _notes_on_held_back(
    report: MergeReport, guarded: Guarded, spare: Floats32, smiles: Sequence[str]
) -> list[str]:
    """Describe the held-back molecules of which other sets have values, and those values."""
    is_near = np.array([text in guarded.near for text in smiles], bool)
    values = np.isfinite(spare).sum(axis=1)
    notes = []
    if report.moved:
        notes.append(
            f"{counted(report.moved, 'molecule')} held back by one set and trained on by another: "
            f"held back, and {counted(int(values[~is_near].sum()), 'value')} of the other sets "
            "neither trained nor measured on"
        )
    if is_near.any():
        notes.append(
            f"{counted(int(is_near.sum()), 'molecule')} of sets that only help to train held back, "
            "as another drawing (stereochemistry, tautomer, charge) of a held-back one: "
            f"{counted(int(values[is_near].sum()), 'value')} neither trained nor measured on"
        )
    if guarded.dropped:
        notes.append(
            f"{counted(guarded.dropped, 'value')} of sets that only help to train left out: a set "
            "holds back the same molecule and task, or trains on this drawing of it"
        )
    return notes


def stop_roles(split: Strings, members: int, share: float, seed: int) -> Strings:
    """Return roles [K, M] of a given split: each member holds back its own share of ``train``."""
    roles = np.tile(np.where(split == "train", "fit", split).astype("<U5"), (members, 1))
    train = np.flatnonzero(split == "train")
    for member in range(members):
        generator = np.random.default_rng((seed, member))
        size = max(1, round(share * len(train)))
        roles[member, generator.choice(train, size, replace=False)] = "stop"
    return roles


def fold_roles(
    split: Strings,
    members: int,
    share: float,
    seed: int,
    groups: Ints | None = None,
) -> Strings:
    """Return roles [K, M] of a cross-validation: each training row is ``valid`` for one member.

    Rows of one group [M] are in the same fold; without groups each row is its own.
    """
    generator = np.random.default_rng(seed)
    train = np.flatnonzero(split != "test")
    names, group = np.unique(train if groups is None else groups[train], return_inverse=True)
    if members < 2 or len(names) < 2 * members:
        raise ModelError(
            f"a cross-validation of {len(names)} different training compounds in {members} folds "
            f"is not possible; give at least {2 * max(members, 2)}"
        )
    drawn = generator.permutation(np.arange(len(names)) % members)[group]
    roles = np.full((members, len(split)), "fit", dtype="<U5")
    roles[:, split == "test"] = "test"
    for member in range(members):
        fold, rest = train[drawn == member], train[drawn != member]
        roles[member, fold] = "valid"
        size = max(1, round(share * len(rest)))
        roles[member, generator.choice(rest, size, replace=False)] = "stop"
    return roles


def join(tables: Sequence[tuple[ActivityTable, Strings]]) -> ActivityTable:
    """Stack tables, each with its split, over the union of their tasks."""
    return ActivityTable.concat([replace(table, split=split) for table, split in tables])


def assemble_recipe(recipe: Recipe, progress: Report | None = None) -> Assembled:
    """Fetch a recipe's sets and make its training set. All members hold out the same rows."""
    tables = [load_set(choice, recipe.seed) for choice in recipe.sets]
    check_shipped(recipe, tables)
    table = join(tables)
    uses = np.repeat([choice.split for choice in recipe.sets], [len(one) for one, _ in tables])
    presumed: frozenset[str] = frozenset()
    if recipe.presumed_inactive is not None:
        drawn = presume_inactive(table, **recipe.presumed_inactive.model_dump(), seed=recipe.seed)
        presumed = frozenset(drawn.smiles)
        table = ActivityTable.concat([table, drawn])
        uses = np.append(uses, np.full(len(drawn), "presumed"))

    def divide(merged: ActivityTable) -> Strings:
        if merged.split is None:
            raise ModelError(f"recipe {recipe.name}: a set has no split")
        members = max(recipe.members, recipe.teaching.members if recipe.teaching else 0)
        return stop_roles(merged.split, members, recipe.stop, recipe.seed)

    meta = {
        "recipe": {
            "network": recipe.network,
            "training": recipe.training,
            "seed": recipe.seed,
            "members": recipe.members,
            "pretrained": recipe.pretrained,
            "teaching": recipe.teaching_settings(),
            "refit": recipe.refit,
        },
        "data": [describe_set(choice.name) for choice in recipe.sets],
        "split": "; ".join(f"{choice.name}: {choice.split}" for choice in recipe.sets)
        + _how_long(recipe),
    }
    found = assemble(table, divide, meta, progress, presumed, uses=uses)
    found = _with_overlaps(found, recipe, [split for _, split in tables])
    return found._replace(notes=[*found.notes, *notes_on_terms(recipe)])


def _with_overlaps(found: Assembled, recipe: Recipe, splits: Sequence[Strings]) -> Assembled:
    """Describe in ``meta`` the molecules that a recipe's sets share; check what is held back."""
    ends = np.cumsum([len(split) for split in splits])
    sets = {
        choice.name: SetMolecules.of(found.standard[end - len(split) : end], split)
        for choice, split, end in zip(recipe.sets, splits, ends, strict=True)
    }
    held_back = check_held_back(sets, found.smiles, found.data.roles) if len(sets) > 1 else []
    told = {
        "overlaps": [pair.model_dump() for pair in count_overlaps(sets)],
        "held_back": [one.model_dump() for one in held_back],
    }
    data = replace(found.data, meta={**found.data.meta, **told})
    return found._replace(data=data)


def _how_long(recipe: Recipe) -> str:
    if recipe.pretrained and recipe.settings().encoder_rate == 0:
        return "; every training row is trained on, for a fixed number of epochs"
    return f"; {recipe.stop:.0%} of the training rows, other ones for each member, end its training"


def describe_file(path: Path, sha256: str, rows: int) -> dict[str, Any]:
    """Describe a team's own file for the card."""
    return {"name": path.name, "sha256": sha256, "rows": rows}
