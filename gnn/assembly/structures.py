"""Structures of libraries as graphs, each once: what a surrogate learns on."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from chem.features.graphs import MolGraph, featurize
from chem.records.records import Failure, Record, StructureFormat
from chem.structure.standardize import standardize
from gnn.assembly.processes import fresh_processes
from gnn.features.batch import GraphArrays, collect

Progress = Callable[[str, int, int], None]
Structure = tuple[str, StructureFormat]
_CHUNK = 1000


def draw(records: Iterable[Record], count: int, seed: int) -> list[Structure]:
    """Return the structures of at most ``count`` records, drawn at random, in their order."""
    found = [(record.structure, record.format) for record in records if record.problem is None]
    if len(found) <= count:
        return found
    rows = np.sort(np.random.default_rng(seed).choice(len(found), count, replace=False))
    return [found[row] for row in rows]


def graphs_of(
    structures: Sequence[Structure], processes: int | None = None, progress: Progress | None = None
) -> GraphArrays:
    """Standardize and featurize structures: each compound once, what cannot be read left out."""
    chunks = [structures[at : at + _CHUNK] for at in range(0, len(structures), _CHUNK)]
    found: dict[str, MolGraph] = {}
    with ProcessPoolExecutor(processes, mp_context=fresh_processes()) as pool:
        for done, pairs in enumerate(pool.map(_featurize, chunks)):
            for smiles, graph in pairs:
                found.setdefault(smiles, graph)
            if progress is not None:
                progress("structures", min((done + 1) * _CHUNK, len(structures)), len(structures))
    return collect(list(found.values()))


def _featurize(structures: Sequence[Structure]) -> list[tuple[str, MolGraph]]:
    """Do some structures; runs in a process of its own."""
    found = []
    for text, format in structures:
        standard = standardize(text, format)
        if isinstance(standard, Failure):
            continue
        graph = featurize(standard.mol)
        if not isinstance(graph, Failure):
            found.append((standard.smiles, graph))
    return found
