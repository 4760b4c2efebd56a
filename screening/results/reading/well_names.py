"""Names of wells as files write them: ``A1``, ``A01``, ``a01``, and ``AA01`` on 1536 wells."""

import re

from screening.objective.wells import Well

MOST_ROWS, MOST_COLUMNS = 32, 48
"""The largest plate: 1536 wells."""
_WELL = re.compile(r"([A-Za-z]{1,2})\s*[-_:]?\s*0{0,2}([1-9]\d?)")
_LETTERS = re.compile(r"[A-Za-z]{1,2}")
_BASE = ord("A")


def read_well(text: str) -> Well | None:
    """Return the position that a name means; None if it is no well of any plate.

    >>> read_well(" a1 "), read_well("AF048"), read_well("A00"), read_well("12")
    (Well(row=0, column=0), Well(row=31, column=47), None, None)
    """
    found = _WELL.fullmatch(text.strip())
    if found is None:
        return None
    row, column = read_letters(found[1]), int(found[2]) - 1
    return None if row is None or column >= MOST_COLUMNS else Well(row, column)


def read_letters(text: str) -> int | None:
    """Return the row that letters mean, from 0; None if no plate has it.

    >>> read_letters("a"), read_letters("AF"), read_letters("AG"), read_letters("")
    (0, 31, None, None)
    """
    plain = text.strip().upper()
    if not _LETTERS.fullmatch(plain):
        return None
    row = ord(plain[-1]) - _BASE
    if len(plain) == 2:
        row += 26 * (ord(plain[0]) - _BASE + 1)
    return row if row < MOST_ROWS else None


def row_letters(row: int) -> str:
    """Return the letters of a row, from 0.

    >>> row_letters(15), row_letters(26)
    ('P', 'AA')
    """
    return chr(_BASE + row) if row < 26 else chr(_BASE + row // 26 - 1) + chr(_BASE + row % 26)


def well_name(well: Well) -> str:
    """Return the name as ``A01`` or ``AA01``.

    >>> well_name(Well(31, 4))
    'AF05'
    """
    return f"{row_letters(well.row)}{well.column + 1:02d}"
