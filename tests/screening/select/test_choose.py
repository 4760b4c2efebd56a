"""Choosing: the laws of every rule, on real drugs, however the library was cut."""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import screening.select.candidates
import screening.select.choose
import screening.select.constraints
from chem.assess.clusters import clusters, scaffold
from chem.assess.costly_properties import CostlyProperties, compute_costly_properties
from chem.errors import InputError
from chem.structure.equivalence import is_labelled
from chem.structure.standardize import Standardized, standardize
from screening.errors import AccountingError
from screening.objective.objective import evaluate
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.rank import Ranking, rank
from screening.report.manifest import Artefact, RunFacts, check_accounts
from screening.score.card_facts import CardFacts, ErrorCorrelations
from screening.select.choose import rank_and_choose
from screening.select.list_matches import ListMatches
from screening.select.prices import read_price
from screening.select.selection_report import describe_selection, is_refusal

FILES = Path(__file__).parents[2] / "files"
with (FILES / "chem/approved_sample.smi").open(newline="") as file:
    _FOUND = [standardize(row["smiles"], "smiles") for row in csv.DictReader(file, delimiter="\t")]
DRUGS = list(dict.fromkeys(one.smiles for one in _FOUND if isinstance(one, Standardized)))
CARDS = CardFacts(
    correlations={"a": ErrorCorrelations(None, (0.1, 0.4, 0.8), (0.02, 0.2, 0.7))},
)
PRICES = ("10", "35.5", "$12", "", "on request", "0", "100")


@cache
def known(smiles: str) -> CostlyProperties:
    """Examine for real, but each molecule once in all tests."""
    return compute_costly_properties([smiles])[0]


@cache
def core(smiles: str) -> str:
    return scaffold(smiles)


@pytest.fixture(autouse=True, scope="module")
def _examined_once() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module in (screening.select.constraints, screening.select.choose):
            patch.setattr(
                module, "compute_costly_properties", lambda smiles: [known(one) for one in smiles]
            )
        yield


def make_screen(hits: int, filters: dict[str, float], **rules: Any) -> Screen:
    return Screen.model_validate(
        {
            "name": "choice",
            "title": "t",
            "library": "l",
            "bundles": ["a"],
            "hits": hits,
            "primary": [{"task": "a_X", "zero": 0.0, "full": 10.0}],
            "filters": {"max_mw": 500.0, **filters},
            "selection": rules,
        }
    )


class Case(NamedTuple):
    """A small library of real drugs, and what is wanted of it."""

    frame: pd.DataFrame
    screen: Screen
    marks: ListMatches

    def choose(self, pieces: Sequence[pd.DataFrame] | None = None) -> Ranking:
        given = [self.frame] if pieces is None else pieces
        frames = (lambda: given, self.screen, self.marks, lambda: given)
        return rank_and_choose(*frames, identify, cards=CARDS)


def make_frame(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    which = draw.permutation(len(DRUGS))[:rows]
    return pd.DataFrame(
        {
            "row": np.arange(1, rows + 1),
            "smiles": pd.Series([DRUGS[at] for at in which], dtype="str"),
            "a_X": draw.choice([3.0, 5.0, 5.5, 8.0, 9.0], rows).astype(np.float32),
            "a_X_std": draw.choice([0.1, 0.5, 2.5], rows).astype(np.float32),
            "mw": draw.choice([300.0, 300.0, 300.0, 600.0], rows).astype(np.float32),
        }
    )


def identify(compounds: pd.DataFrame) -> pd.DataFrame:
    """Stands for the prepared library: ids, and prices of every kind."""
    rows = compounds["row"].tolist()
    extra = [json.dumps({"Price": PRICES[row % len(PRICES)]}) for row in rows]
    return compounds.assign(
        compound_id=pd.Series([f"00{row}" for row in rows], index=compounds.index, dtype="str"),
        extra=pd.Series(extra, index=compounds.index, dtype="str"),
    )


def price_of(row: int) -> Decimal | None:
    price = read_price(PRICES[row % len(PRICES)])
    return None if price is None else price.amount


RULES = st.fixed_dictionaries(
    {
        "diversity": st.sampled_from(["none", "clusters", "maxmin"]),
        "similarity": st.sampled_from([0.2, 0.55]),
        "explore": st.sampled_from([0.0, 0.2, 0.5]),
    },
    optional={
        "pool": st.integers(12, 60),
        "max_per_scaffold": st.integers(1, 2),
        "max_per_cluster": st.integers(1, 2),
        "optimism": st.sampled_from([0.0, 2.0]),
        "budget": st.sampled_from([40.0, 90.5, 1000.0]),
    },
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rows = draw(st.integers(0, 60))
    rules, hits = draw(RULES), draw(st.integers(1, 12))
    if "budget" in rules:
        rules["price_column"] = "Price"
    numbers = st.integers(1, max(rows, 1))
    free = [row for row in range(1, rows + 1) if not price_of(row)]
    controls = draw(st.lists(st.sampled_from(free), max_size=min(hits, 3))) if free else []
    excluded = sorted(set(draw(st.lists(numbers, max_size=30))) - set(controls))
    rules["exclude"] = ["a.csv", "b.csv"]
    acquisition = draw(st.sampled_from([None, None, "probability", "improvement", "knowledge"]))
    if acquisition is not None:
        rules |= {"acquisition": acquisition, "diversity": "none", "explore": 0.0}
    marks = ListMatches(
        np.array(excluded, dtype=np.int64),
        np.array([row % 2 for row in excluded], dtype=np.int64),
        ("excluded: a.csv", "excluded: b.csv"),
        np.unique(np.array(controls, dtype=np.int64)),
    )
    late = draw(st.sampled_from([{}, {}, {"max_brenk": 0.0}, {"min_qed": 0.5, "max_nih": 1.0}]))
    frame = make_frame(rows, draw(st.integers(0, 9)))
    return Case(frame, make_screen(hits, late, **rules), marks)


def check(case: Case, ranking: Ranking) -> None:
    facts = RunFacts(
        library=Artefact("l", ""),
        bundles=(),
        featurizer="",
        rows=len(case.frame),
        accepted=len(case.frame),
        rejected=0,
        duplicates=0,
        reject_codes={},
    )
    check_accounts(facts, ranking, case.screen)


LAWS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@LAWS
@given(cases())
def test_every_rule_holds(case: Case) -> None:
    rules, controls = case.screen.selection, set(case.marks.controls.tolist())
    assert rules is not None
    ranking = case.choose()
    hits, over = ranking.hits, ranking.passed_over
    assert over is not None
    assert ranking.selection is not None
    rows, smiles = hits["row"].tolist(), hits["smiles"].tolist()
    others = [at for at, row in enumerate(rows) if row not in controls]

    assert controls <= set(rows)
    assert len(rows) == len(set(rows)) <= case.screen.hits
    assert not set(case.marks.excluded.tolist()) & set(rows)
    assert over["row"].is_unique
    assert not set(rows) & set(over["row"])
    picked = Counter(text.split()[0] for text in hits["picked_by"])
    assert dict(picked) == ranking.selection.by_rule
    assert picked["control"] == len(controls)
    assert picked["explore"] <= round(rules.explore * case.screen.hits)

    if rules.max_per_scaffold is not None:
        filled = Counter(core(text) for text in smiles)
        held = Counter(core(smiles[at]) for at in range(len(rows)) if at not in others)
        for scaffold_of in {core(smiles[at]) for at in others} - {""}:
            assert held[scaffold_of] < filled[scaffold_of] <= rules.max_per_scaffold
    if rules.max_per_cluster is not None:
        per_cluster = Counter(hits["cluster"].tolist())
        for at in others:
            assert per_cluster[hits["cluster"].iloc[at]] <= rules.max_per_cluster
    if rules.budget is not None:
        prices = [price_of(row) for row in rows]
        assert all(prices[at] is not None for at in others)
        spent = sum((price for price in prices if price is not None), Decimal(0))
        assert spent <= Decimal(str(rules.budget))
        assert ranking.selection.money is not None
        assert ranking.selection.money.spent == f"{spent:.2f}"
    if len(rows) < case.screen.hits:
        assert all(map(is_refusal, over["why"]))
    assert describe_selection(ranking.selection).startswith("chosen from a pool of ")


@LAWS
@given(cases())
def test_everybody_of_the_pool_is_accounted_for(case: Case) -> None:
    ranking = case.choose()
    check(case, ranking)
    over = ranking.passed_over
    assert over is not None
    plain = case.screen.changed(selection=None, hits=1000, filters={})
    whole = rank(case.frame[case.frame["mw"] <= 500], plain).hits
    place = {row: at for at, row in enumerate(whole["row"], 1)}

    def takes(row: int, smiles: str) -> bool:
        numbers = [
            (limit, known(smiles).number(limit.column)) for limit in case.screen.costly_limits
        ]
        return row not in controls and any(limit.takes(number) for limit, number in numbers)

    controls, excluded = set(case.marks.controls.tolist()), set(case.marks.excluded.tolist())
    assert case.screen.selection is not None
    considered = {*ranking.hits["row"].tolist(), *over["row"].tolist()}
    pool, wanted = 0, case.screen.selection.considered(case.screen.hits)
    for row, smiles in zip(whole["row"], whole["smiles"], strict=True):
        if row not in excluded:
            if takes(row, smiles):
                continue
            pool += 1
        assert row in considered
        if pool == wanted:
            break
    assert ranking.selection is not None
    assert ranking.selection.pool == pool
    for frame in (ranking.hits, over):
        assert frame["list_rank"].is_monotonic_increasing
        for row, at in zip(frame["row"], frame["list_rank"], strict=True):
            if row in place:  # a control that a filter takes stands nowhere
                assert at == place[row]
    whys = dict(zip(over["row"], over["why"], strict=True))
    for row in excluded & whys.keys():
        assert whys[row] == ("excluded: b.csv" if row % 2 else "excluded: a.csv")
    assert {row for row, why in whys.items() if why.startswith("excluded")} <= excluded
    assert over["compound_id"].tolist() == [f"00{row}" for row in over["row"]]


@pytest.mark.slow
@LAWS
@given(cases(), st.lists(st.integers(0, 60), max_size=4), st.randoms())
def test_no_cut_and_no_order_changes_a_choice(
    case: Case, cuts: list[int], order: random.Random
) -> None:
    bounds = [0, *sorted(cut for cut in cuts if cut <= len(case.frame)), len(case.frame)]
    mixed = case.frame.sample(frac=1, random_state=order.randrange(100))
    pieces = [mixed.iloc[a:b] for a, b in pairwise(bounds)]
    order.shuffle(pieces)
    one, two = case.choose(), case.choose(pieces)
    pd.testing.assert_frame_equal(one.hits, two.hits, check_exact=True)
    assert one.passed_over is not None
    assert two.passed_over is not None
    pd.testing.assert_frame_equal(one.passed_over, two.passed_over, check_exact=True)
    frames = ("hits", "passed_over")
    rest, other = (
        {name: value for name, value in found._asdict().items() if name not in frames}
        for found in (one, two)
    )
    assert rest == other


@pytest.mark.parametrize("filters", [{}, {"max_brenk": 0.0}])
def test_without_a_rule_the_hits_are_the_first_of_the_list(filters: dict[str, float]) -> None:
    case = Case(make_frame(100, 3), make_screen(20, filters), ListMatches())
    found = case.choose()
    plain = case.screen.changed(selection=None)
    first = rank_with_costly_filters(lambda: [case.frame], plain)
    pd.testing.assert_frame_equal(
        found.hits[list(first.hits)], first.hits, check_exact=True, check_like=True
    )
    assert set(found.hits["picked_by"]) == {"rank"}
    assert found.passed_over is not None
    assert set(found.passed_over["why"]) == {"hits were full"}


def test_a_cap_takes_the_best_of_each_scaffold() -> None:
    case = Case(make_frame(len(DRUGS), 1), make_screen(30, {}, max_per_scaffold=1), ListMatches())
    whole = rank(case.frame, case.screen.changed(hits=1000)).hits
    expected, seen = [], set[str]()
    for row, smiles in zip(whole["row"], whole["smiles"], strict=True):
        if not core(smiles) or core(smiles) not in seen:
            expected.append(row)
            seen.add(core(smiles))
    found = case.choose()
    assert found.hits["row"].tolist() == expected[:30]
    assert found.passed_over is not None
    assert "scaffold cap" in set(found.passed_over["why"])


def test_the_best_of_every_cluster_comes_before_the_second_of_any() -> None:
    rules = {"diversity": "clusters", "similarity": 0.15, "pool": 60}
    frame = make_frame(len(DRUGS), 2)
    frame = frame[[not is_labelled(smiles) for smiles in frame["smiles"]]]  # another rule's
    case = Case(frame, make_screen(45, {}, **rules), ListMatches())
    pool = rank(case.frame, case.screen.changed(hits=60)).hits
    groups: dict[int, list[int]] = {}
    for row, number in zip(pool["row"], clusters(pool["smiles"].tolist(), 0.15), strict=True):
        groups.setdefault(number, []).append(row)
    found = case.choose()
    rows = set(found.hits["row"])
    sizes = {number: len(rows & set(members)) for number, members in groups.items()}
    assert min(sizes.values()) >= 1
    assert max(sizes.values()) > 1
    for number, members in groups.items():
        assert rows >= set(members[: sizes[number]])
    # As many rounds for all, as far as a cluster has members.
    rounds = max(sizes.values())
    assert all(n >= min(rounds - 1, len(groups[number])) for number, n in sizes.items())
    told = found.hits["picked_by"].tolist()
    assert told == [f"cluster {number}" for number in found.hits["cluster"]]
    assert found.hits["cluster"].drop_duplicates().tolist() == list(range(1, len(groups) + 1))
    over = found.passed_over
    assert over is not None
    assert over["why"].str.fullmatch(r"cluster \d+ has a better one").all()


def test_maxmin_takes_the_best_and_then_the_least_alike() -> None:
    rules = {"diversity": "maxmin", "pool": 60}
    case = Case(make_frame(len(DRUGS), 2), make_screen(10, {}, **rules), ListMatches())
    found = case.choose()
    assert found.hits["list_rank"].iloc[0] == 1
    assert found.hits["list_rank"].iloc[-1] > 10
    assert set(found.hits["picked_by"]) == {"maxmin"}
    numbers = clusters(found.hits["smiles"].tolist(), 0.3)
    assert len(set(numbers)) == 10


def test_exploration_takes_the_best_by_optimism_from_anywhere() -> None:
    rules = {"explore": 0.5, "optimism": 3.0, "pool": 12}
    case = Case(make_frame(len(DRUGS), 4), make_screen(10, {}, **rules), ListMatches())
    found = case.choose()
    hits = found.hits
    light = case.frame[case.frame["mw"] <= 500].reset_index(drop=True)
    light["hope"] = evaluate(light, case.screen.objective, optimism=3.0)["score"].round(6)
    hoped = light.sort_values(["hope", "smiles", "row"], ascending=[False, True, True])
    plain = hits.loc[hits["picked_by"] == "rank", "row"].tolist()
    rest = [row for row in hoped["row"].tolist() if row not in plain]
    assert set(hits.loc[hits["picked_by"] == "explore", "row"]) == set(rest[:5])
    assert hits["list_rank"].iloc[-1] > 12
    assert hits["score"].is_monotonic_decreasing


@pytest.mark.parametrize("edge", [0.0, 0.3, 0.55, 0.7, 1.0])
def test_exploration_stays_inside_the_primary_targets_domain(edge: float) -> None:
    """The farther a molecule, the wider its deviation: by optimism the farthest come first."""
    frame = make_frame(60, 4)
    away = np.round(np.random.default_rng(9).random(len(frame)), 2).astype(np.float32)
    frame = frame.assign(a_distance=away, other_distance=np.float32(1), a_X_std=1 + 4 * away)
    screen = make_screen(10, {}, explore=0.5, pool=10)
    edges = {"a_distance": edge, "other_distance": 0.1}  # no primary target is of the other

    def choose(pieces: list[pd.DataFrame]) -> Ranking:
        everyone = (lambda: pieces, screen, ListMatches(), lambda: pieces)
        return rank_and_choose(*everyone, identify, cards=CardFacts(edges))

    hits = choose([frame]).hits
    pd.testing.assert_frame_equal(choose([frame[40:], frame[:40]]).hits, hits)
    explored = hits[hits["picked_by"] == "explore"]
    assert (explored["a_distance"] <= edge).all()
    assert len(hits) == 10
    light = frame[(frame["mw"] <= 500) & (away <= edge)]
    plain = set(hits["row"]) - set(explored["row"])
    assert len(explored) == min(5, len(set(light["row"]) - plain))
    free = rank_and_choose(lambda: [frame], screen, ListMatches(), lambda: [frame], identify).hits
    far = free.loc[free["picked_by"] == "explore", "a_distance"]
    assert (far > 0.6).all()  # without a domain the farthest are taken


def test_what_exploration_cannot_fill_goes_to_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Selection, "acquisition_pool", lambda self, hits: 1)
    case = Case(make_frame(60, 4), make_screen(10, {}, explore=0.5), ListMatches())
    found = case.choose()
    check(case, found)
    assert len(found.hits) == 10
    assert (found.hits["picked_by"] == "explore").sum() <= 1


def test_controls_that_filters_take_are_handed_over() -> None:
    frame = make_frame(50, 1)
    heavy = frame.loc[frame["mw"] > 500, "row"].iloc[:2].to_numpy()
    case = Case(frame, make_screen(5, {"min_qed": 0.99}), ListMatches(controls=heavy))
    found = case.choose()
    check(case, found)
    assert sorted(found.hits["row"]) == heavy.tolist()
    assert set(found.hits["picked_by"]) == {"control"}
    assert found.hits["qed"].notna().all()


def test_a_list_that_excludes_the_best_does_not_use_the_pool_up() -> None:
    frame = make_frame(len(DRUGS), 5)
    order = rank(frame, make_screen(1000, {})).hits["row"].tolist()
    marks = ListMatches(np.sort(order[:60]), np.zeros(60, np.int64), ("excluded: owned.csv",))
    case = Case(frame, make_screen(8, {}, pool=10, exclude=["owned.csv"]), marks)
    found = case.choose()
    check(case, found)
    assert found.hits["row"].tolist() == order[60:68]
    assert found.hits["list_rank"].tolist() == list(range(61, 69))
    assert found.filtered["excluded: owned.csv"] == 60
    assert found.depth == 70


def test_excluded_compounds_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening.select.candidates, "LISTED", 7)
    frame = make_frame(60, 5)
    marks = ListMatches(np.arange(1, 61), np.zeros(60, np.int64), ("excluded: owned.csv",))
    case = Case(frame, make_screen(8, {}, exclude=["owned.csv"]), marks)
    found = case.choose()
    check(case, found)
    assert len(found.hits) == 0
    assert found.passed_over is not None
    assert len(found.passed_over) == 7
    assert found.selection is not None
    assert found.selection.not_listed == int((frame["mw"] <= 500).sum()) - 7


def test_controls_that_cost_more_than_the_budget_are_told() -> None:
    rules = {"budget": 50.0, "price_column": "Price"}
    marks = ListMatches(controls=np.array([1, 6]))  # 35.5 and 100
    case = Case(make_frame(20, 1), make_screen(5, {}, **rules), marks)
    with pytest.raises(
        InputError, match=r"^the controls alone cost 135\.5, but the budget is 50; "
    ):
        case.choose()


def test_controls_without_scores_are_told() -> None:
    case = Case(make_frame(20, 1), make_screen(5, {}), ListMatches(controls=np.array([21])))
    with pytest.raises(InputError, match=r"no scores of 1 control, the first in row 21"):
        case.choose()


Break = Callable[[Ranking], Ranking]


@pytest.mark.parametrize(
    ("change", "law"),
    [
        (lambda r: r._replace(hits=r.hits[1:]), "considered = hits"),
        (
            lambda r: r._replace(passed_over=pd.concat([r.passed_over[1:], r.passed_over.tail(1)])),
            "no compound is listed twice",
        ),
        (lambda r: r._replace(passed_over=r.passed_over[1:]), "passed over = listed"),
        (lambda r: r._replace(examined=r.examined + 1), "examined = what late filters"),
        (lambda r: r._replace(passed=r.passed + 1), "scored = passed"),
        (
            lambda r: r._replace(selection=r.selection._replace(by_rule={"rank": 4})),
            "sum over the rules",
        ),
        # The last hit is listed as one that only better ones kept out.
        (
            lambda r: r._replace(
                hits=r.hits[:-1],
                passed_over=pd.concat([r.passed_over, r.hits.tail(1)]),
                selection=r.selection._replace(
                    by_rule={"rank": 4}, passed_over={"hits were full": len(r.passed_over) + 1}
                ),
                examined=4,
            ),
            "the smaller of what no rule refused",
        ),
    ],
)
def test_books_that_do_not_balance_are_refused(change: Break, law: str) -> None:
    case = Case(make_frame(60, 1), make_screen(5, {}, pool=20), ListMatches())
    ranking = case.choose()
    check(case, ranking)
    with pytest.raises(AccountingError, match=law):
        check(case, change(ranking))
