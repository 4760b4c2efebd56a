"""Table cells: text that no spreadsheet executes, and numbers rounded to what is known.

A spreadsheet runs a cell that starts with ``=``, ``+``, ``-``, ``@``, a tab or a line break,
also in their full-width forms and behind white space. Such a text gets one leading apostrophe.
A text that already has apostrophes before such a start gets one more, so that the rule can be
undone without a doubt: take one apostrophe off whatever is apostrophes followed by such a start.
The rule is for text columns; a negative number stays a number.
"""

import re

# \s takes in the tab and both line breaks; the last four signs are full-width.
_STARTS = r"(?:[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|\s+[=+\-@\uff1d\uff0b\uff0d\uff20])"
_EXECUTABLE = re.compile(rf"'*{_STARTS}")
_NEUTRALISED = re.compile(rf"'+{_STARTS}")


def escape_cell(text: str) -> str:
    """The text as a cell that a spreadsheet shows and does not run.

    >>> escape_cell("=1+1"), escape_cell("gefitinib"), escape_cell("'-x")
    ("'=1+1", 'gefitinib', "''-x")
    """
    return f"'{text}" if _EXECUTABLE.match(text) else text


def unescape_cell(cell: str) -> str:
    """The text before ``escape_cell``, exactly.

    >>> unescape_cell("'=1+1"), unescape_cell("5'-AMP"), unescape_cell("''-x")
    ('=1+1', "5'-AMP", "'-x")
    """
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def format_number(value: float, decimals: int) -> str:
    """Fixed decimals, no exponent, and no minus before zero.

    >>> format_number(7.128, 2), format_number(-0.001, 2), format_number(12.0, 0)
    ('7.13', '0.00', '12')
    """
    text = f"{float(value):.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text
