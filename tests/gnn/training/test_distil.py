"""Teachers and the networks that they teach, on a real assay: who learns from what; resuming."""

import csv
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from chem.features.descriptors import descriptors
from chem.features.graphs import state_factors
from flows.model_benchmark.held_out import measure_held_out
from gnn.assembly.approved_drugs import Drugs, compared_with_drugs
from gnn.assembly.assemble import Assembled
from gnn.assembly.build import BundlePlan, build_bundle
from gnn.bundle.bundle import load_bundle
from gnn.card.card import DrugReference
from gnn.errors import ModelError
from gnn.evaluation.ablation import ablate, stages
from gnn.evaluation.metrics import r2
from gnn.features.graph_arrays import collect, take
from gnn.models.encoder import load_pretrained
from gnn.models.losses import distillation_loss
from gnn.models.network import network_config
from gnn.training.distil import Teaching, combine, fit_arrays, fit_distilled
from gnn.training.ensemble import held_out_outputs
from gnn.training.loop import SoftTargets, TrainingConfig, TrainingRun
from gnn.training.networks import fit_head, inputs
from gnn.training.teacher import TEACHERS, average, teach
from gnn.training.training_set import UNLABELLED, TrainingSet, load_training_set, save_training_set
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
CPU = torch.device("cpu")
PRETRAINED = load_pretrained()
SIZES = network_config(
    2, {"hidden": 32, "environments": 256, "pairs": 256, "paths": 256}, PRETRAINED
)
QUICK = TrainingConfig(epochs=12, batch=16, encoder_rate=0, learning_rate=3e-3)

TEACHING = Teaching(TEACHERS, replace(SIZES, hidden=24), QUICK, 1, ("networks",))


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    """120 compounds: their pKi, and whether it is above the median; a fifth is held out."""
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:120]
    smiles = next(name for name in rows[0] if name.lower() == "smiles")
    values = np.array([9 - np.log10(float(row["Ki nM"].lstrip("<>~="))) for row in rows])
    bounds = np.array([-1 if row["Ki nM"].startswith(">") else 0 for row in rows], np.int8)
    parts = np.where(np.arange(120) % 5 == 0, "valid", "fit").astype("<U5")
    table = np.stack(
        [values, np.where(np.arange(120) % 3 == 0, np.nan, values > np.median(values))], axis=1
    )
    return TrainingSet(
        graphs=collect([graph_of(row[smiles]) for row in rows]),
        factors=state_factors(),
        values=table.astype(np.float32),
        bounds=np.stack([bounds, np.zeros(120, np.int8)], axis=1),
        roles=np.tile(parts, (2, 1)),
        tasks=(
            {"name": "pKi", "kind": "regression", "unit": "pActivity", "direction": "up"},
            {"name": "active", "kind": "classification", "unit": "", "direction": "up"},
        ),
        meta={"featurizer": "abc", "data": [], "split": "every fifth"},
        presumed=np.arange(120) == 7,
        descriptors=descriptors([row[smiles] for row in rows]),
    )


def run_of(data: TrainingSet, config: TrainingConfig = QUICK) -> TrainingRun:
    return TrainingRun(data, SIZES, config, PRETRAINED, device="cpu")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("taught")


def test_teachers_know_more_than_the_mean_and_do_not_see_what_is_held_out(
    data: TrainingSet, work: Path
) -> None:
    taught = fit_distilled(run_of(data), 2, TEACHING, work)
    held = data.rows(0, "valid")
    for name, said in taught.by_teacher.items():
        assert said.shape == data.values.shape
        assert r2(data.values[held, 0], said[held, 0]) > 0.1, name
        classes = said[np.isfinite(said[:, 1]), 1]
        assert 0 <= classes.min() < 0.4 < 0.6 < classes.max() <= 1, name
    assert np.isfinite(taught.by_teacher["networks"]).all()
    assert taught.soft_targets is not None  # the first task is a regression, the second a class
    np.testing.assert_array_equal(taught.soft_targets[:, 0], taught.by_teacher["networks"][:, 0])
    np.testing.assert_array_equal(taught.soft_targets[:, 1], average(taught.by_teacher)[:, 1])
    for name in ("process", "forest", "trees"):  # what is presumed was not measured
        assert np.isnan(taught.by_teacher[name][7]).all()
        assert np.isfinite(np.delete(taught.by_teacher[name], 7, axis=0)).all()
    other = np.where((data.roles[:1] == "valid").T, 1 - data.values, data.values)
    blinded = run_of(replace(data, values=other))
    for name in ("process", "forest", "trees"):
        blind = teach(blinded, [], name)
        np.testing.assert_array_equal(blind, taught.by_teacher[name])


def test_what_was_fitted_is_not_fitted_again(data: TrainingSet, work: Path) -> None:
    lines: list[str] = []
    run = replace(run_of(data), report=lambda line, done, most: lines.append(line))
    again = fit_distilled(run, 2, TEACHING, work)
    assert lines == []
    assert len(again.states) == 2


def test_a_folder_of_another_training_is_refused_before_any_work(
    data: TrainingSet, tmp_path: Path
) -> None:
    run = run_of(data, replace(QUICK, epochs=1))
    fit_distilled(run, 2, None, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ModelError, match="name another folder"):
        fit_distilled(run, 2, TEACHING, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_was_fitted_from_arrays_alone_is_shipped(data: TrainingSet, tmp_path: Path) -> None:
    """The way over a machine without RDKit, with the second training on every row."""
    training = {"epochs": 2, "batch": 16, "encoder_rate": 0}
    sizes = {"hidden": 32, "environments": 256, "pairs": 256, "paths": 256}
    own = {
        "teachers": ["networks", "process"],
        "members": 1,
        "network": sizes,
        "values": ["networks"],
        "weights": {},
    }
    config = TrainingConfig(**training)
    recipe = {"network": sizes, "training": training, "seed": 0, "members": 2, "refit": True}
    recipe |= {"pretrained": True, "teaching": own | {"training": asdict(config)}}
    given = replace(data, meta={**data.meta, "recipe": recipe})
    save_training_set(tmp_path / "set.npz", given)
    fit_arrays(load_training_set(tmp_path / "set.npz"), tmp_path / "work", "cpu")
    lines: list[str] = []
    run = replace(run_of(given, config), report=lambda line, done, most: lines.append(line))
    teaching = Teaching(("networks", "process"), SIZES, config, 1, ("networks",))
    plan = BundlePlan("taught", "Taught", forest=False, members=2, teaching=teaching, refit=True)
    reference = DrugReference(library="drugs", sha256="0" * 64, rows=30, drugs=30)
    plan = replace(plan, drugs=Drugs(take(data.graphs, np.arange(30)), reference))
    card = build_bundle(
        tmp_path / "bundle", Assembled(given, [""] * 120, []), run, plan, tmp_path / "work"
    )
    assert lines == []  # nothing was left to fit
    assert (card.members, card.refit, len(card.ablation)) == (2, True, 5)
    assert card.tasks[0].validated_on == 24
    # The second training has the rows that were measured on, and nothing that was presumed.
    shipped = load_bundle(tmp_path / "bundle", "abc")
    assert shipped.domain is not None
    # The card compares with the networks that are shipped, which are rounded and know every row.
    assert plan.drugs is not None
    assert shipped.card.drugs == reference
    assert shipped.card.tasks == compared_with_drugs(shipped, plan.drugs).tasks
    assert len(shipped.card.tasks[0].drug_quantiles) == 21
    assert card.domain is not None
    assert 96 < card.domain.compounds <= 119
    found, why = measure_held_out(str(tmp_path / "bundle"))
    assert found == []
    assert "--held-out" in why


def test_the_card_says_what_each_part_earned(data: TrainingSet, work: Path) -> None:
    taught = fit_distilled(run_of(data), 2, TEACHING, work)
    outputs = held_out_outputs(taught.states, SIZES, data, "valid")
    found = ablate(
        data, "valid", np.arange(2), stages(taught.by_teacher, taught.soft_targets, outputs)
    )
    assert [len(stage.metrics) for stage in found] == [3] * 7
    assert [stage.name for stage in found][3] == "boosted trees on descriptors"
    held = data.rows(0, "valid")
    mean = outputs[:, held, 0].mean(axis=0)
    assert found[-1].name == "shipped: 2 such networks"
    assert found[-1].metrics["regression r2"] == pytest.approx(
        r2(data.values[held, 0].astype(float), mean), abs=1e-4
    )
    assert stages({}, None, outputs) == []


def test_networks_learn_what_they_are_taught(data: TrainingSet) -> None:
    """A lesson that no measurement holds is learnt, also of molecules that were not measured."""
    heavy = np.diff(data.graphs.atom_offsets).astype(np.float32)
    lesson = np.stack([heavy, np.full(120, np.nan, np.float32)], axis=1)
    config = replace(QUICK, epochs=60, distil=100.0)
    run = replace(run_of(data, config), soft_targets=SoftTargets(lesson, {}))
    state = fit_head(run, inputs(run))
    (found,) = held_out_outputs([state], SIZES, data, "valid")
    held = data.rows(0, "valid")
    assert np.corrcoef(found[held, 0], heavy[held])[0, 1] > 0.8


def test_only_soft_targets_teach_molecules_without_measurements(data: TrainingSet) -> None:
    """Their measurements, if any were left in the arrays, would be ignored."""
    roles = np.where(np.arange(120) % 3 == 1, UNLABELLED, data.roles)
    part = replace(data, roles=roles)
    changed = replace(part, values=np.where((roles[:1] == UNLABELLED).T, 0, data.values))
    given = inputs(run_of(data))
    lesson = np.full(data.values.shape, np.nan, np.float32)
    other = np.where((roles[:1] == UNLABELLED).T, np.float32(1), lesson)

    def fitted(of: TrainingSet, targets: np.ndarray | None) -> torch.Tensor:
        soft = None if targets is None else SoftTargets(targets, {})
        state = fit_head(replace(run_of(of), soft_targets=soft), given)
        return state["first.weight"]

    assert torch.equal(fitted(part, None), fitted(changed, None))
    assert not torch.equal(fitted(part, lesson), fitted(part, other))


def test_trees_need_descriptors_before_anything_is_fitted(
    data: TrainingSet, tmp_path: Path
) -> None:
    with pytest.raises(
        ModelError, match="without descriptors, expected some for the teacher trees"
    ):
        fit_distilled(run_of(replace(data, descriptors=None)), 2, TEACHING, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_teachers_are_averaged_where_they_speak() -> None:
    one = np.array([[1.0, np.nan], [np.nan, np.nan]], np.float32)
    other = np.array([[3.0, 5.0], [np.nan, 2.0]], np.float32)
    np.testing.assert_array_equal(average({"a": one, "b": other}), [[2, 5], [np.nan, 2]])


def test_a_teacher_counts_as_much_as_its_weight() -> None:
    one = np.array([[1.0, 0.2], [np.nan, 0.4]], np.float32)
    other = np.array([[3.0, 0.6], [2.0, np.nan]], np.float32)
    both = {"networks": one, "forest": other}
    weights = {
        "networks": {"regression": 3.0, "classification": 0.0},
        "forest": {"regression": 1.0, "classification": 2.0},
    }
    teaching = replace(TEACHING, teachers=tuple(both), values=(), weights=weights)
    found = combine(both, teaching, np.array([False, True]))
    # Alone, a teacher counts whole; a teacher whose weight is 0 says nothing, even alone.
    np.testing.assert_allclose(found, [[1.5, 0.6], [2.0, np.nan]], rtol=1e-6)


def test_holes_of_a_lesson_do_not_count() -> None:
    output = torch.tensor([[1.0, 0.0], [5.0, 2.0]])
    taught = torch.tensor([[3.0, 0.5], [float("nan"), float("nan")]])
    found = distillation_loss(output, taught, torch.tensor([False, True]))
    assert float(found) == pytest.approx((4 + np.log(2)) / 2)
    nothing = torch.full((2, 2), float("nan"))
    assert float(distillation_loss(output, nothing, torch.tensor([False, True]))) == 0


def test_everything_is_trained_on_but_the_test_rows(data: TrainingSet) -> None:
    parts = data.roles.copy()
    parts[:, :10] = "test"
    parts = np.where(np.arange(120) >= 110, UNLABELLED, parts)
    spare = np.full(data.values.shape, np.nan, np.float32)
    spare[:6, 1] = 1.0  # rows 0 and 3 have no value of task 1, but are test rows
    spare[15, 1] = 1.0
    found = replace(data, roles=parts, spare=spare).everything()
    assert set(np.unique(found.roles)) == {"fit", "test", UNLABELLED}
    for kept in ("test", UNLABELLED):
        np.testing.assert_array_equal(found.roles == kept, parts == kept)
    assert np.isnan(data.values[15, 1])
    assert found.values[15, 1] == 1
    np.testing.assert_array_equal(found.values[:10], data.values[:10])
    assert found.spare is None
