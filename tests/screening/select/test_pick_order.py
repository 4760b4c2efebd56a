"""Who is offered next, and what hangs on who was taken."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.select.pick_order import PickOrder, Picks, by_cluster, by_rank, by_unlikeness

SMILES = ["CCCCCO", "CCCCCCO", "c1ccccc1", "Cc1ccccc1", "OC(=O)CN", "CCCCCCCO"]


def run(order: Picks, takes: Callable[[int], bool]) -> list[int]:
    offers, offered = PickOrder(order), []
    while (at := offers.next()) is not None:
        offered.append(at)
        offers.record(takes(at))
    return offered


def test_by_rank() -> None:
    assert run(by_rank(4), lambda at: at % 2 == 0) == [0, 1, 2, 3]
    assert run(by_rank(0), lambda at: True) == []


@pytest.mark.parametrize(
    ("clusters", "refused", "expected"),
    [
        ([1, 1, 2, 1, 3, 2], [], [0, 2, 4, 1, 5, 3]),
        # Who is refused is replaced by the next of the same cluster, in the same round.
        ([1, 1, 2, 1, 3, 2], [0], [0, 1, 2, 4, 3, 5]),
        ([1, 1, 2, 1, 3, 2], [0, 1, 3, 4], [0, 1, 3, 2, 4, 5]),
        ([5, 5, 5], [], [0, 1, 2]),
        ([], [], []),
    ],
)
def test_by_cluster(clusters: list[int], refused: list[int], expected: list[int]) -> None:
    assert run(by_cluster(clusters), lambda at: at not in refused) == expected


def test_by_unlikeness_starts_with_the_best_and_keeps_likes_apart() -> None:
    assert run(by_unlikeness(SMILES, 6), lambda at: True)[:3] == [0, 2, 4]
    # The benzene that was refused keeps toluene away no longer.
    assert run(by_unlikeness(SMILES, 6), lambda at: at != 2)[:4] == [0, 2, 3, 4]


def test_controls_keep_their_likes_away_and_are_not_offered() -> None:
    # Beside benzene, pentanol and glycine are equally new, but for a control like pentanol.
    smiles = ["c1ccccc1", "CCCCCO", "OC(=O)CN", "CCCCCCCO"]
    assert run(by_unlikeness(smiles, 3), lambda at: True) == [0, 1, 2]
    assert run(by_unlikeness(smiles, 3, [3]), lambda at: True) == [0, 2, 1]
    offered = run(by_unlikeness(SMILES, 6, [0]), lambda at: True)
    assert offered[0] == 1
    assert sorted(offered) == [1, 2, 3, 4, 5]


@given(
    st.sampled_from(["rank", "cluster", "unlike"]),
    st.lists(st.integers(1, 3), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_everybody_is_offered_once(kind: str, clusters: list[int], takes: list[bool]) -> None:
    orders = {
        "rank": lambda: by_rank(6),
        "cluster": lambda: by_cluster(clusters),
        "unlike": lambda: by_unlikeness(SMILES, 6),
    }
    assert sorted(run(orders[kind](), lambda at: takes[at])) == list(range(6))


def test_an_order_is_taken_up_where_it_was_left() -> None:
    offers = PickOrder(by_cluster([1, 1, 2]))
    assert offers.next() == 0
    offers.record(False)
    # Time passes.
    assert offers.next() == 1
