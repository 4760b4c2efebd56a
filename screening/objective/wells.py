"""The wells of a plate: their positions and names, and those that are kept for controls."""

from typing import NamedTuple


class Well(NamedTuple):
    """A position on a plate, counted from 0 at the top left."""

    row: int
    column: int

    @property
    def letter(self) -> str:
        """The row as it is printed on a plate: ``A`` to ``P``."""
        return chr(ord("A") + self.row)

    @property
    def name(self) -> str:
        """The name as ``A01``, which as text sorts in the order of the columns."""
        return f"{self.letter}{self.column + 1:02d}"

    @property
    def short(self) -> str:
        """The name as ``A1``, as an Echo writes it."""
        return f"{self.letter}{self.column + 1}"


class PlateFormat(NamedTuple):
    """The grid of a plate."""

    rows: int
    columns: int

    def wells(self) -> list[Well]:
        """Return every well, column by column from the top left."""
        return [Well(row, column) for column in range(self.columns) for row in range(self.rows)]

    def usable(self, edge_wells: bool) -> list[Well]:
        """Return the wells that may hold a sample or control, column by column.

        The rim is left out unless ``edge_wells``.
        """
        if edge_wells:
            return self.wells()
        rows, columns = range(1, self.rows - 1), range(1, self.columns - 1)
        return [well for well in self.wells() if well.row in rows and well.column in columns]

    def control_columns(self, edge_wells: bool) -> tuple[int, ...]:
        """Return the columns (from 0) of controls: usually the outer usable ones on both sides.

        They are the first and last two columns of 384 wells, and the first and last column of 96;
        where the rim stays empty, one column on each side.
        """
        if not edge_wells:
            return (1, self.columns - 2)
        width = self.columns // 12
        return (*range(width), *range(self.columns - width, self.columns))


FORMATS = {96: PlateFormat(8, 12), 384: PlateFormat(16, 24)}
"""The plates that a lab may ask for, by their number of wells."""
