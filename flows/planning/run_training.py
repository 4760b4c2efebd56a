"""Run a planned training and write its bundle, for the command and the flow."""

from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

from chem.disk.files import make_folder
from chem.disk.writable import check_writable
from chem.errors import InputError
from data.catalogue.fetch import CACHE_REMEDY, cache_folder
from flows.planning.measurements import keep_measured_compounds
from flows.planning.protocols import as_protocols
from flows.planning.training_plan import Progress, Training
from gnn.assembly.approved_drugs import read_drugs
from gnn.assembly.assemble import Assembled
from gnn.assembly.build import BundlePlan, build_assay, build_bundle
from gnn.assembly.mutants import read_mutant_set
from gnn.assembly.own_assay import FittedAssay, fit_assay
from gnn.card.card import Card
from gnn.training.loop import TrainingRun
from gnn.training.training_set import save_training_set
from screening.storage.ledger import hash_purpose

WORK_REMEDY = "name another folder with --work"


def run_training(
    training: Training,
    assembled: Assembled,
    out: Path,
    work: Path | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Card:
    """Fit, assess and write the bundle.

    Fitted networks are kept in ``work``, so a stopped training can resume. By default this is a
    folder in the cache, which is removed after the bundle is written.
    """
    if training.model is not None:
        card = run_assay(training, assembled, out, progress, work, device)[0]
        keep_measured_compounds(out, training.measurements(card, progress))
        return card
    data = assembled.data
    shipped = training.ship or tuple(task["name"] for task in data.tasks)
    protocols = as_protocols(training.beside, shipped)
    sizes, settings = training.sizes(len(data.tasks)), training.settings(len(assembled.smiles))
    purpose = {
        "sizes": asdict(sizes),
        "settings": asdict(settings),
        "data": data.meta,
        "seed": training.seed,
        "pretrained": training.pretrained.sha256 if training.pretrained else None,
        "arrays": data.sha256,
        "hitlist": version("hitlist"),
    }
    drugs = read_drugs(progress)  # before the training, which would be lost without them
    mutants = read_mutant_set(training.mutants)
    place = work or cache_folder().absolute() / "training" / hash_purpose(purpose)
    check_writable(place, WORK_REMEDY if work else CACHE_REMEDY)
    run = TrainingRun(data, sizes, settings, training.pretrained, training.seed, device, progress)
    plan = BundlePlan(
        training.name,
        training.title,
        training.description,
        training.forest,
        training.members,
        training.ship,
        training.teaching(len(data.tasks)),
        training.refit,
        drugs,
        protocols,
        mutants,
    )
    card = build_bundle(out, assembled, run, plan, place)
    keep_measured_compounds(out, training.measurements(card, progress))
    if work is None:
        rmtree(place)
    return card


def run_assay(
    training: Training,
    assembled: Assembled,
    out: Path,
    progress: Progress | None = None,
    work: Path | None = None,
    device: str = "auto",
) -> tuple[Card, FittedAssay]:
    """Fit the models of an assay, choose the best and write the bundle. Takes minutes.

    Networks in the folder ``work`` are reused, and new ones are kept there. Returns the card and
    all fitted models, including those that were not chosen.
    """
    if work is not None:
        check_writable(work, WORK_REMEDY)
    if training.model is None or training.pretrained is None:
        raise InputError(f"{training.name} is a recipe, not an assay")
    fitted = fit_assay(
        assembled.data,
        training.pretrained,
        training.model,
        training.seed,
        progress,
        work,
        device,
    )
    plan = BundlePlan(training.name, training.title, training.description, training.forest)
    card = build_assay(out, assembled, fitted, plan)
    return card, fitted


def stop_advice(training: Training, out: Path | None, work: Path | None) -> str:
    """Return the advice to show after Ctrl-C.

    Only fitted networks are kept; for an assay, only if ``work`` is given. Without ``out`` nothing
    is fitted.
    """
    fits = out is not None and training.model != "gp"
    if fits and (training.model is None or work is not None):
        return "fitted networks are kept: repeat the command to resume"
    return "nothing was written: repeat the command"


def write_arrays(assembled: Assembled, file: Path) -> None:
    """Write the training set for a GPU machine without chemistry software."""
    make_folder(file.parent)
    save_training_set(file, assembled.data)
