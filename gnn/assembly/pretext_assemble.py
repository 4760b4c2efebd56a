"""From catalogue sets to the arrays that pretraining needs: structures alone, no measured value."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.graphs import MolGraph, featurize, featurizer_spec, state_factors
from chem.features.pretext import pretext_labels, pretext_names
from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.catalogue.catalogue import dataset
from data.public_sets.presumed import molecules_of
from gnn.assembly.processes import fresh_processes
from gnn.errors import ModelError
from gnn.features.batch import GraphArrays, collect
from gnn.training.pretext_set import PretextSet, standardize_labels

Progress = Callable[[str, int, int], None]
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
"""Sets of which the structures are taken, so that the encoder meets what is larger and odder."""
_CHUNK = 500


class _Labelled(NamedTuple):
    smiles: list[str]
    graphs: list[MolGraph]
    labels: npt.NDArray[np.float32]


def assemble_pretext(
    count: int,
    sets: Sequence[str] = STRUCTURES,
    seed: int = 0,
    processes: int | None = None,
    progress: Progress | None = None,
) -> PretextSet:
    """Make a pretraining set of ``count`` library molecules and all structures of ``sets``.

    About 3 ms a molecule and core. A molecule that cannot be standardized is left out.
    """
    generator = np.random.default_rng(seed)
    drawn = molecules_of(LIBRARY, count, generator) if count else []
    for name in sets:
        drawn += molecules_of(name, dataset(name).rows, generator)
    unique = list(dict.fromkeys(drawn))
    smiles: set[str] = set()
    graphs: list[MolGraph] = []
    labels = [np.zeros((0, len(pretext_names())), np.float32)]
    with ProcessPoolExecutor(processes, mp_context=fresh_processes()) as pool:
        chunks = [unique[at : at + _CHUNK] for at in range(0, len(unique), _CHUNK)]
        for done, found in enumerate(pool.map(_label, chunks)):
            new = [at for at, text in enumerate(found.smiles) if text not in smiles]
            smiles.update(found.smiles)
            graphs += [found.graphs[at] for at in new]
            labels.append(found.labels[new])
            if progress is not None:
                progress("describe molecules", min((done + 1) * _CHUNK, len(unique)), len(unique))
    if not graphs:
        raise ModelError("not one molecule could be read; check the sets")
    return make_pretext_set(
        collect(graphs),
        np.concatenate(labels),
        f"{count:,} molecules of {LIBRARY}; structures, no values, of {', '.join(sets)}",
    )


def make_pretext_set(graphs: GraphArrays, values: npt.NDArray[np.float32], data: str) -> PretextSet:
    """Join graphs with their descriptors [M, P] and say where the molecules are from."""
    labels, mean, std = standardize_labels(values)
    meta = {"featurizer": featurizer_spec()["hash"], "data": data}
    return PretextSet(graphs, state_factors(), labels, mean, std, pretext_names(), meta)


def _label(smiles: list[str]) -> _Labelled:
    """Standardize, featurize and describe some molecules; runs in a process of its own."""
    found: dict[str, tuple[MolGraph, npt.NDArray[np.float32]]] = {}
    for text in smiles:
        result = standardize(text, "smiles")
        if isinstance(result, Failure) or result.smiles in found:
            continue
        graph = featurize(result.mol)
        if not isinstance(graph, Failure):
            found[result.smiles] = (graph, pretext_labels(result.mol))
    graphs = [graph for graph, _ in found.values()]
    labels = np.array([values for _, values in found.values()], np.float32)
    return _Labelled(list(found), graphs, labels.reshape(len(graphs), len(pretext_names())))
