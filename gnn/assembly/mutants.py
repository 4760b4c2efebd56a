"""Fits the mutants of a bundle's targets from a set of the catalogue, for its card."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from chem.assess.clusters import clusters
from chem.records.message_text import counted
from data.public_sets.mutants import MutantPairs, load_mutants
from gnn.assembly.recipe_sets import describe_set
from gnn.calibration.mutant_shifts import (
    HeldOutShifts,
    MutantShift,
    fit_shifts,
    held_out_shifts,
    informative,
)
from gnn.card.card import Card, TaskCard
from gnn.card.mutant_card import MutantCard, MutantNumbers, MutantsCard
from gnn.features.array_types import Floats

_PACTIVITY = "pActivity"
SERIES = 0.35
"""Tanimoto similarity from which two compounds count as one series. 24 drugs are few, so a series
is drawn wide."""
_DIGITS = 4


class MutantSet(NamedTuple):
    """A set of mutants, ready to be fitted, and its entry in a card."""

    pairs: MutantPairs
    source: dict[str, Any]


def read_mutant_set(name: str | None) -> MutantSet | None:
    """Fetch the set of mutants that a recipe names; None if it names none.

    Raises InputError for another kind of set, and if it cannot be had.
    """
    return None if name is None else MutantSet(load_mutants(name), describe_set(name))


def with_mutants(card: Card, found: MutantSet) -> Card:
    """Return the card of a bundle with the mutants of its targets.

    A mutant belongs to the task of its protein (by UniProt accession) in pActivity. Mutants of
    other proteins are left out, and a note counts them.
    """
    pairs = found.pairs
    at = {task.uniprot: place for place, task in reversed([*enumerate(card.tasks)]) if _fits(task)}
    known = [k for k, one in enumerate(pairs.mutants) if one.uniprot in at]
    known.sort(key=lambda k: (at[pairs.mutants[k].uniprot], k))
    others = [one.gene for one in pairs.mutants if one.uniprot not in at]
    notes = [*card.notes, *pairs.notes]
    if others:
        notes.append(
            f"{found.source['name']}: {counted(len(others), 'mutant')} of proteins without a task "
            f"left out: {', '.join(dict.fromkeys(others))}"
        )
    names = [card.tasks[at[pairs.mutants[k].uniprot]].name for k in known]
    mutants = _card(found, known, names)
    data = [*card.data, *([found.source] if mutants else [])]
    name = found.source["name"]
    if mutants is None:
        notes.append(f"{name}: too few compounds for any mutant of a task")
    else:
        notes.append(
            f"{name}: mutants are fitted to it, and its values are in no file of the bundle; its "
            f"terms: {found.source['licence']}"
        )
    return card.model_copy(update={"mutants": mutants, "data": data, "notes": notes})


def _fits(task: TaskCard) -> bool:
    return bool(task.uniprot) and task.kind == "regression" and task.unit == _PACTIVITY


def _card(found: MutantSet, known: Sequence[int], names: Sequence[str]) -> MutantsCard | None:
    """Return the part of the card for the known mutants; None if not one can be measured."""
    pairs = found.pairs
    wild, mutant, floor = pairs.wild[:, known], pairs.mutant[:, known], pairs.floor
    series = np.array(clusters([str(text) for text in pairs.smiles], SERIES))
    shifts = fit_shifts(wild, mutant, floor)
    held = held_out_shifts(wild, mutant, floor, series)
    if not np.isfinite(held.error).any():
        return None
    counts = informative(wild, mutant, floor).sum(axis=0)
    return MutantsCard(
        source=found.source["name"],
        floor=floor,
        compounds=len(pairs.smiles),
        series=len(np.unique(series)),
        values=int(np.isfinite(held.error).sum()),
        **_quality(held),
        mutants=tuple(
            MutantCard(
                task=name,
                mutation=pairs.mutants[k].mutation,
                compounds=int(count),
                numbers=_numbers(shift, HeldOutShifts(*(one[:, column] for one in held))),
            )
            for column, (k, name, count, shift) in enumerate(
                zip(known, names, counts, shifts, strict=True)
            )
        ),
    )


def _numbers(shift: MutantShift | None, held: HeldOutShifts) -> MutantNumbers | None:
    """Return the numbers of a mutant; None if it has none, or none that were measured."""
    if shift is None or not np.isfinite(held.error).any():
        return None
    fitted = (round(number, _DIGITS) for number in (shift.slope, shift.slope_std, shift.std))
    return MutantNumbers(
        **dict(zip(("slope", "slope_std", "std"), fitted, strict=True)), **_quality(held)
    )


def _quality(held: HeldOutShifts) -> dict[str, float]:
    return {
        "error": _root_mean_square(held.error),
        "wild_error": _root_mean_square(held.wild_error),
        "coverage": round(float(np.nanmean(held.is_inside)), _DIGITS),
    }


def _root_mean_square(errors: Floats) -> float:
    return round(float(np.sqrt(np.nanmean(errors**2))), _DIGITS)
