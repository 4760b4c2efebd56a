"""A card that is written anew stays a card, and leaves all else in its folder as it was."""

from collections.abc import Callable
from pathlib import Path

from chem.features.graphs import featurizer_spec
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.card_file import write_card
from gnn.evaluation.card import Explanation


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
