"""``hitlist results``: from a screen with plates to a campaign, at the command line."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gnn.bundle.bundle import Bundle
from screening.results.reading.plate_plan import PlatePlan, read_plan
from screening.runs.runfolder import open_folder
from tests.flows.commands.finished_runs.plate_screen import screen_plates
from tests.flows.conftest import Answer, Crew, Rows, WriteLibrary
from tests.flows.conftest import Run as RunCommand
from tests.screening.results.simulate import Truth, grid_lines, simulate, write_wells


@pytest.fixture(scope="module")
def run_folder(
    crew: Crew,
    make_bundle: Callable[..., Bundle],
    drugs: Rows,
    write_library: WriteLibrary,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("project")
    bundle = make_bundle(folder / "small", "small")
    return screen_plates(folder, bundle, drugs[:30], write_library, crew)


@pytest.fixture(scope="module")
def truth(run_folder: Path) -> Truth:
    import numpy as np

    plan: PlatePlan = read_plan(open_folder(run_folder))
    draw = np.random.default_rng(8)
    potencies = {rank: float(draw.uniform(5.5, 7.5)) for rank in plan.compounds}
    return Truth(plan, potencies, simulate(plan, potencies, draw, 0.03))


def test_a_plate_comes_home(
    run: RunCommand, run_folder: Path, truth: Truth, tmp_path: Path
) -> None:
    lines = []
    for plate in truth.plan.plates:
        lines += [plate, *grid_lines(truth, plate), ""]
    path = tmp_path / "reader.txt"
    path.write_text("\n".join(["Reader 3.1", *lines]))
    campaign = tmp_path / "campaign"
    answer = run("results", run_folder, path, "--campaign", campaign, "--check")
    assert answer.code == 0, answer.err
    assert "nothing is kept, as you gave --check" in answer.out
    assert not campaign.exists()
    answer = run("results", run_folder, path, "--campaign", campaign)
    assert answer.code == 0, answer.err
    assert "reader.txt: read as: " in answer.err
    assert "the signal falls with inhibition" in answer.err
    assert "nothing is wrong with the files" in answer.out
    assert "10 of 10 compounds have a value" in answer.out
    assert "exact values are within the 90 % interval that was registered" in answer.out
    assert answer.out.splitlines()[-1] == str(campaign / "results/001")
    heading = "compound_id\tunit\tregistered 90 % interval\tagreement\tvalue\terror\tsd\tn"
    shown = answer.out.splitlines()
    rows = [line.split("\t") for line in shown[shown.index(heading) + 1 :][:10]]
    assert all(interval == "" or " to " in interval for _, _, interval, *_ in rows)
    assert {row[3] for row in rows} <= {"inside", "outside", "possible", ""}
    assert all(bool(row[2]) == bool(row[3]) for row in rows)
    line = json.loads((campaign / "log.jsonl").read_text())
    assert line["event"]["inputs"][0]["name"] == "reader.txt"
    with (campaign / "results/001/compounds.csv").open(newline="") as file:
        values = {row["rank"]: row for row in csv.DictReader(file)}
    for rank, expected in truth.potencies.items():
        assert abs(float(values[str(rank)]["value"]) - expected) < 0.6

    again = run("results", run_folder, path, "--campaign", campaign)
    assert again.code == 2
    assert "was kept before, as event 001" in again.err
    checked = run("results", run_folder, path, "--campaign", campaign, "--check")
    assert checked.code == 0
    assert "was kept before, as event 001" in checked.err
    verified = run("verify", campaign)
    assert verified.code == 0, verified.err
    assert verified.out.splitlines()[0] == "log: ok (1 event, chained by hashes)"
    head = json.loads((campaign / "log.jsonl").read_text())["sha256"]
    assert verified.out.splitlines()[1].startswith(f"last line: {head} (write it down: ")
    (campaign / "results/001/wells.csv").write_text("other")
    altered = run("verify", campaign)
    assert altered.code == 2
    assert "wells.csv is not the file that was kept" in altered.err


def test_faults_are_shown_and_the_default_folder_is_said(
    run: RunCommand, run_folder: Path, truth: Truth, tmp_path: Path
) -> None:
    plate = truth.plan.plates[0]
    path = write_wells(tmp_path / "x.csv", truth, more=[f"{plate},H99,5", "P9,A1,7"])
    answer = run("results", run_folder, path)
    assert answer.code == 0, answer.err
    shown = [row.split("\t")[:3] for row in answer.out.splitlines()]
    assert ["left out", "unknown plate", "P9"] in shown
    assert ["left out", "unknown well", f"{plate} H99"] in shown
    folder = run_folder.parents[1] / "campaign"
    assert f"kept as event 001 in {folder} (the default; --campaign names another)" in answer.out


def test_mistakes_are_one_line(
    run: RunCommand, run_folder: Path, truth: Truth, tmp_path: Path
) -> None:
    path = write_wells(tmp_path / "x.csv", truth)
    for words, told in (
        (("--task", "KDR"), "found no primary target 'KDR'"),
        (("--decimal", "dot"), "unknown --decimal 'dot': choose point or comma"),
        (("--accept", "P9"), "--accept names 'P9'"),
        (("--value-column", "Sygnal"), "did you mean Signal?"),
    ):
        answer: Answer = run("results", run_folder, path, *words)
        assert answer.code == 2
        assert told in answer.err
        assert len(answer.err.splitlines()) == 1
    flat = {name: dict.fromkeys(own, 5.0) for name, own in truth.signals.items()}
    answer = run("results", run_folder, write_wells(tmp_path / "y.csv", truth, flat))
    assert answer.code == 2
    assert "nothing is kept: no well and no value can be used" in answer.err
