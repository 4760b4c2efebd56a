from itertools import pairwise

import numpy as np
import pytest

from gnn.features.array_types import GOLDEN, pieces, scramble


@pytest.mark.parametrize(("count", "size"), [(0, 3), (1, 3), (3, 3), (7, 3)])
def test_pieces_hold_every_number_once(count: int, size: int) -> None:
    found = list(pieces(count, size))
    assert [int(at) for piece in found for at in piece] == list(range(count))
    assert all(0 < len(piece) <= size for piece in found)
    assert all(len(piece) == size for piece, _ in pairwise(found))


def test_scrambling_is_that_of_splitmix64() -> None:
    """The first numbers that the published generator gives for the seed 1234567."""
    states = np.uint64(1234567) + GOLDEN * np.arange(1, 4, dtype=np.uint64)
    assert scramble(states).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
