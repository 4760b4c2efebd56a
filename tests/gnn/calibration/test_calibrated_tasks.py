"""All tasks at once are calibrated as each is by ``gnn.calibration.calibration``, the oracle."""

import json
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.bundle.find_bundle import SHIPPED
from gnn.calibration.calibrated_tasks import CalibratedTasks
from gnn.calibration.calibration import (
    Calibration,
    apply_classification,
    apply_logarithm,
    apply_regression,
)

CPU = torch.device("cpu")
Columns = npt.NDArray[np.float32]
APPLY = {"regression": apply_regression, "classification": apply_classification}
EVERY = {**APPLY, "logarithm": apply_logarithm}
METHODS = {
    "regression": CalibratedTasks.regressions,
    "classification": CalibratedTasks.classifications,
    "logarithm": CalibratedTasks.logarithms,
}


class Given(NamedTuple):
    """Tasks of one kind, and what is to be calibrated."""

    kind: str
    tasks: list[Calibration]
    networks: npt.NDArray[np.float64]
    kernel: npt.NDArray[np.float64] | None
    distance: npt.NDArray[np.float32] | None

    def alone(self) -> Columns:
        """Calibrate task by task: float32 [M, T, 4]."""
        found = [
            EVERY[self.kind](
                self.networks[:, :, at],
                None if self.kernel is None else self.kernel[:, at],
                self.distance,
                task,
            )
            for at, task in enumerate(self.tasks)
        ]
        return np.array(found, np.float32).transpose(2, 0, 1)

    def together(self) -> Columns:
        """Calibrate all tasks at once."""
        made = CalibratedTasks(self.tasks, CPU)
        rest = [None if one is None else torch.from_numpy(one) for one in self[3:]]
        return METHODS[self.kind](made, torch.from_numpy(self.networks), *rest).float().numpy()


@pytest.mark.parametrize(
    ("bundle", "kind"),
    [
        ("activity", "regression"),
        *[(name, kind) for name in ("toxicity", "admet") for kind in APPLY],
    ],
)
def test_the_shipped_tasks_are_calibrated_alike(bundle: str, kind: str) -> None:
    card = json.loads((SHIPPED / bundle / "card.json").read_text())
    given = [one["calibration"] for one in card["tasks"] if one["kind"] == kind]
    tasks = [Calibration.from_dict(one) for one in given]
    draw = np.random.default_rng(1)
    networks = draw.normal(3, 4, (2, 200, len(tasks)))
    distance = draw.random(200).astype(np.float32)
    for away in (distance, None):
        one = Given(kind, tasks, networks, None, away)
        np.testing.assert_allclose(one.together(), one.alone(), rtol=1e-6)


places = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.5, 1.0]), min_size=1, max_size=5).map(sorted)
numbers = st.floats(0.125, 3, width=32)


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    levels, distances, edges = draw(places), draw(places), draw(st.just([]) | places)
    rising = [sorted(draw(numbers) for _ in at) for at in (distances, edges)]
    told: dict[str, Any] = {
        name: draw(numbers)
        for name in ("noise", "spread", "quantile", "centre", "slope", "remote", "far", "offset")
    }
    parts = draw(st.just([]) | places)
    sides = [sorted(1 + draw(numbers) for _ in range(len(parts) + 1)) for _ in range(2)]
    fade, gone = draw(st.sampled_from([(0.2, 0.8), (0.5, 0.5), (1.0, 1.0)]))
    return Calibration(
        **told,
        rows=draw(st.integers(0, 300)),
        kernel=draw(st.sampled_from([0.0, 0.4, 1.0])),
        fade=fade,
        gone=gone,
        levels=tuple(levels),
        level_factors=tuple(draw(numbers) for _ in levels),
        distances=tuple(distances),
        distance_factors=tuple(rising[0]),
        edges=tuple(edges),
        shift_edges=tuple(parts),
        below=tuple(sides[0]),
        above=tuple(sides[1]),
        factors=tuple(1 + one for one in rising[1]),
    )


@settings(max_examples=60)
@given(
    tasks=st.lists(calibrations(), min_size=1, max_size=4),
    kind=st.sampled_from(list(APPLY)),
    members=st.integers(0, 3),
    has_kernel=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_tasks_are_calibrated_alike(
    tasks: list[Calibration], kind: str, members: int, has_kernel: bool, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    networks = draw.choice([-1.0, 0.0, 0.25, 0.5, 0.7, 1.0, 2.0], (members, 30, len(tasks)))
    kernel = draw.random((30, len(tasks))) if has_kernel or not members else None
    distance = draw.choice([0.0, 0.25, 0.4, 0.5, 0.75, 1.0], 30).astype(np.float32)
    one = Given(kind, tasks, networks, kernel, distance)
    np.testing.assert_allclose(one.together(), one.alone(), rtol=1e-6, atol=1e-7)


@settings(max_examples=40)
@given(
    tasks=st.lists(calibrations(), min_size=1, max_size=4),
    members=st.integers(0, 3),
    seed=st.integers(0, 1000),
)
def test_logarithms_are_calibrated_alike_and_shown_in_the_unit(
    tasks: list[Calibration], members: int, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    tasks = [
        replace(one, noise=one.noise / 10, spread=one.spread / 10, far=one.far / 10)
        for one in tasks
    ]
    networks = draw.choice([-1.0, 0.0, 0.25, 1.0, 2.0], (members, 30, len(tasks)))
    kernel = None if members else draw.random((30, len(tasks)))
    distance = draw.choice([0.0, 0.25, 0.4, 0.75, 1.0], 30).astype(np.float32)
    one = Given("logarithm", tasks, networks, kernel, distance)
    found = one.together()
    np.testing.assert_allclose(found, one.alone(), rtol=1e-5)
    logs = one._replace(kind="regression").together().astype(np.float64)
    np.testing.assert_allclose(found[..., [0, 2, 3]], 10 ** logs[..., [0, 2, 3]], rtol=1e-4)
    value, std, low, high = np.moveaxis(found, 2, 0)
    assert (low >= 0).all()
    assert (low <= value).all()
    assert (value <= high).all()
    # Differences of float32 numbers are not exact.
    np.testing.assert_allclose(std, (high - low) / (2 * 1.6448536), rtol=1e-3)
    # The error is a factor, so the upper half is the wider one of an interval with equal sides.
    equal = [one.below == one.above for one in tasks]
    assert (high - value >= 0.999 * (value - low))[:, equal].all()
