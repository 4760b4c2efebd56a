import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data.activities.activity import LOWER, UPPER, ActivityTable, Task, object_array
from data.catalogue.catalogue import dataset
from data.public_sets.sets import read_activities
from gnn.bundle.bundle import Bundle, load_bundle, save_bundle
from gnn.bundle.find_bundle import SHIPPED, read_card, shipped_bundles
from gnn.bundle.measured_compounds import (
    FILE,
    RELATIONS,
    MeasuredCompounds,
    load_measured_compounds,
    save_measured_compounds,
)
from gnn.errors import ModelError

SAMPLE = Path(__file__).parents[2] / "files/data/kinase200_sample.csv"
NAN = np.nan
IDS = [
    '=HYPERLINK("http://x")',
    "007",
    "NA",
    "1E5",
    "",
    "-0",
    "a\nb\t,;\"'",
    "Ünï-β 😀",
    "<b>&amp;",
]
TASKS = (Task("EGFR", "regression", "pActivity"), Task("herg", "classification", "1 = active"))
ARRAYS = ("ids", "smiles", "rows", "columns", "values", "bounds")


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path / "small")


@pytest.fixture
def table() -> ActivityTable:
    values = np.full((len(IDS), 2), NAN, np.float32)
    values[:, 0] = [7.92, 6.506, 5, 4.999, 9.0, 1e-3, NAN, 12, 7]
    values[2:7, 1] = [0, 1, 0, 1, 1]
    bounds = np.zeros((len(IDS), 2), np.int8)
    bounds[2, 0], bounds[4, 0] = UPPER, LOWER
    smiles = [f"C{'C' * at}" for at in range(len(IDS))]
    return ActivityTable(object_array(smiles), object_array(IDS), TASKS, values, bounds)


@pytest.fixture
def kept(bundle: Bundle, table: ActivityTable) -> MeasuredCompounds:
    save_measured_compounds(
        bundle.path, bundle.card, MeasuredCompounds.of_table(table), bundle.card.data
    )
    found = bundle.measured_compounds
    assert found is not None
    return found


def test_what_is_kept_comes_back_to_the_last_bit(
    kept: MeasuredCompounds, table: ActivityTable
) -> None:
    assert kept.ids.tolist() == IDS
    assert kept.smiles.tolist() == table.smiles.tolist()
    assert kept.tasks == ("EGFR", "herg")
    for column, task in enumerate(kept.tasks):
        rows, values, bounds = kept.of(task)
        present = np.flatnonzero(table.is_measured[:, column])
        assert rows.tolist() == present.tolist()
        assert values.tobytes() == table.values[present, column].tobytes()
        assert bounds.tobytes() == table.bounds[present, column].tobytes()
    with pytest.raises(ValueError, match="not in tuple"):
        kept.of("CDK2")


def test_anybody_can_read_the_file(kept: MeasuredCompounds, bundle: Bundle) -> None:
    frame = pd.read_parquet(bundle.path / FILE)
    assert frame["id"].tolist() == IDS
    assert list(frame.loc[2, ["task", "relation"]].map(list)) == [["EGFR", "herg"], ["<", "="]]
    assert frame["value"].tolist()[2].tolist() == [5, 0]


def test_a_bundle_without_any_has_none(bundle: Bundle) -> None:
    assert bundle.measured_compounds is None


def test_tasks_of_another_order_are_refused(bundle: Bundle, table: ActivityTable) -> None:
    other = MeasuredCompounds.of_table(table.select_tasks(["herg", "EGFR"]))
    with pytest.raises(ValueError, match="expected the card"):
        save_measured_compounds(bundle.path, bundle.card, other, [])
    assert not (bundle.path / FILE).exists()


def test_scoring_never_reads_it(bundle: Bundle) -> None:
    (bundle.path / FILE).write_bytes(b"damaged")
    loaded = load_bundle(bundle.path, bundle.card.featurizer)
    with pytest.raises(ModelError, match="is damaged"):
        loaded.measured_compounds  # noqa: B018


def test_another_training_takes_it_away(kept: MeasuredCompounds, bundle: Bundle) -> None:
    save_bundle(bundle.path, bundle.card, [network.state_dict() for network in bundle.networks])
    assert not (bundle.path / FILE).exists()


def test_another_bundles_are_refused(
    kept: MeasuredCompounds, bundle: Bundle, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    for other in (
        make_bundle(tmp_path / "other", seed=5),
        make_bundle(tmp_path / "third", tasks=[("CDK2", "r"), ("herg", "c")]),
    ):
        (other.path / FILE).write_bytes((bundle.path / FILE).read_bytes())
        with pytest.raises(ModelError, match=r"^[^\n]*belongs to a bundle other[^\n]*$"):
            other.measured_compounds  # noqa: B018
    trained = bundle.card.model_copy(update={"data": [{"name": "x", "sha256": "12"}]})
    with pytest.raises(ModelError, match="a bundle other than"):
        load_measured_compounds(bundle.path, trained)
    said = bundle.card.model_copy(update={"title": "Another", "notes": ["a remark"]})
    assert load_measured_compounds(bundle.path, said) is not None


@pytest.mark.parametrize("harm", ["cut", "text", "empty", "other table", "fewer rows"])
def test_a_damaged_file_is_told_in_one_line(
    kept: MeasuredCompounds, bundle: Bundle, harm: str
) -> None:
    path = bundle.path / FILE
    content = path.read_bytes()
    if harm == "other table":
        pd.DataFrame({"id": ["1"], "smiles": ["C"]}).to_parquet(path)
    elif harm == "fewer rows":
        pq.write_table(pq.read_table(path).slice(1), path)  # what it says of itself stays
    else:
        path.write_bytes({"cut": content[:-9], "text": b"compounds", "empty": b""}[harm])
    with pytest.raises(ModelError, match=r"^[^\n]*is damaged[^\n]*hitlist bundles measured[^\n]*$"):
        load_measured_compounds(bundle.path, bundle.card)


def test_no_flipped_bit_changes_what_is_read(kept: MeasuredCompounds, bundle: Bundle) -> None:
    path = bundle.path / FILE
    content = path.read_bytes()
    refused = 0
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        try:
            found = load_measured_compounds(bundle.path, bundle.card)
        except ModelError:
            refused += 1
            continue
        assert found is not None
        for name in ARRAYS:
            assert getattr(found, name).tolist() == getattr(kept, name).tolist(), f"{name}, {at}"
    assert refused > len(content) / 14


def tasks_of(name: str) -> set[str]:
    return {task.name for task in dataset(name).tasks}


@pytest.mark.parametrize("name", shipped_bundles())
def test_shipped_bundles_keep_all_that_was_measured_and_no_presumption(name: str) -> None:
    card = read_card(SHIPPED / name)
    found = load_measured_compounds(SHIPPED / name, card)
    assert found is not None
    assert not [one for one in found.ids if one.startswith("presumed")]
    for task in card.tasks:
        rows, values, bounds = found.of(task.name)
        assert len(set(found.smiles[rows])) == len(rows), task.name
        # A presumption would be one more. What one set holds back and another measured was set
        # aside when the card counted; a bundle that is trained again was trained on it too.
        counted = task.trained_on + task.validated_on
        sets = [one for one in card.data if task.name in tasks_of(one["name"])]
        most = sum(one["rows"] for one in sets) if card.refit and sets else counted
        withheld = [one for one in sets if not dataset(one["name"]).ship_values]
        assert (1 if withheld else counted) <= len(rows) <= most, task.name
        if task.kind == "classification":
            assert set(values) <= {0.0, 1.0}, task.name
        assert set(bounds) <= set(RELATIONS)
    assert sum(len(found.of(task.name).rows) for task in card.tasks) == len(found.values)


def test_shipped_activity_says_what_the_source_says() -> None:
    card = read_card(SHIPPED / "activity")
    found = load_measured_compounds(SHIPPED / "activity", card)
    assert found is not None
    table = read_activities(SAMPLE, dataset("kinase200"))
    at = {key: row for row, key in enumerate(found.ids)}
    compared = 0
    for column, task in enumerate(table.tasks):
        rows, values, _ = found.of(task.name)
        value = dict(zip(rows.tolist(), values.tolist(), strict=True))
        for row in np.flatnonzero(table.is_measured[:, column]):
            assert value[at[table.ids[row]]] == table.values[row, column], task.name
            compared += 1
    assert compared > 40


@pytest.mark.parametrize("name", shipped_bundles())
def test_licences_and_citations_travel_with_the_values(name: str) -> None:
    note = json.loads(pq.read_schema(SHIPPED / name / FILE).metadata[b"hitlist"])
    assert "standardized" in note["changes"]
    for source in note["sources"]:
        entry = dataset(source["name"])
        assert (source["licence"], source["citation"]) == (entry.licence, entry.citation)
    measured = {task for one in note["sources"] for task in tasks_of(one["name"])}
    shipped = {task.name for task in read_card(SHIPPED / name).tasks}
    assert shipped <= measured or [one["name"] for one in note["sources"]] == ["kinase200"]
    assert all(tasks_of(one["name"]) & shipped for one in note["sources"] if name != "activity")
