"""Standardize and featurize molecules as a screen does, one row per molecule."""

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.features.fingerprints import count_fingerprints
from chem.features.properties import PROPERTIES
from chem.records.records import Failure
from hitlist.molecule_inputs import MoleculeInput, problem_text, python_words, read_molecules
from screening.prepare.prepared_location import read_limits
from screening.prepare.quarantine import pack_slices, prepare_apart
from screening.rank.structure_columns import key_text, stereo_word
from screening.storage.schema import ACCEPTED, GRAPH


def standardize(
    molecules: MoleculeInput,
    *,
    smiles_column: str | None = None,
    id_column: str | None = None,
) -> pd.DataFrame:
    """Standardize molecules: remove counterions, and normalize charges and tautomers.

    Args:
        molecules: SMILES in a list or a Series, a DataFrame, or a library file. A list may also
            hold RDKit molecules.
        smiles_column: SMILES column of a DataFrame or file; by default found by its name.
        id_column: ID column; by default found by its name.

    Returns:
        One row per molecule, in order, with the index of the input: ``compound_id``,
        ``input_smiles`` (empty for a molblock), ``smiles``, ``changes`` (made by standardization),
        ``stereo`` (the stereochemistry of the structure), ``key`` (equal for all drawings of one
        compound) and ``problem`` (why the molecule cannot be used; otherwise empty).

    Raises:
        InputError: no such file, or no column of SMILES.

    >>> table = hitlist.standardize({"aspirin": "CC(=O)Oc1ccccc1C(=O)[O-].[Na+]", "bad": "C1CC"})
    Traceback (most recent call last):
    ...
    chem.errors.InputError: found a dict, expected a list of SMILES, a Series, a DataFrame or a path
    >>> table = hitlist.standardize(["CC(=O)Oc1ccccc1C(=O)[O-].[Na+]", "C1CC", None])
    >>> table["smiles"].tolist()
    ['CC(=O)Oc1ccccc1C(=O)O', '', '']
    >>> table["problem"].str.partition(":")[0].tolist()
    ['', 'parse/invalid_smiles', 'read/empty_structure']
    """
    return prepare(molecules, smiles_column, id_column)[0]


def featurize(
    molecules: MoleculeInput,
    *,
    smiles_column: str | None = None,
    id_column: str | None = None,
) -> pd.DataFrame:
    """Standardize molecules and compute properties, fingerprints and model graphs.

    Args:
        molecules: as for :func:`standardize`.
        smiles_column: SMILES column of a DataFrame or file; by default found by its name.
        id_column: ID column; by default found by its name.

    Returns:
        The columns of :func:`standardize`, nine properties (``mw``, ``logp``, ``tpsa``, ``hbd``,
        ``hba``, ``rotatable_bonds``, ``heavy_atoms``, ``rings``, ``formal_charge``), and arrays:
        ``fingerprint`` (uint8 [2048], counts of circular environments, ECFP4-like) and the graph
        that the networks take: ``atoms`` [n] tokens of atom states, ``begin`` and ``end`` [m] atoms
        of each bond, ``bonds`` [m] tokens of bond orders. A row with a problem has NaN and None.

    Raises:
        InputError: no such file, or no column of SMILES.

    >>> table = hitlist.featurize(["CCO", "CC(C)Cc1ccc(cc1)C(C)C(=O)O", "C1CC"])
    >>> table[["mw", "hbd", "rings"]].round(1).values.tolist()
    [[46.1, 1.0, 0.0], [206.3, 1.0, 1.0], [nan, nan, nan]]
    >>> import numpy as np
    >>> np.stack(table["fingerprint"].dropna()).shape
    (2, 2048)
    """
    frame, table = prepare(molecules, smiles_column, id_column)
    good = (frame["problem"] == "").to_numpy()
    features: dict[str, Any] = {
        name: table[name].to_numpy().astype("float64") for name in PROPERTIES
    }
    counts = iter(count_fingerprints(frame["smiles"][good].tolist()))
    features["fingerprint"] = [next(counts) if one else None for one in good]
    for name in GRAPH:
        features[name] = [
            value.values.to_numpy() if one else None
            for value, one in zip(table[name], good, strict=True)
        ]
    return pd.concat([frame, pd.DataFrame(features, index=frame.index)], axis=1)


def prepare(
    molecules: MoleculeInput, smiles_column: str | None, id_column: str | None
) -> tuple[pd.DataFrame, pa.Table]:
    """Return the table of :func:`standardize`, and the prepared records [n] with their graphs.

    Chemistry runs in a separate process. A molecule that hangs or crashes RDKit gets a problem,
    and the notebook continues.
    """
    with python_words():
        labels, records = read_molecules(molecules, smiles_column, id_column)
        table = prepare_apart(pack_slices(records), read_limits())
    columns = ("status", "stage", "code", "detail", "changes", "key")
    rows = table.select(columns).to_pylist()
    smiles = table["smiles"].to_pylist()
    texts = {
        "compound_id": table["compound_id"].to_pylist(),
        "input_smiles": table["input_smiles"].to_pylist(),
        "smiles": smiles,
        "changes": ["; ".join(row["changes"]) for row in rows],
        "stereo": [stereo_word(text) for text in smiles],
        "key": [key_text(row["key"]) for row in rows],
        "problem": [
            problem_text(
                None
                if row["status"] == ACCEPTED
                else Failure(row["stage"], row["code"], row["detail"])
            )
            for row in rows
        ],
    }
    return pd.DataFrame(texts, index=labels, dtype="str"), table


def accepted(table: pa.Table) -> pa.Table:
    """Return the rows of prepared records that have a molecule."""
    return table.filter(pc.equal(table["status"], ACCEPTED))
