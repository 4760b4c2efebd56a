"""Bundles whose numbers are none, and domains that would fill the memory."""

import math

import pytest
import torch

from gnn.bundle.bundle import _check_finite
from gnn.calibration.calibration import Calibration
from gnn.calibration.domain import Domain


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_weights_and_calibrations_have_to_be_finite(number: float) -> None:
    good = {"0.bias": torch.ones(3), "0.rows": torch.tensor([1, 2])}
    _check_finite(good)
    with pytest.raises(ValueError, match=r"0\.scale holds a number that is not finite"):
        _check_finite({**good, "0.scale": torch.tensor([1.0, number])})
    known = Calibration(noise=0.1, spread=1.0, quantile=1.6, rows=9).to_dict()
    assert Calibration.from_dict(known).noise == 0.1
    for name in ("noise", "slope", "far", "offset", "remote"):
        with pytest.raises(ValueError, match="not finite"):
            Calibration.from_dict({**known, name: number})
    with pytest.raises(ValueError, match="not finite"):
        Calibration.from_dict({**known, "level_factors": [number]})
    for name, value in (("fade", [0.5]), ("levels", 0.5), ("far", "1"), ("factors", [["a"]])):
        with pytest.raises(ValueError, match=f"{name} is no number"):
            Calibration.from_dict({**known, name: value})


@pytest.mark.parametrize(("count", "most"), [(0, 5), (6, 5), (20_000_000, 1 << 40)])
def test_a_domain_of_too_many_compounds_is_refused_before_it_is_unpacked(
    count: int, most: int
) -> None:
    state = {"compounds": torch.tensor(count), "bits": torch.zeros(0, dtype=torch.uint8)}
    with pytest.raises(ValueError, match=rf"has {count:,} compounds, expected 1 to"):
        Domain.from_state(state, most)
