"""Computes synthetic accessibility: how hard a molecule looks to make, from 1 (easy) to 10 (hard).

The score of Ertl and Schuffenhauer, J. Cheminform. 2009, 1, 8 (doi 10.1186/1758-2946-1-8), as its
author wrote it for RDKit. It measures how common a molecule's fragments are among a million
molecules of PubChem, and subtracts penalties for size, stereocentres, spiro and bridged rings and
macrocycles. It knows no routes and no prices: a natural product that can be bought looks hard. The
paper calls molecules above 6 difficult.

RDKit ships the program and its table of fragments beside the library, in ``Contrib``. They are
loaded from there for the first molecule.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from rdkit import Chem, RDConfig

from chem.errors import InputError
from chem.structure.valid_smiles import read_molecules

ACCESSIBILITY = (
    "1 to 10, lower is easier; how hard the structure looks to make, "
    "Ertl 2009 (doi 10.1186/1758-2946-1-8)"
)
"""Range and meaning, written as in ``chem.features.properties.PROPERTIES``."""

_FILES = ("sascorer.py", "fpscores.pkl.gz")


def accessibility(smiles: Sequence[str]) -> list[float]:
    """Return the score of each molecule [n], in [1, 10]; 0.2 ms each, the first one 0.5 s.

    Raises InputError for a SMILES that RDKit cannot read or that has no atoms, and for an RDKit
    that came without the program.

    >>> [round(score, 1) for score in accessibility(["CC(=O)Oc1ccccc1C(=O)O"])]
    [1.6]
    """
    if not smiles:
        return []
    score = _load(Path(RDConfig.RDContribDir) / "SA_Score")
    found = []
    for position, mol in enumerate(read_molecules(smiles)):
        if not mol.GetNumAtoms():
            raise InputError(
                f"found {smiles[position]!r} at position {position}, expected a SMILES with atoms"
            )
        found.append(float(score(mol)))
    return found


@cache
def _load(folder: Path) -> Callable[[Chem.Mol], float]:
    """Return the program's function, which reads its table of fragments at the first molecule."""
    for name in _FILES:
        if not (folder / name).is_file():
            raise InputError(
                f"found no {folder / name}, expected it to come with RDKit; install RDKit from "
                "PyPI (pip install --force-reinstall rdkit)"
            )
    spec = spec_from_file_location("sascorer", folder / _FILES[0])
    assert spec is not None
    assert spec.loader is not None
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    score: Callable[[Chem.Mol], float] = program.calculateScore
    return score
