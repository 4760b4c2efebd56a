import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from chem.features.graphs import featurizer_spec, state_factors
from gnn.bundle.bundle import Bundle, load_bundle, save_bundle, write_card
from gnn.bundle.find_bundle import find_bundle, read_card, shipped_bundles
from gnn.card.card import Explanation
from gnn.errors import ModelError
from gnn.models.quantize import dequantize, quantize

FEATURIZER = featurizer_spec()["hash"]
Edit = Callable[[dict[str, object]], object]


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path / "small")


def refused(action: Callable[[], object]) -> str:
    """The one line that an action is refused with."""
    with pytest.raises(ModelError) as caught:
        action()
    text = str(caught.value)
    assert text
    assert "\n" not in text
    return text


def edit_card(folder: Path, change: Edit) -> None:
    path = folder / "card.json"
    card = json.loads(path.read_text())
    change(card)
    path.write_text(json.dumps(card))


def test_a_bundle_comes_back_byte_for_byte(bundle: Bundle, tmp_path: Path) -> None:
    states = [network.state_dict() for network in bundle.networks]
    save_bundle(tmp_path / "again", bundle.card, states)
    for name in ("card.json", "weights.safetensors"):
        assert (tmp_path / "again" / name).read_bytes() == (bundle.path / name).read_bytes()
    again = load_bundle(tmp_path / "again", FEATURIZER)
    assert again.card == bundle.card
    assert again.sha256 == bundle.sha256
    assert sorted(path.name for path in bundle.path.iterdir()) == [
        "card.json",
        "weights.safetensors",
    ]
    for one, other in zip(again.networks, bundle.networks, strict=True):
        assert not one.training
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name


def test_a_bundle_of_half_precision_loads_in_single(bundle: Bundle, tmp_path: Path) -> None:
    states = [quantize(network.state_dict()) for network in bundle.networks]
    save_bundle(tmp_path / "half", bundle.card, states)
    small = (tmp_path / "half" / "weights.safetensors").stat().st_size
    assert small < 0.7 * (bundle.path / "weights.safetensors").stat().st_size
    loaded = load_bundle(tmp_path / "half", FEATURIZER)
    for network, state in zip(loaded.networks, states, strict=True):
        for name, value in dequantize(state).items():
            assert torch.equal(network.state_dict()[name], value), name


def test_another_models_hash_differs(
    bundle: Bundle, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    assert make_bundle(tmp_path / "same").sha256 == bundle.sha256
    assert make_bundle(tmp_path / "other", seed=1).sha256 != bundle.sha256


def test_altered_weights_are_refused(bundle: Bundle) -> None:
    path = bundle.path / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    text = refused(lambda: load_bundle(bundle.path, FEATURIZER))
    assert "sha256" in text
    assert "restore" in text


def test_another_featurizer_is_refused(bundle: Bundle) -> None:
    text = refused(lambda: load_bundle(bundle.path, "0" * 64))
    assert FEATURIZER[:12] in text
    assert "0" * 12 in text
    edit_card(bundle.path, lambda card: card.update(versions={}))
    assert "featurizer" in refused(lambda: load_bundle(bundle.path, "0" * 64))


@pytest.mark.parametrize("name", ["weights.safetensors", "card.json"])
def test_a_missing_file_is_refused(bundle: Bundle, name: str) -> None:
    (bundle.path / name).unlink()
    assert name in refused(lambda: load_bundle(bundle.path, FEATURIZER))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"[]", id="no table"),
        pytest.param(b"{}", id="no keys"),
        pytest.param(b'{"format": 2}', id="another format"),
    ],
)
def test_a_broken_card_is_refused(bundle: Bundle, content: bytes) -> None:
    (bundle.path / "card.json").write_bytes(content)
    assert "card.json" in refused(lambda: load_bundle(bundle.path, FEATURIZER))
    assert "card.json" in refused(lambda: read_card(bundle.path))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda card: card.update(colour="red"), id="unknown key"),
        pytest.param(lambda card: card.pop("tasks"), id="missing key"),
        pytest.param(lambda card: card.update(members=3), id="more members than weights"),
        pytest.param(lambda card: card["network"].update(width=32), id="other sizes"),
        pytest.param(lambda card: card["network"].update(depth=3), id="unknown size"),
        pytest.param(lambda card: card["network"].pop("tasks"), id="sizes without tasks"),
        pytest.param(lambda card: card["tasks"].pop(), id="fewer tasks than outputs"),
        pytest.param(lambda card: card["tasks"][0]["calibration"].pop("noise"), id="calibration"),
    ],
)
def test_a_card_that_does_not_fit_its_weights_is_refused(bundle: Bundle, change: Edit) -> None:
    edit_card(bundle.path, change)
    text = refused(lambda: load_bundle(bundle.path, FEATURIZER))
    assert "card.json" in text
    assert len(text) < 1000


def test_weights_that_are_no_safetensors_are_refused(bundle: Bundle) -> None:
    (bundle.path / "weights.safetensors").write_bytes(b"PK\x03\x04 a pickle")
    found = hashlib.sha256(b"PK\x03\x04 a pickle").hexdigest()
    edit_card(bundle.path, lambda card: card.update(weights=found))
    assert "safetensors" in refused(lambda: load_bundle(bundle.path, FEATURIZER))


def test_a_bundle_is_found_by_name_or_path(bundle: Bundle) -> None:
    assert find_bundle(str(bundle.path)) == bundle.path
    assert find_bundle("toxicity").name == "toxicity"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("toxicty", "toxicity"), ("no such thing", "activity, admet, toxicity"), ("", "card.json")],
)
def test_an_unknown_name_is_refused_with_a_hint(name: str, hint: str) -> None:
    assert hint in refused(lambda: find_bundle(name))


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    assert "card.json" in refused(lambda: find_bundle(str(tmp_path)))


def test_activity_and_toxicity_are_shipped() -> None:
    assert {"activity", "toxicity"} <= set(shipped_bundles())


@pytest.mark.parametrize("name", shipped_bundles())
def test_a_shipped_bundle_is_coherent(name: str) -> None:
    bundle = load_bundle(find_bundle(name), FEATURIZER)
    card = bundle.card
    assert card.name == name
    assert card.members == len(bundle.networks)
    assert len({task.name for task in card.tasks}) == len(card.tasks)
    assert card.versions["torch"]
    for source in card.data:
        assert {"name", "sha256", "licence", "rows"} <= source.keys()
    factors = torch.from_numpy(state_factors())
    for network in bundle.networks:
        assert torch.equal(network.graph.encoder.factors, factors)
        assert network.shift.shape == (len(card.tasks),)
        assert all(bool(value.isfinite().all()) for value in network.state_dict().values())
    for at, task in enumerate(card.tasks):
        assert task.unit, task.name
        assert 0 <= task.bounded <= task.trained_on, task.name
        assert task.trained_on > 0, task.name
        assert task.validated_on >= 0, task.name
        if task.kind == "classification":
            assert all(float(network.shift[at]) == 0 for network in bundle.networks), task.name
        for metric, found in task.metrics.items():
            low, high = found.network_interval
            assert low <= high, (task.name, metric)
            assert task.validated_on >= 2, (task.name, metric)
    for title, summary in card.summary.items():
        kind, metric = title.split(" ")
        having = [t for t in card.tasks if t.kind == kind and metric in t.metrics]
        assert summary.tasks == len(having), title
        mean = sum(t.metrics[metric].network for t in having) / len(having)
        assert summary.network == pytest.approx(mean, abs=1e-3), title


def test_the_panels_kinases_name_their_protein() -> None:
    card = read_card(find_bundle("activity"))
    assert {task.unit for task in card.tasks} == {"pActivity"}
    assert {task.name: task.uniprot for task in card.tasks}["EGFR"] == "P00533"
    assert all(task.uniprot for task in card.tasks)


def test_a_card_learns_something_later(make_bundle: Callable[..., Bundle], tmp_path: Path) -> None:
    before = make_bundle(tmp_path)
    learnt = Explanation(
        task="herg",
        group="any",
        molecules=20,
        auroc=0.7,
        low=0.6,
        high=0.8,
        hetero=0.5,
        top=0.5,
        top_chance=0.25,
        lost=1.0,
        lost_others=0.5,
    )
    write_card(tmp_path, before.card.model_copy(update={"explanations": (learnt,)}))
    after = load_bundle(tmp_path, featurizer_spec()["hash"])
    assert after.card.explanations == (learnt,)
    assert after.card.model_copy(update={"explanations": ()}) == before.card
    assert {path.name for path in tmp_path.iterdir()} == {"card.json", "weights.safetensors"}


def test_a_card_is_written_as_bundles_are_saved(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path)
    saved = (tmp_path / "card.json").read_bytes()
    write_card(tmp_path, bundle.card)
    assert (tmp_path / "card.json").read_bytes() == saved
