"""Show tables of molecules with their structures in notebooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from chem.errors import InputError
from chem.output.depict import depict

_PICTURE = (200, 130)
"""Width and height in pixels."""
_COLORS = {
    "N": "#3050f8",
    "O": "#e00d0d",
    "S": "#a08000",
    "F": "#1a8a1a",
    "Cl": "#1a8a1a",
    "Br": "#a62929",
    "I": "#940094",
    "P": "#c06000",
}
"""Colours of elements on light and dark backgrounds; others have the colour of the text."""
_STYLE = "<style>.hitlist-table td{{text-align:left;max-width:28em}}{}</style>".format(
    "".join(f".hitlist-table .{name}{{color:{color}}}" for name, color in _COLORS.items())
)


@dataclass(frozen=True, eq=False)
class StructureTable:
    """The first rows of a table of molecules, which a notebook shows with structures."""

    frame: pd.DataFrame
    smiles: Sequence[str]
    """SMILES of each row; empty for a row without a picture."""
    left_out: int
    """Number of rows that are not shown."""

    def __repr__(self) -> str:
        return repr(self.frame)

    def _repr_html_(self) -> str:
        names = "".join(f"<th>{escape(str(name))}</th>" for name in self.frame.columns)
        lines = []
        for text, cells in zip(self.smiles, self.frame.itertuples(index=False), strict=True):
            shown = "".join(f"<td>{escape(_cell(cell))}</td>" for cell in cells)
            lines.append(f"<tr><td>{_picture(text)}</td>{shown}</tr>")
        more = f"<p>… and {self.left_out:,} more</p>" if self.left_out else ""
        return (
            f"{_STYLE}<table class='hitlist-table'><thead><tr><th>structure</th>{names}</tr>"
            f"</thead><tbody>{''.join(lines)}</tbody></table>{more}"
        )


def show(
    frame: pd.DataFrame, columns: Sequence[str] | None = None, rows: int = 20
) -> StructureTable:
    """Return the first rows of a table for a notebook, with structures.

    Args:
        frame: a table with a column ``smiles``, such as hits or predictions.
        columns: columns to show beside the structure; by default the first eight others.
        rows: number of rows to show; each picture has about 3 kB.

    Raises:
        InputError: the table lacks a column.

    >>> table = hitlist.show(hitlist.standardize(["CCO", "c1ccccc1"]), columns=["changes"])
    >>> table._repr_html_().count("<svg")
    2
    """
    wanted = ["smiles", *([] if columns is None else columns)]
    if lacking := [name for name in wanted if name not in frame]:
        raise InputError(
            f"the table has no column {lacking[0]!r}; it has {', '.join(map(str, frame))}"
        )
    others = [name for name in frame if str(name) not in ("smiles", "input_smiles")]
    first = frame.head(rows)
    texts = ["" if pd.isna(text) else str(text) for text in first["smiles"]]
    shown = first[others[:8] if columns is None else list(columns)]
    return StructureTable(shown, texts, len(frame) - len(first))


def _picture(smiles: str) -> str:
    if not smiles:
        return ""
    try:
        return depict(smiles, *_PICTURE).svg()
    except InputError:  # such as an unchanged SMILES of a library
        return ""


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.4g}"
    return "" if value is None else str(value)
