"""Sizes and tensors of a bundle are held to each other before memory is taken for them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gnn.bundle.bundle_checks import check_factors, check_graphs, check_sizes
from gnn.features.graph_arrays import GraphArrays


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("layers", 101), ("layers", -1), ("radius", 9), ("radius", 1.0), ("environments", 3)),
        *(("pairs", -2), ("paths", "8"), ("layers", True)),
        *(("dropout", float("nan")), ("input_dropout", 1.5), ("head_dropout", "0.1")),
    ],
)
def test_sizes_that_nothing_can_be_counted_with_are_refused(name: str, value: object) -> None:
    good = {"layers": 4, "radius": 3, "environments": 64, "pairs": 0, "paths": 8}
    check_sizes(SimpleNamespace(**good))
    with pytest.raises(ValueError, match=f"^{name} = "):
        check_sizes(SimpleNamespace(**{**good, name: value}))


def test_factors_are_counted_from_0() -> None:
    check_factors(torch.zeros(3, 5, dtype=torch.int64))
    for wrong in (
        torch.full((3, 5), -1),
        torch.zeros(3, 5),
        torch.zeros(5, dtype=torch.int64),
        torch.zeros(0, 5, dtype=torch.int64),
    ):
        with pytest.raises(ValueError, match="factor"):
            check_factors(wrong)


def test_graphs_hold_together(drug_arrays: GraphArrays) -> None:
    tokens = int(drug_arrays.atoms.max()) + 1
    check_graphs(drug_arrays, tokens)
    with pytest.raises(ValueError, match="no kind that is known"):
        check_graphs(drug_arrays, tokens - 1)
    far = drug_arrays.begin.copy()
    far[0] = drug_arrays.atom_offsets[1]
    falling = drug_arrays.atom_offsets.copy()
    falling[1] = falling[-1] + 1
    for change, why in (
        ({"begin": far}, "atom that is not there"),
        ({"end": drug_arrays.end[:-1]}, "atom that is not there"),
        ({"atom_offsets": falling}, "fewer than no atoms"),
        ({"atom_offsets": drug_arrays.atom_offsets[:-1]}, "do not fill"),
        ({"bond_offsets": np.zeros(0, np.int64)}, "do not fill"),
        ({"bonds": drug_arrays.bonds[:-1]}, "do not fill"),
    ):
        with pytest.raises(ValueError, match=why):
            check_graphs(drug_arrays._replace(**change), tokens)
