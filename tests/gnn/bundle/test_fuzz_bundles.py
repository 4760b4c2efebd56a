"""Damaged bundles: loaded and asked, or refused in one line. Hashes are put right again."""

import io
import json
import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load, save

from chem.features.graphs import featurizer_spec, state_factors
from data.activities.activity import ActivityTable, Task, object_array
from gnn.bundle.bundle import Bundle, load_bundle, save_bundle
from gnn.bundle.measured_compounds import (
    MeasuredCompounds,
    load_measured_compounds,
    save_measured_compounds,
)
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate_predict import SurrogatePredictor
from gnn.calibration.domain import Domain
from gnn.card.domain_card import DomainCard
from gnn.features.graph_arrays import GraphArrays, take
from gnn.models.kernel import KernelModel
from tests.fuzzing import STRANGE, held, mutants, mutate, mutate_value, rewrite, to_json
from tests.screening.tables import mutate_table

FEATURIZER = featurizer_spec()["hash"]
TASKS = (("EGFR", "r"), ("herg", "c"))


@pytest.fixture(scope="module")
def bundle(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    drug_arrays: GraphArrays,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bundle]:
    """A bundle that has everything: networks, a kernel machine, a domain, a surrogate, values."""
    folder = tmp_path_factory.mktemp("fuzzed")
    plain = make_bundle(folder, "small", TASKS, members=1)
    few = take(drug_arrays, np.arange(8))
    domain = Domain.of(few)
    known = DomainCard(compounds=len(domain.bits), limit=0.5, thirds=(0.2, 0.4), unit="", errors=())
    card = plain.card.model_copy(update={"domain": known, "kernel": True})
    wanted = np.array([[n, n % 2] for n in range(8)], np.float64)
    kernel = KernelModel.fit(few, wanted, np.array([False, True]), state_factors())
    states = [network.state_dict() for network in plain.networks]
    save_bundle(folder, card, states, domain, kernel)
    found = give_surrogate(load_bundle(folder, FEATURIZER))
    smiles = object_array(["C" * n for n in range(1, 6)])
    kinds = (Task("EGFR", "regression", "pActivity"), Task("herg", "classification", "1 = active"))
    values = np.array([[n, n % 2] for n in range(5)], np.float32)
    table = ActivityTable(smiles, object_array("abcde"), kinds, values, np.zeros((5, 2), np.int8))
    save_measured_compounds(folder, found.card, MeasuredCompounds.of_table(table), found.card.data)
    yield load_bundle(folder, FEATURIZER)
    shutil.rmtree(folder)


def _tensors(content: bytes, rng: random.Random) -> bytes:
    """Return weights with one or two tensors dropped, renamed, reshaped or filled with others."""
    if rng.random() < 0.2:
        return mutate(content, rng)
    found = load(content)
    for _ in range(rng.randint(1, 2)):
        name = rng.choice(sorted(found))
        value = found[name]
        match rng.randrange(9):
            case 0:
                del found[name]
            case 1:
                found[rng.choice((f"{name}x", name[1:], rng.choice(sorted(found))))] = found.pop(
                    name
                )
            case 2:
                found[name] = torch.zeros(rng.choice(((), (0,), (1,), (3, 3), (1, 1, 1))))
            case 3:
                kinds = (torch.int8, torch.float64, torch.bool, torch.float16, torch.int64)
                found[name] = value.to(rng.choice(kinds))
            case 4:
                found[name] = torch.cat([value.reshape(-1)] * 2)
            case 5:
                found[name] = value.reshape(-1)[: rng.randrange(3)].clone()
            case _:
                numbers = (0, -1, 255, 70_000, 2**31 - 1, 1e30, float("nan"), float("inf"), 0.5)
                number = rng.choice(numbers)
                flat = value.reshape(-1).clone()
                if flat.is_floating_point() or number == number // 1:
                    at = slice(None) if rng.random() < 0.3 else slice(0, 1)
                    flat[at] = torch.tensor(float(number)).clamp(-2e9, 2e9).to(flat.dtype)
                    found[name] = flat.reshape(value.shape)
    return save({name: value.contiguous() for name, value in found.items()})


def _card(content: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.2:
        return mutate(content, rng)
    card = json.loads(content)
    part = rng.choice(("network", "tasks", "domain", "members", "kernel", ""))
    if part in ("network", "tasks", "domain"):
        card[part] = mutate_value(card[part], rng)
    elif part:
        card[part] = rng.choice(STRANGE)
    else:
        card = mutate_value(card, rng)
    return to_json(card, rng)


def _surrogate(content: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        damaged = _tensors(content, rng)
        with_card = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        try:
            return save(load(damaged), with_card["__metadata__"])
        except Exception:
            return damaged
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    card = json.loads(header["__metadata__"]["card"])
    if rng.random() < 0.7:
        card["sizes"] = mutate_value(card["sizes"], rng)
    else:
        card = mutate_value(card, rng)
    told = to_json(card, rng).decode("utf-8", "replace")
    return save(load(content), {"card": told})


def _measured(content: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return mutate(content, rng)
    if rng.random() < 0.7:
        return mutate_table(content, rng)
    table = pq.read_table(io.BytesIO(content))
    note = json.loads(table.schema.metadata[b"hitlist"])
    told = to_json(mutate_value(note, rng), rng)
    into = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({b"hitlist": told}), into)
    return into.getvalue()


DAMAGES: dict[str, tuple[str, Callable[[bytes, random.Random], bytes]]] = {
    "card": ("card.json", _card),
    "weights": ("weights.safetensors", _tensors),
    "surrogate": ("surrogate.safetensors", _surrogate),
    "measured": ("measured.parquet", _measured),
}


def _forge(folder: Path, name: str) -> None:
    """Put right the hash of the weights in the card."""
    if name == "weights.safetensors":
        card: dict[str, Any] = json.loads((folder / "card.json").read_text())
        card["weights"] = sha256((folder / name).read_bytes()).hexdigest()
        (folder / "card.json").write_text(json.dumps(card))


def _say(bundle: Bundle, graphs: GraphArrays) -> dict[str, Any]:
    if bundle.surrogate is not None:
        return dict(SurrogatePredictor([bundle], ["small_EGFR", "small_herg"]).predict(graphs))
    return dict(Predictor([bundle]).predict(graphs))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_bundle_is_used_or_refused(
    bundle: Bundle, drug_arrays: GraphArrays, what: str
) -> None:
    rng = random.Random(f"7 {what}")
    folder = bundle.path
    name, damage = DAMAGES[what]
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    few = take(drug_arrays, np.arange(5, 9))
    used = 0
    for at in range(mutants(100, share=20)):
        rewrite(folder / name, damage(whole[folder / name], rng))
        _forge(folder, name)
        with held(f"{what} {at}"):
            if what == "measured":
                values = load_measured_compounds(folder, bundle.card)
                said = {"values": values.values} if values else {}
            else:
                found = load_bundle(folder, FEATURIZER, surrogate=what == "surrogate")
                said = _say(found, few)
            assert all(np.isfinite(values).all() for values in said.values())
            used += 1
        assert set(folder.iterdir()) == set(whole)
        for path, content in whole.items():
            rewrite(path, content)
    assert used < at, "nothing was refused"
