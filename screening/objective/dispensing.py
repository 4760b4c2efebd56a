"""Dispensing: volumes as whole picoliters, and the drops that make a concentration in a well.

Sums of picoliters are exact. A dose is dispensed directly from the stock. If the stock is so strong
that whole drops miss a concentration, the dose comes from an intermediate dilution: level 1 is the
stock diluted once by a fixed factor, level 2 is level 1 diluted again by the same factor. The
strongest level that meets the dose is taken, so that there are as few dilutions as possible.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from chem.errors import InputError

PL_IN_NL = 1_000
PL_IN_UL = 1_000_000
SLACK = 1e-9
"""The relative error that floating-point rounding may add."""


def from_nl(volume: float) -> int:
    """Convert a volume in nanoliters to picoliters."""
    return round(volume * PL_IN_NL)


def from_ul(volume: float) -> int:
    """Convert a volume in microliters to picoliters."""
    return round(volume * PL_IN_UL)


def nl_text(volume: int) -> str:
    """Write a volume in picoliters as text in nanoliters, exactly.

    >>> nl_text(2500), nl_text(250_000)
    ('2.5', '250')
    """
    return _plain(Decimal(volume) / PL_IN_NL)


def ul_text(volume: int) -> str:
    """Write a volume in picoliters as text in microliters, exactly.

    >>> ul_text(2500), ul_text(40_000_000)
    ('0.0025', '40')
    """
    return _plain(Decimal(volume) / PL_IN_UL)


def number_text(value: float, digits: int = 4) -> str:
    """Write a positive number with ``digits`` significant digits, never with an exponent.

    >>> number_text(10.0), number_text(0.0000508053)
    ('10', '0.00005081')
    """
    return _plain(Decimal(f"{value:.{digits}g}"))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Dispense(NamedTuple):
    """The limits on dispensing into one well."""

    drop_nl: float
    most: int
    """The most drops of DMSO that a well takes, from all sources together."""
    well_ul: float
    """The final volume of the well."""
    tolerance: float
    """The largest relative error of a dispensed concentration."""


class Recipe(NamedTuple):
    """The way to make one concentration in one well."""

    dose: int
    """The number of the dose; 1 is the highest."""
    nominal_um: float
    """The concentration that was asked for."""
    concentration_um: float
    """The concentration that whole drops give."""
    level: int
    """0: from the stock; n: from its n-th dilution."""
    drops: int


def series(top_um: float, points: int, dilution: float) -> list[float]:
    """Return the concentrations of a dose series, highest first.

    >>> series(9.0, 3, 3.0)
    [9.0, 3.0, 1.0]
    """
    return [top_um / dilution**point for point in range(points)]


def recipes(
    wanted_um: Sequence[float], stock_um: float, factor: float, levels: int, dispense: Dispense
) -> tuple[Recipe, ...]:
    """Return a recipe for each concentration; concentrations are given in falling order.

    factor: the dilution from each level to the next.
    levels: the most dilutions that there may be.

    Raises InputError, one line that says what to change, if a concentration is too high for the
    DMSO that a well gets, is missed by more than the tolerance, or is the same as the one before.
    """
    found: list[Recipe] = []
    for dose, wanted in enumerate(wanted_um, 1):
        recipe = _recipe(dose, wanted, stock_um, factor, levels, dispense)
        if found and recipe.concentration_um >= found[-1].concentration_um * (1 - SLACK):
            raise InputError(
                f"doses {dose - 1} and {dose} ({found[-1].nominal_um:.4g} and {wanted:.4g} uM) "
                f"become the same in whole drops of {dispense.drop_nl:g} nL; raise dilution or "
                "lower tolerance"
            )
        found.append(recipe)
    return tuple(found)


def _recipe(
    dose: int, wanted: float, stock_um: float, factor: float, levels: int, dispense: Dispense
) -> Recipe:
    for level in range(levels + 1):
        strength = stock_um / factor**level
        one_drop = strength * dispense.drop_nl / (dispense.well_ul * 1000)
        drops = round(wanted / one_drop)
        if drops > dispense.most:
            if level == 0:
                raise InputError(
                    f"{wanted:.4g} uM in {dispense.well_ul:g} uL takes "
                    f"{drops * dispense.drop_nl:g} nL of a {stock_um / 1000:g} mM stock, but a "
                    f"well gets {dispense.most * dispense.drop_nl:g} nL of DMSO; lower the "
                    "concentration, or raise stock or dmso_percent"
                )
            break
        error = abs(drops * one_drop - wanted) / wanted
        if drops and error <= dispense.tolerance + SLACK:
            return Recipe(dose, wanted, drops * one_drop, level, drops)
    raise InputError(
        f"{wanted:.4g} uM in {dispense.well_ul:g} uL cannot be made within "
        f"{dispense.tolerance:.0%} from whole drops of {dispense.drop_nl:g} nL of a "
        f"{stock_um / 1000:g} mM stock and at most {levels} dilutions by {factor:g}; raise "
        "tolerance, take a weaker stock, ask for fewer points, or change intermediate_factor"
    )
