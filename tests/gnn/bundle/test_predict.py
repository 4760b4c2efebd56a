from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem

from chem.features.graphs import MAX_ATOMS, MolGraph, featurize, featurizer_spec
from chem.structure.standardize import Standardized, standardize
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.column_names import COLUMN_ENDINGS
from gnn.bundle.device_bundle import DeviceBundle
from gnn.bundle.find_bundle import find_bundle, shipped_bundles
from gnn.bundle.predict import Predictor
from gnn.errors import ModelError
from gnn.features.batch import Batch
from gnn.features.graph_arrays import GraphArrays, collect, take

Columns = dict[str, np.ndarray]

ODD = {
    "methane": "C",
    "a single charged atom": "[CH3-]",
    "a salt's parent": "CC(=O)[O-].[Na+]",
    "the longest chain": "C" * MAX_ATOMS,
    "an unseen element": "CC[Te]C",
    "labelled": "[2H]C([2H])([2H])[13CH2]N",
    "a cage": "C12C3C4C1C5C2C3C45",
    "a macrocycle": "C1" + "C" * 60 + "1",
    "a peptide": "NCC(=O)" * 40 + "O",
    "many charges": "C[N+](C)(C)CC[N+](C)(C)CC[N+](C)(C)C",
    "boron and silicon": "C[Si](C)(C)CB(O)O",
    "hypervalent": "CS(F)(F)(F)(F)F",
    "a fullerene": (
        "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1"
        "c1c6c6c%11c2c2c7c3c3c8c4c4c9c5c1c1c6c2c3c41"
    ),
}


@pytest.fixture(scope="module")
def odd() -> GraphArrays:
    graphs = []
    for name, smiles in ODD.items():
        standard = standardize(smiles, "smiles")
        assert isinstance(standard, Standardized), (name, standard)
        graph = featurize(standard.mol)
        assert isinstance(graph, MolGraph), (name, graph)
        graphs.append(graph)
    return collect(graphs)


@pytest.mark.parametrize("room", [6000, 3072])
def test_batches_that_do_not_fit_the_memory_are_made_smaller(
    drug_arrays: GraphArrays,
    make_bundle: Callable[..., Bundle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    room: int,
) -> None:
    bundle = make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"), ("herg", "c")))
    several = take(drug_arrays, np.tile(np.arange(drug_arrays.molecules), 8))
    whole = Predictor([bundle]).predict(several)
    outputs = DeviceBundle.outputs
    seen = []

    def short_of_memory(self: DeviceBundle, batch: Batch, count: int) -> torch.Tensor:
        seen.append(len(batch.atoms))
        if len(batch.atoms) > room and len(seen) > 1:  # the first batch fits
            raise torch.OutOfMemoryError
        return outputs(self, batch, count)

    monkeypatch.setattr(DeviceBundle, "outputs", short_of_memory)
    predictor = Predictor([bundle])
    found = predictor.predict(several)
    for name, values in found.items():
        np.testing.assert_allclose(values, whole[name], atol=1e-5)
    assert predictor.shape.atoms <= room < seen[0]
    assert f"batches have {predictor.shape.atoms:,} atoms from now on" in caplog.text


def test_a_gpu_that_fails_is_told_in_one_line(
    drug_arrays: GraphArrays,
    make_bundle: Callable[..., Bundle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    predictor = Predictor([make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"),))])

    def fail(graphs: GraphArrays) -> None:
        raise RuntimeError("CUDA error: uncorrectable ECC error encountered\nmore\nlines")

    monkeypatch.setattr(predictor, "_predict", fail)
    with pytest.raises(RuntimeError, match="more"):
        predictor.predict(drug_arrays)
    monkeypatch.setattr(predictor, "device", torch.device("cuda"))
    with pytest.raises(ModelError, match=r"^the GPU failed \(CUDA error: unc[^\n]*is kept$"):
        predictor.predict(drug_arrays)


def test_a_memory_without_room_for_the_smallest_batch_is_told(
    drug_arrays: GraphArrays,
    make_bundle: Callable[..., Bundle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"),))

    def no_memory(*words: object) -> torch.Tensor:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(DeviceBundle, "outputs", no_memory)
    with pytest.raises(ModelError, match=r"^the memory of CPU does not hold .* --device$"):
        Predictor([bundle]).predict(drug_arrays)


def assert_lawful(columns: Columns, bundles: list[Bundle], molecules: int) -> None:
    """No NaN; a value lies in its interval; a probability is one."""
    for bundle in bundles:
        for task in bundle.card.tasks:
            names = [f"{bundle.card.name}_{task.name}{part}" for part in COLUMN_ENDINGS]
            value, std, low, high = (columns[name] for name in names)
            for column in (value, std, low, high):
                assert column.shape == (molecules,)
                assert column.dtype == np.float32
                assert np.isfinite(column).all()
            assert (std >= 0).all()
            assert (low <= value).all()
            assert (value <= high).all()
            if task.kind == "classification":
                assert (low >= 0).all()
                assert (high <= 1).all()
                assert (std <= 0.5).all()


def test_columns_are_named_by_bundle_and_task(
    make_bundle: Callable[..., Bundle], tmp_path: Path, odd: GraphArrays
) -> None:
    bundles = [
        make_bundle(tmp_path / "a", "alpha", [("ABL1(phosphorylated)", "r"), ("x_y", "c")]),
        make_bundle(tmp_path / "b", "beta", [("x_y", "c")], seed=1),
    ]
    predictor = Predictor(bundles)
    named = ["alpha_ABL1(phosphorylated)", "alpha_x_y", "beta_x_y"]
    assert predictor.columns == [name + part for name in named for part in COLUMN_ENDINGS]
    found = predictor.predict(odd)
    assert list(found) == predictor.columns
    assert_lawful(found, bundles, odd.molecules)
    assert not np.array_equal(found["alpha_x_y"], found["beta_x_y"])
    alone = Predictor(bundles[1:]).predict(odd)
    for name, values in alone.items():
        np.testing.assert_array_equal(values, found[name])


def test_shipped_bundles_answer_for_odd_molecules(odd: GraphArrays) -> None:
    featurizer = featurizer_spec()["hash"]
    bundles = [load_bundle(find_bundle(name), featurizer) for name in shipped_bundles()]
    assert_lawful(Predictor(bundles).predict(odd), bundles, odd.molecules)


def test_no_molecules_no_rows(make_bundle: Callable[..., Bundle], tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    found = Predictor([bundle]).predict(collect([]))
    assert_lawful(found, [bundle], 0)


def test_values_are_in_their_unit(
    make_bundle: Callable[..., Bundle], tmp_path: Path, odd: GraphArrays
) -> None:
    bundle = make_bundle(tmp_path, members=1)
    before = Predictor([bundle]).predict(odd)["small_EGFR"].astype(float)
    bundle.networks[0].shift += 2.5
    bundle.networks[0].scale *= 3.0
    after = Predictor([bundle]).predict(odd)["small_EGFR"]
    np.testing.assert_allclose(after, (before - 6.0) * 3.0 + 8.5, atol=1e-4)


def test_broken_weights_are_no_score(
    make_bundle: Callable[..., Bundle], tmp_path: Path, odd: GraphArrays
) -> None:
    bundle = make_bundle(tmp_path)
    bundle.networks[1].shift[0] = float("nan")
    with pytest.raises(ModelError, match=r"small_EGFR is not finite"):
        Predictor([bundle]).predict(odd)


def test_a_name_from_the_screen_is_predicted() -> None:
    """The example screen's tasks exist in the bundles that ship with it."""
    featurizer = featurizer_spec()["hash"]
    bundles = [load_bundle(find_bundle(name), featurizer) for name in ("activity", "toxicity")]
    columns = Predictor(bundles).columns
    assert {"activity_EGFR", "activity_EGFR_std", "toxicity_herg", "toxicity_NR-AR_hi"} < set(
        columns
    )
    assert len(columns) == len(set(columns))


def test_a_fullerene_is_one_molecule() -> None:
    assert Chem.MolFromSmiles(ODD["a fullerene"]).GetNumAtoms() == 60
