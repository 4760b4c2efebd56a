"""``hitlist compare``: two nights of one screen at the command line."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from gnn.bundle.bundle import Bundle
from tests.flows.conftest import Crew, Rows, Run, WriteLibrary

SCREEN = """
name = "nightly"
title = "Nightly"
library = "library.csv"
bundles = ["{bundle}"]
hits = 6

[[primary]]
task = "small_EGFR"
zero = 5.0
full = 8.0
"""


@pytest.fixture(scope="module")
def bundle(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "small", "small")


@pytest.fixture
def night(
    run: Run, crew: Crew, bundle: Bundle, write_library: WriteLibrary, tmp_path: Path
) -> Callable[[str, Rows], Path]:
    def screened(name: str, rows: Rows) -> Path:
        screen = tmp_path / "nightly.toml"
        screen.write_text(SCREEN.format(bundle=bundle.path))
        library = write_library(tmp_path / f"{name}.csv", rows)
        words = ("screen", screen, "--library", library, "--out", tmp_path / name)
        answer = run(*words, *crew)
        assert answer.code == 0, answer.err
        return tmp_path / name

    return screened


def test_what_changed_is_shown_and_written(
    run: Run, night: Callable[[str, Rows], Path], drugs: Rows, tmp_path: Path
) -> None:
    first = night("first", drugs)
    with (first / "hits.csv").open(newline="") as file:
        hits = [row["compound_id"] for row in csv.DictReader(file)]
    second = night("second", [row for row in drugs if row[0] != hits[3]])
    answer = run("compare", first, second, "--csv", tmp_path / "told" / "changes.csv")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[:4] == [
        "1 entered, 1 left, 2 moved, 3 with the same rank",
        "entered: others gave way 1",
        "left: withdrawn from the library 1",
        "moved: others gave way 2",
    ]
    assert f"read\t{len(drugs)}\t{len(drugs) - 1}" in lines
    left = next(line for line in lines if line.startswith("left\t"))
    assert left.split("\t")[1:4] == ["4", "", hits[3]]
    assert (
        "change\tbefore\tnow\tcompound_id\tscore before\tscore now\tcause\tdecision\tdetail"
        in lines
    )
    assert lines[-1] == str(tmp_path / "told" / "changes.csv")
    with (tmp_path / "told" / "changes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["change"] for row in rows] == ["entered", "left", "moved", "moved"]
    assert [row["cause"] for row in rows if row["compound_id"] == hits[3]] == [
        "withdrawn from the library"
    ]

    same = run("compare", first, first)
    assert same.out.splitlines()[0] == "0 entered, 0 left, 0 moved, 6 with the same rank"

    for words in ((first, tmp_path), (first, first, "--csv", tmp_path)):
        refused = run("compare", *words)
        assert refused.code == 2
        assert refused.out == ""
        assert len(refused.err.strip().splitlines()) == 1


def test_names_are_shown_beside_the_ids(
    run: Run, crew: Crew, bundle: Bundle, drugs: Rows, tmp_path: Path
) -> None:
    screen, library = tmp_path / "nightly.toml", tmp_path / "library.csv"
    screen.write_text(SCREEN.format(bundle=bundle.path))
    for out, kept in (("first", drugs[:12]), ("second", drugs[6:12])):
        rows = "".join(f"{one},{smiles},name of {one}\n" for one, smiles in kept)
        library.write_text(f"compound_id,smiles,name\n{rows}")
        words = ("screen", screen, "--library", library, "--out", tmp_path / out)
        assert run(*words, *crew).code == 0
    lines = run("compare", tmp_path / "first", tmp_path / "second").out.splitlines()
    (head,) = [n for n, line in enumerate(lines) if line.startswith("change\t")]
    assert lines[head].split("\t")[3:5] == ["compound_id", "name"]
    for line in lines[head + 1 :]:
        compound_id, name = line.split("\t")[3:5]
        assert name == f"name of {compound_id}"
    assert len(lines) > head + 1
