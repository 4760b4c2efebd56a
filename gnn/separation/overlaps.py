"""Counts the molecules that training sets share, and checks that no held-back one is trained on."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from chem.records.message_text import counted
from chem.structure.equivalence import drawing_blind_key, heavy_composition
from gnn.card.sets_card import HeldBack, Overlap
from gnn.errors import ModelError
from gnn.features.array_types import Strings


class SetMolecules(NamedTuple):
    """The molecules of one set, as standardized SMILES."""

    all: frozenset[str]
    held_back: frozenset[str]
    """Those that the set itself does not train on."""

    @classmethod
    def of(cls, smiles: Sequence[str | None], split: Strings) -> "SetMolecules":
        """Take a set's rows [n] and their split [n]; None for a molecule that cannot be read."""
        rows = [(one, part) for one, part in zip(smiles, split, strict=True) if one is not None]
        held_back = frozenset(one for one, part in rows if part != "train")
        return cls(frozenset(one for one, _ in rows), held_back)


def count_overlaps(sets: Mapping[str, SetMolecules]) -> list[Overlap]:
    """Return the pairs of sets that share molecules, largest first, then by name."""
    found = [
        Overlap(first=first, second=second, molecules=len(one.all & other.all))
        for (first, one), (second, other) in combinations(sets.items(), 2)
    ]
    shared = [pair for pair in found if pair.molecules]
    return sorted(shared, key=lambda pair: (-pair.molecules, pair.first, pair.second))


def check_held_back(
    sets: Mapping[str, SetMolecules], smiles: Sequence[str], roles: Strings
) -> list[HeldBack]:
    """Look for the held-back molecules of each set among those that are trained on.

    ``smiles`` [M] are those of the finished training set, with their ``roles`` [K, M]. Returns a
    line for each set that holds molecules back.

    Raises:
        ModelError: One is trained on, so that no figure of the card could be believed.
    """
    used = np.flatnonzero(np.isin(roles, ("fit", "stop")).any(axis=0))
    trained = {smiles[row] for row in used.tolist()}
    for name, molecules in sets.items():
        if leaked := sorted(molecules.held_back & trained):
            raise ModelError(
                f"{counted(len(leaked), 'molecule')} that {name} holds back "
                f"would be trained on, the first is {leaked[0]}, expected none; "
                "report this fault of hitlist, and do not trust figures of this training"
            )
    keys = _keys_of_drawings(sets, trained)
    counts = Counter(key for found in keys.values() for key in found)
    return [
        HeldBack(
            set=name,
            molecules=len(molecules.held_back),
            trained_on=0,
            other_drawings=sum(
                counts[key] > (key in keys[name])
                for key in map(drawing_blind_key, molecules.held_back)
            ),
        )
        for name, molecules in sets.items()
        if molecules.held_back
    ]


def _keys_of_drawings(
    sets: Mapping[str, SetMolecules], trained: Collection[str]
) -> dict[str, set[str]]:
    """Return the keys of each set's trained molecules that may be a drawing of a held-back one.

    Drawings have the same heavy atoms; comparing these first spares most of the keys.
    """
    held_back = frozenset[str]().union(*(molecules.held_back for molecules in sets.values()))
    compositions = set(map(heavy_composition, held_back))
    key = {
        text: drawing_blind_key(text) for text in trained if heavy_composition(text) in compositions
    }
    return {
        name: {key[text] for text in molecules.all if text in key}
        for name, molecules in sets.items()
    }
