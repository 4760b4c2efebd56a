"""The measured compounds that are most like a hit, and those that are the hit itself.

A compound is a hit itself by its registration key, however either was drawn. A bundle keeps its
measured compounds as they were standardized when it was trained. So a text that differs proves
nothing: those with a hit's heavy atoms, which are few, are standardized by today's rules, and then
keys are compared.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from chem.assess.similarity import nearest
from chem.errors import InputError
from chem.features.fingerprints import WORDS, Bits, morgan_bits
from chem.records.records import Failure
from chem.records.text import counted, did_you_mean
from chem.structure.standardize import standardize
from chem.structure.variants import heavy_composition, without_stereo
from gnn.bundle.bundle import Bundle
from gnn.bundle.measured_compounds import RELATIONS, MeasuredCompounds
from screening.evidence.evidence import BUT_STEREO, ITSELF, Neighbour, Sameness

Neighbours = dict[str, tuple[Neighbour, ...]]
"""By task, nearest first."""


class CurrentStructure(NamedTuple):
    """A structure, standardized by today's rules."""

    smiles: str
    key: str
    flat_key: str
    """Of the structure without stereochemistry: stereoisomers share it."""


class Same(NamedTuple):
    """A measured compound that is a hit, or is it but for stereochemistry."""

    compound: int
    """Its place among the measured compounds."""
    smiles: str
    """Standardized by today's rules."""
    same: Sameness


class SameMeasured:
    """Finds hits among a bundle's measured compounds; what was worked out once is kept."""

    def __init__(self, smiles: npt.NDArray[np.object_]) -> None:
        """Take the measured compounds [N] as the bundle has them."""
        self._smiles = smiles
        self._grouped = np.zeros(len(smiles), dtype=bool)
        self._groups: dict[str, list[int]] = {}
        self._known: dict[int, CurrentStructure | None] = {}

    def find(self, smiles: str, compounds: npt.NDArray[np.int64]) -> list[Same]:
        """Return the measured compounds that a hit is, in order: itself before stereoisomers.

        smiles: of the hit, standardized. compounds: those that are asked about, in their order.
        """
        self._group(compounds)
        group = np.array(self._groups.get(heavy_composition(smiles), ()), dtype=np.int64)
        few = compounds[np.isin(compounds, group)].tolist()
        if len(few) == 1 and self._smiles[few[0]] == smiles:
            return [Same(few[0], smiles, ITSELF)]  # nothing is to be worked out
        own = standardize_again(smiles) if few else None
        found = [] if own is None else list(self._compare(own, few))
        return sorted(found, key=lambda one: one.same != ITSELF)

    def _group(self, compounds: npt.NDArray[np.int64]) -> None:
        for at in compounds[~self._grouped[compounds]].tolist():
            composition = heavy_composition(self._smiles[at])
            self._groups.setdefault(composition, []).append(at)
        self._grouped[compounds] = True

    def _compare(self, own: CurrentStructure, compounds: list[int]) -> Iterator[Same]:
        for at in compounds:
            if at not in self._known:
                self._known[at] = standardize_again(self._smiles[at])
            other = self._known[at]
            if other is not None and other.flat_key == own.flat_key:
                yield Same(at, other.smiles, ITSELF if other.key == own.key else BUT_STEREO)


def standardize_again(smiles: str) -> CurrentStructure | None:
    """Standardize a structure by today's rules; None where they refuse it."""
    whole, flat = standardize(smiles, "smiles"), standardize(without_stereo(smiles), "smiles")
    if isinstance(whole, Failure) or isinstance(flat, Failure):
        return None
    return CurrentStructure(whole.smiles, whole.key, flat.key)


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
