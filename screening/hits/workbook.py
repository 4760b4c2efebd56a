"""Write ``hits.xlsx``: the cells of ``hits.csv`` with their types.

A spreadsheet guesses the types of the cells of a CSV file: the ID ``0012`` becomes 12, ``1E5``
becomes 100,000 and ``MAR1`` a date. Nothing in the CSV file can prevent this. A workbook states the
type of each cell. Texts are stored and formatted as text, so none is ever executed, not even after
an edit, and they need no apostrophe. The prices of a screen are numbers if all of them are written
as plain ones, so that they sort by size; all other cells of the library are texts.

Each of the first 1,000 hits has a picture below its SMILES, which makes a file of 8 MB. A picture
moves with its row when the sheet is sorted or filtered.

A cell holds 32,767 characters. Longer text is truncated with a note. The same table gives the same
bytes.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BufferedWriter, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chem.disk.files import atomic_path, scratch_beside
from chem.output.depict import draw_png
from screening.hits.dictionary import Definition
from screening.hits.table import Group, HitTable

if TYPE_CHECKING:
    from typing_extensions import Buffer

LONGEST = 32_767
"""The most characters that a cell can hold, by the file format."""
CUT = " … (truncated; hits.csv has the full text)"
PICTURE = (225, 150)
"""Width and height of a picture in pixels."""
SHRUNK = 0.8
"""The part of that size at which a picture is shown, so that it stays sharp when it is enlarged."""
PICTURES = 1000
"""The most pictures of a workbook."""
COLORS: dict[Group, str] = {
    "identity": "#d9e2f3",
    "score": "#e2efd9",
    "prediction": "#fff2cc",
    "efficiency": "#fff2cc",
    "others": "#e2efd9",
    "panel": "#e2efd9",
    "domain": "#ededed",
    "neighbours": "#fbe4d5",
    "alerts": "#f8cbad",
    "property": "#deeaf6",
    "structure": "#e4dfec",
    "input": "#ededed",
    "vendor": "#f2f2f2",
}
"""Fill colour of the headers of each group."""
WIDTHS = {"smiles": 26, "name": 24, "reason": 70, "alerts": 30, "compound_id": 18, "meaning": 90}
"""Widths of columns in characters. Others follow their header, within bounds."""
_LINE = 18
"""Height of a line of text in pixels."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_PRICE = re.compile(r"(0|[1-9]\d{0,8})(\.\d{1,4})?", re.ASCII)
"""A price that a number with the same decimals shows unchanged."""


def write_workbook(
    path: Path, table: HitTable, definitions: Sequence[Definition], price: str | None = None
) -> None:
    """Write two sheets: the hits, and the meanings of their columns.

    The header, the IDs and the structures stay in view. Every column can be filtered. The columns
    of a group fold behind its first one. A sheet has 16,384 columns; further ones are only in
    ``hits.csv``.

    Args:
        path: the file to write.
        table: the hits.
        definitions: the meanings of their columns.
        price: the column of the library with the prices, as the screen names it.

    Raises:
        OSError: the file cannot be written.
    """
    with (
        atomic_path(path) as temporary,
        scratch_beside(path) as scratch,
        _open_archive(temporary) as file,
    ):
        # Rows are flushed as they are written, so memory does not grow with the list.
        options = {"constant_memory": True, "tmpdir": str(scratch), "use_zip64": True}
        book = Workbook(file, options)
        try:
            book.set_properties({"created": datetime(2000, 1, 1)})
            _hits(book, book.add_worksheet("hits"), table, _find_prices(table, price))
            _dictionary(book, book.add_worksheet("columns"), definitions)
            book.close()
        except FileCreateError as error:
            cause = error.args[0]
            raise cause if isinstance(cause, OSError) else OSError(str(cause)) from error
        finally:
            # Otherwise its destructor would write the file again.
            book.fileclosed = 1


class _Archive(BufferedWriter):
    """A file for an archive whose destructor writes the archive's end even after an error.

    Python would show a traceback if this failed too. After :meth:`give_up` the file writes nothing
    and only counts bytes.
    """

    given_up = False
    place = 0
    """Position of the next byte after the file is given up."""

    def give_up(self) -> None:
        """Stop writing."""
        self.place = super().tell()
        self.given_up = True

    def write(self, data: "Buffer") -> int:
        if not self.given_up:
            return super().write(data)
        self.place += memoryview(data).nbytes
        return memoryview(data).nbytes

    def flush(self) -> None:
        if not self.given_up:
            super().flush()

    def seek(self, offset: int, whence: int = 0) -> int:
        if not self.given_up:
            return super().seek(offset, whence)
        self.place = offset
        return offset

    def tell(self) -> int:
        return self.place if self.given_up else super().tell()


@contextmanager
def _open_archive(path: Path) -> Iterator[_Archive]:
    with path.open("wb", buffering=0) as raw:
        file = _Archive(raw)
        try:
            yield file
            file.flush()
        except BaseException:
            file.give_up()
            raise


def _find_prices(table: HitTable, name: str | None) -> int | None:
    """Return the place of the prices if every cell of them is a plain number or empty."""
    for at, column in enumerate(table.columns):
        if (column.group, column.source) == ("vendor", name):
            cells = [row[at] for row in table.rows if row[at]]
            return at if all(_PRICE.fullmatch(cell) for cell in cells) else None
    return None


def _hits(book: Workbook, sheet: Worksheet, table: HitTable, prices: int | None) -> None:
    middle = {"valign": "vcenter"}
    text = book.add_format({"num_format": "@", **middle})
    top = book.add_format({"num_format": "@", "valign": "top"})
    numbers: dict[int, Format] = {}
    _headers(book, sheet, table)
    for number, row in enumerate(table.rows, 1):
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            if column.name == "smiles" and column.group == "identity" and number <= PICTURES:
                _draw(sheet, number, at, cell)
                _write_text(sheet, number, at, cell, top)
            elif (column.is_number or at == prices) and _NUMBER.fullmatch(cell) is not None:
                n = 2 if column.is_measurement else len(cell.partition(".")[2])
                if n not in numbers:
                    look = {"num_format": f"0.{'0' * n}" if n else "0", **middle}
                    numbers[n] = book.add_format(look)
                sheet.write_number(number, at, float(cell), numbers[n])
            else:
                _write_text(sheet, number, at, cell, text)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _headers(book: Workbook, sheet: Worksheet, table: HitTable) -> None:
    styles = {
        group: book.add_format({"bold": True, "bg_color": color, "bottom": 1, "num_format": "@"})
        for group, color in COLORS.items()
    }
    sheet.outline_settings(visible=True, symbols_below=False, symbols_right=False)
    before: Group | None = None
    for at, column in enumerate(table.columns):
        # The first column of a group stays visible, so that groups fold one by one.
        folds = column.group == before and column.group != "identity"
        sheet.set_column(at, at, _width(column.name), None, {"level": 1 if folds else 0})
        before = column.group
        _write_text(sheet, 0, at, column.name, styles[column.group])


def _draw(sheet: Worksheet, row: int, column: int, smiles: str) -> None:
    """Put a picture below the text of a cell; it is sorted, hidden and moved with the cell."""
    sheet.set_row_pixels(row, round(PICTURE[1] * SHRUNK) + _LINE + 2)
    picture = BytesIO(draw_png(smiles, *PICTURE))
    options = {"image_data": picture, "x_scale": SHRUNK, "y_scale": SHRUNK, "decorative": True}
    place = {"x_offset": 1, "y_offset": _LINE, "object_position": 1}
    sheet.insert_image(row, column, "structure.png", {**options, **place})


def _dictionary(book: Workbook, sheet: Worksheet, definitions: Sequence[Definition]) -> None:
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "bottom": 1})
    for at, name in enumerate(Definition._fields):
        sheet.set_column(at, at, _width(name))
        sheet.write_string(0, at, name, bold)
    for number, definition in enumerate(definitions, 1):
        for at, cell in enumerate(definition):
            _write_text(sheet, number, at, cell, text)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(definitions), len(Definition._fields) - 1)


def _write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text literally. A text that is too long for a cell is truncated."""
    if not text:
        return
    if len(text) > LONGEST:
        text = text[: LONGEST - len(CUT)] + CUT
    if text.startswith("<r>") and text.endswith("</r>"):
        # The library would write such a text raw, as markup. In pieces it does not.
        sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], style)
    else:
        sheet.write_string(row, column, text, style)


def _width(name: str) -> int:
    return WIDTHS.get(name, min(max(len(name) + 3, 9), 24))
