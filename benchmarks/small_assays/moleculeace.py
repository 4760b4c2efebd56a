"""Trains models on the thirty small assays of MoleculeACE, and measures them on the test rows.

The split is the authors'. A model is fitted to the training rows only; it then predicts the test
rows once, and the predictions are compared. No weights that saw a measured value are used: the
compounds of the sets overlap the kinase panel, so every network starts from the encoder that was
trained on calculated properties only.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.small_assays.own_assay import OwnAssay, encoder_sha256, fit_own_assay
from benchmarks.small_assays.results import (
    Result,
    predictions,
    read_result,
    versions,
    write_result,
)
from benchmarks.small_assays.rmse_intervals import Error, measure
from chem.features.fingerprints import count_fingerprints
from data.public_sets.moleculeace import SplitSet, load_split_set
from flows.terminal.progress import Report
from gnn.assembly.structures import fresh_processes
from gnn.errors import ModelError
from gnn.training.baselines import FOREST, SVM, SVM_BITS, regress, svm_outputs

Floats = npt.NDArray[np.float64]

OWN = ("auto", "network", "gp")
"""Models by `hitlist train`: the one that it picks, only its networks, only its kernel machine."""
BASELINES = ("forest", "svm")
MODELS = (*OWN, *BASELINES)
TITLES = {
    "auto": "own assay: the model that is picked",
    "network": "own assay: networks alone",
    "gp": "own assay: Gaussian process alone",
    "forest": f"random forest ({FOREST.partition(';')[0]})",
    "svm": f"support vector machine ({SVM})",
}


class Row(NamedTuple):
    """The results of one model on one set."""

    set: str
    model: str
    rmse: Error | None
    """The error on the test rows; None if the fit diverged."""
    cliff: Error | None
    """The error on the test rows that are activity cliffs."""
    seconds: float
    notes: list[str]
    problem: str


def run_sets(
    names: Sequence[str], models: Sequence[str], out: Path, workers: int, report: Report
) -> list[Row]:
    """Return the results of every set, in the order of ``names``; ``workers`` sets at a time.

    Each worker is a process with one thread: small networks do not gain from a second one.
    """
    if workers == 1 or len(names) == 1:
        rows = []
        for done, name in enumerate(names):
            report(f"{name} ({done + 1} of {len(names)})", done, len(names))
            rows += run_set(name, models, out, report)
        return rows
    os.environ.update(OMP_NUM_THREADS="1", LOKY_MAX_CPU_COUNT="1")  # read when a worker starts
    found: dict[str, list[Row]] = {}
    with ProcessPoolExecutor(min(workers, len(names)), fresh_processes()) as pool:
        waiting = {pool.submit(run_set, name, models, out): name for name in names}
        try:
            for future in as_completed(waiting):
                found[waiting[future]] = future.result()
                report("sets", len(found), len(names))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [row for name in names for row in found[name]]


def _silent(what: str, done: int, total: int | None) -> None:
    pass


def run_set(name: str, models: Sequence[str], out: Path, report: Report = _silent) -> list[Row]:
    """Return the results of one set; results that are in ``out`` are not made again."""
    assay = load_split_set(name)
    weights = encoder_sha256()
    found: dict[str, Result] = {}
    for model in models:
        kept = read_result(
            out, name, model, assay.sha256, len(assay.test), weights if model in OWN else ""
        )
        if kept is not None:
            found[model] = kept
    missing = [model for model in models if model not in found]
    for model in missing:
        if model in FITS:
            found[model] = _fit_baseline(assay, model)
            write_result(out, found[model])
    own = [model for model in missing if model in OWN]
    if own:
        for result in _fit_own(assay, own, weights, report):
            found[result.model] = result
            write_result(out, result)
    return [_measure(assay, found[model]) for model in models]


def fit_forest(assay: SplitSet) -> Floats:
    """Return the predictions [test rows] of a random forest fitted to the training rows."""
    train, test = (count_fingerprints(list(table.smiles)) for table in (assay.train, assay.test))
    return regress(train, assay.train.values[:, 0], test)


def fit_svm(assay: SplitSet) -> Floats:
    """Return the predictions [test rows] of a support vector machine, fitted likewise."""
    train, test = (
        count_fingerprints(list(table.smiles), size=SVM_BITS) for table in (assay.train, assay.test)
    )
    return svm_outputs(train, assay.train.values[:, 0].astype(np.float64), test)


FITS: dict[str, Callable[[SplitSet], Floats]] = {"forest": fit_forest, "svm": fit_svm}


def _fit_baseline(assay: SplitSet, model: str) -> Result:
    start = monotonic()
    predicted = FITS[model](assay)
    return _result(assay, model, predicted.tolist(), monotonic() - start)


def _fit_own(assay: SplitSet, models: Sequence[str], weights: str, report: Report) -> list[Result]:
    """Train once, and return the results of all models of that training."""
    start = monotonic()

    def progress(what: str, done: int, total: int) -> None:
        report(f"{assay.name}: {what}", done, total)

    try:
        made = fit_own_assay(assay.name, assay.train, list(assay.test.smiles), progress)
    except ModelError as error:
        made = OwnAssay({}, [str(error)])
    seconds = monotonic() - start
    return [
        _result(assay, model, list(made.predicted.get(model, ())), seconds, made.notes, weights)
        for model in models
    ]


def _result(
    assay: SplitSet,
    model: str,
    predicted: list[float],
    seconds: float,
    notes: Sequence[str] = (),
    weights: str = "",
) -> Result:
    problem = ""
    if not predicted:
        problem = next(iter(notes), "no such model was fitted")
    elif not np.isfinite(predicted).all():
        problem = "predictions are not finite"
    return Result(
        set=assay.name,
        sha256=assay.sha256,
        model=model,
        predicted=[] if problem else [round(float(value), 6) for value in predicted],
        seconds=round(seconds, 1),
        notes=list(notes),
        problem=problem,
        versions=versions(),
        weights=weights,
    )


def _measure(assay: SplitSet, result: Result) -> Row:
    error = cliff = None
    if not result.failed:
        truth, predicted = assay.test.values[:, 0].astype(np.float64), predictions(result)
        error = measure(truth, predicted)
        cliff = measure(truth[assay.cliffs], predicted[assay.cliffs])
    return Row(assay.name, result.model, error, cliff, result.seconds, result.notes, result.problem)
