"""What is searched for around a hit: its bits, its scaffold, its side chains, its cuts."""

from dataclasses import dataclass

import numpy as np

from chem.analogs.query_parts import Place, Substructure, places, substructure
from chem.analogs.side_chains import side_chains
from chem.assess.clusters import scaffold
from chem.features.graphs import element_numbers, written_graphs
from gnn.features.array_types import Hashes
from gnn.features.graph_arrays import collect
from gnn.features.structure_index import (
    StructureIndex,
    environments_apart,
    index_structures,
    pattern_bits,
)


@dataclass(frozen=True, eq=False)
class Query:
    """A hit, and what is searched for around it."""

    smiles: str
    """Standardized."""
    key: bytes
    """The hash of its registration key."""
    index: StructureIndex
    """What an index keeps of it: one row."""
    places: tuple[Place, ...]
    """The places at which a matched pair may differ."""
    place_bits: Hashes
    """[places, 8] the bits of environments that a matched pair has in common with the hit."""
    substructure: Substructure | None
    """What an analog is to contain; None for a hit without rings."""
    substructure_bits: Hashes
    """[8] the bits of its paths."""
    scaffold: str
    side_chains: tuple[str, ...]


def make_query(smiles: str, key: bytes, smarts: str | None = None) -> Query:
    """Return what is searched for around a hit.

    Args:
        smiles: The standardized SMILES of the hit.
        key: The hash of its registration key.
        smarts: The substructure that analogs are to contain; by default the hit's scaffold.

    Raises:
        InputError: RDKit cannot read the SMARTS.
    """
    wanted = substructure(smiles, smarts)
    written = written_graphs([smiles])[0]
    graphs = collect([tuple(written.graph)])
    index = index_structures(graphs, element_numbers())
    cuts = tuple(places(smiles))
    bits = index.environments[:0]
    for place in cuts:
        distance = place.distance[written.atoms]  # the graph has no labelled hydrogens
        bits = np.concatenate([bits, environments_apart(graphs, distance)])
    return Query(
        smiles=smiles,
        key=key,
        index=index,
        places=cuts,
        place_bits=bits,
        substructure=wanted,
        substructure_bits=index.paths[0] * 0 if wanted is None else pattern_bits(*wanted.part),
        scaffold=scaffold(smiles),
        side_chains=side_chains(smiles),
    )
