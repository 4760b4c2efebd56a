"""A bundle keeps what it learnt from: when it is trained, and made anew from the catalogue."""

import csv
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from data.catalogue import catalogue
from flows.planning.measurements import make_measured_compounds, measurements_of_sets
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.find_bundle import read_card
from gnn.bundle.measured_compounds import FILE, load_measured_compounds
from tests.flows.conftest import Run

FILES = Path(__file__).parents[2] / "files"
ODD = ["=1+1", "007", "NA", "1E5", "-0", '<b>"&', "a/../b", "Ünï-β 😀", "a,b", "'quoted'", "x\ny"]


def test_ids_of_an_assay_come_back_unchanged(run: Run, tmp_path: Path) -> None:
    with (FILES / "my_assay.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    for row, odd in zip(rows, ODD, strict=False):
        row["compound_id"] = odd
    rows[20]["Ki nM"] = ">10000"
    assay = tmp_path / "odd.csv"
    with assay.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    answer = run("train", assay, "--out", tmp_path / "bundle", "--members", "2", "--model", "gp")
    assert answer.code == 0, answer.err
    card = read_card(tmp_path / "bundle")
    measured = load_measured_compounds(tmp_path / "bundle", card)
    assert measured is not None
    assert sorted(measured.ids) == sorted(row["compound_id"] for row in rows)
    at, values, bounds = measured.of(card.tasks[0].name)
    said = dict(zip(measured.ids[at], zip(values, bounds, strict=True), strict=True))
    for row in rows:
        exact = row["Ki nM"].lstrip("<>")
        value, bound = said[row["compound_id"]]
        assert value == np.float32(9 - np.log10(float(exact)))
        assert bound == {"<": 1, ">": -1}.get(row["Ki nM"][0], 0)  # a small Ki is a large pKi
    answer = run("bundles", "show", tmp_path / "bundle", "--full")
    assert answer.code == 0, answer.err
    assert (
        "measured.parquet holds 60 compounds and 60 measured values of these sources" in answer.err
    )
    answer = run("bundles", "measured", tmp_path / "bundle")
    assert answer.code == 2
    assert "odd.csv, which is not in the catalogue" in answer.err
    assert len(answer.err.strip().splitlines()) == 1


@pytest.fixture
def _local_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mirror that holds samples under the names of the whole sets."""
    changed = dict(catalogue.datasets())
    for name, sample in (("tox21", "tox21_sample.csv"), ("tdc_ames", "ames_sample.csv")):
        content = (FILES / "data" / sample).read_bytes()
        (tmp_path / sample).write_bytes(content)
        update = {"file": sample, "sha256": sha256(content).hexdigest(), "digest": "file"}
        changed[name] = changed[name].model_copy(update=update)
    monkeypatch.setenv("HITLIST_MIRROR", str(tmp_path))
    monkeypatch.setattr(catalogue, "datasets", lambda: changed)


def trained_on(bundle: Bundle, *names: str) -> None:
    """Write into a bundle's card what it was trained on."""
    sources = [
        {
            "name": name,
            "sha256": catalogue.datasets()[name].sha256,
            "licence": catalogue.datasets()[name].licence,
            "citation": catalogue.datasets()[name].citation,
            "rows": 1000,
        }
        for name in names
    ]
    card = bundle.card.model_copy(update={"data": sources})
    (bundle.path / "card.json").write_text(card.model_dump_json())


@pytest.mark.usefixtures("_local_sets")
def test_a_bundle_of_before_gets_its_compounds(
    run: Run, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "bundle", tasks=[("ames", "c")])
    # A set of mutants is not read, and is not in the mirror: its values are of no task.
    trained_on(bundle, "tox21", "kinase_mutants", "tdc_ames")
    (bundle.path / FILE).write_bytes(b"damaged: made anew, as the error about it advises")
    answer = run("bundles", "measured", bundle.path)
    assert answer.code == 0, answer.err
    assert answer.out.strip() == str(bundle.path / FILE)
    measured = load_bundle(bundle.path, bundle.card.featurizer).measured_compounds
    assert measured is not None
    with (FILES / "data/ames_sample.csv").open(newline="") as file:
        ames = {row["name"]: float(row["y"]) for row in csv.DictReader(file)}
    rows, values, _ = measured.of("ames")
    assert 0.9 * len(ames) < len(rows) == len(measured)  # none of Tox21's
    for key, value in zip(measured.ids[rows], values, strict=True):
        assert value == ames[key]
    answer = run("bundles", "show", bundle.path, "--full")
    assert catalogue.datasets()["tdc_ames"].citation in answer.out


@pytest.mark.usefixtures("_local_sets")
def test_another_version_of_a_set_is_refused(
    run: Run, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "bundle", tasks=[("ames", "c")])
    trained_on(bundle, "tdc_ames")
    path = bundle.path / "card.json"
    path.write_text(path.read_text().replace(catalogue.datasets()["tdc_ames"].sha256, "0" * 64))
    answer = run("bundles", "measured", bundle.path)
    assert answer.code == 2
    assert "another version of tdc_ames" in answer.err
    assert not (bundle.path / FILE).exists()


@pytest.mark.usefixtures("_local_sets")
def test_values_of_unclear_terms_stay_behind(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    changed = catalogue.datasets()
    changed["tdc_ames"] = changed["tdc_ames"].model_copy(update={"ship_values": False})
    bundle = make_bundle(tmp_path / "bundle", tasks=[("NR-AR", "c"), ("ames", "c")])
    trained_on(bundle, "tox21", "tdc_ames")
    found = measurements_of_sets(read_card(bundle.path))
    assert found.compounds.tasks == ("NR-AR", "ames")
    assert len(found.compounds.of("NR-AR").rows) > 20
    assert len(found.compounds.of("ames").rows) == 0
    assert [source["name"] for source in found.sources] == ["tox21"]
    bundle = make_bundle(tmp_path / "other", tasks=[("ames", "c")])
    trained_on(bundle, "tdc_ames")
    path, made = make_measured_compounds(str(bundle.path))
    assert len(made) == 0
    assert len(load_measured_compounds(path.parent, read_card(path.parent)) or ()) == 0
