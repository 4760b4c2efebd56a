"""From the fitted models of an own assay to a bundle: only what was chosen is shipped."""

from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from gnn.assembly.assemble import Assembled, Progress
from gnn.assembly.baseline import forest_baseline
from gnn.assembly.build import VERSIONS
from gnn.assembly.own_assay import FittedAssay
from gnn.bundle.bundle import save_bundle
from gnn.calibration.domain import held_out_distance, training_domain
from gnn.evaluation.assess import assess
from gnn.evaluation.card import Card
from gnn.features.batch import take
from gnn.models.outputs import Outputs
from gnn.models.pretrained import Pretrained
from gnn.models.quantize import quantize
from gnn.training.forest import SETTINGS
from gnn.training.training_set import TrainingSet


def build_assay(
    folder: Path,
    assembled: Assembled,
    fitted: FittedAssay,
    pretrained: Pretrained,
    *,
    name: str,
    title: str,
    description: str = "",
    forest: bool = True,
    seed: int = 0,
    work: Path | None = None,
    progress: Progress | None = None,
) -> Card:
    """Measure the chosen model, calibrate it and write the bundle to ``folder``.

    It is measured on the rows of the file's own ``test`` split where there are any, else on all
    rows, each as a model predicts it that did not see it.
    """
    data, chosen = assembled.data, fitted.comparison.chosen
    role = "test" if (data.roles == "test").any() else "valid"
    states = [] if chosen == "gp" else fitted.states
    kernel = None if chosen == "network" else fitted.kernel
    found = fitted.cross if role == "valid" else _on_test_rows(data, fitted)
    measured = Outputs(
        found.networks if states else found.networks[:0],
        None if kernel is None else found.kernel,
    )
    baseline = forest_baseline(assembled, role, work, progress) if forest else None
    every = np.arange(len(data.tasks))
    assessment = assess(data, measured, baseline, every, held_out_distance(data, role))
    domain = training_domain(data)
    comparison = fitted.comparison
    card = Card(
        name=name,
        title=title,
        description=description,
        created=datetime.now(UTC).date().isoformat(),
        featurizer=data.meta["featurizer"],
        **assessment.facts(domain),
        network=asdict(fitted.sizes),
        members=len(states),
        kernel=kernel is not None,
        comparison=comparison,
        training=(
            asdict(fitted.training) | {"seed": seed, "pretrained": pretrained.sha256}
            if states
            else {"seed": seed}
        ),
        data=data.meta["data"],
        split=data.meta["split"] + f"; measured on the {role} rows",
        notes=[
            f"chosen: {comparison.why}",
            *fitted.notes,
            *assembled.notes,
            *([f"forest: {SETTINGS}"] if forest else []),
        ],
        weights="",
        versions={package: version(package) for package in VERSIONS},
    )
    save_bundle(folder, card, [quantize(state) for state in states], domain, kernel)
    return card


def _on_test_rows(data: TrainingSet, fitted: FittedAssay) -> Outputs:
    """Return the models' outputs of the file's test rows, NaN elsewhere."""
    rows = np.flatnonzero((data.roles == "test").any(axis=0))
    found = fitted.outputs(take(data.graphs, rows))
    networks = np.full((len(found.networks), *data.values.shape), np.nan)
    networks[:, rows] = found.networks
    if found.kernel is None:
        return Outputs(networks, None)
    kernel = np.full(data.values.shape, np.nan)
    kernel[rows] = found.kernel
    return Outputs(networks, kernel)
