"""Calibrates all tasks of a bundle at once, as tensors on any device.

It computes what :mod:`gnn.calibration.calibration` says, task by task, with float64 tensors of
molecules by tasks. Each number depends on its own molecule and task alone. Tests compare both.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gnn.calibration.calibration import DOUBT, LIKE_IT, MOST_LIKE_IT, Calibration
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90


class _Line(NamedTuple):
    """Lines that join points, one for each of T tasks: the points, and what follows each of them.

    Before the first point and after the last one, a line is level.
    """

    at: Tensor
    """[T, L] places of the points, ascending; infinite where a task has fewer."""
    base: Tensor
    """[T * (L + 1)] place from which the rise is counted, by the number of points passed."""
    height: Tensor
    """[T * (L + 1)] height there."""
    slope: Tensor
    """[T * (L + 1)] rise per unit."""

    def follow(self, x: Tensor) -> Tensor:
        """Return the height at x [M, T]."""
        passed = torch.searchsorted(self.at, x.T.contiguous(), right=True).T
        place = passed + torch.arange(len(self.at), device=x.device) * (self.at.shape[1] + 1)
        return self.height[place] + self.slope[place] * (x - self.base[place])


class CalibratedTasks:
    """The calibrations of T tasks of one kind, ready for any number of molecules."""

    def __init__(self, calibrations: Sequence[Calibration], device: torch.device) -> None:
        """Put the numbers of T calibrations on a device."""
        self.device = device
        numbers = [
            (
                *(one.noise, one.spread, one.quantile, one.rows, one.centre, one.slope),
                *(one.kernel, one.remote, one.fade, one.gone, one.far, one.offset),
            )
            for one in calibrations
        ]
        each = self._tensor(numbers).unbind(1)
        self._noise, self._spread, self._quantile, self._rows, self._centre, self._slope = each[:6]
        self._kernel, self._ood_value, self._ood_start, self._ood_end = each[6:10]
        self._far, self._offset = each[10:]
        self._level = self._line([(one.levels, one.level_factors) for one in calibrations])
        self._growth = self._line([(one.distances, one.distance_factors) for one in calibrations])
        most = max((len(one.edges) for one in calibrations), default=0)
        edges = self._tensor([_filled(one.edges, most, math.inf) for one in calibrations])
        self._edges = edges.reshape(len(calibrations), most)
        steps = [_filled((1.0, *one.factors), most + 1, 1.0) for one in calibrations]
        self._steps = self._tensor(steps).flatten()
        self._first = torch.arange(len(calibrations), device=device) * (most + 1)
        parts = max((len(one.shift_edges) for one in calibrations), default=0)
        edges = self._tensor([_filled(one.shift_edges, parts, math.inf) for one in calibrations])
        self._shift_edges = edges.reshape(len(calibrations), parts)
        self._below = self._sides([one.below for one in calibrations], parts + 1)
        self._above = self._sides([one.above for one in calibrations], parts + 1)
        self._first_part = torch.arange(len(calibrations), device=device) * (parts + 1)

    def _tensor(self, numbers: Sequence[object]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.float64, device=self.device)

    def _sides(self, factors: Sequence[Sequence[float]], count: int) -> Tensor:
        return self._tensor([_filled(one, count, one[-1]) for one in factors]).flatten()

    def _line(self, points: Sequence[tuple[Sequence[float], Sequence[float]]]) -> _Line:
        most = max((len(at) for at, _ in points), default=0)
        pieces = [_pieces(at, height, most + 1) for at, height in points]
        at = self._tensor([_filled(at, most, math.inf) for at, _ in points]).reshape(
            len(points), most
        )
        base, height, slope = (self._tensor([one[n] for one in pieces]).flatten() for n in range(3))
        return _Line(at, base, height, slope)

    def regressions(
        self, networks: Tensor, kernel: Tensor | None, distance: Tensor | None
    ) -> Tensor:
        """Turn values of networks and a kernel machine into value, std, lo, hi: [M, T, 4].

        Args:
            networks: [K, M, T] values on the tasks' scales; K may be 0.
            kernel: [M, T] values of the kernel machine; None without one.
            distance: [M] distance to the training compounds; None treats all molecules as near.
        """
        mean, spread = _mean_and_spread(networks)
        blended = mean if kernel is None else self._kernel * kernel + (1 - self._kernel) * mean
        near = self._centre + self._slope * (blended - self._centre) + self._offset
        away = self._per_task(near, distance)
        out = self._out_of_domain(away)
        value = near + out * (self._ood_value - near)
        noise = self._noise**2 * self._level.follow(near) * self._growth.follow(away)
        disagreement = (self._spread * (self._slope * spread)).square()
        root = (noise + disagreement + out * self._far**2).sqrt()
        number = torch.searchsorted(self._edges, away.T.contiguous(), right=True).T
        reach = self._quantile * self._steps[self._first + number] * root
        part = torch.searchsorted(self._shift_edges, away.T.contiguous(), right=True).T
        side = self._first_part + part
        below, above = self._below[side], self._above[side]
        std = (below + above) * reach / INTERVAL_STDS
        low, high = value - below * reach, value + above * reach
        return torch.stack([value, std, low, high], dim=2)

    def logarithms(
        self, networks: Tensor, kernel: Tensor | None, distance: Tensor | None
    ) -> Tensor:
        """Turn log10 of values into median, std, lo, hi in the tasks' units: [M, T, 4].

        The arguments are those of :meth:`regressions`.
        """
        value, _, low, high = self.regressions(networks, kernel, distance).unbind(dim=2)
        value, low, high = (torch.pow(10.0, one) for one in (value, low, high))
        return torch.stack([value, (high - low) / INTERVAL_STDS, low, high], dim=2)

    def classifications(
        self, networks: Tensor, kernel: Tensor | None, distance: Tensor | None
    ) -> Tensor:
        """Turn logits and scores of a kernel machine into probability, std, lo, hi: [M, T, 4].

        The arguments are those of :meth:`regressions`.
        """
        mean, spread = _mean_and_spread(networks)
        near = self._slope * mean + self._offset
        if kernel is not None:
            near = self._slope * mean + self._kernel * 4 * (kernel - 0.5) + self._offset
        away = self._per_task(near, distance)
        drawn = near + self._out_of_domain(away) * (self._ood_value - near)
        other = NORMAL_90 * torch.hypot(self._slope * spread, DOUBT * away)
        less, more = self._share_doubt(near)
        low = torch.sigmoid(torch.minimum(near, drawn) - torch.hypot(less, other))
        high = torch.sigmoid(torch.maximum(near, drawn) + torch.hypot(more, other))
        std = (high - low) / INTERVAL_STDS
        return torch.stack([torch.sigmoid(drawn), std, low, high], dim=2)

    def _per_task(self, like: Tensor, distance: Tensor | None) -> Tensor:
        if distance is None:
            return torch.zeros_like(like)
        return distance.double()[:, None].expand_as(like)

    def _out_of_domain(self, distance: Tensor) -> Tensor:
        span = self._ood_end - self._ood_start
        weight = ((distance - self._ood_start) / torch.where(span > 0, span, 1.0)).clamp(0, 1)
        return torch.where(span > 0, weight, 0.0)

    def _share_doubt(self, odds: Tensor) -> tuple[Tensor, Tensor]:
        """Return how far a share may lie below and above log odds, as ``share_doubt`` does."""
        rows = (LIKE_IT * self._rows).clamp(max=MOST_LIKE_IT)
        extra = NORMAL_90**2 / rows.clamp(min=1.0)
        share = torch.sigmoid(odds)
        reach = (extra * (share * (1 - share) + extra / 4)).sqrt()
        low = (share + extra / 2 - reach) / (1 + extra)
        high = (share + extra / 2 + reach) / (1 + extra)
        zero = torch.zeros_like(odds)
        small = -2 * torch.logaddexp(zero, -odds) - torch.log1p(extra) - high.log()
        rest = -2 * torch.logaddexp(zero, odds) - torch.log1p(extra) - torch.log1p(-low)
        return odds - (small - torch.log1p(-low)), high.log() - rest - odds


def _mean_and_spread(networks: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation [M, T] of outputs [K, M, T]; 0 without networks."""
    if not len(networks):
        return networks.new_zeros(networks.shape[1:]), networks.new_zeros(networks.shape[1:])
    mean = networks.mean(dim=0)
    return mean, (networks - mean).square().mean(dim=0).sqrt()


def _pieces(
    at: Sequence[float], height: Sequence[float], count: int
) -> tuple[list[float], list[float], list[float]]:
    """Return base, height and slope by the number of points passed, filled to a length."""
    rises = [
        (height[n + 1] - height[n]) / (at[n + 1] - at[n]) if at[n + 1] > at[n] else 0.0
        for n in range(len(at) - 1)
    ]
    base, heights, slopes = [at[0], *at], [height[0], *height], [0.0, *rises, 0.0]
    return tuple(_filled(one, count, one[-1]) for one in (base, heights, slopes))  # type: ignore[return-value]


def _filled(numbers: Sequence[float], count: int, last: float) -> list[float]:
    """Fill a list to a length."""
    return [*numbers, *[last] * (count - len(numbers))]
