"""Times Chemprop and ADMET-AI, if they are installed, on the same molecules and cores.

They are in a separate environment (``make bench-peers``), because they need other versions of RDKit
and numpy. Each is run by its own command line, with the settings that were fastest on two cores:
large batches, a loading process for each core, and a torch thread for each core. ADMET-AI is
fastest with its own defaults: on a CPU it recommends no loading process.
"""

import csv
import json
import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from benchmarks.speed.rates import Cost, Speed, Yardstick, rate_between
from chem.errors import InputError
from screening.dask_cluster.stage_costs import PeakMemory

TASKS = 12
"""The number of tasks that Chemprop predicts, with one model of its default size."""
VERSIONS = """
import json
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in ("chemprop", "cuik_molmaker_pin", "admet_ai"):
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""
UNTRAINED = """
import sys
from chemprop.models import MPNN
from chemprop.models.utils import save_model
from chemprop.nn import BondMessagePassing, NormAggregation, RegressionFFN
tasks = int(sys.argv[2])
model = MPNN(BondMessagePassing(), NormAggregation(), RegressionFFN(n_tasks=tasks))
save_model(sys.argv[1], model, [f"task {n}" for n in range(tasks)])
"""
"""A program that saves an untrained model; weights do not matter for speed."""


CHEMPROP = ("predict", "-q", "-s", "smiles", "--accelerator", "cpu", "-b", "256")
"""Chemprop's options; with ``-n``, a process for each core reads and featurizes while the model
runs."""
CPP_FEATURIZER = "--use-cuikmolmaker-featurization"
ADMET_AI = ("--smiles_column", "smiles")
ADMET_AI_SHARE = 30
"""ADMET-AI is about this many times slower, so it gets one molecule for this many of the others."""


@dataclass(frozen=True)
class Peer:
    """A program that predicts a file of molecules."""

    name: str
    words: tuple[str, ...]
    """The command line, without files."""
    given: str
    """The option of the file to read."""
    made: str
    """The option of the file to write."""
    share: int = 1
    """The program gets one molecule for this many of the others."""


def find_peers(environment: Path, cores: int, folder: Path) -> list[Peer]:
    """Return the programs that an environment has; write a model for Chemprop into ``folder``.

    Raises:
        InputError: The folder is not an environment, has none of the programs, or they do not
            start.
    """
    programs = environment.expanduser().absolute() / "bin"
    python = str(programs / "python")
    if not Path(python).is_file():
        raise InputError(f"{environment} has no bin/python; `make bench-peers` makes .venv-peers")
    log = folder / "peers.log"
    versions = json.loads(_run([python, "-c", VERSIONS], cores, log).text)
    peers = []
    if "chemprop" in versions:
        model = folder / "chemprop.pt"
        _run([python, "-c", UNTRAINED, str(model), str(TASKS)], cores, log)
        words: tuple[str, ...] = (str(programs / "chemprop"), *CHEMPROP)
        words += ("-n", str(cores), "--model-paths", str(model))
        name = f"Chemprop {versions['chemprop']}"
        peers.append(Peer(name, words, "-i", "-o"))
        if "cuik_molmaker_pin" in versions:
            peers.append(Peer(f"{name}, C++ featurizer", (*words, CPP_FEATURIZER), "-i", "-o"))
    if "admet_ai" in versions:
        words = (str(programs / "admet_predict"), *ADMET_AI)
        name = f"ADMET-AI {versions['admet_ai']}"
        peers.append(Peer(name, words, "--data_path", "--save_path", ADMET_AI_SHARE))
    if not peers:
        raise InputError(
            f"{environment} has neither chemprop nor admet-ai; `make bench-peers` makes an "
            "environment with both"
        )
    return peers


def measure_peer(peer: Peer, files: Sequence[Path], cores: int, yardstick: Yardstick) -> Speed:
    """Time a peer on two files, the smaller first.

    Raises:
        InputError: The peer stopped with an error, or left out molecules.
    """
    (small, large), parsing = yardstick.around(lambda: [_time(peer, file, cores) for file in files])
    return Speed(
        what=peer.name,
        group="peers",
        molecules=large.molecules,
        cores=cores,
        rate=rate_between(small, large),
        parsing=parsing,
        memory_mb=large.memory_mb,
    )


def _time(peer: Peer, given: Path, cores: int) -> Cost:
    made = given.with_name("predicted.csv")
    made.unlink(missing_ok=True)
    words = [*peer.words, peer.given, str(given), peer.made, str(made)]
    done = _run(words, cores, given.with_name("peer.log"))
    wanted, found = _rows(given), _rows(made)
    if wanted != found:
        raise InputError(f"{peer.name} gave {found:,} rows for {wanted:,} molecules")
    return Cost(wanted, done.seconds, done.memory_mb)


def _rows(file: Path) -> int:
    if not file.is_file():
        return 0
    with file.open(newline="", encoding="utf-8") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


class _Done(NamedTuple):
    text: str
    """The output of the program."""
    seconds: float
    memory_mb: float


def _run(words: Sequence[str], cores: int, log: Path) -> _Done:
    """Run a program on the CPU, with as many threads as there are cores for it."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = {
        **outside,
        "OMP_NUM_THREADS": str(cores),
        "OMP_WAIT_POLICY": "PASSIVE",  # as ours: spinning threads slow all others on shared cores
        "CUDA_VISIBLE_DEVICES": "",
    }
    held = 0

    def note(now: int) -> None:
        nonlocal held
        held = max(held, now)

    started = perf_counter()
    complaints = log.with_suffix(".err")
    with log.open("wb") as said, complaints.open("wb") as complained:
        process = subprocess.Popen(
            words, env=environment, cwd=log.parent, stdout=said, stderr=complained
        )
        try:
            with PeakMemory(note, process.pid):
                code = process.wait()
        finally:
            process.kill()  # if this program is stopped, the other one is too
    seconds = perf_counter() - started
    if code:
        last = complaints.read_text(errors="replace").strip().splitlines()[-1:]
        raise InputError(
            f"`{shlex.join(words)}` ended with code {code}: {''.join(last) or 'no message'}; "
            "fix it, or measure without it (--no-peers)"
        )
    return _Done(log.read_text(errors="replace"), seconds, held / 1e6)
