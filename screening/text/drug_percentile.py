"""Compares a prediction with those of the same model for approved drugs, in words.

The percentile tells how a number compares. It does not tell how good the number is: the drugs
include compounds that the model was trained on.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence

_ROUNDING = 1e-9
"""Errors of the last bits, which must not round a half down."""


def percent_below(value: float, quantiles: Sequence[float]) -> float:
    """Return how many percent of the approved drugs have a lower prediction.

    Between two quantiles the share rises linearly.

    Args:
        value: A prediction.
        quantiles: Two or more ascending quantiles of the same prediction for drugs, at equal steps
            from the lowest to the highest.

    >>> percent_below(0.5, [0.0, 0.1, 0.2, 0.6, 1.0])
    68.75
    """
    at = bisect_left(quantiles, value)
    if at in (0, len(quantiles)):
        return 0.0 if at == 0 else 100.0
    low, high = quantiles[at - 1], quantiles[at]
    return 100 * (at - 1 + (value - low) / (high - low)) / (len(quantiles) - 1)


def percent_text(percent: float) -> str:
    """Return a percentage as a whole number, never 0 and never 100.

    A card has four figures of each quantile, so it cannot tell whether all drugs are lower.

    >>> percent_text(82.6), percent_text(0.4), percent_text(99.97)
    ('83', '<1', '>99')
    """
    rounded = math.floor(percent + 0.5 + _ROUNDING)
    if rounded < 1:
        return "<1"
    return ">99" if rounded > 99 else str(rounded)


def among_drugs(percents: Sequence[float]) -> str:
    """Return the words for one prediction, or for several in their order.

    >>> among_drugs([83])
    'higher than 83 % of approved drugs'
    >>> among_drugs([83.2, 99.9, 7])
    'higher than 83 %, >99 % and 7 % of approved drugs'
    """
    *first, last = (f"{percent_text(percent)} %" for percent in percents)
    named = f"{', '.join(first)} and {last}" if first else last
    return f"higher than {named} of approved drugs"
