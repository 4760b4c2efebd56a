"""Analogs of training molecules: new structures of the same parts, the same each time."""

import csv
from pathlib import Path

import numpy as np
import pytest

from chem.features.graphs import state_factors
from chem.structure.standardize import Standardized, standardize
from gnn.assembly.analogs import add_analogs, make_analogs
from gnn.assembly.assemble import Assembled
from gnn.errors import ModelError
from gnn.features.graph_arrays import collect
from gnn.training.training_set import UNLABELLED, TrainingSet
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"


@pytest.fixture(scope="module")
def smiles() -> list[str]:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    column = next(name for name in rows[0] if name.lower() == "smiles")
    read = [standardize(row[column], "smiles") for row in rows]
    return list(dict.fromkeys(one.smiles for one in read if isinstance(one, Standardized)))


def test_analogs_are_new_molecules_and_the_same_each_time(smiles: list[str]) -> None:
    found = make_analogs(smiles, 50, known=["CC"])
    assert len(found) == 50
    assert not found.keys() & set(smiles)
    assert list(found) == list(make_analogs(smiles, 50, known=["CC"]))
    assert list(found) != list(make_analogs(smiles, 50, seed=1))
    for text in found:
        read = standardize(text, "smiles")
        assert isinstance(read, Standardized)
        assert read.smiles == text
        assert 15 <= read.mol.GetNumHeavyAtoms() <= 50
    first = next(iter(found))
    assert first not in make_analogs(smiles, 50, known=[first])


@pytest.mark.parametrize("few", [[], ["CCO"], ["c1ccccc1CCCCCCCCCCCCCC", "CC"]])
def test_molecules_without_bonds_to_cut_are_told(few: list[str]) -> None:
    with pytest.raises(ModelError, match=r"gave 0 analogs, expected 5; ask for fewer"):
        make_analogs(few, 5)


def test_analogs_come_from_molecules_that_are_trained_on(smiles: list[str]) -> None:
    """Held-back and presumed molecules give no analog, and no analog has a value."""
    count = len(smiles)
    values = np.linspace(5, 9, count, dtype=np.float32)[:, None]
    roles = np.full((2, count), "fit", "<U5")
    roles[:, : count // 2] = "valid"
    presumed = np.arange(count) >= count - 5
    data = TrainingSet(
        graphs=collect([graph_of(text) for text in smiles]),
        factors=state_factors(),
        values=values,
        bounds=np.zeros(values.shape, np.int8),
        roles=roles,
        tasks=({"name": "pKi", "kind": "regression", "unit": "pActivity", "direction": "up"},),
        meta={},
        presumed=presumed,
        spare=np.full(values.shape, np.nan, np.float32),
        outside=np.full(values.shape, 6.0, np.float32),
    )
    more = add_analogs(Assembled(data, smiles, ["a note"]), 20)
    trained = smiles[count // 2 : count - 5]
    assert more.smiles == [*smiles, *make_analogs(trained, 20, known=smiles)]
    found = more.data
    assert found.graphs.molecules == count + 20
    np.testing.assert_array_equal(found.values[:count], values)
    assert np.isnan(found.values[count:]).all()
    assert not found.is_measured[count:].any()
    np.testing.assert_array_equal(found.roles[:, :count], roles)
    assert (found.roles[:, count:] == UNLABELLED).all()
    assert found.spare is not None
    assert found.spare.shape == found.values.shape
    assert found.outside is not None
    assert np.isnan(found.outside[count:]).all()
    assert (found.everything().roles[:, count:] == UNLABELLED).all()
    assert more.notes[0] == "a note"
    assert more.notes[1].startswith("20 analogs without measurements")
