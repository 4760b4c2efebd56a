import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.assay.headers.units import (
    MOLAR,
    find_mass_unit,
    find_molar_unit,
    find_unit,
    from_pactivity,
    is_other_unit,
    to_pactivity,
)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("nM", "nM"),
        ("nm", "nM"),
        ("uM", "µM"),
        ("µM", "µM"),  # micro sign
        ("μM", "µM"),  # Greek mu
        ("um", "µM"),
        ("µmol/L", "µM"),
        ("nmol/l", "nM"),
        ("nmol·L⁻¹", "nM"),
        ("MICROMOLAR", "µM"),
        ("micromol/L", "µM"),
        ("nmol/dm3", "nM"),
        ("nanomolar", "nM"),
        ("mM", "mM"),
        ("M", "M"),
        ("mol/L", "M"),
        ("pM", "pM"),
        ("m", None),
        ("kg", None),
        ("mg/mL", None),
        ("", None),
    ],
)
def test_spellings_of_units(text: str, unit: str | None) -> None:
    assert find_molar_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ug/mL", "µg/mL"),
        ("µg mL⁻¹", "µg/mL"),
        ("mg/L", "µg/mL"),
        ("ng.mL-1", "ng/mL"),
        ("ug per ml", "µg/mL"),
        ("mg/kg", None),
        ("nM", None),
    ],
)
def test_masses_in_a_volume(text: str, unit: str | None) -> None:
    assert find_mass_unit(text) == unit


@pytest.mark.parametrize("text", ["kcal/mol", "mg/kg", "1/s", "mg", "hours"])
def test_units_that_no_potency_has(text: str) -> None:
    assert is_other_unit(text)
    assert find_unit(text) is None


@pytest.mark.parametrize(
    ("concentration", "unit", "pactivity"),
    [(1, "M", 0), (1, "mM", 3), (1, "µM", 6), (10, "nM", 8), (1, "nM", 9), (1, "pM", 12)],
)
def test_round_concentrations_give_round_pactivities(
    concentration: float, unit: str, pactivity: float
) -> None:
    assert to_pactivity(concentration, unit) == pactivity


@given(st.floats(0, 15), st.sampled_from(sorted(MOLAR)))
def test_pactivity_and_concentration_are_inverse(pactivity: float, unit: str) -> None:
    back = to_pactivity(from_pactivity(pactivity, unit), unit)
    assert math.isclose(back, pactivity, abs_tol=1e-9)


@given(st.floats(1e-6, 1e6), st.sampled_from(sorted(MOLAR)))
def test_pactivity_agrees_with_its_definition(concentration: float, unit: str) -> None:
    expected = -math.log10(concentration * MOLAR[unit])
    assert math.isclose(to_pactivity(concentration, unit), expected, abs_tol=1e-9)


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_a_smaller_concentration_is_more_potent(one: float, other: float) -> None:
    assert (one <= other) == (to_pactivity(one, "nM") >= to_pactivity(other, "nM")) or (
        math.isclose(one, other, rel_tol=1e-12)
    )


@pytest.mark.parametrize("concentration", [0.0, -1.0])
def test_no_pactivity_without_a_concentration(concentration: float) -> None:
    with pytest.raises(ValueError, match=r"math domain|positive"):
        to_pactivity(concentration, "nM")
