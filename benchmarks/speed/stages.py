"""Times hitlist's own stages on Dask workers that are already running."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import perf_counter

from benchmarks.speed.rates import Cost, Speed, Yardstick, rate_between
from chem.features.rdkit_timing import time_featurizing, time_parsing
from flows.planning.planning import plan_screen
from flows.terminal.options import ScoringOptions
from screening.dask_cluster.lazy_client import AnyClient, started
from screening.prepare.prepared_location import rows_for
from screening.runs.run import run_screen
from screening.storage.store import Store

SCREEN = "kinase"
"""The shipped screen, with the activity and toxicity bundles."""
SCORING = ("score", "rank")
"""The stages that neither do chemistry nor write the run's files."""
STEPS = 4
"""The number of steps of ``Bench.measure``."""
WARM_UP = 400
"""The number of molecules for each worker that are screened before anything is timed."""


@dataclass(frozen=True)
class Run:
    """A whole screen of a library."""

    molecules: int
    seconds: float
    """The seconds from the file to the hits."""
    stages: Mapping[str, float]
    """The seconds of each stage."""
    memory: Mapping[str, float]
    """The peak memory of each stage in MB."""
    in_full: bool
    """True: the ensembles scored every compound; False: a triage chose."""

    def cost(self, *stages: str) -> Cost:
        """Return the cost of some stages together; without any, that of the whole screen."""
        if not stages:
            return Cost(self.molecules, self.seconds, max(self.memory.values()))
        return Cost(
            self.molecules,
            sum(self.stages[stage] for stage in stages),
            max(self.memory[stage] for stage in stages),
        )


class Bench:
    """A bench that times RDKit and screens of two libraries, the smaller the start of the larger.

    files: the library files by their number of molecules.
    full: library files of fewer molecules, of which the ensembles score every one.
    """

    def __init__(
        self,
        client: AnyClient,
        files: dict[int, Path],
        full: dict[int, Path],
        smiles: Sequence[str],
        folder: Path,
    ) -> None:
        self._client = started(client)
        self._workers = sorted(self._client.nthreads())
        self._files = files
        self._full = full
        self._smiles = smiles[: min(files)]
        self._folder = folder
        self._rows = min(rows_for(min(files)), -(-min(files) // len(self._workers)))
        self._names = count()

    @property
    def cores(self) -> int:
        """The number of working processes, with one thread each."""
        return len(self._workers)

    def measure(self, yardstick: Yardstick, say: Callable[[str], None]) -> list[Speed]:
        """Time every stage; ``say`` is called with the name of each of ``STEPS`` steps."""
        prepared = {size: self._new_folder() / "prepared" for size in self._files}
        say("featurizing")
        graphs, parsing = yardstick.around(lambda: self.rate(time_featurizing))
        say("screening, cold")
        cold, cold_parsing = yardstick.around(lambda: self._screens(prepared))
        say("screening, prepared")
        again, again_parsing = yardstick.around(lambda: self._screens(prepared))
        say("scoring all in full")
        full, full_parsing = yardstick.around(self._screens_in_full)
        speeds = [
            Speed("featurize, parsed", "hitlist", len(self._smiles), self.cores, graphs, parsing)
        ]
        for what, runs, stages, parse_rate in (
            ("prepare", cold, ("prepare",), cold_parsing),
            ("score and rank", again, SCORING, again_parsing),
            ("score all in full, and rank", full, SCORING, full_parsing),
            ("screen, cold", cold, (), cold_parsing),
            ("screen, prepared", again, (), again_parsing),
        ):
            small, large = (run.cost(*stages) for run in runs)
            speeds.append(
                Speed(
                    what=what,
                    group="hitlist",
                    molecules=large.molecules,
                    cores=self.cores,
                    rate=rate_between(small, large) if scored_alike(runs) else None,
                    parsing=parse_rate,
                    memory_mb=large.memory_mb,
                )
            )
        return speeds

    def parse_rate(self) -> float:
        """Return the molecules per second that RDKit parses on all workers together."""
        return self.rate(time_parsing)

    def rate(self, work: Callable[[Sequence[str]], float]) -> float:
        """Return the molecules per second of a loop that times itself, on all workers at once."""
        shares = [self._smiles[at :: self.cores] for at in range(self.cores)]
        running = [
            self._client.submit(work, share, workers=[worker], pure=False)
            for worker, share in zip(self._workers, shares, strict=True)
        ]
        seconds: list[float] = self._client.gather(running)
        return len(self._smiles) / max(seconds)

    def warm_up(self) -> None:
        """Have every worker import what it needs and load the models."""
        library = self._folder / "first.smi"
        few = self._smiles[: WARM_UP * self.cores]
        library.write_text("\n".join(few), encoding="utf-8")
        rows = -(-len(few) // (4 * self.cores))  # enough partitions that each worker gets one
        self._screen(library, len(few), self._new_folder() / "prepared", rows)

    def _new_folder(self) -> Path:
        """Return a folder apart: work takes over what earlier work left beside its own folder."""
        return self._folder / f"apart-{next(self._names)}"

    def _screens(self, prepared: dict[int, Path]) -> list[Run]:
        return [
            self._screen(self._files[size], size, prepared[size], self._rows)
            for size in sorted(self._files)
        ]

    def _screens_in_full(self) -> list[Run]:
        runs = []
        for size in sorted(self._full):
            prepared = self._new_folder() / "prepared"
            rows = min(self._rows, -(-min(self._full) // self.cores))
            runs.append(self._screen(self._full[size], size, prepared, rows, in_full=True))
        return runs

    def _screen(
        self, library: Path, size: int, prepared: Path, rows: int, in_full: bool = False
    ) -> Run:
        own = self._new_folder()
        started = perf_counter()
        plan = plan_screen(
            SCREEN, str(library), own / "run", scoring=ScoringOptions(partition_rows=rows)
        )
        plan = replace(
            plan,
            prepared=prepared,
            prepared_store=Store(prepared),
            shared_scores=Store(own / "shared"),
            screen=plan.screen.changed(exhaustive=in_full),
        )
        outcome = run_screen(plan, self._client)
        seconds = perf_counter() - started
        manifest = outcome.manifest
        everything = manifest.triage.exhaustive
        return Run(size, seconds, manifest.seconds, manifest.peak_memory_mb, everything)


def scored_alike(runs: Sequence[Run]) -> bool:
    """Tell whether all runs were scored in the same way; else their difference gives no rate."""
    return len({run.in_full for run in runs}) == 1
