"""The settings: sensible defaults, and what cannot be done is refused when they are read."""

from typing import Any

import pytest
from pydantic import ValidationError

from screening.objective.plate_settings import Lab


def test_defaults_are_a_384_well_plate_at_10_um() -> None:
    lab = Lab()
    (recipe,) = lab.recipes
    assert (lab.plate, lab.capacity, lab.controls_of_a_kind) == (384, 320, 32)
    assert (recipe.concentration_um, recipe.drops * lab.drop_nl) == (10.0, 50.0)
    assert lab.dispense.most * lab.drop_nl == 250.0


@pytest.mark.parametrize(
    ("given", "capacity", "controls"),
    [
        ({"plate": 96}, 80, 8),
        ({"plate": 96, "edge_wells": False}, 48, 6),
        ({"plate": 384, "edge_wells": False}, 280, 14),
        ({"controls_each": 16}, 320, 16),
        ({"controls": "spread", "controls_each": 16}, 352, 16),
        ({"controls": "spread", "plate": 96, "edge_wells": False}, 48, 6),
    ],
)
def test_what_a_plate_holds(given: dict[str, Any], capacity: int, controls: int) -> None:
    lab = Lab(**given)
    assert (lab.capacity, lab.controls_of_a_kind) == (capacity, controls)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"plate": 1536}, "96 or 384"),
        ({"plates": 96}, "Extra inputs are not permitted"),
        ({"reference": ""}, "at least 1 character"),
        ({"seed": 1.5}, "valid integer"),
        ({"reference_uM": float("nan")}, "finite"),
        ({"prefix": "my plates,"}, "should match pattern"),
        ({"source_plate_type": 'say "x"'}, "should match pattern"),
        ({"stock_mM": 1}, "takes 500 nL of a 1 mM stock"),
        ({"reference_stock_mM": 1}, "reference_uM: 10 uM in 50 uL takes 500 nL"),
        ({"reference_uM": 0.013}, "reference_uM: 0.013 uM .* cannot be made within 5%"),
        ({"controls_each": 40}, "hold 32 of each kind"),
        ({"plate": 96, "controls": "spread", "controls_each": 47, "points": 3}, "has 2 wells"),
        ({"plate": 96, "controls": "spread", "controls_each": 60}, "has 0 wells"),
        ({"dmso_percent": 0.001}, "less than half a drop of 2.5 nL"),
        ({"max_transfer_nl": 1.0}, "below a drop"),
        ({"source_volume_ul": 15.0}, "gives less than the 0.25 uL"),
        ({"points": 10, "source_volume_ul": 16.0}, "gives less than the 1.6 uL"),
        (
            {"points": 10, "source_volume_ul": 20.0, "pipette_ul": 3.0},
            "takes 2 uL .* below pipette_ul",
        ),
        ({"points": 10, "intermediate_factor": 80.0}, "1.111 uM .* cannot be made within 5%"),
        ({"points": 8, "dilution": 1.01}, "doses 1 and 2 .* become the same"),
    ],
)
def test_what_cannot_be_done_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        Lab(**given)
    assert all("\n" not in problem["msg"] for problem in caught.value.errors())


def test_a_reference_that_is_not_used_is_not_asked_for() -> None:
    assert Lab(positive_controls=False, reference_uM=0.013).capacity == 320
