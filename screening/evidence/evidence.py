"""What speaks for and against a hit beside its numbers: the evidence that a chemist weighs.

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
    """As its source has it, such as an InChIKey; text that a stranger wrote."""
    smiles: str
    """Standardized."""
    similarity: float
    """Tanimoto similarity of Morgan fingerprints (ECFP4), 0 to 1."""
    value: float
    """In the task's unit; a class is 0 or 1."""
    relation: Relation = "="
    """``<``: the value is an upper bound (inactive at the highest concentration), ``>`` a lower."""
    same: Sameness = ""
    """Whether it is the hit itself, by registration key, or is it but for stereochemistry."""


class Contributions(NamedTuple):
    """What each atom adds to a prediction, in the task's unit, or in log odds for a class."""

    task: str
    """A predicted column, such as ``activity_EGFR``."""
    base: float
    """What the model says where no atom is known."""
    atoms: npt.NDArray[np.float32]
    """[atoms]; they sum to the model's value minus ``base``."""

    @property
    def total(self) -> float:
        """What the model says of the whole molecule."""
        return self.base + float(self.atoms.sum(dtype=np.float64))


class Flag(NamedTuple):
    """A structural alert and where it is."""

    source: str
    """Collection, such as ``BRENK``."""
    name: str
    atoms: tuple[int, ...]
    """All atoms of all its occurrences, ascending."""


class Evidence(NamedTuple):
    """All of one hit."""

    neighbours: Mapping[str, tuple[Neighbour, ...]]
    """By primary task, nearest first; empty where a bundle does not know what it was trained on."""
    contributions: tuple[Contributions, ...]
    """Of the primary tasks, then of the liabilities, in the screen's order."""
    flags: tuple[Flag, ...]
    """In the order of ``chem.assess.alerts``."""
