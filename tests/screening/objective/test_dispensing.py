"""Recipes: whole drops, as few dilutions as possible, never farther off than allowed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.errors import InputError
from screening.objective.dispensing import (
    Dispense,
    from_nl,
    from_ul,
    nl_text,
    number_text,
    recipes,
    series,
    ul_text,
)

ECHO = Dispense(drop_nl=2.5, most=100, well_ul=50.0, tolerance=0.05)
VOLUMES = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("wanted", "made", "levels", "drops"),
    [
        ([10.0], [10.0], [0], [20]),
        ([50.0], [50.0], [0], [100]),
        ([0.5], [0.5], [0], [1]),
        ([0.25], [0.25], [1], [5]),
        (series(10.0, 4, 3.0), [10.0, 3.5, 1.1, 0.37], [0, 0, 1, 2], [20, 7, 22, 74]),
        (series(10.0, 5, 10.0), [10.0, 1.0, 0.1, 0.01, 0.001], [0, 0, 1, 2, 3], [20, 2, 2, 2, 2]),
    ],
)
def test_recipes(
    wanted: list[float], made: list[float], levels: list[int], drops: list[int]
) -> None:
    found = recipes(wanted, 10_000.0, 10.0, 6, ECHO)
    assert [recipe.dose for recipe in found] == list(range(1, len(wanted) + 1))
    assert [recipe.nominal_um for recipe in found] == wanted
    assert [recipe.concentration_um for recipe in found] == pytest.approx(made)
    assert [recipe.level for recipe in found] == levels
    assert [recipe.drops for recipe in found] == drops


@pytest.mark.parametrize(
    ("wanted", "stock", "levels", "message"),
    [
        ([100.0], 10_000.0, 6, "100 uM in 50 uL takes 500 nL of a 10 mM stock.*250 nL of DMSO"),
        ([0.01], 10_000.0, 0, "cannot be made within 5% .* at most 0 dilutions"),
        ([1e-9], 10_000.0, 6, "cannot be made within 5%"),
        ([0.5, 0.49], 10_000.0, 6, r"doses 1 and 2 \(0.5 and 0.49 uM\) become the same"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_line(
    wanted: list[float], stock: float, levels: int, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        recipes(wanted, stock, 10.0, levels, ECHO)
    assert "\n" not in str(caught.value)


@given(
    top=st.floats(1e-3, 1e3),
    points=st.integers(1, 12),
    dilution=st.floats(1.3, 20),
    stock=st.floats(100, 1e5),
    factor=st.floats(2, 100),
    drop=st.sampled_from([2.5, 25.0]),
    most=st.integers(1, 400),
    tolerance=st.floats(0, 0.2),
)
def test_a_recipe_keeps_what_it_promises(
    top: float,
    points: int,
    dilution: float,
    stock: float,
    factor: float,
    drop: float,
    most: int,
    tolerance: float,
) -> None:
    dispense = Dispense(drop, most, 50.0, tolerance)
    wanted = series(top, points, dilution)
    try:
        found = recipes(wanted, stock, factor, 6, dispense)
    except InputError:
        return
    assert len(found) == points
    for recipe, concentration in zip(found, wanted, strict=True):
        assert 1 <= recipe.drops <= most
        assert 0 <= recipe.level <= 6
        poured = recipe.drops * drop / 50_000 * stock / factor**recipe.level
        assert recipe.concentration_um == pytest.approx(poured)
        assert abs(poured - concentration) <= (tolerance + 1e-6) * concentration
    made = [recipe.concentration_um for recipe in found]
    assert made == sorted(set(made), reverse=True)


@given(VOLUMES)
def test_a_volume_comes_back_from_its_text(volume: int) -> None:
    assert Decimal(nl_text(volume)) * 1000 == volume == Decimal(ul_text(volume)) * 10**6
    assert from_nl(float(nl_text(volume))) == volume == from_ul(float(ul_text(volume)))
    assert set(nl_text(volume) + ul_text(volume)) <= set("0123456789.")


@given(st.floats(1e-9, 1e9))
def test_a_number_keeps_four_digits(value: float) -> None:
    assert float(number_text(value)) == pytest.approx(value, rel=5.1e-4)
    assert set(number_text(value)) <= set("0123456789.")


@pytest.mark.parametrize(
    ("value", "text"), [(100.0, "100"), (3.5, "3.5"), (1e-5, "0.00001"), (12345.6, "12350")]
)
def test_numbers(value: float, text: str) -> None:
    assert number_text(value) == text
