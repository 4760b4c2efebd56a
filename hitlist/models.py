"""Load models in Python, predict with them, and explain their predictions."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from chem.assess.alerts import Alert, find_alerts
from chem.errors import InputError
from chem.features.graphs import featurizer_spec
from gnn.bundle.bundle import Bundle
from gnn.bundle.find_bundle import SHIPPED, shipped_bundles, unrestricted_bundles
from gnn.bundle.inactivity_columns import inactivity_columns, inactivity_of
from gnn.bundle.predict import Predictor
from gnn.card.card import Card
from gnn.models.runtime import find_device, is_bfloat16_fast
from hitlist.molecule_inputs import MoleculeInput, path_of, python_words
from hitlist.molecules import accepted, prepare
from screening.evidence.evidence import Contributions, Neighbour
from screening.evidence.neighbours import nearest_measured
from screening.evidence.shapley import Explaining
from screening.evidence.shapley import explain as explain_molecules
from screening.prepare.prepared import to_graphs
from screening.runs.plan import load_bundles
from screening.score.predicted_columns import Wanted, wanted_tasks
from screening.score.worker_models import model_refs

_NEAREST = ("id", "smiles", "similarity", "relation", "value")
"""Columns on the nearest measured compound."""
_ONE_AT_A_TIME = Lock()
"""Predictions change the number of threads of torch, which is global to the process."""
CHUNK = 4096
"""Number of molecules to predict at once; it bounds the memory."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A trained model: a shipped bundle or your own.

    >>> model = hitlist.load_bundle("toxicity")
    >>> model.name, len(model.tasks), model.tasks.columns[:3].tolist()
    ('toxicity', 16, ['kind', 'unit', 'trained_on'])
    """

    bundle: Bundle

    @property
    def name(self) -> str:
        """Name of the model, which begins the names of its columns."""
        return self.bundle.card.name

    @property
    def folder(self) -> Path:
        """Folder of its files."""
        return self.bundle.path

    @property
    def card(self) -> Card:
        """Model card: training data, settings and accuracy."""
        return self.bundle.card

    @property
    def tasks(self) -> pd.DataFrame:
        """One row per task: its kind, its unit, and its accuracy on held-out rows.

        ``scale`` is ``log10`` for a task that is learned as logarithms: its errors are differences
        of log10, its predictions are in the unit.
        """
        rows = {
            f"{self.name}_{task.name}": {
                "kind": task.kind,
                "unit": task.unit,
                "trained_on": task.trained_on,
                "validated_on": task.validated_on,
                "scale": task.scale,
                **{name: metric.network for name, metric in task.metrics.items()},
            }
            for task in self.card.tasks
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("task")

    def predict(self, molecules: MoleculeInput, **columns: Any) -> pd.DataFrame:
        """Predict molecules with this model only; see :func:`hitlist.predict`."""
        return predict(molecules, bundle=self, **columns)

    def __repr__(self) -> str:
        return f"Model({self.name}: {self.card.title}, {len(self.card.tasks)} tasks)"


BundleInput = str | PathLike[str] | Model


def load_bundle(bundle: BundleInput) -> Model:
    """Load a shipped model by its name, or your own model by its folder.

    Raises:
        ModelError: there is no such model, or its files are damaged.

    >>> hitlist.load_bundle("activity").tasks.loc["activity_EGFR", "unit"]
    'pActivity'
    """
    return bundle if isinstance(bundle, Model) else _load((bundle,))[0]


def predict(
    molecules: MoleculeInput,
    *,
    bundle: BundleInput | Sequence[BundleInput] | None = None,
    task: str | Sequence[str] | None = None,
    smiles_column: str | None = None,
    id_column: str | None = None,
) -> pd.DataFrame:
    """Predict endpoints for molecules. The values equal those of ``hitlist predict``.

    Args:
        molecules: SMILES in a list or a Series, a DataFrame, or a library file.
        bundle: models to predict with; by default all shipped models.
        task: tasks such as ``EGFR`` or ``toxicity_herg``; by default all tasks of the models.
        smiles_column: SMILES column of a DataFrame or file; by default found by its name.
        id_column: ID column; by default found by its name.

    Returns:
        The columns of :func:`hitlist.standardize`; for each task its value, ``_std`` (standard
        deviation), ``_lo`` and ``_hi`` (90 % interval); and ``<model>_distance``, the distance to
        the training compounds (0 to 1). Tasks whose card has an ``inactivity`` also have
        ``_p_inactive`` (the probability that the true value is at most the card's level) and
        ``_if_active`` (the value of an active compound; the value itself is the mean of both
        cases). Values are NaN for molecules with a problem only.

    Raises:
        InputError: no such file, task or column.
        ModelError: no such model.

    >>> found = hitlist.predict(["CCOc1cc2ncnc(Nc3cccc(Br)c3)c2cc1OCC", "C1CC"], task="EGFR")
    >>> found["activity_EGFR"].round(0).tolist()
    [8.0, nan]
    """
    with python_words():
        wanted = _wanted(bundle, task)
        frame, table = prepare(molecules, smiles_column, id_column)
        good = accepted(table)
        values: dict[str, list[npt.NDArray[np.floating]]] = {name: [] for name in wanted.columns}
        with _ONE_AT_A_TIME:
            predictor = _predictor(wanted.bundles)
            for start in range(0, good.num_rows, CHUNK):
                graphs = to_graphs(good.slice(start, CHUNK).combine_chunks())
                found: dict[str, npt.NDArray[np.floating]] = {**predictor.predict(graphs)}
                found |= inactivity_columns(inactivity_of(wanted.bundles), found)
                for name, parts in values.items():
                    parts.append(found[name])
    where = (frame["problem"] == "").to_numpy()
    block = np.full((len(frame), len(values)), np.nan)
    for at, parts in enumerate(values.values()):
        block[where, at] = np.concatenate(parts) if parts else []
    return pd.concat([frame, pd.DataFrame(block, frame.index, list(values))], axis=1)


def explain(
    molecules: MoleculeInput,
    task: str | Sequence[str],
    *,
    bundle: BundleInput | Sequence[BundleInput] | None = None,
    smiles_column: str | None = None,
    id_column: str | None = None,
) -> pd.DataFrame:
    """Explain predictions by atom contributions, the nearest measured compound and alerts.

    Args:
        molecules: as for :func:`predict`. Each takes about a tenth of a second.
        task: tasks to explain.
        bundle: models that predict them; by default all shipped models.
        smiles_column: SMILES column of a DataFrame or file; by default found by its name.
        id_column: ID column; by default found by its name.

    Returns:
        The columns of :func:`hitlist.standardize`; ``alerts`` (structural alerts, ``PAINS …``); and
        for each task ``<task>`` (the prediction; log odds for a class; log10 for a task that is
        learned as logarithms, see :attr:`Model.tasks`), ``<task>_base`` (the prediction without any
        atom), ``<task>_atoms`` (an array with the contribution of each atom of ``smiles``, in
        order), and for the nearest measured compound ``<task>_nearest_id``,
        ``_smiles``, ``_similarity``, ``_relation`` and ``_value``.

    Raises:
        InputError: no such file, task or column.
        ModelError: no such model.

    >>> found = hitlist.explain(["CCOc1cc2ncnc(Nc3cccc(Br)c3)c2cc1OCC"], task="EGFR").iloc[0]
    >>> bool(abs(found["activity_EGFR_base"] + found["activity_EGFR_atoms"].sum()
    ...          - found["activity_EGFR"]) < 0.001)
    True
    """
    with python_words():
        wanted = _wanted(bundle, task)
        names = [
            f"{one.card.name}_{known.name}"
            for one in wanted.bundles
            for known in one.card.tasks
            if f"{one.card.name}_{known.name}" in wanted.columns
        ]
        frame, _ = prepare(molecules, smiles_column, id_column)
        where = (frame["problem"] == "").to_numpy()
        smiles = frame["smiles"][where].tolist()
        fast = is_bfloat16_fast(find_device("cpu"))
        models = model_refs(wanted.bundles, featurizer_spec()["hash"], fast)
        work = Explaining(models, tuple(names))
        with _ONE_AT_A_TIME:
            atoms = explain_molecules(work, smiles)
        near = nearest_measured(smiles, wanted.bundles, names, 1)
        alerts = find_alerts(smiles)
    rows = iter(map(_said, atoms, near, alerts))
    cells = [next(rows) if good else {} for good in where]
    said = pd.DataFrame(cells, index=frame.index, columns=_explained_columns(names))
    return pd.concat([frame, said], axis=1)


def _explained_columns(tasks: Sequence[str]) -> list[str]:
    """Return all columns of an explanation, including empty ones."""
    ends = ("", "_base", "_atoms", *(f"_nearest_{name}" for name in _NEAREST))
    return ["alerts", *(f"{task}{end}" for task in tasks for end in ends)]


def _said(
    contributions: Sequence[Contributions],
    neighbours: Mapping[str, Sequence[Neighbour]],
    alerts: Sequence[Alert],
) -> dict[str, Any]:
    """Return the cells of one explained molecule."""
    row: dict[str, Any] = {"alerts": "; ".join(f"{one.source} {one.name}" for one in alerts)}
    for one in contributions:
        row |= {one.task: one.total, f"{one.task}_base": one.base, f"{one.task}_atoms": one.atoms}
        for nearest in neighbours[one.task]:
            for name in _NEAREST:
                row[f"{one.task}_nearest_{name}"] = getattr(nearest, name)
    return row


def _wanted(
    bundle: BundleInput | Sequence[BundleInput] | None, task: str | Sequence[str] | None
) -> Wanted:
    """Return the requested bundles and columns."""
    if bundle is None:
        bundle = tuple(unrestricted_bundles())
    several = bundle if isinstance(bundle, list | tuple) else (bundle,)
    tasks = (task,) if isinstance(task, str) else tuple(task or ())
    return wanted_tasks([one.bundle for one in _load(several)], tasks)


def _load(bundles: Sequence[Any]) -> list[Model]:
    """Load models. A loaded model is reused until its card changes."""
    names = []
    for bundle in bundles:
        folder = bundle.folder if isinstance(bundle, Model) else Path(path_of(bundle))
        names.append(folder.name if folder.parent == SHIPPED else str(folder))
    if len(set(names)) < len(names):
        raise InputError("a model is named twice")
    cards = [_card_bytes(name) for name in names]
    models = [_load_once(name, card) for name, card in zip(names, cards, strict=True)]
    called = [model.name for model in models]
    if len(set(called)) < len(called):
        load_bundles(tuple(names))  # raises the error that names both
    return models


def _card_bytes(name: str) -> bytes:
    folder = SHIPPED / name if name in shipped_bundles() else Path(name).expanduser()
    card = folder / "card.json"
    return card.read_bytes() if card.is_file() else b""


@lru_cache(maxsize=8)
def _load_once(name: str, card: bytes) -> Model:
    model = Model(load_bundles((name,))[0])
    for line in model.card.restrictions:
        warnings.warn(line, stacklevel=4)
    return model


_PREDICTORS: dict[tuple[str, ...], Predictor] = {}


def _predictor(bundles: Sequence[Bundle]) -> Predictor:
    """Return a predictor for bundles. The last two predictors are kept."""
    key = tuple(bundle.sha256 for bundle in bundles)
    if key not in _PREDICTORS:
        while len(_PREDICTORS) > 1:
            del _PREDICTORS[next(iter(_PREDICTORS))]
        _PREDICTORS[key] = Predictor(bundles)
    return _PREDICTORS[key]
