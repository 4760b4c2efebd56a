"""The cause of a change, on small lists that are made here and checked by sorting them again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.changes.cause import find_cause
from screening.changes.compare import find_changes
from screening.changes.compared_run import Hit, LibraryRecord
from screening.changes.edits import Edits
from screening.changes.price_changes import OfferColumns
from screening.changes.setting import ENTERED, LEFT, MOVED, Cause, Refusal, Setting
from screening.changes.standings import OUT, Listed, Pair, Standing, View
from screening.objective.screen_settings import Screen
from screening.select.constraints import BUDGET

TASK = "small_EGFR"


class Both(NamedTuple):
    """The scores of a compound in both runs; None: the library lacks it."""

    before: float | None
    now: float | None


def screen(hits: int, **edits: object) -> Screen:
    found = {
        "name": "x",
        "title": "x",
        "library": "x.csv",
        "bundles": ["small"],
        "hits": hits,
        "primary": [{"task": TASK, "zero": 5.0, "full": 8.0}],
        **edits,
    }
    return Screen.model_validate(found)


def record(key: bytes) -> LibraryRecord:
    name = key.decode().strip("\0")
    return LibraryRecord(int(name[1:]) + 1, name, "", f"in {name}", {}, "", name, key, 0)


def key_of(name: str) -> bytes:
    return name.encode().ljust(16, b"\0")


def view(key: bytes, score: float | None, ranks: Mapping[bytes, int]) -> View:
    if score is None:
        return View(None, None, None, None, {}, "", None)
    hit = Hit(ranks[key], 1, f"{score:.4f}", "rank") if key in ranks else None
    own = Standing(score, "")
    values = {TASK: score, f"{TASK}_std": 0.1}
    return View(record(key), hit, own, own, values, "", None)


def in_order(scores: Mapping[bytes, float | None]) -> list[tuple[float, str, bytes]]:
    return sorted(
        (-score, record(key).smiles, key) for key, score in scores.items() if score is not None
    )


def setting_of(table: Sequence[Both], hits: int = 3, **edits: object) -> Setting:
    """Rank both columns, and pair what is a hit of either."""
    names = {key_of(f"c{number}"): both for number, both in enumerate(table)}
    orders = [in_order({key: both[side] for key, both in names.items()}) for side in (0, 1)]
    lists = [
        Listed(tuple((score, text) for score, text, _ in one[: hits + 1]), hits) for one in orders
    ]
    ranks = [{key: at for at, (_, _, key) in enumerate(one[:hits], 1)} for one in orders]
    pairs = {
        key: Pair(key, view(key, both.before, ranks[0]), view(key, both.now, ranks[1]))
        for key, both in names.items()
        if key in ranks[0] or key in ranks[1]
    }
    same = Edits(screen(hits), screen(hits), True, (), (), False)
    return Setting(replace(same, **edits), lists[0], lists[1], pairs, {}, {}, ())  # type: ignore[arg-type]


def cause_of(setting: Setting, name: str) -> str:
    changes, _ = find_changes(setting)
    return next(one.cause for one in changes if one.compound_id == name)


scores = st.one_of(st.none(), st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
tables = st.lists(st.builds(Both, scores, scores), min_size=1, max_size=9)


@given(tables, st.integers(1, 4))
def test_every_hit_is_told_once(table: list[Both], hits: int) -> None:
    setting = setting_of(table, hits, models=("small",))
    changes, both = find_changes(setting)
    told = [one.key for one in changes]
    assert len(set(told)) == len(told)
    stable = sum(pair.before.rank == pair.now.rank for pair in both)
    numbers = {kind: sum(one.change == kind for one in changes) for kind in (ENTERED, LEFT, MOVED)}
    assert stable + numbers[MOVED] + numbers[LEFT] == min(
        hits, sum(one.before is not None for one in table)
    )
    assert stable + numbers[MOVED] + numbers[ENTERED] == min(
        hits, sum(one.now is not None for one in table)
    )
    assert all(one.cause for one in changes)
    back = setting_of([Both(both.now, both.before) for both in table], hits, models=("small",))
    swapped = {ENTERED: LEFT, LEFT: ENTERED, MOVED: MOVED}
    there = {(swapped[one.change], one.key) for one in changes}
    assert there == {(one.change, one.key) for one in find_changes(back)[0]}


@given(tables, st.integers(1, 4))
def test_the_models_are_blamed_if_the_own_score_alone_makes_the_change(
    table: list[Both], hits: int
) -> None:
    """Sorted again with one score changed, and with all scores but one changed."""
    setting = setting_of(table, hits, models=("small",))
    for one in find_changes(setting)[0]:
        at = int(one.compound_id[1:])
        own = table[at]
        if own.before is None or own.now is None:
            assert one.cause == (Cause.NEW if own.before is None else Cause.WITHDRAWN)
            continue
        alone = rank_of(at, [b.now if n == at else b.before for n, b in enumerate(table)], hits)
        around = rank_of(at, [b.before if n == at else b.now for n, b in enumerate(table)], hits)
        then, now = setting.pairs[key_of(f"c{at}")].before.rank, int(one.rank_now or OUT)
        if own.before == own.now:
            assert one.cause in (Cause.DISPLACED, Cause.GAVE_WAY)
        elif one.change == MOVED:
            assert one.cause.startswith(Cause.MODELS) or alone == then
            assert (one.cause == Cause.MODELS) == (alone != then and around == then)
        else:
            made = [(rank == OUT) == (now == OUT) for rank in (alone, around)]
            expected = {
                (True, False): [Cause.MODELS],
                (False, True): [Cause.DISPLACED, Cause.GAVE_WAY],
            }.get((made[0], made[1]))
            if expected is not None:
                assert one.cause in expected
            else:
                assert one.cause.startswith(f"{Cause.MODELS} and ")


@given(tables, st.integers(1, 6))
def test_those_that_came_in_and_those_that_left_above_make_the_move(
    table: list[Both], hits: int
) -> None:
    setting = setting_of(table, hits, models=("small",), library=True)
    for one in find_changes(setting)[0]:
        own = table[int(one.compound_id[1:])]
        if one.change == MOVED and own.before == own.now:
            came, gone = (
                sum(int(found) for found in re.findall(rf"(\d+) {words}", one.detail))
                for words in ("came in above: ", "no longer above: ")
            )
            assert came - gone == int(one.rank_now) - int(one.rank_before), one.detail


def test_a_move_names_both_those_that_came_in_and_those_that_left() -> None:
    rows = [Both(0.6, None), Both(0.5, 0.5), Both(None, 0.9), Both(None, 0.8)]
    moved = find_changes(setting_of(rows))[0][-1]
    assert (moved.change, moved.rank_before, moved.rank_now) == (MOVED, "2", "3")
    assert moved.detail == (
        "its own score stays 0.5000; 2 came in above: c2 (not in the library before), c3 (not in "
        "the library before); 1 no longer above: c0 (not in the library now)"
    )


def rank_of(at: int, scores: Sequence[float | None], hits: int) -> int:
    order = sorted(
        (-score, f"c{number}") for number, score in enumerate(scores) if score is not None
    )
    names = [name for _, name in order[:hits]]
    return names.index(f"c{at}") + 1 if f"c{at}" in names else OUT


FALLS = [Both(0.6, 0.1), Both(0.5, 0.5), Both(0.4, 0.4), Both(0.3, 0.3)]
"""The first hit falls out by its own score, and the last compound enters."""
PUSHED = [Both(0.6, 0.6), Both(0.5, 0.5), Both(0.4, 0.4), Both(None, 0.9)]


@pytest.mark.parametrize(
    ("table", "edits", "name", "cause"),
    [
        (FALLS, {"models": ("small",)}, "c0", Cause.MODELS),
        (FALLS, {"models": ("small",)}, "c3", Cause.GAVE_WAY),
        (FALLS, {"models": ("small",), "library": False}, "c3", Cause.MODELS),
        (FALLS, {"versions": ("rdkit 1 → 2",)}, "c0", Cause.VERSION),
        (PUSHED, {}, "c3", Cause.NEW),
        (PUSHED, {}, "c2", Cause.DISPLACED),
        (PUSHED, {}, "c0", Cause.DISPLACED),
        (PUSHED, {"now": screen(2)}, "c2", Cause.SCREEN),  # its rank was beyond two hits anyway
    ],
)
def test_cases(table: list[Both], edits: dict[str, object], name: str, cause: str) -> None:
    assert cause_of(setting_of(table, **edits), name) == cause  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("by_screen", "by_models", "cause"),
    [
        (0.1, 0.6, Cause.SCREEN),
        (0.6, 0.1, Cause.MODELS),
        (0.1, 0.1, Cause.BOTH),
        (0.6, 0.6, Cause.BOTH),
        (None, 0.1, Cause.BOTH),
    ],
)
def test_the_screen_is_told_from_the_models(
    by_screen: float | None, by_models: float | None, cause: str
) -> None:
    """The old predictions under the new screen, and the new ones under the old screen."""
    edited = screen(3, liabilities=[{"task": "small_herg", "zero": 1.0, "full": 0.2}])
    setting = setting_of(FALLS, models=("small",), now=edited)
    pair = setting.pairs[key_of("c0")]
    old = None if by_screen is None else Standing(by_screen, "")
    pair = replace(
        pair,
        before=replace(pair.before, other=old),
        now=replace(pair.now, other=Standing(by_models, "")),
    )
    assert find_cause(pair, LEFT, setting).cause == cause


def test_a_changed_deviation_is_told_beside_the_value() -> None:
    setting = setting_of([Both(0.6, 0.1), Both(0.5, 0.5)], hits=1, models=("small",))
    pair = setting.pairs[key_of("c0")]
    assert "EGFR 0.60 ± 0.10 → 0.10 ± 0.10" in find_cause(pair, LEFT, setting).detail
    surer = replace(pair.before, values={TASK: 0.6, f"{TASK}_std": 0.4})
    now = replace(pair.now, values=pair.before.values)
    told = find_cause(replace(pair, before=surer, now=now), LEFT, setting).detail
    assert "EGFR 0.60 ± 0.40 → 0.60 ± 0.10" in told


@pytest.mark.parametrize(
    ("changes", "cause", "words"),
    [
        ({"input_smiles": "in c0", "smiles": "C"}, Cause.VERSION, "standardized as C now"),
        ({"input_smiles": "in c0", "first_row": 1}, Cause.DUPLICATE, "a duplicate of row 1 now"),
        ({"problem": "parse/syntax: bad"}, Cause.REJECTED, "row 9 was rejected now: parse/syntax"),
        ({"input_smiles": "CC", "smiles": "CC"}, Cause.STRUCTURE, "structure of c0 is CC now"),
    ],
)
def test_a_record_under_another_key_is_told(
    changes: dict[str, object], cause: str, words: str
) -> None:
    setting = setting_of([Both(0.6, None), Both(0.5, 0.5)], versions=("standardization 3 → 4",))
    like = replace_record(record(key_of("c0")), {"row": 9, "first_row": 9, **changes})
    lost = replace(setting, like_now={1: like})
    found = find_cause(setting.pairs[key_of("c0")], LEFT, lost)
    assert found.cause == cause
    assert words in found.detail
    if cause in (Cause.VERSION, Cause.DUPLICATE):
        assert "standardization 3 → 4" in found.detail


def replace_record(one: LibraryRecord, changes: Mapping[str, object]) -> LibraryRecord:
    return one._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prices", "repriced", "cause"),
    [
        (("10", "99"), (), Cause.PRICE),
        (("10", "10"), ("c7 5 → 50",), Cause.PRICE),
        (("10", "10"), (), Cause.DISPLACED),
    ],
)
def test_what_the_budget_refused_is_told_by_the_prices(
    prices: tuple[str, str], repriced: tuple[str, ...], cause: str
) -> None:
    setting = replace(setting_of(PUSHED), repriced=repriced)
    pair = setting.pairs[key_of("c2")]
    pair = replace(
        pair,
        before=replace(pair.before, price=prices[0]),
        now=replace(pair.now, price=prices[1], why=BUDGET),
    )
    assert find_cause(pair, LEFT, setting).cause == cause


def test_another_record_that_costs_too_much_is_told_apart() -> None:
    setting = replace(setting_of(PUSHED), columns=OfferColumns("Price", ""))
    pair = setting.pairs[key_of("c2")]
    views = []
    for view, name, price in ((pair.before, "SALT", "10"), (pair.now, "BASE", "99")):
        assert view.record is not None
        changes = {"compound_id": name, "extra": {"Price": price}}
        views.append(replace(view, price=price, record=replace_record(view.record, changes)))
    found = find_cause(
        replace(pair, before=views[0], now=replace(views[1], why=BUDGET)), LEFT, setting
    )
    assert found.cause == Cause.RECORD
    assert found.detail == "another record: BASE at 99 instead of SALT at 10; budget now"


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        (Refusal(0.9, "c9", False, "c9 (budget before)"), Cause.LIMITED),
        (Refusal(0.9, "c9", True, "c9 (budget now)"), Cause.DISPLACED),  # that lifts others
        (Refusal(0.1, "c9", False, "c9 (budget before)"), Cause.DISPLACED),
        (Refusal(0.4, "c2", True, "c2 (budget now)"), Cause.LIMITED),
    ],
)
def test_a_limit_counts_only_if_it_makes_the_compound_fall(refusal: Refusal, cause: str) -> None:
    setting = replace(setting_of(PUSHED), refusals=(refusal,))
    found = find_cause(setting.pairs[key_of("c2")], LEFT, setting)
    assert found.cause == cause
    assert (refusal.told in found.detail) == (cause == Cause.LIMITED)
