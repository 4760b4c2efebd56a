"""A table of measurements becomes the model that its file becomes; mistakes are told."""

from pathlib import Path

import pandas as pd
import pytest

import hitlist

ASSAY = Path(__file__).parents[1] / "files/my_assay.csv"


def test_a_table_and_its_file_make_one_model(tmp_path: Path) -> None:
    frame = pd.read_csv(ASSAY, dtype=str).head(60)
    path = tmp_path / "jak1.csv"
    frame.to_csv(path, index=False)
    models = [
        hitlist.train(assay, tmp_path / out, name="jak1", model="gp", progress=False)
        for out, assay in (("a", frame), ("b", path))
    ]
    assert [model.name for model in models] == ["jak1", "jak1"]
    assert models[0].card == models[1].card
    assert models[0].tasks.equals(models[1].tasks)
    for name in ("../jak1", str(tmp_path / "jak1")):
        with pytest.raises(hitlist.InputError, match="cannot begin column names"):
            hitlist.train(frame, tmp_path / "c", name=name)
    assert path.read_text() == frame.to_csv(index=False)
    with pytest.raises(hitlist.InputError, match="members=0, expected a whole number from 1 to 50"):
        hitlist.train(frame, tmp_path / "c", members=0)
    with pytest.raises(hitlist.InputError, match="another folder with out="):
        hitlist.train(frame, tmp_path / "a", name="jak1", model="gp")


def test_a_table_that_cannot_be_read_is_told_without_the_place_of_a_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"smiles": ["CCO"] * 40, "value": range(40)})
    with pytest.raises(hitlist.InputError, match=r"^assay\.csv has no column") as refused:
        hitlist.train(frame, tmp_path / "out")
    assert "--" not in str(refused.value)
    with pytest.raises(TypeError, match="value_colum"):
        hitlist.train(frame, tmp_path / "out", value_colum="value")  # type: ignore[call-arg]  # the fault
