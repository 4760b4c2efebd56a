"""Computes the Shapley values of hits: each atom's contribution to the prediction of each task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from chem.features.graphs import written_graphs
from gnn.explain.attribution import Attributor
from gnn.features.graph_arrays import collect
from screening.dask_cluster.cluster import run_window
from screening.dask_cluster.lazy_client import AnyClient
from screening.evidence.evidence import Contributions
from screening.evidence.shared_evidence import add_contributions, find_contributions
from screening.prepare.prepare import Progress
from screening.score.model_refs import ModelRefs
from screening.score.worker_models import load_bundles_once
from screening.storage.shared_rows import SharedRows

CHUNK = 16
"""The number of hits that a worker explains at a time."""
CHUNKS = 4
"""The chunks for which a worker is started: each takes as long as its start, four seconds."""
Explained = list[tuple[Contributions, ...]]


@dataclass(frozen=True)
class Explaining:
    """The models and tasks that a worker needs to explain hits."""

    models: ModelRefs
    """The models; networks run in bfloat16 if they did so when the hits were scored."""
    tasks: tuple[str, ...]
    """Predicted columns, such as ``activity_EGFR``."""


class Chunk(NamedTuple):
    """Some successive hits of those to explain."""

    start: int
    smiles: tuple[str, ...]


def explain_hits(
    client: AnyClient,
    models: ModelRefs,
    smiles: Sequence[str],
    tasks: Sequence[str],
    progress: Progress | None = None,
    shared: SharedRows | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Explained:
    """Explain hits in the workers; return one tuple for each SMILES, in the given order.

    ``meanwhile`` is called once, while they work.

    Those that ``shared`` has are not explained again, and the others are added to it.

    A tuple holds the contributions to each of ``tasks``, in their order. Their sum is the
    prediction with which the hit was scored; for a class its log odds, for a task that is learned
    as logarithms its log10.
    """
    work = Explaining(models, tuple(tasks))
    known = find_contributions(shared, smiles, work.tasks)
    new = tuple(text for text, one in zip(smiles, known, strict=True) if one is None)
    made: Explained = [()] * len(new)
    done = len(smiles) - len(new)
    chunks = [Chunk(start, new[start : start + CHUNK]) for start in range(0, len(new), CHUNK)]
    explained = run_window(
        client, partial(explain_chunk, work), chunks, meanwhile=meanwhile, per_worker=CHUNKS
    )
    for start, some in explained:
        made[start : start + len(some)] = some
        done += len(some)
        if progress is not None:
            progress("explain", done, len(smiles))
    if shared is not None:
        add_contributions(shared, new, made)
    others = iter(made)
    return [next(others) if one is None else one for one in known]


def explain_chunk(work: Explaining, chunk: Chunk) -> tuple[int, Explained]:
    """Explain some hits; return the position of the first one and the contributions of each.

    Runs in a worker.
    """
    return chunk.start, explain(work, chunk.smiles)


def explain(work: Explaining, smiles: Sequence[str]) -> Explained:
    """Explain molecules in this process; return one tuple for each standardized SMILES.

    Raises InputError for a SMILES that cannot be read.
    """
    if not work.tasks or not smiles:
        return [()] * len(smiles)
    written = written_graphs(smiles)
    attributor = _load(work)
    said = attributor.explain(collect([one.graph for one in written]))
    ends = np.cumsum([len(one.atoms) for one in written])
    found: Explained = []
    for one, end, base in zip(written, ends, said.base, strict=True):
        atoms = np.zeros((one.written, len(work.tasks)), np.float32)
        atoms[one.atoms] = said.atoms[end - len(one.atoms) : end]
        found.append(
            tuple(
                Contributions(task, float(base[at]), atoms[:, at].copy())
                for at, task in enumerate(work.tasks)
            )
        )
    return found


@lru_cache(maxsize=2)
def _load(work: Explaining) -> Attributor:
    bundles = load_bundles_once(work.models.bundles, work.models.featurizer)
    return Attributor(bundles, work.tasks, work.models.bfloat16)
