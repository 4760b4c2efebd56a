from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.catalogue.catalogue import dataset
from data.public_sets.moleculeace import KINASES, choose_sets, load_split_set, set_names

SAMPLE = Path(__file__).parents[2] / "files/data/moleculeace_sample.csv"


def test_the_thirty_sets() -> None:
    names = set_names()
    assert len(names) == len(set(names)) == 30
    assert set(KINASES) <= set(names)
    assert len(KINASES) == 7
    for name in names:
        entry = dataset(f"moleculeace_{name.lower()}")
        assert entry.sources
        assert entry.sha256
        assert entry.split_column == "split"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("all", set_names()),
        ("kinase", list(KINASES)),
        (" CHEMBL204_Ki ", ["CHEMBL204_Ki"]),
        ("chembl262_ki,moleculeace_chembl218_ec50", ["CHEMBL262_Ki", "CHEMBL218_EC50"]),
        ("CHEMBL204_Ki,,CHEMBL204_Ki", ["CHEMBL204_Ki"]),
    ],
)
def test_sets_are_chosen_by_word_or_name(text: str, names: list[str]) -> None:
    assert choose_sets(text) == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CHEMBL240_Ki", r"'CHEMBL240_Ki': did you mean CHEMBL\d+_Ki"),
        ("kinases,CHEMBL204_Ki", "'kinases'"),
        ("", "no set was named"),
        (",", "no set was named"),
    ],
)
def test_sets_that_are_none(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        choose_sets(text)


def test_a_set_is_divided_as_its_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 60 rows of CHEMBL204_Ki, put in the place of the whole file."""
    monkeypatch.setattr(
        "data.public_sets.moleculeace.fetch_dataset", lambda entry, progress: SAMPLE
    )
    found = load_split_set("CHEMBL204_Ki")
    rows = [line.split(",") for line in SAMPLE.read_text().splitlines()[1:]]
    for part, name in ((found.train, "train"), (found.test, "test")):
        mine = [row for row in rows if row[4] == name]
        assert list(part.smiles) == [row[0] for row in mine]
        np.testing.assert_allclose(
            part.values[:, 0], [float(row[2]) + 9 for row in mine], rtol=1e-6
        )
    assert found.cliffs.tolist() == [row[3] == "1" for row in rows if row[4] == "test"]
    assert not set(found.train.smiles) & set(found.test.smiles)
