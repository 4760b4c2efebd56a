"""The evidence for and against a hit, beside its numbers, that a chemist weighs.

Atoms are counted from 0 in the order in which the standardized SMILES writes them.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Relation = Literal["=", "<", ">"]
Sameness = Literal["", "itself", "but stereo"]
ITSELF: Sameness = "itself"
BUT_STEREO: Sameness = "but stereo"


class Neighbour(NamedTuple):
    """A measured compound that is like a hit."""

    id: str
    """The id of its source, such as an InChIKey; this text is not to be trusted."""
    smiles: str
    """The standardized SMILES."""
    similarity: float
    """The Tanimoto similarity of Morgan fingerprints (ECFP4), 0 to 1."""
    value: float
    """The measured value in the task's unit; a class is 0 or 1."""
    relation: Relation = "="
    """``<``: the value is an upper bound (inactive at the highest concentration), ``>`` a lower."""
    same: Sameness = ""
    """``itself``: the compound is the hit, by registration key; ``but stereo``: it differs from the
    hit only in stereochemistry; empty otherwise."""


class Contributions(NamedTuple):
    """The contribution of each atom to a prediction, on the task's scale; log odds for a class."""

    task: str
    """A predicted column, such as ``activity_EGFR``."""
    base: float
    """The model's value if no atom is known."""
    atoms: npt.NDArray[np.float32]
    """[atoms]; they sum to the model's value minus ``base``."""

    @property
    def total(self) -> float:
        """The model's value for the whole molecule."""
        return self.base + float(self.atoms.sum(dtype=np.float64))


class Flag(NamedTuple):
    """A structural alert and its atoms."""

    source: str
    """The collection of the alert, such as ``BRENK``."""
    name: str
    atoms: tuple[int, ...]
    """All atoms of all occurrences of the alert, ascending."""


class OwnValue(NamedTuple):
    """A measured value of a hit itself."""

    value: float
    """In the task's unit."""
    relation: Relation = "="
    """As in :class:`Neighbour`."""


class MeasuredMember(NamedTuple):
    """A measured compound that has the scaffold of several hits."""

    id: str
    """As in :class:`Neighbour`; this text is not to be trusted."""
    smiles: str
    """The standardized SMILES, as the bundle has it."""
    values: Mapping[str, OwnValue]
    """The measured values by primary task, one or more."""


class Evidence(NamedTuple):
    """All evidence of one hit."""

    neighbours: Mapping[str, tuple[Neighbour, ...]]
    """The neighbours by primary task, nearest first; empty if a bundle does not keep its training
    compounds."""
    contributions: tuple[Contributions, ...]
    """The contributions to the primary tasks, then to the liabilities, in the screen's order."""
    flags: tuple[Flag, ...]
    """The alerts in the order of ``chem.assess.alerts``."""
    own_values: Mapping[str, tuple[OwnValue, ...]] = {}
    """The measured values of the hit itself on the screen's panel, by task."""
    series: tuple[MeasuredMember, ...] = ()
    """The measured compounds of the hit's scaffold, sorted by id; empty if no other hit has it."""
