"""The probability that a compound is inactive, in words."""

_POSSIBLE = (-6.0, 24.0)
"""The pActivities that are told as concentrations, too."""


def describe_level(level: float) -> str:
    """Return what counts as inactive, for a level in pActivity.

    A level of no possible concentration is told without one.

    >>> describe_level(5.0)
    'pActivity 5.0 or less, that is 10 µM and weaker'
    """
    told = f"pActivity {_short(level)} or less"
    if not _POSSIBLE[0] <= level <= _POSSIBLE[1]:
        return told
    micromolar = float(f"{10.0 ** (6.0 - level):.1e}")
    return f"{told}, that is {micromolar:g} µM and weaker"


def describe_chance(probability: float, level: float, if_active: str) -> str:
    """Return the probability of inactivity and the value of an active compound in one phrase.

    >>> describe_chance(0.304, 5.0, "6.21")
    '30 % chance of inactive (≤ 5.0); 6.21 if active'

    Args:
        probability: 0 to 1.
        level: The largest value that counts as inactive.
        if_active: The value of an active compound, as text.
    """
    chance = describe_percent(probability)
    return f"{chance} chance of inactive (≤ {_short(level)}); {if_active} if active"


def describe_percent(probability: float) -> str:
    """Return a probability in percent, from ``less than 1 %`` to ``more than 99 %``.

    >>> describe_percent(0.304), describe_percent(0.002)
    ('30 %', 'less than 1 %')
    """
    if probability < 0.01:
        return "less than 1 %"
    return "more than 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def _short(level: float) -> str:
    """Return a level with one decimal, or with two if it has them."""
    return f"{level:.1f}" if round(level, 1) == round(level, 2) else f"{level:.2f}"
