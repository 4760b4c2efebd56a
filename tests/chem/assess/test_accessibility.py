"""Synthetic accessibility agrees with its author's figures, and says what is missing."""

import csv
from pathlib import Path

import pytest
from rdkit import RDConfig

from chem.assess import accessibility as module
from chem.assess.accessibility import accessibility
from chem.errors import InputError


def test_the_scores_are_those_that_the_author_gives() -> None:
    with (Path(RDConfig.RDContribDir) / "SA_Score" / "data" / "zim.100.txt").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 100
    found = accessibility([row["smiles"] for row in rows])
    assert found == pytest.approx([float(row["sa_score"]) for row in rows], abs=0.001)


def test_a_drug_that_is_easy_and_one_that_is_not() -> None:
    aspirin = "CC(=O)Oc1ccccc1C(=O)O"
    # Paclitaxel: eleven stereocentres and a bridged ring of eight.
    paclitaxel = (
        "CC(=O)O[C@H]1C(=O)[C@@]2(C)[C@H]([C@H](OC(=O)c3ccccc3)[C@]3(O)C[C@H](OC(=O)[C@H](O)"
        "[C@@H](NC(=O)c4ccccc4)c4ccccc4)C(C)=C1C3(C)C)[C@]1(OC(C)=O)CO[C@@H]1C[C@@H]2O"
    )
    easy, hard = accessibility([aspirin, paclitaxel])
    assert 1 <= easy < 2
    assert 5 < hard <= 10
    assert accessibility([]) == []


@pytest.mark.parametrize("smiles", ["", "not a molecule"])
def test_what_is_no_molecule_is_told(smiles: str) -> None:
    with pytest.raises(InputError, match="at position 1, expected a SMILES "):
        accessibility(["CCO", smiles])


def test_an_rdkit_without_the_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found no .*sascorer\.py, expected .* install RDKit"):
        module._load(tmp_path)
    (tmp_path / "sascorer.py").write_text("")
    with pytest.raises(InputError, match=r"found no .*fpscores\.pkl\.gz"):
        module._load(tmp_path)
