"""Cuts many compounds once, and keeps their cuts in the cache.

A compound takes some milliseconds. A hydrogen counts as a substituent where another compound of the
list has one of at most 4 heavy atoms.
"""

from collections.abc import Sequence
from importlib.metadata import version

import pandas as pd

from chem.analogs.replacements import carrier
from chem.analogs.single_cuts import HYDROGEN, SMALL, single_cuts, with_hydrogen
from chem.structure.valid_smiles import read_molecules
from screening.analogs.search import Progress
from screening.storage.cached_tables import cached_table

_RULES = 5
"""The number of the rules by which compounds are cut."""
_KINDS = {"compound": "int64", "core": "str", "substituent": "str", "carrier": "str"}
_BLOCK = 200


def cut_compounds(smiles: Sequence[str], progress: Progress | None = None) -> pd.DataFrame:
    """Return ``compound``, ``core``, ``substituent`` and ``carrier`` of each cut.

    They come from the cache if they are there. ``compound`` is the position of the SMILES, and
    ``carrier`` the kind of the atom that carries the substituent
    (:func:`chem.analogs.replacements.attachment`).

    Raises InputError for a SMILES that RDKit cannot read.
    """

    def compute() -> pd.DataFrame:
        found: dict[tuple[int, str, str], str] = {}
        places = {text: at for at, text in enumerate(smiles)}
        for at, mol in enumerate(read_molecules(smiles)):
            for cut in single_cuts(mol):
                kind = carrier(mol, cut)
                found[at, cut.core, cut.substituent] = kind
                if mol.GetNumAtoms() - len(cut.atoms) <= SMALL:
                    plain = places.get(with_hydrogen(mol, cut) or "")
                    if plain is not None:
                        found[plain, cut.core, HYDROGEN] = kind
            if progress is not None and at % _BLOCK == 0:
                progress("cut compounds", at, len(smiles))
        rows = [(*cut, kind) for cut, kind in found.items()]
        return pd.DataFrame(rows, columns=list(_KINDS))

    made_of = "\n".join([str(_RULES), version("rdkit"), *smiles])
    return cached_table("matched_pairs", made_of, _KINDS, compute)
