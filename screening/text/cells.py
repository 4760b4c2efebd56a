"""Table cells: text that no spreadsheet executes, and rounded numbers.

A spreadsheet runs a cell as a formula if it starts with ``=``, ``+``, ``-`` or ``@``, also in their
full-width forms and after white space or quotation marks. The spreadsheet decides where cells end:
in much of Europe it splits a CSV file at ``;``, so that one cell ``x;=1+1;`` becomes three.
Therefore three rules apply to text columns, in this order (a negative number stays a number):

1. A control character, except the tab and line breaks, becomes its picture: ``␀`` for NUL.
   Spreadsheets drop such characters, so the next character would become the first. Apostrophes
   before the character are doubled. Before a character that already is such a picture, they are
   doubled and one is added.
2. If a formula start follows a comma, a semicolon, ``|``, a tab or a line break, one apostrophe is
   inserted directly before its sign, after any existing apostrophes.
3. A text that begins with a formula start, a tab or a line break gets one leading apostrophe. So
   does such a text with leading apostrophes.

Each rule is reversible, so ``unescape_cell`` restores every text.
"""

import re
from decimal import Decimal
from typing import NamedTuple

_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_CONTROLS = {chr(c): chr(0x2400 + c) for c in range(32) if chr(c) not in "\t\r\n"}
"""Map of control characters to their pictures."""
_PICTURES = {picture: control for control, picture in _CONTROLS.items()}
_SHOWN = str.maketrans(_CONTROLS)
_HIDDEN = re.compile(rf"(?<!')('*+)([{re.escape(''.join((*_CONTROLS, *_PICTURES)))}])")
_PICTURED = re.compile(rf"(?<!')('*+)([{''.join(_PICTURES)}])")
_SEPARATOR = re.compile(r"[,;|\t\r\n\x85\u2028\u2029]")
# Possessive, from the start of the run, so a long run of blanks is scanned once.
_RUN = r"(?<![\s\",;|])([\s\",;|]++)"
_INNER = re.compile(rf"{_RUN}('*+)(?={_SIGNS})")
_INNER_ESCAPED = re.compile(rf"{_RUN}('++)(?={_SIGNS})")
_START = rf"(?:[\t\r\n]|[\s\"]*+{_SIGNS})"
_EXECUTABLE = re.compile(rf"'*+{_START}")
_NEUTRALISED = re.compile(rf"'++{_START}")
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Invisible characters that control text direction. Right-to-left text works without them."""


def escape_cell(text: str) -> str:
    """Escape a text so that a spreadsheet shows it and never runs it, at any cell separator.

    >>> escape_cell("=1+1"), escape_cell("gefitinib"), escape_cell("'-x"), escape_cell("x;=1;")
    ("'=1+1", 'gefitinib', "''-x", "x;'=1;")
    """
    text = _HIDDEN.sub(_show, text)
    text = _INNER.sub(lambda found: _replace(found, "'" + found[2]), text)
    return f"'{text}" if _EXECUTABLE.match(text) else text


def unescape_cell(cell: str) -> str:
    """Restore the exact text from the result of ``escape_cell``.

    >>> unescape_cell("'=1+1"), unescape_cell("5'-AMP"), unescape_cell("''-x")
    ('=1+1', "5'-AMP", "'-x")
    """
    cell = cell[1:] if _NEUTRALISED.match(cell) else cell
    cell = _INNER_ESCAPED.sub(lambda found: _replace(found, found[2][1:]), cell)
    return _PICTURED.sub(_hide, cell)


def show_controls(text: str) -> str:
    """Replace control characters by their pictures, except the tab and line breaks.

    >>> show_controls("a" + chr(0) + "b")
    'a␀b'
    """
    return text.translate(_SHOWN)


def _replace(found: re.Match[str], apostrophes: str) -> str:
    """Replace the apostrophes of a run before a sign, if the run has a separator."""
    return found[1] + apostrophes if _SEPARATOR.search(found[1]) else found[0]


def _show(found: re.Match[str]) -> str:
    apostrophes, character = 2 * found[1], found[2]
    return apostrophes + (_CONTROLS.get(character) or f"'{character}")


def _hide(found: re.Match[str]) -> str:
    pairs, odd = divmod(len(found[1]), 2)
    return "'" * pairs + (found[2] if odd else _PICTURES[found[2]])


class Figures(NamedTuple):
    """Significant figures: the precision of values that span orders of magnitude."""

    number: int
    """From 1."""


def format_number(value: float, digits: int | Figures) -> str:
    """Format a number with fixed decimals or figures, no exponent, and no minus before zero.

    >>> format_number(7.128, 2), format_number(-0.001, 2), format_number(12.0, 0)
    ('7.13', '0.00', '12')
    >>> format_number(0.04128, Figures(3)), format_number(12345.6, Figures(3))
    ('0.0413', '12300')
    """
    if isinstance(digits, Figures):
        text = format(Decimal(f"{float(value):.{digits.number - 1}e}"), "f")
    else:
        text = f"{float(value):.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def isolated(text: str) -> str:
    r"""Remove direction characters and enclose a text in a FIRST STRONG ISOLATE.

    >>> isolated("a\u2069\u202edrow")
    '\u2068adrow\u2069'
    """
    return f"\u2068{_STEERING.sub('', text)}\u2069"
