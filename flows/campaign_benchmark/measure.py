"""Measures all ways to pick plates, over several first plates, and compares them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.campaign_benchmark.assays import load_assay
from flows.campaign_benchmark.simulate import PLATE, PLATES, WAYS, Campaign, replay
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from gnn.assembly.structures import fresh_processes

Floats = npt.NDArray[np.float64]
_Found = tuple[int, int, float, dict[str, Campaign]]
"""The compounds of an assay, its actives, their level, and a campaign of each way."""
DRAWS = 10_000
"""Draws of the bootstrap."""


class Replays(NamedTuple):
    """The campaigns on one assay."""

    assay: str
    compounds: int
    actives: int
    level: float
    ways: dict[str, list[Campaign]]
    """By way to pick, one campaign for each first plate."""

    def found(self, way: str) -> Floats:
        """Return [first plates, plates], the actives that a way has found."""
        return np.array([one.found for one in self.ways[way]], dtype=np.float64)

    def covered(self, way: str) -> Floats:
        """Return [first plates, plates], the shares of results in their intervals."""
        return np.array([one.covered for one in self.ways[way]])


class Ratio(NamedTuple):
    """Actives of one way over those of another, with a 95 % interval over first plates."""

    value: float
    low: float
    high: float

    @property
    def told(self) -> str:
        """The ratio in words."""
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def measure_campaigns(
    assays: Sequence[str], starts: int, most: int, workers: int, report: Report
) -> list[Replays]:
    """Replay every way to pick on every assay.

    Args:
        assays: Names of ``ASSAYS``.
        starts: Number of first plates of each assay.
        most: Most compounds of an assay.
        workers: Number of processes.
        report: Told after each first plate.
    """
    work = [(name, seed) for name in assays for seed in range(starts)]
    each: dict[str, list[_Found]] = {}
    found = _in_turn(most, work) if workers == 1 else _in_processes(most, work, workers)
    for at, ((name, _), one) in enumerate(zip(work, found, strict=True), start=1):
        each.setdefault(name, []).append(one)
        report("campaigns", at, len(work))
    return [
        Replays(
            name,
            *campaigns[0][:3],
            {way: [one[3][way] for one in campaigns] for way in WAYS},
        )
        for name, campaigns in each.items()
    ]


def _in_turn(most: int, work: Sequence[tuple[str, int]]) -> Iterator[_Found]:
    for name, seed in work:
        yield _replay_all(most, name, seed)


def _in_processes(most: int, work: Sequence[tuple[str, int]], workers: int) -> Iterator[_Found]:
    with ProcessPoolExecutor(min(workers, len(work)), fresh_processes()) as pool:
        try:
            yield from pool.map(partial(_replay_all, most), *zip(*work, strict=True))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _replay_all(most: int, name: str, seed: int) -> _Found:
    """Return the size of an assay, its actives, their level, and a campaign of each way."""
    assay = load_assay(name, most, seed=0)
    found = {way: replay(assay, make(), seed) for way, make in WAYS.items()}
    return len(assay.values), int(assay.is_active.sum()), assay.level, found


def ratio(replays: Replays, way: str, other: str) -> Ratio:
    """Return the ratio of the mean actives after the last plate; first plates are resampled."""
    ours, theirs = replays.found(way)[:, -1], replays.found(other)[:, -1]
    drawn = np.random.default_rng(0).integers(0, len(ours), (DRAWS, len(ours)))
    many = ours[drawn].mean(axis=1) / np.maximum(theirs[drawn].mean(axis=1), 1e-9)
    low, high = np.percentile(many, (2.5, 97.5))
    return Ratio(float(ours.mean() / max(theirs.mean(), 1e-9)), float(low), float(high))


def table(every: Sequence[Replays]) -> tuple[list[str], list[list[str]]]:
    """Return headers and a line for each assay and way."""
    headers = ["assay", "picked by", "actives after 4 plates", f"after {PLATES}", "95 % of them"]
    headers += ["times random", "times greedy", "90 % intervals hold, plates 3 on"]
    lines = []
    for one in every:
        for way in WAYS:
            found = one.found(way)
            low, high = np.percentile(found[:, -1], (2.5, 97.5))
            held = one.covered(way)[:, 2:].mean()
            lines.append(
                [
                    *(one.assay, way, f"{found[:, 3].mean():.0f}", f"{found[:, -1].mean():.0f}"),
                    f"{low:.0f} to {high:.0f}",
                    "" if way == "random" else ratio(one, way, "random").told,
                    "" if way == "greedy" else ratio(one, way, "greedy").told,
                    f"{held:.2f}",
                ]
            )
    return headers, lines


def remarks(every: Sequence[Replays]) -> list[str]:
    """Return the remarks below the table, one line each."""
    told = [
        f"{one.assay}: {one.compounds:,} compounds, {one.actives} active: pActivity "
        f"{one.level:.2f} or more"
        for one in every
    ]
    starts = len(next(iter(every[0].ways.values()))) if every else 0
    return [
        *told,
        f"{PLATES} plates of {PLATE}; the first is drawn at random, the same for every way; "
        f"{starts} first plates",
        "greedy, probability and knowledge use the same Gaussian process, refitted after each "
        "plate; first model: its list after the first plate, without feedback",
    ]


def write_campaigns(file: Path, every: Sequence[Replays]) -> None:
    """Write the actives after each plate, of every campaign, as CSV."""
    headers = ["assay", "picked_by", "first_plate", "plate", "actives", "coverage"]
    lines = [
        [
            *(one.assay, way, str(start), str(plate + 1), str(int(campaign.found[plate]))),
            "" if np.isnan(held := campaign.covered[plate]) else f"{held:.3f}",
        ]
        for one in every
        for way, campaigns in one.ways.items()
        for start, campaign in enumerate(campaigns)
        for plate in range(len(campaign.found))
    ]
    write_csv(file, headers, lines)
