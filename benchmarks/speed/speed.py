"""Measures the molecules per second of hitlist's stages, RDKit's parser and other programs.

Machines differ, and a shared one differs from minute to minute. Therefore RDKit parses the same
molecules on as many processes before and after each measurement, which is reported as a multiple of
the mean of the two. Start-up is left out by timing two numbers of molecules, one three times the
other.
"""

from collections.abc import Sequence
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.speed.peers import find_peers, measure_peer
from benchmarks.speed.rates import Speed, Yardstick, median_round
from benchmarks.speed.stages import STEPS, Bench
from chem.errors import InputError
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from screening.dask_cluster.cluster import connect
from screening.runs.plan import find_library

TIMES = 3
"""The larger number of molecules is this many times the smaller."""
FULL_SHARE = 5
"""One of this many molecules is scored in full by the ensembles, as if these were the library."""
PARSE_ONLY = "parse only"


def measure_speed(
    library: str,
    molecules: int,
    workers: int | None,
    peers: Path | None,
    rounds: int,
    report: Report,
) -> tuple[list[Speed], list[str]]:
    """Measure every stage, and every installed peer, on a library's first molecules.

    Args:
        library: A library file or a name of the catalogue, of SMILES.
        molecules: The smaller of the two numbers.
        workers: The number of processes; by default one for each core.
        peers: An environment with other programs, if there is one.
        rounds: The number of repeats; the one with the median ratio is reported for each speed.
        report: A callback that is told what is being measured.

    Returns:
        The speeds, and the reasons for which peers have none.

    Raises:
        InputError: The library has too few SMILES, or the environment has no peer that starts.
    """
    smiles = take_smiles(library, TIMES * molecules, report)
    with TemporaryDirectory(prefix="hitlist-speed-") as name, connect(workers=workers) as client:
        folder = Path(name)
        files = _write_two(folder, smiles, molecules)
        fewer = _write_two(folder, smiles, max(10, molecules // FULL_SHARE))
        bench = Bench(client, files, fewer, smiles, folder)
        report("starting", 0, None)
        others = find_peers(peers, bench.cores, folder) if peers else []
        bench.warm_up()
        found: dict[str, list[Speed]] = {}
        failed: list[str] = []
        steps, total = count(), rounds * (STEPS + len(others))
        for _ in range(rounds):
            yardstick = Yardstick(bench.parse_rate)
            speeds = bench.measure(yardstick, lambda what: report(what, next(steps), total))
            for peer in others:
                report(peer.name, next(steps), total)
                given = _write_two(folder, smiles, max(10, molecules // peer.share))
                try:
                    speeds.append(measure_peer(peer, list(given.values()), bench.cores, yardstick))
                except InputError as error:
                    failed.append(str(error))
            rate = median(yardstick.rates)
            for speed in [
                Speed(PARSE_ONLY, "RDKit", molecules, bench.cores, rate, rate),
                *speeds,
            ]:
                found.setdefault(speed.what, []).append(speed)
    return [median_round(same) for same in found.values()], list(dict.fromkeys(failed))


def take_smiles(library: str, number: int, report: Report) -> list[str]:
    """Return the first SMILES of a library, as they are written.

    Raises:
        InputError: The library has fewer, or structures of another kind.
    """
    opened = find_library(library, progress=report)
    read = (record for record in opened if record.problem is None and record.format == "smiles")
    found = [record.structure for record in islice(read, number)]
    if len(found) < number:
        raise InputError(
            f"{library} has {len(found):,} SMILES, but {number:,} are needed ({TIMES} times "
            "--molecules): ask for fewer molecules, or name a larger library"
        )
    return found


def _write_two(folder: Path, smiles: Sequence[str], molecules: int) -> dict[int, Path]:
    """Write the first molecules, and three times as many, in files; the smaller comes first."""
    files = {}
    for size in (molecules, TIMES * molecules):
        files[size] = folder / f"{size}.csv"
        rows = ((f"M{n}", text) for n, text in enumerate(smiles[:size], start=1))
        write_csv(files[size], ["compound_id", "smiles"], rows)
    return files
