"""Sets that only help to train never leak a held-back molecule, nor change what is measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.structure.standardize import Standardized, standardize
from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly.assemble import Assembled, assemble, stop_roles
from gnn.features.array_types import Strings
from gnn.separation.held_back import guard_held_back

NAN = float("nan")
TASKS = (Task("a", "regression", "pActivity"), Task("b", "classification", "1 = active"))
Row = tuple[str, float, float, str, bool]
"""SMILES, value, class, split, whether its set only helps."""


def table(rows: list[Row]) -> tuple[ActivityTable, np.ndarray]:
    values = np.array([row[1:3] for row in rows], np.float32).reshape(-1, 2)
    made = ActivityTable(
        smiles=object_array([row[0] for row in rows]),
        ids=object_array([f"id{at}" for at in range(len(rows))]),
        tasks=TASKS,
        values=values,
        bounds=np.zeros(values.shape, np.int8),
        split=np.array([row[3] for row in rows], "<U5"),
    )
    return made, np.array([row[4] for row in rows], bool)


def divide(merged: ActivityTable) -> Strings:
    assert merged.split is not None
    return stop_roles(merged.split, 1, 0.3, 0)


def assembled(rows: list[Row]) -> Assembled:
    made, helps = table(rows)
    return assemble(made, divide, {}, uses=np.where(helps, "train", "given"))


def standard(smiles: str) -> str:
    read = standardize(smiles, "smiles")
    assert isinstance(read, Standardized)
    return read.smiles


def trained(found: Assembled) -> dict[str, str]:
    """The values of each molecule that is trained on, as text, so that NaN equals NaN."""
    rows = found.data.rows(0, "fit", "stop")
    return {found.smiles[row]: str(found.data.values[row].tolist()) for row in rows}


HELD: Row = ("C[C@H](N)C(=O)Nc1ccccc1", 6.0, NAN, "valid", False)
OTHERS: list[Row] = [("CCN", 5.0, 0.0, "train", False), ("CCC", 7.0, 1.0, "train", False)]
FLAT, ISOMER = "CC(N)C(=O)Nc1ccccc1", "C[C@@H](N)C(=O)Nc1ccccc1"
IMIDE = "CC(N)C(O)=Nc1ccccc1"
ENAMINE = "C=C(N)C(O)Nc1ccccc1"  # no tautomer that the standardizer knows, and the same atoms


@pytest.mark.parametrize("smiles", [HELD[0], FLAT, ISOMER, IMIDE, ENAMINE])
def test_no_drawing_of_a_held_back_molecule_is_trained_on(smiles: str) -> None:
    without = assembled([HELD, *OTHERS])
    found = assembled([HELD, *OTHERS, (smiles, 9.0, 1.0, "train", True)])
    assert trained(found) == trained(without)
    row = found.smiles.index(HELD[0])
    assert found.data.values[row].tolist()[0] == 6.0  # what is measured is as it was
    assert np.isnan(found.data.values[row][1])
    assert any("held back" in note for note in found.notes)
    everything = found.data.everything()
    ones = np.flatnonzero(everything.values[:, 1] == 1)
    assert {found.smiles[row] for row in ones} > {"CCC"}  # once measured, it is trained on


def test_what_helps_is_trained_on() -> None:
    found = assembled(
        [HELD, *OTHERS, ("CCN", 6.0, 0.0, "train", True), ("CCS", 4.0, NAN, "train", True)]
    )
    values = trained(found)
    assert values["CCN"] == "[5.5, 0.0]"
    assert values["CCS"] == "[4.0, nan]"
    assert not any("held back" in note for note in found.notes)


def test_a_drawing_that_another_set_trains_on_stays_trained_on() -> None:
    """The set that measures decides; the helping set adds nothing to that row."""
    rows: list[Row] = [HELD, *OTHERS, (FLAT, NAN, 1.0, "train", False)]
    without = assembled(rows)
    found = assembled([*rows, (FLAT, 9.0, NAN, "train", True)])
    assert trained(found) == trained(without)
    assert any(note.startswith("1 value of sets that only help") for note in found.notes)


def test_a_molecule_near_a_test_molecule_is_never_trained_on() -> None:
    tested: Row = (HELD[0], 6.0, NAN, "test", False)
    found = assembled([tested, *OTHERS, (FLAT, 9.0, 1.0, "train", True)]).data.everything()
    assert not (found.values[found.roles[0] != "test"] == 9.0).any()


SMILES = st.sampled_from([HELD[0], FLAT, ISOMER, IMIDE, "CCN", "CCC", "CCO", "CC=O"])
VALUE, CLASS = st.sampled_from([NAN, 4.0, 6.5, 9.0]), st.sampled_from([NAN, 0.0, 1.0])
ROWS = st.lists(
    st.tuples(SMILES, VALUE, CLASS, st.sampled_from(["train", "valid", "test"])), max_size=8
)
HELPING = st.lists(st.tuples(SMILES, VALUE, CLASS), max_size=8)


@given(rows=ROWS, helping=HELPING)
def test_helping_rows_never_change_what_is_measured(
    rows: list[tuple[str, float, float, str]],
    helping: list[tuple[str, float, float]],
) -> None:
    trained_on: list[Row] = [(smiles, 5.0, NAN, "train", False) for smiles in ("CCBr", "CCI")]
    mine: list[Row] = [*trained_on, *((*row, False) for row in rows)]
    more: list[Row] = [(*row, "train", True) for row in helping]

    def held(found: Assembled, role: str) -> dict[str, str]:
        picked = found.data.rows(0, role)
        kept = [row for row in picked if found.data.is_measured[row].any()]
        return {found.smiles[row]: str(found.data.values[row].tolist()) for row in kept}

    without, found = assembled(mine), assembled([*mine, *more])
    for role in ("valid", "test"):
        assert held(found, role) == held(without, role)
    assert without.data.roles.shape[0] == found.data.roles.shape[0]
    gone = set(trained(without)) - set(trained(found))
    assert gone <= {standard(smiles) for smiles, *_ in helping}  # whose classes contradict


def test_without_helping_sets_a_table_is_left_alone() -> None:
    made, _ = table([HELD, *OTHERS])
    assert guard_held_back(made, np.zeros(len(made), bool)).table is made
