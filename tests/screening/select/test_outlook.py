"""The outlook of an acquisition: what it reads of candidates, and what hits tell of it."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.stats import norm

import screening.select.outlook
from chem.errors import InputError
from chem.structure.standardize import Standardized, standardize
from screening.objective.screen_file import dump_screen
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.score.card_facts import CardFacts, ErrorCorrelations
from screening.score.error_likeness import environments_of
from screening.select.choose import rank_and_choose
from screening.select.list_matches import ListMatches

FILES = Path(__file__).parents[2] / "files"
with (FILES / "chem/approved_sample.smi").open(newline="") as file:
    _FOUND = [standardize(row["smiles"], "smiles") for row in csv.DictReader(file, delimiter="\t")]
DRUGS = list(dict.fromkeys(one.smiles for one in _FOUND if isinstance(one, Standardized)))
CARDS = CardFacts(correlations={"a": ErrorCorrelations(None, (0.1, 0.4, 0.8), (0.0, 0.3, 0.8))})


def make_screen(hits: int, primary: dict[str, Any] | None = None, **rules: Any) -> Screen:
    term = {"task": "a_X", "zero": 5.0, "full": 9.0, **(primary or {})}
    return Screen.model_validate(
        {
            "name": "plate",
            "title": "t",
            "library": "l",
            "bundles": ["a"],
            "hits": hits,
            "primary": [term],
            "windows": [{"property": "mw", "full_to": 500.0, "zero_above": 700.0}],
            "selection": rules,
        }
    )


def make_frame(seed: int) -> pd.DataFrame:
    draw, count = np.random.default_rng(seed), len(DRUGS)
    mean = draw.normal(6, 1, count).astype(np.float32)
    std = draw.uniform(0.2, 1.5, count).astype(np.float32)
    return pd.DataFrame(
        {
            "row": np.arange(1, count + 1),
            "smiles": pd.Series(DRUGS, dtype="str"),
            "a_X": mean,
            "a_X_std": std,
            "a_X_lo": mean - 1.645 * std,
            "a_X_hi": mean + 1.645 * std,
            "mw": draw.uniform(300, 650, count).astype(np.float32),
        }
    )


def choose(frame: pd.DataFrame, screen: Screen, cards: CardFacts = CARDS, **marks: Any) -> Ranking:
    def identify(compounds: pd.DataFrame) -> pd.DataFrame:
        ids = [f"C{row}" for row in compounds["row"]]
        return compounds.assign(compound_id=pd.Series(ids, index=compounds.index, dtype="str"))

    lists = ListMatches(**marks)
    return rank_and_choose(lambda: [frame], screen, lists, lambda: [frame], identify, cards=cards)


def test_picks_by_probability_are_those_of_the_formula() -> None:
    frame = make_frame(0)
    hits = choose(frame, make_screen(15, acquisition="probability")).hits
    worth = 0.01 + 0.99 * np.clip((700 - frame["mw"].to_numpy(np.float64)) / 200, 0, 1)
    chance = norm.sf(7.0, frame["a_X"].to_numpy(float), frame["a_X_std"].to_numpy(float))
    assert set(hits["row"]) == set(frame["row"].to_numpy()[np.argsort(-worth * chance)[:15]])
    assert np.allclose(hits["hit_probability"], chance[hits["row"] - 1])
    assert set(hits["picked_by"]) == {"probability"}
    assert hits["score"].is_monotonic_decreasing  # the list stays in the order of the score


def test_picks_by_probability_may_lie_beyond_the_pool() -> None:
    frame = make_frame(1)
    hits = choose(frame, make_screen(12, acquisition="probability", pool=12)).hits
    assert hits["list_rank"].max() > 12


def test_knowledge_is_told_of_each_pick_but_controls() -> None:
    frame = make_frame(2)
    control = np.array([int(frame["row"][3])])
    found = choose(frame, make_screen(12, acquisition="knowledge"), controls=control)
    by = found.hits.set_index("row")
    assert by.loc[control[0], "picked_by"] == "control"
    assert np.isnan(by.loc[control[0], "knowledge"])
    others = by.drop(index=[int(control[0])])
    assert others["knowledge"].notna().all()
    assert others["knowledge"].max() > 0
    assert found.selection is not None
    assert found.selection.by_rule == {"control": 1, "knowledge": 11}


def test_compounds_beyond_those_that_are_compared_follow_by_their_yield(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screening.select.outlook, "MOST", 5)
    frame = make_frame(3)
    hits = choose(frame, make_screen(9, acquisition="knowledge")).hits
    assert len(hits) == 9
    assert hits["knowledge"].notna().sum() == 5


def test_a_target_of_logarithms_is_compared_as_logarithms() -> None:
    frame = make_frame(4)
    for name in ("a_X", "a_X_lo", "a_X_hi"):
        frame[name] = (10.0 ** (frame[name] / 3)).astype(np.float32)
    screen = make_screen(
        10, {"scale": "log10", "zero": 50.0, "full": 350.0}, acquisition="probability"
    )
    hits = choose(frame, screen).hits
    low, high = (np.log10(hits[f"a_X_{end}"].astype(float)) for end in ("lo", "hi"))
    exact = norm.sf(np.log10(200.0), np.log10(hits["X"]), (high - low) / 2 / 1.6448536)
    assert np.allclose(hits["hit_probability"], exact, atol=1e-4)


def test_knowledge_needs_a_card_that_knows_how_errors_go_together() -> None:
    with pytest.raises(InputError, match='card of bundle a does not say it; use "probability"'):
        choose(make_frame(5), make_screen(5, acquisition="knowledge"), CardFacts())


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ({"acquisition": "probability", "diversity": "maxmin"}, "acquisition and diversity both"),
        ({"acquisition": "knowledge", "explore": 0.1}, "acquisition and explore both"),
        ({"acquisition": "improvement", "later_plates": 2}, "later_plates belongs to"),
        ({"acquisition": "best"}, "'probability', 'improvement' or 'knowledge'"),
    ],
)
def test_rules_that_do_not_fit_together_are_refused(rules: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        make_screen(5, **rules)


def test_the_text_of_a_screen_without_an_acquisition_is_as_before() -> None:
    assert "acquisition" not in dump_screen(make_screen(5, diversity="clusters"))
    assert "later_plates" not in dump_screen(make_screen(5, diversity="clusters"))
    assert 'acquisition = "knowledge"' in dump_screen(make_screen(5, acquisition="knowledge"))


@pytest.mark.parametrize("rule", ["probability", "improvement", "knowledge"])
def test_compounds_outside_the_domain_come_last(rule: str) -> None:
    """The farther a compound, the wider its deviation."""
    frame = make_frame(6)
    away = np.round(np.random.default_rng(1).random(len(frame)), 2).astype(np.float32)
    frame = frame.assign(a_distance=away, a_X_std=1 + 4 * away)
    inside = int((away <= 0.5).sum())
    cards = CardFacts({"a_distance": 0.5}, correlations=CARDS.correlations)
    hits = choose(frame, make_screen(20, acquisition=rule), cards).hits
    assert (hits["a_distance"] <= 0.5).all()
    more = choose(frame, make_screen(inside + 7, acquisition=rule), cards).hits
    assert (more["a_distance"] > 0.5).sum() == 7


def test_a_class_is_a_hit_with_its_own_probability() -> None:
    """The deviation of a class is that of its probability, not of a value."""
    frame = make_frame(7)
    p = np.random.default_rng(2).uniform(0.05, 0.95, len(frame)).astype(np.float32)
    frame = frame.assign(a_X=p, a_X_std=np.float32(0.04))
    cards = CardFacts(classes=frozenset(["a_X"]))
    for rule in ("probability", "knowledge"):
        screen = make_screen(10, {"zero": 0.2, "full": 0.8}, acquisition=rule)
        hits = choose(frame, screen, cards).hits
        assert np.allclose(hits["hit_probability"], hits["X"], atol=1e-5)


def test_what_a_campaign_measured_is_not_asked_for_again() -> None:
    """Compounds whose own results the bundle knows teach less than they did before."""
    frame = make_frame(8).assign(a_X=np.float32(5.5), a_X_std=np.float32(1.0), mw=np.float32(300))
    screen = make_screen(6, acquisition="knowledge")
    before = choose(frame, screen).hits
    first = before.sort_values("knowledge", ascending=False).iloc[0]
    known = environments_of([first["smiles"]])
    cards = CardFacts(correlations=CARDS.correlations, known_errors={"a_X": known})
    after = choose(frame, screen, cards).hits
    gains = dict(zip(after["row"], after["knowledge"], strict=True))
    assert gains.get(first["row"], 0.0) < 0.5 * first["knowledge"]


def test_excluded_compounds_are_no_later_picks() -> None:
    frame = make_frame(9)
    best = frame.sort_values("a_X", ascending=False)["row"].to_numpy()[:40]
    screen = make_screen(10, acquisition="knowledge", exclude=["measured.csv"])
    places, reasons = np.zeros(len(best), np.int64), ("excluded: measured.csv",)
    with_list = choose(
        frame, screen, excluded=np.sort(best), reason_of=places, reasons=reasons
    ).hits
    without = choose(frame[~frame["row"].isin(best)], screen).hits
    assert with_list["row"].tolist() == without["row"].tolist()
    assert np.allclose(with_list["knowledge"], without["knowledge"])
