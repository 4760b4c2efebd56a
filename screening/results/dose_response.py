"""Fits four-parameter logistic curves to dose series.

    inhibition = bottom + (top − bottom) / (1 + 10^(hill · (d − p)))

with d = −log10 of the concentration in mol/L and p = −log10 of the IC50, the concentration halfway
between bottom and top. The limits of the parameters are ``BOTTOM``, ``TOP`` and ``HILL``; p may lie
one log unit beyond the tested doses.
"""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from screening.text.cells import format_number

BOTTOM, TOP, HILL = (-20.0, 20.0), (50.0, 120.0), (0.3, 4.0)
"""Limits of bottom and top, in percent of inhibition, and of the Hill coefficient."""
FEWEST_DOSES = 4
"""Different doses that a curve needs."""
LEAST_R2, LEAST_SPAN = 0.8, 30.0
"""A curve that explains less of the variance, or whose points span less percent, gives no value."""
HALF = 50.0
"""Percent of inhibition below which, at the highest dose, the IC50 is above that dose."""
NEAR_FULL = 80.0
"""Percent of inhibition that is near the full effect, at every dose without a rise."""
LEAST_RISE, LEAST_CORRELATION = 10.0, 0.7
"""The rise of the line through the means of all doses, in percent, and the means' correlation with
the log concentration: less is no rise with the dose."""
Floats = npt.NDArray[np.float64]
Qualifier = Literal["=", "<", ">", ""]
"""Relation of the true pActivity to the value; empty without a value."""


class Curve(NamedTuple):
    """The result of a dose series."""

    value: float
    """pActivity, −log10 of the IC50 in mol/L, or its bound; NaN if there is none."""
    qualifier: Qualifier
    error: float = np.nan
    """Standard error of an exact value, in log units."""
    top: float = np.nan
    bottom: float = np.nan
    hill: float = np.nan
    r2: float = np.nan
    problem: str = ""
    """Why there is no value; empty if there is one."""


def fit_curve(concentrations_um: npt.ArrayLike, inhibitions: npt.ArrayLike) -> Curve:
    """Fit a curve to the wells of a compound.

    concentrations_um: [n] in µM. inhibitions: [n] in percent; replicates are wells of their own.

    An IC50 beyond the tested doses is a bound: ``<`` the pActivity of the highest dose if half of
    the effect is not reached there, ``>`` that of the lowest if it is exceeded even there, by means
    that are all near the full effect or rise with the dose.
    """
    logs = 6.0 - np.log10(np.asarray(concentrations_um, np.float64))
    values = np.asarray(inhibitions, np.float64)
    doses = np.unique(np.round(logs, 6))
    if len(doses) < FEWEST_DOSES:
        return _without(f"{len(doses)} doses with values, {FEWEST_DOSES} are needed")
    means = np.array([values[np.isclose(logs, dose)].mean() for dose in doses])  # highest first
    if bound := _find_bound(doses, means):
        return bound
    if np.ptp(means) < LEAST_SPAN:
        return _without(f"the means of the doses span {format_number(np.ptp(means), 0)} % only")
    return _fit(logs, values, doses, means)


def predict(curve: Curve, concentrations_um: npt.ArrayLike) -> Floats:
    """Return the inhibition [n] in percent that an exact curve gives at concentrations [n]."""
    parameters = np.array([curve.bottom, curve.top, curve.hill, curve.value])
    return _curve(parameters, 6.0 - np.log10(np.asarray(concentrations_um, np.float64)))


def _find_bound(doses: Floats, means: Floats) -> Curve | None:
    """Return the bound of a series that stays on one side of half inhibition, or why it has none.

    An effect of some 60 % that does not rise with the dose, or falls, tells no potency.
    """
    if means.max() < HALF:
        return Curve(float(doses[0]), "<")
    if means.min() > HALF:
        if means.min() >= NEAR_FULL or _rises(doses, means):
            return Curve(float(doses[-1]), ">")
        return _without("more than half of the effect at every dose, without a rise with the dose")
    return None


def _rises(doses: Floats, means: Floats) -> bool:
    """Tell whether means rise with the dose; ``doses`` are pDoses, the highest dose first."""
    if np.ptp(means) == 0:
        return False
    slope = np.polyfit(-doses, means, 1)[0]
    correlation = np.corrcoef(-doses, means)[0, 1]
    return bool(slope * np.ptp(doses) >= LEAST_RISE and correlation >= LEAST_CORRELATION)


def _fit(logs: Floats, values: Floats, doses: Floats, means: Floats) -> Curve:
    """Fit the curve from two starts: the dose nearest to half inhibition, and the middle one."""
    low = np.array([BOTTOM[0], TOP[0], HILL[0], doses[0] - 1])
    high = np.array([BOTTOM[1], TOP[1], HILL[1], doses[-1] + 1])

    starts = (doses[int(np.abs(means - HALF).argmin())], float(np.median(doses)))
    fits = [
        least_squares(
            lambda parameters: _curve(parameters, logs) - values,
            [0.0, 100.0, 1.0, start],
            lambda parameters: _jacobian(parameters, logs),
            bounds=(low, high),
            x_scale=[10, 10, 0.3, 0.3],
        )
        for start in starts
    ]
    best = min(fits, key=lambda fit: float(fit.cost))
    bottom, top, hill, p = (float(x) for x in best.x)
    spread = float(((values - values.mean()) ** 2).sum())
    r2 = 1 - 2 * float(best.cost) / spread if spread else 0.0
    shape = Curve(np.nan, "", np.nan, top, bottom, hill, r2)
    if problem := _find_problem(r2, hill):
        return shape._replace(problem=problem)
    if p < doses[0]:
        return shape._replace(value=float(doses[0]), qualifier="<")
    if p > doses[-1]:
        return shape._replace(value=float(doses[-1]), qualifier=">")
    error = _error_of(best.jac, values, 2 * float(best.cost))
    return shape._replace(value=p, qualifier="=", error=error)


def _find_problem(r2: float, hill: float) -> str:
    if r2 < LEAST_R2:
        return f"the curve does not describe the data (R² {format_number(r2, 2)})"
    if hill <= HILL[0] * 1.001:
        return f"the curve is as flat as a Hill coefficient of {HILL[0]:g} allows"
    return ""


def _curve(parameters: Floats, logs: Floats) -> Floats:
    bottom, top, hill, p = parameters
    found: Floats = bottom + (top - bottom) / (1 + _power(hill * (logs - p)))
    return found


def _jacobian(parameters: Floats, logs: Floats) -> Floats:
    """Return the derivatives [n, 4] of the curve."""
    bottom, top, hill, p = parameters
    power = _power(hill * (logs - p))
    share = 1 / (1 + power)
    slope = (top - bottom) * share * share * power * np.log(10)
    return np.stack([1 - share, share, -slope * (logs - p), slope * hill], axis=1)


def _power(exponent: Floats) -> Floats:
    found: Floats = 10.0 ** np.clip(exponent, -100, 100)
    return found


def _error_of(jacobian: Floats, values: Floats, squares: float) -> float:
    """Return the standard error of p; parameters at a limit have a column of little weight."""
    freedom = len(values) - 4
    if freedom < 1:
        return float("nan")
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * squares / freedom
    return float(np.sqrt(max(covariance[3, 3], 0.0)))


def _without(problem: str) -> Curve:
    return Curve(np.nan, "", problem=problem)
