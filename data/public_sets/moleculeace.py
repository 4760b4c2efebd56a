"""Loads the thirty MoleculeACE sets: assays of one target each, with a published split.

van Tilborg, Alenicheva and Grisoni, J. Chem. Inf. Model. 2022, 62, 5938
(doi 10.1021/acs.jcim.2c01073). An activity cliff is a molecule with a very similar one in its set
whose potency differs by a factor of ten or more.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from chem.errors import InputError
from chem.records.message_text import did_you_mean
from data.activities.activity import ActivityTable
from data.catalogue.catalogue import dataset, datasets
from data.catalogue.download import Progress
from data.catalogue.fetch import fetch_dataset
from data.public_sets.sets import read_activities

PREFIX = "moleculeace_"
CLIFF_COLUMN = "cliff_mol"
KINASES = {
    "CHEMBL1862_Ki": "ABL1",
    "CHEMBL2147_Ki": "PIM1",
    "CHEMBL262_Ki": "GSK3B",
    "CHEMBL2835_Ki": "JAK1",
    "CHEMBL2971_Ki": "JAK2",
    "CHEMBL4005_Ki": "PIK3CA",
    "CHEMBL4203_Ki": "CLK4",
}
"""The sets of a kinase, with its gene symbol."""


class SplitSet(NamedTuple):
    """One set as its authors divided it."""

    name: str
    """``CHEMBL204_Ki``"""
    sha256: str
    """Hash of the set's file."""
    train: ActivityTable
    """One task in pActivity (−log10 molar); a model may see nothing else."""
    test: ActivityTable
    cliffs: npt.NDArray[np.bool_]
    """[test rows] True for a molecule on an activity cliff."""


def set_names() -> list[str]:
    """Return the names of the thirty sets, in the catalogue's order."""
    return [entry.tasks[0].name for entry in datasets().values() if entry.name.startswith(PREFIX)]


def choose_sets(text: str) -> list[str]:
    """Return the sets that a text means: ``all``, ``kinase`` or names separated by commas.

    >>> choose_sets("chembl204_ki")
    ['CHEMBL204_Ki']

    Raises:
        InputError: A name is not that of a set.
    """
    known = {name.lower(): name for name in set_names()}
    whole = {"all": list(known.values()), "kinase": list(KINASES)}
    if text.strip().lower() in whole:
        return whole[text.strip().lower()]
    found = []
    for word in dict.fromkeys(part.strip() for part in text.split(",") if part.strip()):
        key = word.lower().removeprefix(PREFIX)
        if key not in known:
            hint = did_you_mean(key, known, "`hitlist data list` shows them")
            raise InputError(
                f"no MoleculeACE set is called {word!r}: {hint} (or give all, or kinase)"
            )
        found.append(known[key])
    if not found:
        raise InputError("no set was named; give all, kinase, or names separated by commas")
    return found


def load_split_set(name: str, progress: Progress | None = None) -> SplitSet:
    """Fetch a set and divide it by its column ``split``."""
    entry = dataset(PREFIX + name.lower())
    path = fetch_dataset(entry, progress)
    table = read_activities(path, entry)
    cliffs = pd.read_csv(path, usecols=[CLIFF_COLUMN])[CLIFF_COLUMN].to_numpy() == 1
    assert table.split is not None, f"{entry.name} has a split in the catalogue"
    train, test = table.split == "train", table.split == "test"
    if not (train | test).all() or not train.any() or not test.any():
        raise InputError(f"dataset {entry.name}: its split must say train or test in every row")
    return SplitSet(name, entry.sha256, table.select(train), table.select(test), cliffs[test])
