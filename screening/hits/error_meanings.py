"""Meanings of the columns that tell the error of a prediction, for the data dictionary."""

from screening.objective.terms import Primary
from screening.score.predicted_columns import PROBABILITY
from screening.text.inactivity_words import describe_level


def explain_deviation(name: str, unit: str, with_interval: bool, is_log: bool) -> str:
    """Explain a standard deviation; see ``gnn.calibration.calibration``."""
    if unit == PROBABILITY and with_interval:
        return (
            f"Uncertainty of {name}: the width of its 90 % interval over 3.3, as for a normal "
            "distribution."
        )
    if unit == PROBABILITY:
        return (
            f"Uncertainty of {name}: the disagreement of its networks, larger with distance. A "
            f"value of 0 is no certainty: all networks may recall a training compound."
        )
    if is_log:
        return (
            f"Uncertainty of {name}: the width of its 90 % interval over 3.3. The interval is not "
            "symmetric, as the error is a factor."
        )
    said = f"Standard deviation of {name}: the expected error of the prediction."
    if with_interval:
        said += " It is the width of the 90 % interval over 3.3, as for a normal distribution."
    return said


def explain_interval(name: str, unit: str) -> str:
    """Explain a calibrated interval; see ``gnn.calibration.calibration``."""
    if unit == PROBABILITY:
        return (
            f"the 90 % interval (calibrated) of {name}: with 90 % confidence it holds the share of "
            "positives among compounds with such a prediction. It widens with few data, "
            "disagreement of the networks and distance."
        )
    return (
        f"the 90 % interval (calibrated) of {name}: intervals of this width held 90 % or "
        "more of the held-out values at a similar distance."
    )


def explain_spread(name: str, unit: str) -> str:
    """Explain the ends of an interval that is not calibrated."""
    if unit == PROBABILITY:
        return (
            f"the spread of the networks for {name}, not an interval: their disagreement, larger "
            f"with distance. It is no error rate; at distance 0 it says little."
        )
    return (
        f"the spread of the models for {name}, not an interval: there were too few held-out values "
        "to calibrate one."
    )


def explain_cautious(term: Primary, is_log: bool) -> str:
    """Explain the value from which the desirability of a primary target follows."""
    if is_log:
        return (
            f"Cautious value: {term.name} with {term.caution:g} x the deviation of its logarithm "
            "taken off the logarithm. That deviation is the interval's width, as log10, over 3.3."
        )
    return f"Cautious value: {term.name} minus {term.caution:g} x {term.name}_std."


def explain_inactive(task: str, level: float) -> str:
    """Explain the probability of inactivity; see ``gnn.calibration.inactivity``."""
    return f"Probability that the compound is inactive: {describe_level(level)} on {task}."


def explain_active(task: str) -> str:
    """Explain the value of an active compound."""
    return (
        f"Predicted {task} if the compound is active. {task} is the mean of both cases and orders "
        "the list. Little is known about this value if inactivity is almost certain."
    )
