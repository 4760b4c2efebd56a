"""Tables as CSV and on a terminal, fitted to its width."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from flows.terminal.console import printable

GAP = 2
"""Character cells between two columns."""
NARROWEST = 20
"""The least width of a truncated text, in cells."""
WORDS = (24, 16, 10)
"""Widths in cells beyond which a word, such as a SMILES, may be broken; the first that fits."""
Rows = Sequence[Sequence[str]]


def show_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", numbers: int = 0
) -> None:
    """Show a table on stdout: drawn on a terminal, as tab-separated lines in a pipe.

    Args:
        headers: names of the columns.
        rows: cells of each row.
        title: text above the table.
        numbers: how many of the last columns are numbers, aligned right.
    """
    console = Console()
    if not console.is_terminal:
        for row in (headers, *rows):
            print("\t".join(printable(" ".join(cell.split())) for cell in row))
        return
    head, *shown = [[printable(cell) for cell in row] for row in (headers, *rows)]
    console.print(TerminalTable(head, shown, printable(title), numbers))


def write_csv(file: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV. Creates the folder of the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([headers, *rows])


def terminal_width() -> int | None:
    """Return the width of the terminal on stdout in cells; None if stdout is not a terminal."""
    console = Console()
    return console.width if console.is_terminal else None


def truncate(text: str, width: int) -> str:
    """Return a text of at most ``width`` cells. A truncated text ends in "…".

    >>> truncate("gefitinib", 5)
    'gefi…'
    """
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def choose_columns(
    headers: Sequence[str], rows: Rows, width: int, story: str
) -> tuple[list[str], list[list[str]]]:
    """Return the columns that fit ``width`` cells, each row one line.

    Columns are taken in order until one does not fit. The column ``story`` is text. It gets the
    width that the columns before it leave, is truncated if necessary, and is shown last.
    """
    wants = [max(map(cell_len, column)) for column in zip(headers, *rows, strict=True)]
    chosen: list[int] = []
    left, told = width + GAP, 0
    for at, want in enumerate(wants):
        need = GAP + (min(want, NARROWEST) if headers[at] == story else want)
        if need > left and chosen:
            break
        if headers[at] == story:
            told = min(want, left - GAP)
            need = GAP + told
        else:
            chosen.append(at)
        left -= need
    shown = [headers[at] for at in chosen] + ([story] if told else [])
    lines = [
        [row[at] for at in chosen] + ([truncate(row[headers.index(story)], told)] if told else [])
        for row in rows
    ]
    return shown, lines


def spread(least: Sequence[int], wants: Sequence[int], room: int) -> list[int]:
    """Return widths between ``least`` and ``wants`` that share the room, narrow columns first.

    >>> spread([2, 2], [9, 4], 10)
    [6, 4]
    """
    widths = list(least)
    while growing := [at for at, want in enumerate(wants) if widths[at] < want]:
        if sum(widths) >= room:
            break
        widths[min(growing, key=widths.__getitem__)] += 1
    return widths


class TerminalTable:
    """A table for a terminal of any width.

    Text is broken between words. If even the longest words do not fit side by side, each row
    becomes a block of lines, one header and cell per line. Nothing is omitted.
    """

    def __init__(self, headers: Sequence[str], rows: Rows, title: str = "", numbers: int = 0):
        """Store a table; ``numbers`` is how many of the last columns are aligned right."""
        self.headers, self.rows, self.title, self.numbers = headers, rows, title, numbers

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the table in the available width."""
        columns = list(zip(self.headers, *self.rows, strict=True))
        room = options.max_width - GAP * (len(columns) - 1)
        wants = [max(map(cell_len, column)) for column in columns]
        longest = [
            max((cell_len(word) for cell in column for word in cell.split()), default=0)
            for column in columns
        ]
        for word in WORDS:
            least = [min(word, width) for width in longest]
            if sum(least) <= room:
                yield self._table(spread(least, wants, room))
                return
        yield self._blocks()

    def _table(self, widths: Sequence[int]) -> Table:
        table = _empty(self.title)
        for at, (header, width) in enumerate(zip(self.headers, widths, strict=True)):
            right = at >= len(self.headers) - self.numbers
            table.add_column(
                Text(header), justify="right" if right else "left", overflow="fold", width=width
            )
        for row in self.rows:
            table.add_row(*map(Text, row))
        return table

    def _blocks(self) -> Table:
        table = _empty(self.title)
        table.show_header = False
        table.add_column(style="bold", overflow="fold")
        table.add_column(overflow="fold")
        for row in self.rows:
            for header, cell in zip(self.headers, row, strict=True):
                if cell:
                    table.add_row(Text(header), Text(cell))
            table.add_section()
        return table


def _empty(title: str) -> Table:
    return Table(
        title=Text(title) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),  # with the separating blank: ``GAP``
    )
