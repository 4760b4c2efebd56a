"""Counts of rings and aromatic atoms, by the SMILES alone."""

import csv
from pathlib import Path

import pytest

from chem.assess.clusters import scaffold
from chem.assess.ring_counts import ring_counts

DRUGS = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"


@pytest.mark.parametrize(
    ("smiles", "counts"),
    [
        ("CCO", "0"),
        ("C1CC1Cl", "2"),
        ("Cc1ccc[nH]1", "2 c4 n1"),
        ("C[n+]1ccsc1", "2 c3 n1 s1"),
        ("c1cc[se]c1", "2 c4 se1"),
        ("C[C@H]1CC[Sn]CC1 |&1:1|", "2"),
    ],
)
def test_brackets_and_elements_are_read(smiles: str, counts: str) -> None:
    assert ring_counts(smiles) == counts


def test_a_drug_and_its_scaffold_share_them() -> None:
    with DRUGS.open(newline="") as file:
        drugs = [row["smiles"] for row in csv.DictReader(file, delimiter="\t")][:200]
    standard = [text for text in drugs if "." not in text and scaffold(text)]
    assert len(standard) > 20
    assert [text for text in standard if ring_counts(text) != ring_counts(scaffold(text))] == []
