"""Draws molecules presumed inactive, which keep predictions low for unfamiliar compounds.

An activity set holds the compounds that chemists thought worth measuring. Trained on those alone, a
network gives a steroid the activity of an average kinase inhibitor. Molecules of other sets that
resemble no measured one are therefore added with an upper bound: a presumption, not a measurement,
and never part of any metric.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.features.fingerprints import count_fingerprints
from chem.library.read import open_library
from chem.records.message_text import counted
from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.activities.activity import UPPER, ActivityTable, Task, object_array
from data.catalogue.catalogue import dataset
from data.catalogue.fetch import fetch
from data.public_sets.sets import load_activities

_BLOCK = 2048


def presume_inactive(
    measured: ActivityTable,
    sets: Sequence[str],
    count: int,
    bound: float,
    tasks_each: int,
    similarity: float,
    seed: int,
) -> ActivityTable:
    """Draw molecules from catalogue sets and give each an upper bound on a few tasks.

    Only molecules are kept whose Tanimoto similarity (Morgan, radius 2, bits) to every measured
    molecule is below ``similarity``. ``count`` of them are drawn, each with ``bound`` on
    ``tasks_each`` regression tasks drawn at random. All are in the split ``train``.
    """
    if bound <= 0 and any(task.scale == "log10" for task in measured.tasks):
        raise InputError(
            f"found the presumed bound {bound:g} for tasks that are learned as logarithms, "
            "expected one above 0; change presumed_inactive.bound in the recipe"
        )
    generator = np.random.default_rng(seed)
    pool = sorted({smiles for name in sets for smiles in molecules_of(name, 4 * count, generator)})
    drawn = [pool[at] for at in generator.permutation(len(pool))[: 4 * count]]
    drawn, bits = _readable(drawn)
    _, known = _readable([str(smiles) for smiles in measured.smiles])
    far = np.flatnonzero(nearest_similarity(bits, known) < similarity)[:count]
    if len(far) < count:
        raise InputError(
            f"found {counted(len(far), 'molecule')} of {', '.join(sets)} below similarity "
            f"{similarity} to the measured ones, expected {count}; add sets or ask for fewer"
        )
    regressions = [at for at, task in enumerate(measured.tasks) if task.kind == "regression"]
    values = np.full((count, len(measured.tasks)), np.nan, np.float32)
    for row in range(count):
        values[row, generator.choice(regressions, min(tasks_each, len(regressions)), False)] = bound
    return ActivityTable(
        smiles=object_array([drawn[at] for at in far]),
        ids=object_array([f"presumed{number}" for number in range(1, count + 1)]),
        tasks=tuple(Task(*task) for task in measured.tasks),
        values=values,
        bounds=np.where(np.isnan(values), 0, UPPER).astype(np.int8),
        split=np.full(count, "train"),
        notes=(
            f"{counted(count, 'molecule')} of {', '.join(sets)} with similarity below {similarity} "
            f"to any measured one presumed inactive: at most {bound} on "
            f"{counted(tasks_each, 'task')} each",
        ),
    )


def nearest_similarity(
    bits: npt.NDArray[np.float32], known: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return [n] the largest Tanimoto similarity of each row of ``bits`` to any row of ``known``.

    Both are 0/1, [n, size] and [m, size]. Two empty rows have similarity 0.
    """
    sizes, known_sizes = bits.sum(axis=1), known.sum(axis=1)
    nearest = np.zeros(len(bits), np.float32)
    for start in range(0, len(bits), _BLOCK):
        block = slice(start, start + _BLOCK)
        for other in range(0, len(known), 8 * _BLOCK):
            those = slice(other, other + 8 * _BLOCK)
            common = bits[block] @ known[those].T
            union = sizes[block, None] + known_sizes[None, those] - common
            tanimoto = common / np.maximum(union, 1)
            nearest[block] = np.maximum(nearest[block], tanimoto.max(axis=1, initial=0))
    return nearest


def molecules_of(name: str, most: int, generator: np.random.Generator) -> list[str]:
    """Return the SMILES of a catalogue set as written, ``most`` of them drawn at random."""
    if dataset(name).kind == "library":
        smiles = [record.structure for record in open_library(fetch(name))]
    else:
        smiles = [str(text) for text in load_activities(name).smiles]
    if len(smiles) <= most:
        return smiles
    return [smiles[at] for at in generator.choice(len(smiles), most, replace=False)]


def _readable(smiles: Sequence[str]) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Return the parents of the SMILES that can be standardized, and their fingerprint bits."""
    results = [standardize(text, "smiles") for text in smiles]
    parents = [result.smiles for result in results if not isinstance(result, Failure)]
    return parents, (count_fingerprints(parents) > 0).astype(np.float32)
