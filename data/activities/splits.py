"""Splits molecules into train, valid and test."""

import contextlib
import io
import logging
from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from chem.assess.clusters import scaffold
from chem.errors import InputError
from chem.records.message_text import counted
from chem.structure.valid_smiles import block_logs
from data.activities.activity import ActivityTable

How = Literal["random", "scaffold", "given"]
Fractions = tuple[float, float, float]
SPLITS = ("train", "valid", "test")


def split_rows(
    table: ActivityTable, how: How, seed: int = 0, fractions: Fractions = (0.8, 0.1, 0.1)
) -> npt.NDArray[np.str_]:
    """Return ``train``, ``valid`` or ``test`` for each row [n].

    Rows of one SMILES text always share a split, so the fractions hold for molecules.

    - ``random``: by ``seed``.
    - ``scaffold``: DeepChem's ScaffoldSplitter: molecules of one Bemis-Murcko scaffold share a
      split, and the commonest scaffolds go to ``train``. It takes no seed.
    - ``given``: the table's own split. If that has no ``valid`` rows, the second fraction of its
      training molecules becomes ``valid``, by ``seed``.

    Raises:
        InputError: ``how`` is unknown, the fractions are impossible, no split is given, a SMILES
            does not parse (scaffold), or there are too few molecules for these fractions.
    """
    if how not in get_args(How):
        raise InputError(f"split {how!r} is unknown: choose one of {', '.join(get_args(How))}.")
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-6 or fractions[0] == 0:
        raise InputError(
            f"split fractions {fractions} (train, valid, test) must add up to 1, none negative, "
            "train above 0."
        )
    if how == "given":
        split = _given(table, seed, fractions[1])
    else:
        unique, inverse = np.unique(table.smiles.astype(str), return_inverse=True)
        of_unique = (
            _scaffold(unique, fractions) if how == "scaffold" else _random(unique, seed, fractions)
        )
        split = of_unique[inverse]
    if not (split == "train").any():
        raise InputError(f"a {how} split of {counted(len(table), 'row')} leaves no training rows.")
    return split


def _random(unique: npt.NDArray[np.str_], seed: int, fractions: Fractions) -> npt.NDArray[np.str_]:
    order = np.random.default_rng(seed).permutation(len(unique))
    ends = np.round(np.cumsum(fractions)[:2] * len(unique)).astype(int)
    split = np.empty(len(unique), dtype="<U5")
    for name, indices in zip(SPLITS, np.split(order, ends), strict=True):
        split[indices] = name
    return split


def _scaffold(unique: npt.NDArray[np.str_], fractions: Fractions) -> npt.NDArray[np.str_]:
    for smiles in unique:
        # DeepChem leaves out a row whose SMILES it cannot parse, or fails late.
        try:
            scaffold(str(smiles))
        except InputError as error:
            raise InputError(f"no scaffold split: {error}") from error
    with _quiet():
        import deepchem  # takes seconds and prints on import

        rows = deepchem.data.NumpyDataset(X=np.zeros((len(unique), 1)), ids=unique.astype(object))
        train, valid, test = fractions
        found = deepchem.splits.ScaffoldSplitter().split(
            rows, frac_train=train, frac_valid=valid, frac_test=test
        )
    split = np.full(len(unique), "", dtype="<U5")
    for name, indices in zip(SPLITS, found, strict=True):
        split[np.asarray(indices, dtype=np.intp)] = name
    if (split == "").any() or sum(len(indices) for indices in found) != len(unique):
        raise RuntimeError("DeepChem's scaffold split does not cover every molecule exactly once")
    return split


def _given(table: ActivityTable, seed: int, valid: float) -> npt.NDArray[np.str_]:
    if table.split is None:
        raise InputError(
            "split 'given' needs a split column with train, valid and test, and this table has "
            "none: add one, or choose 'random' or 'scaffold'."
        )
    strange = sorted(set(table.split.tolist()) - set(SPLITS))
    if strange:
        raise InputError(f"split column has {strange[:3]}; expected train, valid or test.")
    split = table.split.astype("<U5")
    if valid and not (split == "valid").any():
        train = split == "train"
        unique, inverse = np.unique(table.smiles[train].astype(str), return_inverse=True)
        split[train] = _random(unique, seed, (1 - valid, valid, 0.0))[inverse]
    return split


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            block_logs(),
        ):
            yield
    finally:
        logging.disable(disabled)
