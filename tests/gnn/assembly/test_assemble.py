from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.features.graphs import MolGraph, featurize, featurizer_spec, state_factors
from chem.structure.standardize import Standardized, standardize
from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly.assemble import (
    Assembled,
    assemble,
    fold_roles,
    join,
    stop_roles,
)
from gnn.errors import ModelError
from gnn.features.array_types import Strings
from gnn.features.graph_arrays import collect

EGFR, HERG = Task("EGFR", "regression", "pActivity"), Task("herg", "classification", "blocks")
NAN = float("nan")


def table(
    rows: list[tuple[str, float, float]],
    split: list[str] | None = None,
    bounds: list[int] | None = None,
) -> ActivityTable:
    """A table of a regression and a class; ``bounds`` are those of the regression."""
    values = np.array([row[1:] for row in rows], np.float32)
    limits = np.zeros(values.shape, np.int8)
    limits[:, 0] = bounds or 0
    return ActivityTable(
        smiles=object_array([row[0] for row in rows]),
        ids=object_array([f"id{at}" for at in range(len(rows))]),
        tasks=(EGFR, HERG),
        values=values,
        bounds=limits,
        split=None if split is None else np.array(split),
    )


def by_split(members: int = 2, share: float = 0.3) -> Callable[[ActivityTable], Strings]:
    def divide(merged: ActivityTable) -> Strings:
        split = np.full(len(merged), "train") if merged.split is None else merged.split
        return stop_roles(split, members, share, 0)

    return divide


def held(assembled: Assembled) -> dict[str, list[float]]:
    return dict(zip(assembled.smiles, assembled.data.values.tolist(), strict=True))


def test_spellings_and_salts_of_a_molecule_are_one_row() -> None:
    rows = [
        ("CC(=O)Oc1ccccc1C(=O)O", 6.0, 1.0),
        ("OC(=O)c1ccccc1OC(C)=O", 7.0, 1.0),
        ("CC(=O)Oc1ccccc1C(=O)[O-].[Na+]", NAN, NAN),
        ("CCO", 5.0, 0.0),
    ]
    found = assemble(table(rows), by_split(), {"data": [{"name": "x"}]})
    assert found.smiles == ["CC(=O)Oc1ccccc1C(=O)O", "CCO"]
    assert held(found) == {"CC(=O)Oc1ccccc1C(=O)O": [6.5, 1.0], "CCO": [5.0, 0.0]}
    assert any("4 molecules became 2" in note and "2 values merged" in note for note in found.notes)


def test_arrays_are_of_the_standardized_molecules() -> None:
    rows = [("CCO", 5.0, 0.0), ("c1ccccc1.Cl", 6.0, 1.0), ("C[N+](C)(C)CC", 7.0, NAN)]
    data = assemble(table(rows, bounds=[-1, 0, 1]), by_split(), {"split": "none"}).data
    mols = [standardize(row[0], "smiles") for row in rows]
    graphs = [featurize(mol.mol) for mol in mols if isinstance(mol, Standardized)]
    expected = collect([graph for graph in graphs if isinstance(graph, MolGraph)])
    for part, wanted in zip(data.graphs, expected, strict=True):
        np.testing.assert_array_equal(part, wanted)
    np.testing.assert_array_equal(data.factors, state_factors())
    np.testing.assert_array_equal(data.values, np.array([[5, 0], [6, 1], [7, NAN]], np.float32))
    assert data.bounds.tolist() == [[-1, 0], [0, 0], [1, 0]]
    assert data.binary.tolist() == [False, True]
    assert [task["name"] for task in data.tasks] == ["EGFR", "herg"]
    assert data.meta == {"featurizer": featurizer_spec()["hash"], "split": "none"}
    assert data.roles.shape == (2, 3)


def test_what_cannot_be_read_is_left_out_and_counted() -> None:
    rows = [("CCO", 5.0, 0.0), ("CCQ", 5.0, 0.0), ("CCX", 5.0, 0.0), ("[Na+].[Cl-]", 5.0, 0.0)]
    found = assemble(table(rows), by_split(), {})
    assert found.smiles == ["CCO"]
    notes = [note for note in found.notes if "left out" in note]
    assert sum(int(note.split()[0]) for note in notes) == 3
    assert any(note.startswith("2 molecules left out: parse/") for note in notes)
    assert any("standardize/no_organic_fragment" in note for note in notes)


def test_nothing_readable_is_a_mistake_of_the_user() -> None:
    with pytest.raises(ModelError, match=r"^[^\n]*not one molecule[^\n]*SMILES column[^\n]*$"):
        assemble(table([("CCQ", 5.0, 0.0)]), by_split(), {})


def test_values_of_molecules_that_moved_are_dropped() -> None:
    """A molecule that one set held back and another trained on is measured on its own task."""
    rows = [
        ("CCO", 5.0, NAN),  # held back by the set that measured EGFR
        ("OCC", NAN, 1.0),  # trained on by the set that measured herg: dropped
        ("CCN", 6.0, NAN),
        ("CCC", 7.0, 0.0),
    ]
    found = assemble(table(rows, ["valid", "train", "train", "train"]), by_split(), {})
    assert np.isnan(held(found)["CCO"][1])
    assert held(found)["CCO"][0] == 5.0
    every = found.data.everything()  # once nothing is measured on any more, they are used
    assert every.values[found.smiles.index("CCO")].tolist() == [5.0, 1.0]
    assert held(found)["CCC"] == [7.0, 0.0]
    row = found.smiles.index("CCO")
    assert (found.data.roles[:, row] == "valid").all()
    assert any("1 molecule held back by one set" in note for note in found.notes)


def test_a_molecule_that_no_set_held_back_itself_keeps_its_values() -> None:
    rows = [("CCO", 5.0, 1.0), ("OCC", 7.0, 1.0), ("CCN", 6.0, 0.0)]
    found = assemble(table(rows, ["train", "train", "valid"]), by_split(), {})
    assert held(found) == {"CCO": [6.0, 1.0], "CCN": [6.0, 0.0]}


SPLITS = st.lists(st.sampled_from(["train", "valid", "test"]), min_size=1, max_size=60)


@given(split=SPLITS, members=st.integers(1, 5), share=st.floats(0.01, 0.49), seed=st.integers(0, 9))
def test_each_member_stops_by_its_own_share_of_the_training_rows(
    split: list[str], members: int, share: float, seed: int
) -> None:
    given = np.array(split)
    if (given == "train").sum() < 2:
        given = np.append(given, ["train", "train"])
    parts = stop_roles(given, members, share, seed)
    assert parts.shape == (members, len(given))
    train = given == "train"
    assert np.isin(parts[:, train], ["fit", "stop"]).all()
    assert (parts[:, ~train] == given[~train]).all()
    size = max(1, round(share * int(train.sum())))
    assert ((parts == "stop").sum(axis=1) == size).all()
    np.testing.assert_array_equal(parts, stop_roles(given, members, share, seed))


def test_members_stop_by_different_rows() -> None:
    parts = stop_roles(np.full(200, "train"), 3, 0.1, 0)
    assert len({row.tobytes() for row in parts == "stop"}) == 3


@given(split=SPLITS, members=st.integers(2, 5), seed=st.integers(0, 9))
def test_folds_hold_each_training_row_out_once(split: list[str], members: int, seed: int) -> None:
    given = np.array(split)
    train = given != "test"
    if train.sum() < 2 * members:
        given = np.append(given, np.full(2 * members, "train"))
        train = given != "test"
    parts = fold_roles(given, members, 0.1, seed)
    assert ((parts == "valid").sum(axis=0) == train).all()
    assert (parts[:, ~train] == "test").all()
    sizes = (parts == "valid").sum(axis=1)
    assert sizes.max() - sizes.min() <= 1
    for member in parts:
        assert (member == "stop").sum() >= 1
        assert np.isin(member, ["fit", "stop", "valid", "test"]).all()


@pytest.mark.parametrize(("rows", "members"), [(20, 1), (2, 3), (5, 4), (0, 2)])
def test_too_few_rows_or_folds_are_a_mistake_of_the_user(rows: int, members: int) -> None:
    with pytest.raises(ModelError, match=r"^[^\n]*cross-validation[^\n]*$"):
        fold_roles(np.full(rows, "train"), members, 0.1, 0)


def test_joined_tables_keep_their_splits() -> None:
    one, other = table([("CCO", 5.0, 0.0)]), table([("CCN", 6.0, 1.0), ("CCC", 7.0, 0.0)])
    joined = join([(one, np.array(["valid"])), (other, np.array(["train", "test"]))])
    assert joined.split is not None
    assert joined.split.tolist() == ["valid", "train", "test"]
    assert list(joined.smiles) == ["CCO", "CCN", "CCC"]
