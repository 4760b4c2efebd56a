import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem

from chem.features.pretext import pretext_labels
from gnn.assembly.structures import assemble_pretext, make_pretext_set
from gnn.errors import ModelError
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays
from gnn.models.encoder import Pretrained, describe, load_pretrained, start_from
from gnn.models.network import Network, network_config
from gnn.training.pretrain import PretrainConfig, Pretraining, pretrain_encoder
from gnn.training.training_set import (
    PretextSet,
    load_pretext_set,
    save_pretext_set,
)

CONFIG = PretrainConfig(
    epochs=30, batch=16, width=24, layers=2, hidden=48, warmup=5, counts=64, learning_rate=5e-3
)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(drugs: list[Chem.Mol], drug_arrays: GraphArrays) -> PretextSet:
    return make_pretext_set(drug_arrays, np.stack([pretext_labels(mol) for mol in drugs]), "drugs")


@pytest.fixture(scope="module")
def encoder(data: PretextSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained")
    pretrain_encoder(data, folder / "encoder", folder / "work", CONFIG, "cpu", lambda line: None)
    return folder / "encoder"


def test_a_set_survives_its_file(data: PretextSet, tmp_path: Path) -> None:
    save_pretext_set(tmp_path / "set.npz", data)
    found = load_pretext_set(tmp_path / "set.npz")
    assert found.names == data.names
    assert found.sha256 == data.sha256
    np.testing.assert_array_equal(found.labels, data.labels)


def test_descriptors_are_learnt(data: PretextSet, encoder: Path) -> None:
    """On molecules that trained it: it has seen too few to know others."""
    found = describe(load_pretrained(encoder), data.graphs)
    wanted = data.standardized(np.arange(data.graphs.molecules))
    explained = 1 - np.square(found - wanted).mean() / wanted.var()
    assert explained > 0.3


def test_a_description_does_not_depend_on_its_neighbours(
    data: PretextSet, encoder: Path, drug_arrays: GraphArrays
) -> None:
    pretrained = load_pretrained(encoder)
    from gnn.features.graph_arrays import take

    some = np.array([5, 3, 8])
    np.testing.assert_allclose(
        describe(pretrained, take(drug_arrays, some)),
        describe(pretrained, drug_arrays)[some],
        atol=1e-4,
    )


def test_a_stopped_run_goes_on_to_the_same_weights(data: PretextSet, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    config = PretrainConfig(epochs=2, batch=16, width=8, layers=1, hidden=8, warmup=2, counts=16)
    whole = Pretraining(data, config, CPU)
    whole.run(tmp_path / "whole.checkpoint", lambda line: None, every=3)
    broken = Pretraining(data, config, CPU)

    def stop(line: str) -> None:
        if broken.step >= 6:
            shutil.copy(tmp_path / "broken.checkpoint", tmp_path / "kept.checkpoint")
            raise StoppedError

    with pytest.raises(StoppedError):
        broken.run(tmp_path / "broken.checkpoint", stop, every=3)
    again = Pretraining(data, config, CPU)
    again.run(tmp_path / "kept.checkpoint", lambda line: None, every=3)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name]), name


def test_a_checkpoint_of_other_settings_is_refused(data: PretextSet, tmp_path: Path) -> None:
    small = PretrainConfig(epochs=1, batch=16, width=8, layers=1, hidden=8, counts=16)
    Pretraining(data, small, CPU).run(tmp_path / "a.checkpoint", lambda line: None)
    other = PretrainConfig(epochs=2, batch=16, width=8, layers=1, hidden=8, counts=16)
    with pytest.raises(ModelError, match="other molecules or settings"):
        Pretraining(data, other, CPU).run(tmp_path / "a.checkpoint", lambda line: None)


def test_a_network_starts_from_it(encoder: Path, data: PretextSet) -> None:
    pretrained = load_pretrained(encoder)
    config = network_config(3, {"environments": 64, "hidden": 16}, pretrained)
    network = Network(config, torch.from_numpy(data.factors)).eval()
    start_from(network, pretrained)
    _, described = network.graph(make_batch(data.graphs))
    np.testing.assert_allclose(
        described.detach().numpy(), describe(pretrained, data.graphs), atol=1e-4
    )


def test_another_vocabulary_is_refused(encoder: Path, data: PretextSet) -> None:
    pretrained = load_pretrained(encoder)
    config = network_config(3, {"environments": 64, "hidden": 16}, pretrained)
    network = Network(config, torch.from_numpy(data.factors[::-1].copy()))
    with pytest.raises(ModelError, match="atom states"):
        start_from(network, pretrained)


def test_changed_weights_are_refused(encoder: Path, tmp_path: Path) -> None:
    shutil.copytree(encoder, tmp_path / "encoder")
    path = tmp_path / "encoder" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError, match="its card says"):
        load_pretrained(tmp_path / "encoder")


@pytest.fixture(scope="module")
def shipped() -> Pretrained:
    return load_pretrained()


def test_the_shipped_encoder_knows_what_weight_and_rings_are(
    shipped: Pretrained, drugs: list[Chem.Mol], drug_arrays: GraphArrays
) -> None:
    """Checked against RDKit itself, in the descriptors' own units."""
    names = shipped.card["descriptors"]
    found = describe(shipped, drug_arrays)
    truth = np.stack([pretext_labels(mol) for mol in drugs])
    small = np.array([mol.GetNumHeavyAtoms() <= 50 for mol in drugs])
    for name in ("MolWt", "TPSA", "MolLogP", "RingCount", "NumHDonors"):
        at = names.index(name)
        told = found[small, at] * shipped.card["std"][at] + shipped.card["mean"][at]
        explained = 1 - np.square(told - truth[small, at]).mean() / truth[small, at].var()
        assert explained > 0.9, name


@pytest.mark.slow
def test_sets_of_the_catalogue_become_arrays() -> None:
    data = assemble_pretext(0, sets=("approved_drugs",), processes=2)
    assert data.graphs.molecules == 1673  # as many as a screen of them accepts
    assert data.labels.shape == (data.graphs.molecules, len(data.names))
