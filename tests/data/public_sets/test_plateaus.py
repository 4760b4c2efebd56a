import csv
from pathlib import Path

import numpy as np
import pytest

from data.public_sets.plateaus import find_plateau, flag_plateaus

VALUES = Path(__file__).parents[2] / "files/data/kinase_values.csv"


def read_values(gene: str) -> np.ndarray:
    with VALUES.open(newline="") as file:
        found = [row["pactivity"] for row in csv.DictReader(file) if row["gene"] == gene]
    return np.array(found, dtype=np.float32)


@pytest.mark.parametrize(
    ("gene", "plateau", "count"),
    [
        ("PAK4", 5.3, 637),  # the clearest case: 59 % of the values
        ("MAPKAPK3", 5.0, 593),
        ("FLT1", 6.4, 241),  # high, but those molecules sit on other kinases' plateaus too
        ("TTK", 5.0, 16),  # 3.6 % only, but three times as frequent as the next value
        ("EPHB4", None, 0),  # 7.3 is no concentration limit
        ("PRKDC", None, 0),  # 9.52, the top of its range
        ("CDK4", None, 0),  # 7.96 above the median
    ],
)
def test_plateaus_of_real_kinases(gene: str, plateau: float | None, count: int) -> None:
    values = read_values(gene)
    found = find_plateau(values)
    assert found == (None if plateau is None else pytest.approx(plateau))
    bounds = flag_plateaus(values[:, None])
    assert (bounds == -1).sum() == count
    assert (bounds == 1).sum() == 0


def test_few_values_are_no_plateau() -> None:
    assert find_plateau(np.array([], np.float32)) is None
    assert find_plateau(np.full(9, 5, np.float32)) is None
    assert find_plateau(np.full(10, 5, np.float32)) == 5


def test_a_peak_above_the_median_is_no_plateau() -> None:
    below = np.linspace(3, 5, 30, dtype=np.float32)
    assert find_plateau(np.concatenate([below, np.full(20, 6, np.float32)])) is None
    assert find_plateau(np.concatenate([below, np.full(40, 6, np.float32)])) == 6


def test_missing_values_are_never_flagged() -> None:
    values = np.array([[5.0, np.nan]] * 12 + [[8.0, 7.0]] * 3, np.float32)
    bounds = flag_plateaus(values)
    assert bounds[:, 0].tolist() == [-1] * 12 + [0] * 3
    assert not bounds[:, 1].any()


def test_floors_of_a_set_are_bounds_of_every_task() -> None:
    values = np.array([[5.0, 4.5229], [4.5229, 6.0], [7.0, 5.0], [np.nan, 5.001]], np.float32)
    assert flag_plateaus(values).tolist() == [[0, 0]] * 4  # too few for a plateau of their own
    bounds = flag_plateaus(values, (4.5229, 5.0))
    assert bounds.tolist() == [[-1, -1], [-1, 0], [0, -1], [0, 0]]
