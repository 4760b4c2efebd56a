"""Compounds on mutants beside their wild types, read from a small file of the source's form."""

from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.catalogue.catalogue import dataset
from data.public_sets.mutants import Mutant, MutantPairs, load_mutants, read_mutants
from data.public_sets.sets import load_activities

HEADER = ",".join(dataset("kinase_mutants").columns)
ROWS = """
a,C,K,ABL1,P00519,ABL1-phosphorylated,,,10,=,D,False
a,C,K,ABL1,P00519,ABL1-nonphosphorylated,,,100,=,D,False
a,C,K,ABL1,P00519,ABL1(T315I)-phosphorylated,T315I,45,,>,D,False
a,C,K,ABL1,P00519,ABL1(T315I)-nonphosphorylated,T315I,45,1000,=,D,False
a,C,K,ABL1,P00519,ABL1(E255K)-phosphorylated,E255K,10,1,=,D,False
b,CC,L,ABL1,P00519,ABL1-phosphorylated,,,,>,D,False
b,CC,L,ABL1,P00519,ABL1(E255K)-phosphorylated,E255K,10,,>,D,False
b,CC,L,EGFR,P00533,EGFR,,,1,=,D,True
b,CC,L,EGFR,P00533,"EGFR(L858R,T790M)","L858R,T790M",84 45,10,=,D,True
b,CC,L,EIF2AK4,Q9P2K8,"GCN2(Kin.Dom.2,S808G)",S808G,,10,=,D,False
"""


def read(folder: Path, rows: str = ROWS) -> MutantPairs:
    path = folder / "mutants.csv"
    path.write_text(HEADER + rows)
    return read_mutants(path, dataset("kinase_mutants"))


def test_a_mutant_is_beside_its_wild_type_in_the_same_state(tmp_path: Path) -> None:
    found = read(tmp_path)
    names = [(one.gene, one.mutation) for one in found.mutants]
    assert names == [("ABL1", "E255K"), ("ABL1", "T315I"), ("EGFR", "L858R,T790M")]
    assert found.mutants[2] == Mutant("EGFR", "P00533", "L858R,T790M")
    assert list(found.smiles) == ["C", "CC"]
    # E255K was measured with phosphate alone; T315I is the mean of both states, one at the floor.
    np.testing.assert_allclose(found.wild, [[8.0, 7.5, np.nan], [5.0, np.nan, 9.0]])
    np.testing.assert_allclose(found.mutant, [[9.0, 5.5, np.nan], [5.0, np.nan, 8.0]])
    assert found.floor == 5.0


def test_a_mutant_without_its_wild_type_is_counted(tmp_path: Path) -> None:
    (note,) = read(tmp_path).notes
    assert "1 value left out" in note
    assert "GCN2(Kin.Dom.2,S808G)" in note


def test_repeated_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 row of a SMILES and construct"):
        read(tmp_path, ROWS + "b,CC,L,EGFR,P00533,EGFR,,,2,=,D,True\n")


def test_each_kind_of_set_has_its_reader() -> None:
    with pytest.raises(InputError, match='mutants = "kinase_mutants" in a recipe'):
        load_activities("kinase_mutants")
    with pytest.raises(InputError, match="expected one of kind mutants"):
        load_mutants("kinase200")
