"""The fixed size of the batches that networks predict.

It decides the last bits of a prediction, so scores that runs share depend on it. It needs no torch.
"""

from typing import NamedTuple


class Shape(NamedTuple):
    """The size of a batch, padding included."""

    atoms: int
    molecules: int
    """One of them is the padding molecule."""

    @property
    def halved(self) -> "Shape":
        """The size with half of both numbers."""
        return Shape(self.atoms // 2, self.molecules // 2)


SHAPES = {"cpu": Shape(6144, 256), "cuda": Shape(1 << 18, 1 << 13)}
"""The size of a batch by kind of device. Molecules of 20 to 30 atoms fill most of both numbers."""
EXPLAINED = Shape(4096, 256)
"""The size of a batch of molecules with half of their atoms, as explanations predict them."""
LEAST_ATOMS = 2048
"""Batches are not made smaller than this: every molecule has to fit."""
