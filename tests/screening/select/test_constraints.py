"""Caps and budget: what was taken, what was refused, and why."""

from decimal import Decimal
from typing import Any

import pytest

from screening.objective.selection import Selection
from screening.select.constraints import Candidate, Constraints

BENZENES = ["Cc1ccccc1", "CCc1ccccc1", "CCCc1ccccc1"]


def basket(**rules: Any) -> Constraints:
    return Constraints(Selection.model_validate(rules))


def priced(row: int, price: str | None) -> Candidate:
    return Candidate(row, "C", 0, None if price is None else Decimal(price))


def test_a_cap_of_scaffolds_spares_molecules_without_rings() -> None:
    found = basket(max_per_scaffold=1)
    assert found.try_add(Candidate(1, BENZENES[0]), "rank")
    assert not found.try_add(Candidate(2, BENZENES[1]), "rank")
    assert found.try_add(Candidate(3, "CCO"), "rank")
    assert found.try_add(Candidate(4, "CCCO"), "rank")
    assert found.refused == {2: "scaffold cap"}
    assert found.taken == {1: "rank", 3: "rank", 4: "rank"}


def test_controls_are_refused_by_nothing_but_fill_caps() -> None:
    found = basket(max_per_scaffold=2, max_per_cluster=2)
    for row in (1, 2, 3):
        found.add_control(Candidate(row, BENZENES[row - 1], 7))
    assert list(found.taken.values()) == ["control"] * 3
    assert not found.try_add(Candidate(4, "Cc1ccccc1", 7), "rank")
    assert not found.try_add(Candidate(5, "CCO", 7), "rank")
    assert found.refused == {4: "scaffold cap", 5: "cluster cap"}


def test_a_budget_is_spent_to_the_last_tenth() -> None:
    found = basket(budget=0.3, price_column="Price")
    assert [found.try_add(priced(row, "0.1"), "rank") for row in range(4)] == [True] * 3 + [False]
    assert found.spent == Decimal("0.3")
    assert found.refused == {3: "budget"}
    assert found.try_add(priced(9, "0"), "rank")


def test_what_costs_too_much_leaves_the_place_to_the_next() -> None:
    found = basket(budget=100, price_column="Price")
    assert found.try_add(priced(1, "60"), "rank")
    assert not found.try_add(priced(2, "41"), "rank")
    assert found.try_add(priced(3, "40"), "rank")
    assert (found.spent, found.is_overdrawn) == (Decimal(100), False)


def test_without_a_price_nothing_is_bought_but_a_control_is_free() -> None:
    found = basket(budget=10, price_column="Price")
    found.add_control(priced(1, None))
    assert not found.try_add(priced(2, None), "rank")
    assert found.refused == {2: "no readable price"}
    assert (found.unpriced, found.spent) == (1, Decimal(0))
    found.add_control(priced(3, "11"))
    assert found.is_overdrawn


@pytest.mark.parametrize("first", [True, False])
def test_nobody_is_asked_twice(first: bool) -> None:
    found = basket(budget=10, price_column="Price")
    one = priced(1, "5" if first else "50")
    assert found.try_add(one, "rank") is first
    assert not found.try_add(one, "explore")
    assert found.spent == (5 if first else 0)


def test_without_rules_prices_are_not_asked_for() -> None:
    found = basket()
    found.add_control(priced(1, None))
    assert found.try_add(priced(2, None), "rank")
    assert (found.unpriced, found.spent, found.is_overdrawn) == (0, Decimal(0), False)
