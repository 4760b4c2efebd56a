"""Models in a notebook: loaded, and asked for predictions and for what these rest on."""

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
from gnn.bundle.bundle import SHIPPED, Bundle, shipped_bundles
from gnn.bundle.predict import Predictor
from gnn.evaluation.card import Card
from gnn.models.runtime import find_device, is_bfloat16_fast
from hitlist.molecules import accepted, prepare
from hitlist.tables import MoleculeInput, path_of, python_words
from screening.evidence.evidence import Contributions, Neighbour
from screening.evidence.neighbours import nearest_measured
from screening.evidence.shapley import Explaining
from screening.evidence.shapley import explain as explain_molecules
from screening.prepare.prepared import to_graphs
from screening.runs.plan import load_bundles
from screening.score.predicted_columns import Wanted, wanted_tasks
from screening.score.worker_models import model_refs

_NEAREST = ("id", "smiles", "similarity", "relation", "value")
"""What is told of the nearest measured compound."""
_ONE_AT_A_TIME = Lock()
"""Predictions change how many threads torch uses, which is one number for the whole process."""
CHUNK = 4096
"""Molecules that are predicted at once: what they take of memory."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A trained model: a bundle that comes along, or one of your own.

    >>> model = hitlist.load_bundle("toxicity")
    >>> model.name, len(model.tasks), model.tasks.columns[:3].tolist()
    ('toxicity', 16, ['kind', 'unit', 'trained_on'])
    """

    bundle: Bundle

    @property
    def name(self) -> str:
        """First part of the names of its columns."""
        return self.bundle.card.name

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.bundle.path

    @property
    def card(self) -> Card:
        """What it is, what it was made of and how good it is."""
        return self.bundle.card

    @property
    def tasks(self) -> pd.DataFrame:
        """One row for each task: its kind and unit, and how good it is on rows held back."""
        rows = {
            f"{self.name}_{task.name}": {
                "kind": task.kind,
                "unit": task.unit,
                "trained_on": task.trained_on,
                "validated_on": task.validated_on,
                **{name: metric.network for name, metric in task.metrics.items()},
            }
            for task in self.card.tasks
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("task")

    def predict(self, molecules: MoleculeInput, **columns: Any) -> pd.DataFrame:
        """Predict molecules with this model alone; see :func:`hitlist.predict`."""
        return predict(molecules, bundle=self, **columns)

    def __repr__(self) -> str:
        return f"Model({self.name}: {self.card.title}, {len(self.card.tasks)} tasks)"


BundleInput = str | PathLike[str] | Model


def load_bundle(bundle: BundleInput) -> Model:
    """Load a model by the name of one that comes along, or by the folder of your own.

    Raises:
        ModelError: there is none, or its files are damaged.

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
    """Predict tasks for molecules, with the values of ``hitlist predict``.

    Args:
        molecules: SMILES in a list or a Series, a DataFrame, or a library file.
        bundle: models to predict with; by default all that come along.
        task: tasks such as ``EGFR`` or ``toxicity_herg``; by default all of the models.
        smiles_column: of a DataFrame or a file; by default found by its name.
        id_column: likewise.

    Returns:
        The columns of :func:`hitlist.standardize`; for each task its value, ``_std`` (standard
        deviation), ``_lo`` and ``_hi`` (90 % interval); and ``<model>_distance`` to what the model
        was trained on (0 to 1). NaN where there is a problem, and nowhere else.

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
        values: dict[str, list[npt.NDArray[np.float32]]] = {name: [] for name in wanted.columns}
        with _ONE_AT_A_TIME:
            predictor = _predictor(wanted.bundles)
            for start in range(0, good.num_rows, CHUNK):
                found = predictor.predict(to_graphs(good.slice(start, CHUNK).combine_chunks()))
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
    """Say what a prediction rests on: each atom's share, and the nearest measured compound.

    Args:
        molecules: as for :func:`predict`. One takes a tenth of a second or so.
        task: tasks to explain.
        bundle: models that predict them; by default all that come along.
        smiles_column: of a DataFrame or a file; by default found by its name.
        id_column: likewise.

    Returns:
        The columns of :func:`hitlist.standardize`; ``alerts`` (structural alerts, ``PAINS …``); and
        for each task ``<task>`` (what the model says; of a class its log odds), ``<task>_base``
        (what it says where no atom is known), ``<task>_atoms`` (an array: what each atom of
        ``smiles`` adds, in its order), and of the nearest measured compound ``<task>_nearest_id``,
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
    """Return the columns of an explanation, whether or not any molecule has a value there."""
    ends = ("", "_base", "_atoms", *(f"_nearest_{name}" for name in _NEAREST))
    return ["alerts", *(f"{task}{end}" for task in tasks for end in ends)]


def _said(
    contributions: Sequence[Contributions],
    neighbours: Mapping[str, Sequence[Neighbour]],
    alerts: Sequence[Alert],
) -> dict[str, Any]:
    """Return the cells of one molecule that is explained."""
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
    """Return the bundles and the columns that are asked for."""
    if bundle is None:
        bundle = tuple(shipped_bundles())
    several = bundle if isinstance(bundle, list | tuple) else (bundle,)
    tasks = (task,) if isinstance(task, str) else tuple(task or ())
    return wanted_tasks([one.bundle for one in _load(several)], tasks)


def _load(bundles: Sequence[Any]) -> list[Model]:
    """Load some models, each once for as long as its card stays the same."""
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
        load_bundles(tuple(names))  # says which two have one name
    return models


def _card_bytes(name: str) -> bytes:
    folder = SHIPPED / name if name in shipped_bundles() else Path(name).expanduser()
    card = folder / "card.json"
    return card.read_bytes() if card.is_file() else b""


@lru_cache(maxsize=8)
def _load_once(name: str, card: bytes) -> Model:
    return Model(load_bundles((name,))[0])


_PREDICTORS: dict[tuple[str, ...], Predictor] = {}


def _predictor(bundles: Sequence[Bundle]) -> Predictor:
    """Return a predictor of some bundles; the last two are kept."""
    key = tuple(bundle.sha256 for bundle in bundles)
    if key not in _PREDICTORS:
        while len(_PREDICTORS) > 1:
            del _PREDICTORS[next(iter(_PREDICTORS))]
        _PREDICTORS[key] = Predictor(bundles)
    return _PREDICTORS[key]
