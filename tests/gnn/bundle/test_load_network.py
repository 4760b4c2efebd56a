"""A network is built from its weights alone, and has their sizes before it has memory."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from gnn.bundle.bundle import Bundle
from gnn.bundle.load_network import load_network
from gnn.models.network import Network
from tests.fuzzing import peak

ROOT = Path(__file__).parents[3]


def test_a_network_that_no_machine_has_room_for_is_refused(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    network = make_bundle(tmp_path).networks[0]
    state, factors = network.state_dict(), network.graph.encoder.factors
    load_network(partial(Network, network.config, factors), state)
    before = peak()
    for sizes in ({"hidden": 10**6}, {"graph_hidden": 10**8}, {"layers": 3}):
        config = replace(network.config, **sizes)
        with pytest.raises(ValueError, match="the card says"):
            load_network(partial(Network, config, factors), state)
    wide = factors.clone()
    wide[0, 0] = 2**40
    with pytest.raises(ValueError, match="the card says"):
        load_network(partial(Network, network.config, wide), state)
    assert peak() - before < 100_000_000


def test_every_weight_is_the_stored_one(make_bundle: Callable[..., Bundle], tmp_path: Path) -> None:
    network = make_bundle(tmp_path).networks[0]
    factors = network.graph.encoder.factors
    state = Network(network.config, factors).state_dict()
    before = torch.random.get_rng_state()
    loaded = load_network(partial(Network, network.config, factors), state)
    assert torch.equal(torch.random.get_rng_state(), before)  # nothing was drawn
    assert not loaded.training
    found = {**dict(loaded.named_parameters()), **dict(loaded.named_buffers())}
    assert found.keys() == state.keys()
    for name, value in found.items():
        assert value.dtype == state[name].dtype
        assert value.device.type == "cpu"
        assert not value.requires_grad
        assert torch.equal(value, state[name])
        assert value.data_ptr() == state[name].data_ptr()  # without a copy


def test_a_weight_too_many_or_too_few_is_refused(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    network = make_bundle(tmp_path).networks[0]
    make = partial(Network, network.config, network.graph.encoder.factors)
    state = network.state_dict()
    with pytest.raises(RuntimeError, match="strange"):
        load_network(make, {**state, "strange": torch.zeros(1)})
    del state["shift"]
    with pytest.raises(ValueError, match="shift has sizes nothing"):
        load_network(make, state)


def test_loading_a_bundle_loads_no_compiler() -> None:
    code = (
        "import sys\n"
        "from gnn.bundle.bundle import load_bundle\n"
        "from gnn.bundle.find_bundle import find_bundle, read_card\n"
        "folder = find_bundle('toxicity')\n"
        "load_bundle(folder, read_card(folder).featurizer)\n"
        "print({'torch._dynamo', 'sympy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.stdout.strip() == "set()", done.stderr
