"""Builds a bundle from a training set: fits, measures, calibrates, writes the card."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from chem.disk.scratch import scratch_folder
from chem.features.fingerprints import count_fingerprints
from gnn.assembly.approved_drugs import Drugs, compared_with_drugs
from gnn.assembly.assemble import Assembled
from gnn.assembly.mutants import MutantSet, with_mutants
from gnn.assembly.own_assay import FittedAssay
from gnn.bundle.bundle import Bundle, network_of, save_bundle
from gnn.calibration.calibration import Outputs
from gnn.calibration.domain import (
    Domain,
    distance_to_training,
    held_out_distance,
    training_domain,
)
from gnn.card.card import Card, Protocol
from gnn.evaluation.ablation import ablate, stages
from gnn.evaluation.assess import Assessment, assess
from gnn.evaluation.held_tasks import Outside
from gnn.features.array_types import Floats64, Ints, Report
from gnn.features.graph_arrays import take
from gnn.models.durable_file import keep_array
from gnn.models.network import NetworkConfig, State
from gnn.models.quantize import dequantize, quantize
from gnn.training.baselines import FOREST, forest_outputs
from gnn.training.distil import REFIT, Teaching, fit_distilled
from gnn.training.ensemble import held_out_outputs
from gnn.training.ensemble import outputs as network_outputs
from gnn.training.loop import TrainingConfig, TrainingRun
from gnn.training.training_set import TrainingSet

_VERSIONS = ("hitlist", "torch", "torch-geometric", "rdkit", "numpy", "scikit-learn")
_USED = "once measured, the networks were trained again, on the values set aside above too"
_AGAIN = {
    "valid": ", then trained again on every row, these included",
    "test": ", then trained again on every row but these",
}


@dataclass(frozen=True)
class BundlePlan:
    """The name and the contents of a bundle to build."""

    name: str
    title: str
    description: str = ""
    forest: bool = True
    """True: fit a random forest to the same rows, for comparison."""
    members: int = 1
    """Number of networks of a recipe."""
    ship: tuple[str, ...] = ()
    """Tasks of a recipe that are kept; none keeps all. The others only help to train."""
    teaching: Teaching | None = None
    refit: bool = False
    """True: fit a recipe's networks again on every row, after they have been measured."""
    drugs: Drugs | None = None
    """The approved drugs that a recipe's shipped networks predict for the card; None: none."""
    protocols: tuple[Protocol, ...] = ()
    """The results of other trainings of the recipe, for the card."""
    mutants: MutantSet | None = None
    """The measurements from which mutants of a recipe's targets are fitted; None: none."""


def build_bundle(
    folder: Path,
    assembled: Assembled,
    run: TrainingRun,
    plan: BundlePlan,
    work: Path | None = None,
) -> Card:
    """Fit an ensemble, assess it on the rows held out, and write the bundle to ``folder``.

    Models that an earlier call left in a ``work`` folder are not fitted again.
    """
    data, teaching = run.data, plan.teaching
    with scratch_folder() as scratch:
        place = work or scratch
        distilled = fit_distilled(run, plan.members, teaching, place)
        role = _measured_role(data)
        names = [task["name"] for task in data.tasks]
        kept = np.array([names.index(task) for task in plan.ship or names])
        # Measure the networks as they are shipped.
        shipped = [dequantize(quantize(state)) for state in distilled.states]
        outputs = Outputs(held_out_outputs(shipped, run.sizes, data, role), None)
        baseline = _baseline(plan, assembled, role, place, run.report)
        assessment = assess(
            *(data, outputs, baseline, kept, held_out_distance(data, role)),
            _outside(data, shipped, run.sizes),
        )
        steps = ablate(
            data, role, kept, stages(distilled.by_teacher, distilled.soft_targets, outputs.networks)
        )
        if plan.refit:
            run = replace(run, data=data.everything())
            distilled = fit_distilled(run, plan.members, teaching, place / REFIT)
        domain = training_domain(run.data)
    card = _card(
        plan,
        assembled,
        assessment,
        domain,
        network=asdict(run.sizes) | {"tasks": len(kept)},
        members=len(distilled.states),
        ablation=steps,
        refit=plan.refit,
        training=_applied(run.config, teaching is not None)
        | {
            "seed": run.seed,
            "pretrained": run.pretrained.sha256 if run.pretrained else "",
            "teaching": teaching and asdict(teaching) | {"training": _applied(teaching.training)},
        },
        notes=[*assembled.notes, *([_USED] if plan.refit else [])],
        split_ending=_AGAIN[role] if plan.refit else "",
    )
    states = [quantize(_keep_tasks(state, kept)) for state in distilled.states]
    if plan.drugs is not None:
        sizes = NetworkConfig(**card.network)  # type: ignore[arg-type]
        networks = tuple(network_of(state, sizes) for state in states)
        card = compared_with_drugs(Bundle(folder, card, networks, domain), plan.drugs)
    if plan.mutants is not None:
        card = with_mutants(card, plan.mutants)
    save_bundle(folder, card, states, domain)
    return card


def build_assay(
    folder: Path,
    assembled: Assembled,
    fitted: FittedAssay,
    plan: BundlePlan,
    work: Path | None = None,
) -> Card:
    """Measure the chosen model of an own assay, calibrate it and write the bundle.

    Only the chosen model is shipped. It is measured on the rows of the file's own ``test`` split if
    there are any, otherwise on all rows, each predicted by a model that did not see it.
    """
    data, run, comparison = assembled.data, fitted.run, fitted.comparison
    role = _measured_role(data)
    states = [] if comparison.chosen == "gp" else fitted.states
    kernel = None if comparison.chosen == "network" else fitted.kernel
    found = fitted.cross if role == "valid" else _on_test_rows(data, fitted)
    measured = Outputs(
        found.networks if states else found.networks[:0],
        None if kernel is None else found.kernel,
    )
    baseline = _baseline(plan, assembled, role, work, run.report)
    every = np.arange(len(data.tasks))
    assessment = assess(data, measured, baseline, every, held_out_distance(data, role))
    domain = training_domain(data)
    training: dict[str, Any] = {"seed": run.seed}
    if states and run.pretrained is not None:
        training = asdict(run.config) | training | {"pretrained": run.pretrained.sha256}
    card = _card(
        plan,
        assembled,
        assessment,
        domain,
        network=asdict(run.sizes),
        members=len(states),
        kernel=kernel is not None,
        comparison=comparison,
        training=training,
        notes=[f"chosen: {comparison.why}", *fitted.notes, *assembled.notes],
    )
    save_bundle(folder, card, [quantize(state) for state in states], domain, kernel)
    return card


def _outside(data: TrainingSet, states: Sequence[State], sizes: NetworkConfig) -> Outside | None:
    """Return the networks' outputs for the molecules with values of another source, if any."""
    if data.outside is None:
        return None
    rows = np.flatnonzero(np.isfinite(data.outside).any(axis=1))
    graphs = take(data.graphs, rows)
    networks = np.stack([network_outputs(state, sizes, data.factors, graphs) for state in states])
    return Outside(rows, networks, distance_to_training(data, rows))


def _packages(teaching: Teaching | None) -> tuple[str, ...]:
    """Return the packages on which a bundle's numbers depend."""
    return (*_VERSIONS, *(["lightgbm"] if teaching and "trees" in teaching.teachers else []))


def _measured_role(data: TrainingSet) -> str:
    return "test" if (data.roles == "test").any() else "valid"


def _card(
    plan: BundlePlan,
    assembled: Assembled,
    assessment: Assessment,
    domain: Domain,
    *,
    notes: list[str],
    split_ending: str = "",
    **own: Any,
) -> Card:
    """Return the card of a bundle, with the fields that only this kind of bundle has."""
    meta, role = assembled.data.meta, _measured_role(assembled.data)
    return Card(
        name=plan.name,
        title=plan.title,
        description=plan.description,
        created=datetime.now(UTC).date().isoformat(),
        featurizer=meta["featurizer"],
        **assessment.facts(domain),
        data=meta["data"],
        overlaps=meta.get("overlaps", ()),
        held_back=meta.get("held_back", ()),
        protocols=plan.protocols,
        split=meta["split"] + f"; measured on the {role} rows" + split_ending,
        notes=[*notes, *([f"forest: {FOREST}"] if plan.forest else [])],
        weights="",
        versions={package: version(package) for package in _packages(plan.teaching)},
        **own,
    )


def _baseline(
    plan: BundlePlan, assembled: Assembled, role: str, work: Path | None, report: Report | None
) -> Callable[[int], Floats64] | None:
    """Return a function from a task to its baseline, which stores its forests in ``work``."""
    if not plan.forest:
        return None
    fingerprints = count_fingerprints(assembled.smiles)
    tasks = assembled.data.tasks

    def baseline(task: int) -> Floats64:
        kept = work / f"forest-{task}.npy" if work else None
        if kept is not None and kept.is_file():
            found: Floats64 = np.load(kept)
            return found
        found = forest_outputs(assembled.data, fingerprints, task, role)
        if kept is not None:
            keep_array(kept, found)
        if report is not None:
            report(f"forest for {tasks[task]['name']}", task + 1, len(tasks))
        return found

    return baseline


def _on_test_rows(data: TrainingSet, fitted: FittedAssay) -> Outputs:
    """Return the models' outputs for the file's test rows, NaN elsewhere."""
    rows = np.flatnonzero((data.roles == "test").any(axis=0))
    found = fitted.outputs(take(data.graphs, rows))
    networks = np.full((len(found.networks), *data.values.shape), np.nan)
    networks[:, rows] = found.networks
    if found.kernel is None:
        return Outputs(networks, None)
    kernel = np.full(data.values.shape, np.nan)
    kernel[rows] = found.kernel
    return Outputs(networks, kernel)


def _applied(training: TrainingConfig, is_distilled: bool = False) -> dict[str, Any]:
    """Return the settings that had an effect: heads alone are not stopped early or averaged."""
    without = ("patience", "average") if training.encoder_rate == 0 else ()
    if not is_distilled:
        without = (*without, "distil")
    return {name: value for name, value in asdict(training).items() if name not in without}


def _keep_tasks(state: State, kept: Ints) -> State:
    """Reduce a state to some tasks: the last layer's rows and their units."""
    last = max(name for name in state if name.startswith("head.") and name.endswith(".weight"))
    cut = (last, last.replace(".weight", ".bias"), "shift", "scale")
    return {name: value[kept] if name in cut else value for name, value in state.items()}
