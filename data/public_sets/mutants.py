"""Loads a catalogue set of mutants: compounds measured on mutants and on their wild types."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from chem.errors import InputError
from chem.records.message_text import counted
from data.activities.activity import object_array
from data.catalogue.catalogue import Dataset, dataset
from data.catalogue.download import Progress
from data.catalogue.fetch import fetch_dataset

_NANOMOLAR = 9.0
"""-log10 of 1 nM in molar."""


class Mutant(NamedTuple):
    """One mutant of a protein."""

    gene: str
    """Gene symbol, such as ``EGFR``."""
    uniprot: str
    """UniProt accession of the protein."""
    mutation: str
    """As in the source: ``T790M``, ``L858R,T790M``, ``E746-A750del`` or ``ITD``."""


class MutantPairs(NamedTuple):
    """N compounds on M mutants, each beside its wild type in the same assay."""

    mutants: tuple[Mutant, ...]
    """[M] by gene and mutation."""
    smiles: npt.NDArray[np.object_]
    """[N] as in the source, each once."""
    wild: npt.NDArray[np.float64]
    """[N, M] pKd on the wild type of each mutant; NaN if not measured."""
    mutant: npt.NDArray[np.float64]
    """[N, M] pKd on the mutant; NaN if not measured."""
    floor: float
    """The pKd that stands for "at most this", in both arrays."""
    notes: tuple[str, ...]
    """Omissions, one line each."""


def load_mutants(name: str, progress: Progress | None = None) -> MutantPairs:
    """Fetch and read a set of mutants.

    A protein may have been measured in several states, such as ABL1 with and without phosphate. A
    mutant is compared with the wild type in the same state; the mean over the states is returned.

    Raises:
        InputError: The name is unknown or that of another kind of set, or the file cannot be had.
    """
    entry = dataset(name)
    if entry.kind != "mutants":
        raise InputError(
            f"dataset {name} is a set of kind {entry.kind}, expected one of kind mutants; "
            "`hitlist data list` shows them."
        )
    return read_mutants(fetch_dataset(entry, progress), entry)


def read_mutants(path: Path, entry: Dataset) -> MutantPairs:
    """Read the file of a set of mutants, which must be the catalogue's.

    Raises:
        InputError: A compound has two values of one construct.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    if repeats := int(frame.duplicated(["smiles", "construct"]).sum()):
        raise InputError(
            f"dataset {entry.name}: {counted(repeats, 'row')} of a SMILES and construct that an "
            "earlier row has, expected one row for each; merge them in the file."
        )
    (floor,) = entry.floors
    molar = _NANOMOLAR - np.log10(pd.to_numeric(frame["kd_nM"].replace("", None)))
    frame["pkd"] = molar.fillna(floor).clip(lower=floor)
    is_wild = frame["mutation"] == ""
    wild = frame[is_wild].set_index(["smiles", "construct"])["pkd"]
    mutants = frame[~is_wild].copy()
    # The construct of a mutant is that of its wild type with the mutation in brackets.
    state = [
        construct.replace(f"({mutation})", "")
        for construct, mutation in zip(mutants["construct"], mutants["mutation"], strict=True)
    ]
    mutants["wild"] = wild.reindex(pd.MultiIndex.from_arrays([mutants["smiles"], state])).to_numpy()
    is_alone = mutants["wild"].isna()
    notes = _count_alone(mutants[is_alone], entry.name)
    means = mutants[~is_alone].groupby(["gene", "uniprot", "mutation", "smiles"], sort=True)
    pairs = means[["wild", "pkd"]].mean().unstack("smiles")
    return MutantPairs(
        mutants=tuple(Mutant(*key) for key in pairs.index),
        smiles=object_array(list(pairs["wild"].columns)),
        wild=pairs["wild"].to_numpy(np.float64).T,
        mutant=pairs["pkd"].to_numpy(np.float64).T,
        floor=floor,
        notes=notes,
    )


def _count_alone(frame: pd.DataFrame, name: str) -> tuple[str, ...]:
    if frame.empty:
        return ()
    constructs = ", ".join(sorted(frame["construct"].unique()))
    values = counted(len(frame), "value")
    return (f"{name}: {values} left out, as the wild type was not measured: {constructs}",)
