"""The rows of the ranked frame, one at a time, without a copy of their cells.

A hit has about 850 columns if the screen has a panel of kinases, and most are not read. A ``dict``
of each row would take about 47 kB per hit.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd


class HitRow(Mapping[str, Any]):
    """One row of a frame, as ``DataFrame.to_dict("records")`` would give it; read-only."""

    def __init__(self, columns: Mapping[str, Any], place: int) -> None:
        """Look up the cells of a row in ``columns``: arrays of equal length, by name."""
        self._columns, self._place = columns, place

    def __getitem__(self, name: str) -> Any:
        """Return a cell; a number of numpy becomes one of Python, and ``pd.NA`` None."""
        value = self._columns[name][self._place]
        if isinstance(value, np.generic):
            return value.item()
        return None if value is pd.NA else value

    def __contains__(self, name: object) -> bool:
        """Tell whether the frame has a column, without a look at its cell."""
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the columns."""
        return iter(self._columns)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._columns)


def hit_rows(hits: pd.DataFrame) -> Iterator[HitRow]:
    """Yield the rows of a frame in order."""
    columns = {
        str(name): series.to_numpy() if isinstance(series.dtype, np.dtype) else series.array
        for name, series in hits.items()
    }
    return (HitRow(columns, place) for place in range(len(hits)))
