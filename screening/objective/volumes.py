"""Volumes as whole picoliters, so that sums are exact, and numbers as people write them."""

from decimal import Decimal

PL_IN_NL = 1_000
PL_IN_UL = 1_000_000


def from_nl(volume: float) -> int:
    """Picoliters of a volume in nanoliters."""
    return round(volume * PL_IN_NL)


def from_ul(volume: float) -> int:
    """Picoliters of a volume in microliters."""
    return round(volume * PL_IN_UL)


def nl_text(volume: int) -> str:
    """A volume in picoliters as text in nanoliters, exact.

    >>> nl_text(2500), nl_text(250_000)
    ('2.5', '250')
    """
    return _plain(Decimal(volume) / PL_IN_NL)


def ul_text(volume: int) -> str:
    """A volume in picoliters as text in microliters, exact.

    >>> ul_text(2500), ul_text(40_000_000)
    ('0.0025', '40')
    """
    return _plain(Decimal(volume) / PL_IN_UL)


def number_text(value: float, digits: int = 4) -> str:
    """A positive number with that many significant digits, never with an exponent.

    >>> number_text(10.0), number_text(0.0000508053)
    ('10', '0.00005081')
    """
    return _plain(Decimal(f"{value:.{digits}g}"))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
