"""Turns structures into graphs without measured values, for encoders and surrogates to learn on.

Worker processes do this, and they load no module from the current folder.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext
from typing import NamedTuple, TypeVar

import numpy as np

from chem.features.graphs import MolGraph, featurize, featurizer_spec, state_factors
from chem.features.pretext import pretext_labels, pretext_names
from chem.records.records import Failure, Record, StructureFormat
from chem.structure.standardize import Standardized, standardize
from data.catalogue.catalogue import dataset
from data.public_sets.presumed import molecules_of
from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Report
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.training.training_set import PretextSet, standardize_labels

Structure = tuple[str, StructureFormat]
Item = TypeVar("Item")
Found = TypeVar("Found")
LIBRARY = "zinc_leadlike"
STRUCTURES = (
    "kinase200",
    "tox21",
    "tdc_herg",
    "tdc_ames",
    "tdc_dili",
    "tdc_ld50_zhu",
    "tdc_lipophilicity_astrazeneca",
    "tdc_solubility_aqsoldb",
    "tdc_cyp2c9_veith",
    "tdc_cyp2d6_veith",
    "tdc_cyp3a4_veith",
    "tdc_bbb_martins",
    "tdc_pgp_broccatelli",
    "tdc_ppbr_az",
    "tdc_clearance_microsome_az",
    "tdc_clearance_hepatocyte_az",
)
"""Sets whose structures are used, so that the encoder meets larger and odder molecules."""
SAFE_PATH = "PYTHONSAFEPATH"
"""Environment variable that makes Python leave the current folder out of its search path."""


def fresh_processes() -> SpawnContext:
    """Return a context whose processes start anew, with Python's own modules before all others.

    Otherwise Python would put the current folder first, and run a file called pickle.py there.
    """
    os.environ[SAFE_PATH] = os.environ.get(SAFE_PATH) or "1"
    return multiprocessing.get_context("spawn")


def in_processes(
    do: Callable[[Sequence[Item]], Found],
    items: Sequence[Item],
    size: int,
    what: str,
    processes: int | None,
    report: Report | None,
) -> Iterator[Found]:
    """Process chunks of ``size`` items in processes of their own; yield the results in order."""
    chunks = [items[at : at + size] for at in range(0, len(items), size)]
    with ProcessPoolExecutor(processes, mp_context=fresh_processes()) as pool:
        for done, found in enumerate(pool.map(do, chunks)):
            yield found
            if report is not None:
                report(what, min((done + 1) * size, len(items)), len(items))


class Read(NamedTuple):
    """A structure that was read, with its graph."""

    standard: Standardized
    graph: MolGraph


def read_graph(text: str, format: StructureFormat = "smiles") -> Read | Failure:
    """Standardize and featurize one structure."""
    standard = standardize(text, format)
    if isinstance(standard, Failure):
        return standard
    graph = featurize(standard.mol)
    return graph if isinstance(graph, Failure) else Read(standard, graph)


def draw(records: Iterable[Record], count: int, seed: int) -> list[Structure]:
    """Return the structures of at most ``count`` records, drawn at random, in their order."""
    found = [(record.structure, record.format) for record in records if record.problem is None]
    if len(found) <= count:
        return found
    rows = np.sort(np.random.default_rng(seed).choice(len(found), count, replace=False))
    return [found[row] for row in rows]


def graphs_of(
    structures: Sequence[Structure], processes: int | None = None, progress: Report | None = None
) -> GraphArrays:
    """Standardize and featurize structures, each compound once; leave out unreadable ones."""
    found: dict[str, MolGraph] = {}
    for pairs in in_processes(_featurize, structures, 1000, "structures", processes, progress):
        for smiles, graph in pairs:
            found.setdefault(smiles, graph)
    return collect(list(found.values()))


def _featurize(structures: Sequence[Structure]) -> list[tuple[str, MolGraph]]:
    """Featurize some structures; runs in a process of its own."""
    found = [read_graph(text, format) for text, format in structures]
    return [(one.standard.smiles, one.graph) for one in found if not isinstance(one, Failure)]


def assemble_pretext(
    count: int,
    sets: Sequence[str] = STRUCTURES,
    seed: int = 0,
    processes: int | None = None,
    progress: Report | None = None,
) -> PretextSet:
    """Make a pretraining set of ``count`` library molecules and all structures of ``sets``.

    This takes about 3 ms per molecule and core. Molecules that cannot be standardized are left out.
    """
    generator = np.random.default_rng(seed)
    drawn = molecules_of(LIBRARY, count, generator) if count else []
    for name in sets:
        drawn += molecules_of(name, dataset(name).rows, generator)
    unique = list(dict.fromkeys(drawn))
    found: dict[str, _Described] = {}
    for some in in_processes(_describe, unique, 500, "describe molecules", processes, progress):
        for text, described in some.items():
            found.setdefault(text, described)
    if not found:
        raise ModelError("not one molecule could be read; check the sets")
    return make_pretext_set(
        collect([graph for graph, _ in found.values()]),
        np.stack([labels for _, labels in found.values()]),
        f"{count:,} molecules of {LIBRARY}; structures, no values, of {', '.join(sets)}",
    )


def make_pretext_set(graphs: GraphArrays, values: Floats32, data: str) -> PretextSet:
    """Join graphs with their descriptors [M, P], and record where the molecules are from."""
    labels, mean, std = standardize_labels(values)
    meta = {"featurizer": featurizer_spec()["hash"], "data": data}
    return PretextSet(graphs, state_factors(), labels, mean, std, pretext_names(), meta)


_Described = tuple[MolGraph, Floats32]


def _describe(smiles: Sequence[str]) -> dict[str, _Described]:
    """Standardize, featurize and describe some molecules; runs in a process of its own."""
    found: dict[str, _Described] = {}
    for text in smiles:
        read = read_graph(text)
        if not isinstance(read, Failure) and read.standard.smiles not in found:
            found[read.standard.smiles] = (read.graph, pretext_labels(read.standard.mol))
    return found
