"""The measured compounds that are most like a hit: what is known beside what is predicted."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from chem.assess.similarity import nearest
from chem.errors import InputError
from chem.features.fingerprints import WORDS, Bits, morgan_bits
from chem.records.text import counted, did_you_mean
from gnn.bundle.bundle import Bundle
from gnn.bundle.measured_compounds import RELATIONS, MeasuredCompounds
from screening.evidence.evidence import Neighbour
from screening.evidence.same_measured import SameMeasured

Neighbours = dict[str, tuple[Neighbour, ...]]
"""By task, nearest first."""


def nearest_measured(
    smiles: Sequence[str], bundles: Sequence[Bundle], tasks: Sequence[str], count: int = 3
) -> list[Neighbours]:
    """Return, for each molecule, the ``count`` compounds most like it that a task was measured on.

    ``smiles`` are standardized; ``tasks`` are predicted columns, such as ``activity_EGFR``. The
    molecule itself, by registration key, comes before all others, and then what is it but for
    stereochemistry: both count as of similarity 1, however the bundle has drawn them. Then the more
    similar compound comes first; of equally similar ones that whose id comes first. A task has none
    where its bundle does not keep what it learnt from, and fewer where fewer compounds were
    measured.

    Raises:
        InputError: a task that no bundle predicts, or a SMILES that cannot be read.
        ModelError: a bundle's file of measured compounds is damaged or another bundle's.
    """
    found: list[Neighbours] = [{} for _ in smiles]
    bits = morgan_bits(smiles)
    for task in tasks:
        bundle, name = _find(task, bundles)
        measured = bundle.measured_compounds
        columns = _of_task(smiles, bits, measured, name, count) if measured else [()] * len(smiles)
        for each, neighbours in zip(found, columns, strict=True):
            each[task] = neighbours
    return found


def _of_task(
    smiles: Sequence[str], bits: Bits, measured: MeasuredCompounds, task: str, count: int
) -> list[tuple[Neighbour, ...]]:
    rows, values, bounds = measured.of(task)
    names = list(zip(measured.ids[rows], measured.smiles[rows], strict=True))
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    rows, values, bounds = rows[order], values[order], bounds[order]
    places = {compound: at for at, compound in enumerate(rows.tolist())}
    found = nearest(bits, _fingerprints(measured, rows), count)
    neighbours = []
    for text, near, similarity in zip(smiles, *found, strict=True):
        same = {places[one.compound]: one for one in _same(measured).find(text, rows)}
        alike: dict[int, float] = dict(zip(near.tolist(), similarity.tolist(), strict=True))
        picked = dict.fromkeys(same, 1.0) | {at: n for at, n in alike.items() if at not in same}
        neighbours.append(
            tuple(
                Neighbour(
                    id=measured.ids[rows[at]],
                    smiles=same[at].smiles if at in same else measured.smiles[rows[at]],
                    similarity=tanimoto,
                    value=float(str(values[at])),  # 7.92, where float32's nearest is 7.9200001
                    relation=RELATIONS[int(bounds[at])],
                    same=same[at].same if at in same else "",
                )
                for at, tanimoto in list(picked.items())[:count]
            )
        )
    return neighbours


def _find(task: str, bundles: Sequence[Bundle]) -> tuple[Bundle, str]:
    """Return the bundle that predicts a column, and what the task is called there."""
    known = {
        f"{bundle.card.name}_{one.name}": (bundle, one.name)
        for bundle in bundles
        for one in bundle.card.tasks
    }
    if task not in known:
        hint = did_you_mean(task, known.keys(), f"{counted(len(known), 'task')} can be named")
        raise InputError(f"no bundle at hand predicts {task!r}: {hint}")
    return known[task]


class _Kept:
    """What is known of a bundle's measured compounds, worked out when it is first needed."""

    def __init__(self, measured: MeasuredCompounds) -> None:
        self.bits: Bits = np.zeros((len(measured), WORDS), np.uint64)
        """Fingerprints."""
        self.known = np.zeros(len(measured), dtype=bool)
        """Which have theirs."""
        self.same = SameMeasured(measured.smiles)


_KEPT: WeakKeyDictionary[MeasuredCompounds, _Kept] = WeakKeyDictionary()
"""For as long as the process has the bundle: hits come in blocks, and tasks share compounds."""


def _kept(measured: MeasuredCompounds) -> _Kept:
    if measured not in _KEPT:
        _KEPT[measured] = _Kept(measured)
    return _KEPT[measured]


def _same(measured: MeasuredCompounds) -> SameMeasured:
    return _kept(measured).same


def _fingerprints(measured: MeasuredCompounds, rows: npt.NDArray[np.int64]) -> Bits:
    kept = _kept(measured)
    new = rows[~kept.known[rows]]
    kept.bits[new] = morgan_bits(measured.smiles[new].tolist())
    kept.known[new] = True
    return kept.bits[rows]
