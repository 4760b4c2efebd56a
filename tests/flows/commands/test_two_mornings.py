"""Two mornings at the command line: each run tells what changed, and a decision is shown."""

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
{more}
[[primary]]
task = "small_EGFR"
zero = 5.0
full = 8.0
"""


@pytest.fixture(scope="module")
def bundle(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "small", "small")


@pytest.mark.slow
def test_a_run_tells_what_changed_and_what_was_decided(
    run: Run, crew: Crew, bundle: Bundle, write_library: WriteLibrary, drugs: Rows, tmp_path: Path
) -> None:
    screen, runs = tmp_path / "lab" / "nightly.toml", tmp_path / "runs"
    screen.parent.mkdir()
    screen.write_text(SCREEN.format(bundle=bundle.path, more=""))

    def night(name: str, rows: Rows) -> list[str]:
        write_library(screen.parent / "library.csv", rows)
        answer = run("screen", screen, "--out", runs / name, *crew)
        assert answer.code == 0, answer.err
        return answer.err.splitlines()

    assert "first run of this screen here" in night("a", drugs)
    with (runs / "a" / "hits.csv").open(newline="") as file:
        hits = [row["compound_id"] for row in csv.DictReader(file)]
    (runs / "decisions.csv").write_text(f"compound_id,decision,by\n{hits[4]},order,AB\nX,no,\n")
    lines = night("b", [row for row in drugs if row[0] != hits[3]])
    first = next(line for line in lines if line.startswith("since the last run ("))
    assert "a): 1 entered, 1 left, 2 moved, 3 with the same rank" in first
    assert f"left: withdrawn from the library 1 ({hits[3]})" in lines
    assert "decisions about hits: 1 order" in lines
    with (runs / "b" / "changes.csv").open(newline="") as file:
        rows = {row["compound_id"]: row for row in csv.DictReader(file)}
    assert (rows[hits[4]]["decision"], rows[hits[4]]["decision_comment"]) == ("order", "(AB)")

    answer = run("compare", runs / "a", runs / "b")
    assert "decisions about these hits: 1 order" in answer.out.splitlines()
    others = "1 decision about IDs found nowhere: X; check the ID"
    assert others in answer.out.splitlines()
    assert any("\torder\t" in line for line in answer.out.splitlines() if hits[4] in line)
    checked = run("verify", runs / "b")
    assert checked.code == 0, checked.err
    assert "changes since the last run: ok (4 found again by comparing with a)" in checked.out

    # The screen names another file, relative to itself; a mistake in it costs no run its hits.
    (screen.parent / "own.csv").write_text("compound_id,decision\nX,maybe\n")
    screen.write_text(SCREEN.format(bundle=bundle.path, more='decisions = "own.csv"'))
    lines = night("c", drugs)
    mistake = "own.csv, line 2: found the decision 'maybe', expected order, later or no"
    assert any(line.startswith("no decision will be shown: ") and mistake in line for line in lines)
    assert any(line.startswith("no decision is shown: ") and mistake in line for line in lines)
    without = run("compare", runs / "b", runs / "c")
    assert without.code == 0, without.err
    assert mistake in without.err
    assert "decisions" not in without.out
    (screen.parent / "own.csv").write_text(f"compound_id,decision\n{hits[0]},later\n")
    assert "decisions about these hits: 1 later" in run("compare", runs / "b", runs / "c").out
