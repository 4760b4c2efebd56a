"""The product's own path inside the benchmark: one training, three rows, no measured labels."""

import json
from pathlib import Path

import pytest

from benchmarks.small_assays.moleculeace import run_set
from benchmarks.small_assays.own_assay import check_unlabelled, encoder_sha256, write_assay
from data.public_sets.moleculeace import load_split_set
from gnn.errors import ModelError
from gnn.models.encoder import load_pretrained

SAMPLE = Path(__file__).parents[2] / "files/data/moleculeace_sample.csv"


@pytest.fixture(autouse=True)
def _small_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """60 rows of CHEMBL204_Ki in the place of the whole file."""
    monkeypatch.setattr(
        "data.public_sets.moleculeace.fetch_dataset", lambda entry, progress: SAMPLE
    )


@pytest.mark.slow
def test_one_training_gives_what_is_picked_and_its_parts(tmp_path: Path) -> None:
    rows = run_set("CHEMBL204_Ki", ["auto", "network", "gp"], tmp_path)
    assert [row.model for row in rows] == ["auto", "network", "gp"]
    assert [row.problem for row in rows] == ["", "", ""]
    kept = {
        path.stem: json.loads(path.read_text()) for path in tmp_path.glob("CHEMBL204_Ki/*.json")
    }
    assert set(kept) == {"auto", "network", "gp"}
    spread = load_split_set("CHEMBL204_Ki").test.values[:, 0].std()
    for row in rows:
        assert row.rmse is not None
        assert row.rmse.value < 1.5 * spread
        assert kept[row.model]["weights"] == encoder_sha256()
    assert any(note.startswith("chosen: ") for note in kept["auto"]["notes"])
    assert kept["network"]["predicted"] != kept["gp"]["predicted"]
    assert run_set("CHEMBL204_Ki", ["gp"], tmp_path)[0].seconds == rows[2].seconds  # not again


def test_a_model_is_given_the_training_rows_alone(tmp_path: Path) -> None:
    assay = load_split_set("CHEMBL204_Ki")
    write_assay(tmp_path / "a.csv", assay.train)
    text = (tmp_path / "a.csv").read_text()
    assert text.splitlines()[0] == "compound_id,smiles,pActivity"
    assert len(text.splitlines()) == len(assay.train) + 1
    given = {line.split(",")[1] for line in text.splitlines()[1:]}
    assert given == set(assay.train.smiles)
    assert not given & set(assay.test.smiles)


def test_the_shipped_encoder_learnt_calculated_properties_alone() -> None:
    encoder = load_pretrained()
    assert encoder_sha256() == encoder.sha256
    labels = [*encoder.card["descriptors"], "pActivity"]
    with pytest.raises(ModelError, match="names labels such as pActivity"):
        check_unlabelled({"descriptors": labels}, encoder.sha256)
    with pytest.raises(ModelError, match="names no labels at all"):
        check_unlabelled({}, encoder.sha256)
