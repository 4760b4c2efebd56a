import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.assess.clusters import scaffold
from chem.errors import InputError
from data.activities.activity import ActivityTable, Task, object_array
from data.activities.splits import SPLITS, split_rows
from data.assay.read import read_assay

SAMPLE = Path(__file__).parents[2] / "files/data/moleculeace_sample.csv"


def make_table(smiles: list[str], split: list[str] | None = None) -> ActivityTable:
    return ActivityTable(
        smiles=object_array(smiles),
        ids=object_array(smiles),
        tasks=(Task("a", "regression", "pActivity"),),
        values=np.zeros((len(smiles), 1), np.float32),
        bounds=np.zeros((len(smiles), 1), np.int8),
        split=None if split is None else np.array(split),
    )


@given(
    st.lists(st.integers(1, 40).map(lambda n: "C" * n), min_size=4, max_size=60),
    st.integers(0, 5),
)
def test_a_random_split_is_a_partition_of_molecules(smiles: list[str], seed: int) -> None:
    table = make_table(smiles)
    parts = split_rows(table, "random", seed)
    assert parts.shape == (len(table),)
    assert set(parts) <= set(SPLITS)
    by_molecule = {text: set(parts[table.smiles == text]) for text in smiles}
    assert all(len(found) == 1 for found in by_molecule.values())
    unique = len(by_molecule)
    train = sum(found == {"train"} for found in by_molecule.values())
    assert abs(train - 0.8 * unique) <= 0.5
    np.testing.assert_array_equal(parts, split_rows(table, "random", seed))
    reverse = split_rows(table.select(np.arange(len(table))[::-1]), "random", seed)
    np.testing.assert_array_equal(parts, reverse[::-1])


def test_the_seed_changes_a_random_split() -> None:
    table = make_table(["C" * n for n in range(1, 50)])
    one, other = split_rows(table, "random", 1), split_rows(table, "random", 2)
    assert (one != other).any()


def test_a_scaffold_split_keeps_scaffolds_together(capfd: pytest.CaptureFixture[str]) -> None:
    table = read_assay(SAMPLE)
    parts = split_rows(table, "scaffold", fractions=(0.7, 0.15, 0.15))
    scaffolds = np.array([scaffold(smiles) for smiles in table.smiles])
    for found in set(scaffolds):
        assert len(set(parts[scaffolds == found])) == 1
    assert set(parts) == set(SPLITS)
    sizes = {part: int((parts == part).sum()) for part in SPLITS}
    assert abs(sizes["train"] - 0.7 * len(table)) <= 2
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert logging.root.manager.disable == logging.NOTSET


def test_a_scaffold_split_refuses_what_does_not_parse() -> None:
    with pytest.raises(InputError, match=r"no scaffold split.*C1CC"):
        split_rows(make_table(["CCO", "C1CC", "c1ccccc1"]), "scaffold")


def test_a_given_split_is_kept() -> None:
    given_parts = ["train", "valid", "test", "train"]
    parts = split_rows(make_table(["C", "CC", "CCC", "CCCC"], given_parts), "given")
    assert parts.tolist() == given_parts


def test_a_given_split_without_valid_gets_one_from_train() -> None:
    table = read_assay(SAMPLE)
    assert table.split is not None
    parts = split_rows(table, "given", seed=3, fractions=(0.8, 0.2, 0.0))
    np.testing.assert_array_equal(parts == "test", table.split == "test")
    train = int((table.split == "train").sum())
    assert abs(int((parts == "valid").sum()) - 0.2 * train) <= 1
    untouched = split_rows(table, "given", fractions=(1.0, 0.0, 0.0))
    np.testing.assert_array_equal(untouched, table.split)


@pytest.mark.parametrize(
    ("how", "fractions", "split", "message"),
    [
        ("given", (0.8, 0.1, 0.1), None, "needs a split column"),
        ("given", (0.8, 0.1, 0.1), ["train", "fold1"], "fold1"),
        ("given", (0.8, 0.1, 0.1), ["test", "test"], "no training rows"),
        ("random", (0.8, 0.1, 0.2), None, "add up to 1"),
        ("random", (1.1, -0.1, 0.0), None, "add up to 1"),
        ("random", (0.0, 0.5, 0.5), None, "train above 0"),
        ("time", (0.8, 0.1, 0.1), None, "'time' is unknown: choose one of random"),
    ],
)
def test_splits_that_cannot_be(
    how: str, fractions: tuple[float, float, float], split: list[str] | None, message: str
) -> None:
    table = replace(make_table(["C", "CC"], split))
    with pytest.raises(InputError, match=message):
        split_rows(table, how, fractions=fractions)  # type: ignore[arg-type]  # the fault
