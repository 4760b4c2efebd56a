"""Wells of a plate: where they are, what they are called, and which are kept for controls."""

from typing import NamedTuple


class Well(NamedTuple):
    """A place on a plate, counted from 0 at the top left."""

    row: int
    column: int

    @property
    def letter(self) -> str:
        """The row as it is printed on a plate: ``A`` to ``P``."""
        return chr(ord("A") + self.row)

    @property
    def name(self) -> str:
        """``A01``: sorts as text in the order of its columns."""
        return f"{self.letter}{self.column + 1:02d}"

    @property
    def short(self) -> str:
        """``A1``, as an Echo names it."""
        return f"{self.letter}{self.column + 1}"


class PlateFormat(NamedTuple):
    """The grid of a plate."""

    rows: int
    columns: int

    def wells(self) -> list[Well]:
        """Every well, column by column from the top left."""
        return [Well(row, column) for column in range(self.columns) for row in range(self.rows)]

    def usable(self, edge_wells: bool) -> list[Well]:
        """The wells that may hold something, column by column; without the rim if so asked."""
        if edge_wells:
            return self.wells()
        rows, columns = range(1, self.rows - 1), range(1, self.columns - 1)
        return [well for well in self.wells() if well.row in rows and well.column in columns]

    def control_columns(self, edge_wells: bool) -> tuple[int, ...]:
        """Columns (from 0) where controls usually are: the outer usable ones, on both sides.

        The first and last two of 384 wells, the first and last of 96; one on each side
        where the rim stays empty.
        """
        if not edge_wells:
            return (1, self.columns - 2)
        width = self.columns // 12
        return (*range(width), *range(self.columns - width, self.columns))


FORMATS = {96: PlateFormat(8, 12), 384: PlateFormat(16, 24)}
"""The plates that a lab may ask for, by their number of wells."""
