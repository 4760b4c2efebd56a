"""Which measured compounds are a hit itself: by registration key, however either was drawn.

A bundle keeps its measured compounds as they were standardized when it was trained. So a text that
differs proves nothing: those with a hit's heavy atoms, which are few, are standardized by today's
rules, and then keys are compared.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.records.records import Failure
from chem.structure.standardize import standardize
from chem.structure.variants import heavy_composition, without_stereo
from screening.evidence.evidence import BUT_STEREO, ITSELF, Sameness


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
