"""Table cells: text that no spreadsheet executes, and numbers rounded to what is known.

A spreadsheet runs a cell that starts with ``=``, ``+``, ``-`` or ``@``, also in their full-width
forms and behind white space or quotation marks. Which cells there are is the spreadsheet's choice:
much of Europe parts a CSV file at ``;``, and then ``x;=1+1;`` within one cell becomes three. So
three rules hold, applied in this order, for text columns (a negative number stays a number):

1. A control character, but for the tab and the line breaks, becomes its picture: ``␀`` for NUL.
   Spreadsheets drop such characters, and what comes next would then be first. Apostrophes before
   it are doubled; before what is such a picture already they are doubled and one is added.
2. Where such a start follows a comma, a semicolon, ``|``, a tab or a line break, one apostrophe
   goes directly before the sign, after the apostrophes that are there.
3. A text that begins with such a start, a tab or a line break gets one apostrophe in front.
   So does one that has apostrophes in front of it.

Each rule can be undone without a doubt, so ``unescape_cell`` gives every text back.
"""

import re

_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_CONTROLS = {chr(c): chr(0x2400 + c) for c in range(32) if chr(c) not in "\t\r\n"}
"""Control character to the picture of it."""
_PICTURES = {picture: control for control, picture in _CONTROLS.items()}
_SHOWN = str.maketrans(_CONTROLS)
_HIDDEN = re.compile(rf"(?<!')('*+)([{re.escape(''.join((*_CONTROLS, *_PICTURES)))}])")
_PICTURED = re.compile(rf"(?<!')('*+)([{''.join(_PICTURES)}])")
_SEPARATOR = re.compile(r"[,;|\t\r\n\x85\u2028\u2029]")
# Possessive, from the run's own start: a long run of blanks is looked at once.
_RUN = r"(?<![\s\",;|])([\s\",;|]++)"
_INNER = re.compile(rf"{_RUN}('*+)(?={_SIGNS})")
_INNER_ESCAPED = re.compile(rf"{_RUN}('++)(?={_SIGNS})")
_START = rf"(?:[\t\r\n]|[\s\"]*+{_SIGNS})"
_EXECUTABLE = re.compile(rf"'*+{_START}")
_NEUTRALISED = re.compile(rf"'++{_START}")
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that are not seen and steer the direction of others; without them a text that is
written from right to left still is."""


def escape_cell(text: str) -> str:
    """The text as a cell that a spreadsheet shows and does not run, whatever it parts cells at.

    >>> escape_cell("=1+1"), escape_cell("gefitinib"), escape_cell("'-x"), escape_cell("x;=1;")
    ("'=1+1", 'gefitinib', "''-x", "x;'=1;")
    """
    text = _HIDDEN.sub(_show, text)
    text = _INNER.sub(lambda found: _replace(found, "'" + found[2]), text)
    return f"'{text}" if _EXECUTABLE.match(text) else text


def unescape_cell(cell: str) -> str:
    """The text before ``escape_cell``, exactly.

    >>> unescape_cell("'=1+1"), unescape_cell("5'-AMP"), unescape_cell("''-x")
    ('=1+1', "5'-AMP", "'-x")
    """
    cell = cell[1:] if _NEUTRALISED.match(cell) else cell
    cell = _INNER_ESCAPED.sub(lambda found: _replace(found, found[2][1:]), cell)
    return _PICTURED.sub(_hide, cell)


def show_controls(text: str) -> str:
    """The text with pictures for its control characters, but for the tab and the line breaks.

    >>> show_controls("a" + chr(0) + "b")
    'a␀b'
    """
    return text.translate(_SHOWN)


def _replace(found: re.Match[str], apostrophes: str) -> str:
    """Return a run before a sign with other apostrophes, where a separator is in the run."""
    return found[1] + apostrophes if _SEPARATOR.search(found[1]) else found[0]


def _show(found: re.Match[str]) -> str:
    apostrophes, character = 2 * found[1], found[2]
    return apostrophes + (_CONTROLS.get(character) or f"'{character}")


def _hide(found: re.Match[str]) -> str:
    pairs, odd = divmod(len(found[1]), 2)
    return "'" * pairs + (found[2] if odd else _PICTURES[found[2]])


def format_number(value: float, decimals: int) -> str:
    """Fixed decimals, no exponent, and no minus before zero.

    >>> format_number(7.128, 2), format_number(-0.001, 2), format_number(12.0, 0)
    ('7.13', '0.00', '12')
    """
    text = f"{float(value):.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def isolated(text: str) -> str:
    """Return a text without such characters, between FIRST STRONG ISOLATE and its end.

    >>> isolated("a\\u2069\\u202edrow")
    '\\u2068adrow\\u2069'
    """
    return f"\u2068{_STEERING.sub('', text)}\u2069"
