"""Compares a prediction with those of the same model for approved drugs, in words.

The percentile tells how a number compares. It does not tell how good the number is: the drugs
include compounds that the model was trained on.
"""

from bisect import bisect_left
from collections.abc import Sequence

_MOST = 99


def percent_below(value: float, quantiles: Sequence[float]) -> int:
    """Return how many percent of the approved drugs have a lower prediction, 0 to 99.

    Between two quantiles the share rises linearly. It is rounded down, so at least so many percent
    are lower.

    Args:
        value: A prediction.
        quantiles: Two or more ascending quantiles of the same prediction for drugs, at equal steps
            from the lowest to the highest.

    >>> percent_below(0.5, [0.0, 0.1, 0.2, 0.6, 1.0])
    68
    """
    at = bisect_left(quantiles, value)
    if at in (0, len(quantiles)):
        return 0 if at == 0 else _MOST
    low, high = quantiles[at - 1], quantiles[at]
    share = (at - 1 + (value - low) / (high - low)) / (len(quantiles) - 1)
    return min(int(100 * share + 1e-9), _MOST)


def among_drugs(percents: Sequence[int]) -> str:
    """Return the words for one prediction, or for several in their order.

    >>> among_drugs([83])
    'higher than 83 % of approved drugs'
    >>> among_drugs([83, 90, 7])
    'higher than 83 %, 90 % and 7 % of approved drugs'
    """
    *first, last = (f"{percent} %" for percent in percents)
    named = f"{', '.join(first)} and {last}" if first else last
    return f"higher than {named} of approved drugs"
