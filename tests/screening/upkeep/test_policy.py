"""What goes and what stays, by age and size: tables, and laws over any inventory."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.objective.retention import DAY, Retention
from screening.upkeep.items import Item, Kind
from screening.upkeep.policy import Limits, Proposal, decide, excess, limits_of
from screening.upkeep.sizes import Extent

NOW = 1000 * DAY
RUNS, CACHE = Path("/home/runs"), Path("/home/cache/prepared")


def item(kind: Kind, called: str, days: float, size: int = 10, **more: Any) -> Item:
    """An item that was used and made so many days ago."""
    path = (RUNS if kind in ("run", "dead") else CACHE) / called
    then = NOW - days * DAY
    return Item(kind, path, Extent(size, 1, then), then, made=then, **more)


def run(name: str, days: float, screen: str = "kinase", **more: Any) -> Item:
    return item("run", name, days, name=screen, **more)


def going(proposals: list[Proposal]) -> list[str]:
    return [one.item.path.name for one in proposals if one.goes]


def why(proposals: list[Proposal], name: str) -> str:
    return next(one.why for one in proposals if one.item.path.name == name)


THREE = [item("prepared", "a", 50), item("prepared", "b", 20), item("scores", "c", 5)]
NIGHTS = [run("n1", 500), run("n2", 20), run("n3", 2), run("t1", 300, "tox")]
BY_HAND = [
    *(run(f"n{n}", 10 - n, library="nightly.csv") for n in (1, 2, 3)),
    *(run(f"h{n}", 5 - n, library="other.csv") for n in (1, 2)),
]
DEAD_FOLDERS = [
    item("dead", "n1", 8, name="kinase"),
    item("dead", "t1", 8, name="tox"),
    item("dead", "unnamed", 9),
    item("dead", "n2", 0.001, name="kinase"),
    replace(item("dead", "old", 90), path=CACHE / "old"),
]


@pytest.mark.parametrize(
    ("items", "limits", "gone"),
    [
        (THREE, Limits(), []),
        (THREE, Limits(older_than=30 * DAY), ["a"]),
        (THREE, Limits(older_than=0.0), ["a", "b", "c"]),
        (THREE, Limits(most=30), []),
        (THREE, Limits(most=29), ["a"]),
        (THREE, Limits(most=0), ["a", "b", "c"]),
        (THREE, Limits(older_than=30 * DAY, most=10), ["a", "b"]),
        ([item("dead", "d", 8)], Limits(), ["d"]),
        ([item("dead", "d", 6)], Limits(), []),
        ([item("dead", "d", 8)], Limits(older_than=30 * DAY), []),
        ([item("dead", "d", 6)], Limits(older_than=DAY), ["d"]),
        ([item("dead", "d", 6)], Limits(most=0), []),
        ([item("dead", "d", 6)], Limits(older_than=30 * DAY, most=0), []),
        ([item("dead", "d", 8)], Limits(older_than=30 * DAY, most=0), ["d"]),
        ([item("dead", "d", 8)], Limits(keep_runs=1), []),
        ([item("dead", "d", 8)], Limits(runs_older_than=DAY), []),
        (DEAD_FOLDERS, Limits(keep_runs=1, screen="tox"), []),
        (DEAD_FOLDERS, Limits(most=0, screen="tox"), ["old", "t1"]),
        (DEAD_FOLDERS, Limits(keep_runs=1, most=0, screen="kinase"), ["old", "n1"]),
        ([item("leftover", "l", 1)], Limits(), ["l"]),
        ([item("leftover", "l", 0.01)], Limits(older_than=0.0, most=0), []),
        (NIGHTS, Limits(older_than=0.0, most=0), []),
        (NIGHTS, Limits(keep_runs=1), ["n1", "n2"]),
        (NIGHTS, Limits(keep_runs=2), ["n1"]),
        (BY_HAND, Limits(keep_runs=2), ["n1"]),
        (BY_HAND, Limits(keep_runs=1, screen="kinase"), ["n1", "n2", "h1"]),
        (BY_HAND, Limits(runs_older_than=3.5 * DAY), ["n1", "n2", "n3", "h1"]),
        (NIGHTS, Limits(runs_older_than=100 * DAY), ["n1"]),
        (NIGHTS, Limits(runs_older_than=0.0), ["n1", "n2"]),
        (NIGHTS, Limits(keep_runs=1, screen="tox"), []),
        ([run("n1", 9, kept="somebody signed it"), run("n2", 1)], Limits(keep_runs=1), []),
        ([run("n1", 9), run("r", 5, ranks=RUNS / "n1"), run("n2", 1)], Limits(keep_runs=1), []),
    ],
)
def test_what_goes(items: list[Item], limits: Limits, gone: list[str]) -> None:
    assert going(decide(items, limits, NOW)) == gone


def test_the_reasons_are_told() -> None:
    prepared = item("prepared", "p", 50)
    nights = [run("n1", 9, needs=(prepared.path,)), run("n2", 1)]
    proposals = decide([prepared, *nights], Limits(older_than=DAY, runs_older_than=20 * DAY), NOW)
    assert why(proposals, "p") == (
        "unused for 50 d; 1 run can then be neither explained nor ranked again"
    )
    assert why(proposals, "n1") == "within the limits"
    assert why(proposals, "n2") == "the newest run of kinase"
    proposals = decide([prepared, run("n1", 9, needs=(prepared.path,))], Limits(most=0), NOW)
    assert why(proposals, "p") == "n1 needs it to be explained"
    assert excess(proposals, Limits(most=0)) == 10
    proposals = decide(DEAD_FOLDERS, Limits(most=0, screen="tox"), NOW)
    assert why(proposals, "n1") == why(proposals, "unnamed") == "it is not a run of tox"
    proposals = decide(DEAD_FOLDERS, Limits(most=0), NOW)
    assert why(proposals, "n2") == "it may be gone on with for 7 d"
    assert excess(proposals, Limits(most=0)) == 10


def test_the_retention_of_a_screen() -> None:
    retention = Retention(keep_runs=30, keep_days=400, most_cache="50GB")
    assert limits_of(retention, "kinase") == Limits(None, 50 * 10**9, 30, 400 * DAY, "kinase")


@st.composite
def inventories(draw: st.DrawFn) -> list[Item]:
    days = st.floats(0, 900)
    kept = st.sampled_from(["", "", "", "a process uses it now"])
    prepared = [
        item("prepared", f"p{n}", draw(days), draw(st.integers(0, 99)), kept=draw(kept))
        for n in range(draw(st.integers(0, 4)))
    ]
    others = [
        item(draw(st.sampled_from(["scores", "dead", "leftover"])), f"o{n}", draw(days))
        for n in range(draw(st.integers(0, 4)))
    ]
    runs: list[Item] = []
    for n in range(draw(st.integers(0, 6))):
        needs = tuple(one.path for one in prepared if draw(st.booleans()))
        ranks = draw(st.sampled_from([None, *(one.path for one in runs if one.ranks is None)]))
        screen = draw(st.sampled_from(["kinase", "tox"]))
        library = draw(st.sampled_from(["nightly.csv", "other.csv"]))
        more = {"library": library, "kept": draw(kept), "needs": needs, "ranks": ranks}
        runs.append(run(f"r{n}", draw(days), screen, **more))
    return draw(st.permutations([*prepared, *others, *runs]))


LIMITS = st.builds(
    Limits,
    st.none() | st.floats(0, 900 * DAY),
    st.none() | st.integers(0, 300),
    st.none() | st.integers(1, 4),
    st.none() | st.floats(0, 900 * DAY),
    st.sampled_from([None, "kinase", "tox"]),
)


@given(inventories(), LIMITS)
def test_laws_of_what_goes(items: list[Item], limits: Limits) -> None:
    proposals = decide(items, limits, NOW)
    assert sorted(str(one.item.path) for one in proposals) == sorted(str(one.path) for one in items)
    gone = {one.item.path for one in proposals if one.goes}
    runs = [one for one in items if one.kind == "run"]
    stays = [one for one in runs if one.path not in gone]
    assert not any(one.path in gone for one in items if one.kept)
    for one in items:
        if one.kind == "dead" and limits.older_than is None and NOW - one.used <= 7 * DAY:
            assert one.path not in gone
    libraries = {(one.name, one.library) for one in runs} if limits.runs_older_than is None else ()
    for screen in {*libraries, *((one.name, None) for one in runs)}:
        scored = [
            one
            for one in runs
            if screen in ((one.name, None), (one.name, one.library)) and one.ranks is None
        ]
        if scored:
            assert max(scored, key=lambda one: (one.made, one.path.name)).path not in gone
    for one in stays:  # nothing that a run needs which always stays
        assert one.ranks not in gone
        if one.kept:
            assert not gone & set(one.needs)
    if limits.keep_runs is None and limits.runs_older_than is None:
        assert not any(one.path in gone for one in runs)
    assert not any(one.path in gone for one in runs if limits.screen not in (None, one.name))
    assert all(one.why for one in proposals)
    left = [one for one in items if one.path not in gone and one.kind in ("prepared", "scores")]
    if excess(proposals, limits):  # then all that stays has a reason
        told = {one.item.path: one.why for one in proposals}
        assert all(told[one.path] not in ("no limit", "within the limits") for one in left)
    if limits.older_than is not None:
        old = [one for one in left if NOW - one.used > limits.older_than]
        needed = {path for one in stays for path in one.needs}
        assert all(one.kept or one.path in needed for one in old)


@given(inventories(), LIMITS, st.integers(0, 100))
def test_a_lower_limit_of_size_removes_no_less(
    items: list[Item], limits: Limits, less: int
) -> None:
    more = limits._replace(most=max(0, (300 if limits.most is None else limits.most) - less))
    assert set(going(decide(items, limits, NOW))) <= set(going(decide(items, more, NOW)))
