"""Finds the measured compounds that are most like a hit, and those that are the hit itself.

A measured compound is the hit itself if their registration keys are equal, however they were drawn.
A bundle keeps its measured compounds as they were standardized when it was trained, so different
SMILES may still be one compound. Therefore the few compounds with a hit's heavy atoms are
standardized by the current rules, and then keys are compared.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from chem.assess.similarity import nearest
from chem.errors import InputError
from chem.features.fingerprints import WORDS, Bits, morgan_bits
from chem.records.message_text import counted, did_you_mean
from chem.records.records import Failure
from chem.structure.element_sums import element_sums
from chem.structure.equivalence import heavy_composition, skeleton, without_stereo
from chem.structure.standardize import standardize
from gnn.bundle.bundle import Bundle
from gnn.bundle.measured_compounds import RELATIONS, MeasuredCompounds, as_written, is_own
from screening.evidence.evidence import BUT_STEREO, ITSELF, Neighbour, Sameness
from screening.storage.shared_rows import SharedRows, add_rows, find_rows, hash_texts

Neighbours = dict[str, tuple[Neighbour, ...]]
"""The neighbours by task, nearest first."""


class CurrentStructure(NamedTuple):
    """A structure that was standardized by the current rules."""

    smiles: str
    key: str
    flat_key: str
    """The key of the structure without stereochemistry, which stereoisomers share."""


class Same(NamedTuple):
    """A measured compound that is a hit, or differs from it only in stereochemistry."""

    compound: int
    """Its position among the measured compounds."""
    smiles: str
    """Its SMILES, standardized by the current rules."""
    same: Sameness


class SameMeasured:
    """A search for hits among a bundle's measured compounds, which keeps what it has computed."""

    def __init__(self, smiles: npt.NDArray[np.object_]) -> None:
        """Take the measured compounds [N] as the bundle has them."""
        self._smiles = smiles
        self._known: dict[int, CurrentStructure | None] = {}

    def find(self, smiles: str, compounds: npt.NDArray[np.int64]) -> list[Same]:
        """Return the measured compounds that are a hit itself, then its stereoisomers.

        smiles: the standardized SMILES of the hit. compounds: the compounds to search, in order.
        """
        few = self._with_its_elements(smiles, compounds)
        if len(few) == 1 and self._smiles[few[0]] == smiles:
            return [Same(few[0], smiles, ITSELF)]  # nothing needs to be standardized
        own = standardize_again(smiles) if few else None
        found = [] if own is None else list(self._compare(own, few))
        return sorted(found, key=lambda one: one.same != ITSELF)

    def find_itself(self, smiles: str, compounds: npt.NDArray[np.int64]) -> list[int]:
        """Return the measured compounds that are a hit itself, in order.

        Only compounds with the hit's skeleton are standardized: many have its elements, and one
        takes some milliseconds.
        """
        few = self._with_its_elements(smiles, compounds)
        own = skeleton(smiles) if few else ""
        few = [at for at in few if skeleton(self._smiles[at]) == own]
        current = standardize_again(smiles) if few else None
        found = [] if current is None else list(self._compare(current, few))
        return [one.compound for one in found if one.same == ITSELF]

    @cached_property
    def _sums(self) -> npt.NDArray[np.uint64]:
        return element_sums(self._smiles.tolist())

    def _with_its_elements(self, smiles: str, compounds: npt.NDArray[np.int64]) -> list[int]:
        """Return the compounds that have as many atoms of each heavy element, in order."""
        own, like = heavy_composition(smiles), self._sums[compounds] == element_sums([smiles])
        few: list[int] = compounds[like].tolist()
        return [at for at in few if heavy_composition(self._smiles[at]) == own]

    def _compare(self, own: CurrentStructure, compounds: list[int]) -> Iterator[Same]:
        for at in compounds:
            if at not in self._known:
                self._known[at] = standardize_again(self._smiles[at])
            other = self._known[at]
            if other is not None and other.flat_key == own.flat_key:
                yield Same(at, other.smiles, ITSELF if other.key == own.key else BUT_STEREO)


def standardize_again(smiles: str) -> CurrentStructure | None:
    """Standardize a structure by the current rules; None if they refuse it."""
    whole, flat = standardize(smiles, "smiles"), standardize(without_stereo(smiles), "smiles")
    if isinstance(whole, Failure) or isinstance(flat, Failure):
        return None
    return CurrentStructure(whole.smiles, whole.key, flat.key)


def nearest_measured(
    smiles: Sequence[str],
    bundles: Sequence[Bundle],
    tasks: Sequence[str],
    count: int = 3,
    shared: SharedRows | None = None,
) -> list[Neighbours]:
    """Return, for each molecule, the ``count`` most similar compounds that a task was measured on.

    ``smiles`` are standardized; ``tasks`` are predicted columns, such as ``activity_EGFR``. The
    molecule itself, by registration key, comes first, then compounds that differ from it only in
    stereochemistry; both count as of similarity 1, however the bundle has drawn them. The others
    follow by falling similarity. If compounds are equally similar, a campaign's own results come
    first, then the order is by id. A task has none if its
    bundle does not keep its training compounds, and fewer if fewer compounds were measured.
    Fingerprints are taken from ``shared``, and those that it lacks are added to it.

    Raises:
        InputError: No bundle predicts a task, or a SMILES cannot be read.
        ModelError: A bundle's file of measured compounds is damaged or another bundle's.
    """
    found: list[Neighbours] = [{} for _ in smiles]
    bits = morgan_bits(smiles)
    for task in tasks:
        bundle, name = _find(task, bundles)
        measured = bundle.measured_compounds
        columns: list[tuple[Neighbour, ...]] = [()] * len(smiles)
        if measured:
            columns = _of_task(smiles, bits, measured, name, count, shared)
        for each, neighbours in zip(found, columns, strict=True):
            each[task] = neighbours
    return found


def _of_task(
    smiles: Sequence[str],
    bits: Bits,
    measured: MeasuredCompounds,
    task: str,
    count: int,
    shared: SharedRows | None,
) -> list[tuple[Neighbour, ...]]:
    rows, values, bounds = measured.of(task)
    names = list(zip(measured.ids[rows], measured.smiles[rows], strict=True))
    ranks = [(not is_own(name), name, text) for name, text in names]
    order = np.array(sorted(range(len(ranks)), key=ranks.__getitem__), dtype=np.int64)
    rows, values, bounds = rows[order], values[order], bounds[order]
    places = {compound: at for at, compound in enumerate(rows.tolist())}
    found = nearest(bits, _fingerprints(measured, rows, shared), count)
    neighbours = []
    for text, near, similarity in zip(smiles, *found, strict=True):
        same = {places[one.compound]: one for one in same_measured(measured).find(text, rows)}
        alike: dict[int, float] = dict(zip(near.tolist(), similarity.tolist(), strict=True))
        picked = dict.fromkeys(same, 1.0) | {at: n for at, n in alike.items() if at not in same}
        neighbours.append(
            tuple(
                Neighbour(
                    id=measured.ids[rows[at]],
                    smiles=same[at].smiles if at in same else measured.smiles[rows[at]],
                    similarity=tanimoto,
                    value=as_written(values[at]),
                    relation=RELATIONS[int(bounds[at])],
                    same=same[at].same if at in same else "",
                )
                for at, tanimoto in list(picked.items())[:count]
            )
        )
    return neighbours


def _find(task: str, bundles: Sequence[Bundle]) -> tuple[Bundle, str]:
    """Return the bundle that predicts a column, and the task's name in the bundle."""
    known = {
        f"{bundle.card.name}_{one.name}": (bundle, one.name)
        for bundle in bundles
        for one in bundle.card.tasks
    }
    if task not in known:
        hint = did_you_mean(task, known.keys(), f"{counted(len(known), 'task')} can be named")
        raise InputError(f"none of these bundles predicts {task!r}: {hint}")
    return known[task]


class _Kept:
    """The computed facts of a bundle's measured compounds, each computed when first needed."""

    def __init__(self, measured: MeasuredCompounds) -> None:
        self.bits: Bits = np.zeros((len(measured), WORDS), np.uint64)
        """The fingerprints."""
        self.known = np.zeros(len(measured), dtype=bool)
        """True for compounds whose fingerprint is computed."""
        self.same = SameMeasured(measured.smiles)


_KEPT: WeakKeyDictionary[MeasuredCompounds, _Kept] = WeakKeyDictionary()
"""The facts of each loaded bundle: hits come in blocks and tasks share compounds, so they recur."""


def _kept(measured: MeasuredCompounds) -> _Kept:
    if measured not in _KEPT:
        _KEPT[measured] = _Kept(measured)
    return _KEPT[measured]


def same_measured(measured: MeasuredCompounds) -> SameMeasured:
    """Return the search among a bundle's measured compounds, which all callers share."""
    return _kept(measured).same


def _fingerprints(
    measured: MeasuredCompounds, rows: npt.NDArray[np.int64], shared: SharedRows | None
) -> Bits:
    """Return the fingerprints of some compounds [n, 32].

    Only those that were computed here are kept: a caller without ``shared`` trusts no others.
    """
    kept = _kept(measured)
    bits = kept.bits[rows]
    new = np.flatnonzero(~kept.known[rows])
    if shared is not None:
        known, values = find_rows(shared, hash_texts(measured.smiles[rows[new]]))
        if values is not None:
            bits[new[known]] = values[known]
            new = new[~known]
    if len(new):
        smiles = measured.smiles[rows[new]].tolist()
        bits[new] = kept.bits[rows[new]] = morgan_bits(smiles)
        kept.known[rows[new]] = True
        if shared is not None:
            add_rows(shared, hash_texts(smiles), bits[new])
    return bits
