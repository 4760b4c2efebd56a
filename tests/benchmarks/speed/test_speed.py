"""The speed benchmark: rates out of times, the yardstick, bars, peers, drawing, and a whole run."""

import csv
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed import stages
from benchmarks.speed.peers import Peer, find_peers, measure_peer
from benchmarks.speed.plot import draw
from benchmarks.speed.rates import (
    Cost,
    Group,
    Speed,
    Yardstick,
    median_round,
    rate_between,
)
from benchmarks.speed.stages import Run, scored_alike
from benchmarks.speed.table import remarks, table, write_speeds
from chem.errors import InputError
from screening.runs.plan import Plan
from screening.runs.run import run_screen
from tests.flows import conftest

FILES = Path(__file__).parents[2] / "files"
PEER = """
import csv, sys, time
rows = list(csv.DictReader(open(sys.argv[2])))
time.sleep(2.0 + len(rows) / 200)  # two seconds to start, then 200 rows a second
held = b"x" * 100_000_000
with open(sys.argv[4], "w") as out:
    print("smiles", *(row["smiles"] for row in rows[int(sys.argv[5]):]), sep="\\n", file=out)
"""


def speed(what: str, rate: float | None, group: Group = "hitlist", parsing: float = 1000) -> Speed:
    return Speed(what, group, 3000, 2, rate, parsing)


def test_a_rate_is_of_what_the_larger_number_took_longer() -> None:
    assert rate_between(Cost(1000, 11.0), Cost(3000, 13.0)) == 1000
    assert rate_between(Cost(1000, 11.0), Cost(3000, 10.9)) is None


@pytest.mark.parametrize("larger_in_full", [True, False])
def test_no_rate_is_told_where_a_triage_began_between_both_numbers(larger_in_full: bool) -> None:
    small = Run(1000, 9.0, {"score": 5.0, "rank": 1.0}, {"score": 9.0, "rank": 7.0}, True)
    assert scored_alike([small, replace(small, in_full=larger_in_full)]) is larger_in_full
    assert small.cost() == Cost(1000, 9.0, 9.0)
    assert small.cost("rank") == Cost(1000, 1.0, 7.0)
    assert small.cost("score", "rank") == Cost(1000, 6.0, 9.0)


def test_ratios() -> None:
    found = speed("prepare", 500)
    assert (found.per_core, found.ratio) == (250, 0.5)
    lost = speed("prepare", None)
    assert (lost.per_core, lost.ratio) == (None, None)


def test_the_yardstick_is_the_mean_of_before_and_after() -> None:
    rates = iter([10.0, 20.0, 40.0])
    yardstick = Yardstick(lambda: next(rates))
    assert yardstick.around(lambda: "first") == ("first", 15.0)
    assert yardstick.around(lambda: "second") == ("second", 30.0)
    assert yardstick.rates == [10.0, 20.0, 40.0]


def test_of_rounds_the_one_of_median_ratio_is_told_whole() -> None:
    rounds = [
        speed("prepare", 900, parsing=1000),
        speed("prepare", 300, parsing=3000),
        speed("prepare", None),
        speed("prepare", 400, parsing=2000),
    ]
    assert median_round(rounds) is rounds[3]
    assert median_round(rounds[:2]) is rounds[1]
    assert median_round(rounds[2:3]).rate is None


@pytest.fixture
def speeds() -> list[Speed]:
    return [
        speed("parse only", 1000, "RDKit"),
        speed("featurize, parsed", 50_000),
        speed("prepare", 349),
        speed("score and rank", 1600),
        speed("screen, cold", 260),
        speed("screen, prepared", 1500),
        speed("Chemprop 9", 20, "peers"),
        speed("Chemprop 9, C++ featurizer", 100, "peers"),
    ]


def test_bars_are_set_against_the_same_minutes_parsing_and_one_core(speeds: list[Speed]) -> None:
    headers, lines = table(speeds)
    rows = {line[0]: dict(zip(headers, line, strict=True)) for line in lines}
    assert rows["hitlist: featurize, parsed"]["met"] == "met"
    assert rows["hitlist: prepare"]["met"] == "not met"
    assert rows["hitlist: prepare"]["x parse only"] == "0.35"
    assert rows["hitlist: screen, cold"]["met"] == "met"
    assert rows["hitlist: screen, prepared"]["met"] == "met"
    assert rows["hitlist: score and rank"]["bar"] == rows["RDKit: parse only"]["bar"] == ""
    assert rows["Chemprop 9"]["x parse only"] == "0.0200"


def test_peers_are_compared_by_their_best_and_missing_ones_named(speeds: list[Speed]) -> None:
    assert remarks(speeds) == [
        "screen, cold: 2.6 x the rate of Chemprop 9, C++ featurizer; bar 2.5 x, met",
        "screen, prepared: 15 x the rate of Chemprop 9, C++ featurizer; bar 14 x, met",
        "ADMET-AI was not measured: `make bench-peers` installs it",
    ]


def test_the_comparison_does_not_mind_that_the_machine_got_slower(speeds: list[Speed]) -> None:
    slow = [speed("Chemprop 9", 50, "peers", parsing=500)]
    assert remarks([*speeds[:6], *slow])[0].startswith("screen, cold: 2.6 x the rate of Chemprop 9")


def test_what_has_no_rate_is_said(speeds: list[Speed]) -> None:
    said = remarks([*speeds[:4], speed("screen, cold", None), *speeds[5:]])
    assert "screen, cold beside Chemprop 9, C++ featurizer: no figure; bar 2.5 x" in said
    assert any(line.startswith("screen, cold: no rate") for line in said)


def test_speeds_are_written_in_full(speeds: list[Speed], tmp_path: Path) -> None:
    file = tmp_path / "new" / "speed.csv"
    write_speeds(file, [*speeds, speed("lost", None)])
    with file.open(newline="") as stream:
        rows = {row["what"]: row for row in csv.DictReader(stream)}
    assert float(rows["prepare"]["ratio_to_parse_only"]) == 0.349
    assert float(rows["prepare"]["per_core"]) == 174.5
    assert rows["lost"]["molecules_per_second"] == rows["lost"]["peak_memory_mb"] == ""


def test_the_drawing_has_a_dot_for_each_rate_in_its_place(speeds: list[Speed]) -> None:
    name = {"svg": "http://www.w3.org/2000/svg"}
    root = ET.fromstring(draw([*speeds, speed("lost", None), speed("a <b> & c", 10, "peers")]))
    dots = [float(dot.attrib["cx"]) for dot in root.findall("svg:circle", name)]
    assert len(dots) == len(speeds) + 1
    rates = [one.rate for one in speeds if one.rate] + [10]
    assert sorted(range(len(dots)), key=dots.__getitem__) == sorted(
        range(len(dots)), key=rates.__getitem__
    )
    words = [text.text or "" for text in root.findall("svg:text", name)]
    places = {
        text.text: float(text.attrib["x"])
        for text in root.findall("svg:text", name)
        if text.attrib["text-anchor"] == "middle"
    }
    assert dots[0] == pytest.approx(places["1,000"], abs=0.1)  # 1,000 a second, at the tick
    assert {"a <b> & c", "hitlist: prepare", "349  (0.35 × parsing)"} <= set(words)


def test_a_drawing_of_nothing_is_a_drawing() -> None:
    ET.fromstring(draw([]))


def write_csv(file: Path, rows: int) -> Path:
    file.write_text("compound_id,smiles\n" + "".join(f"M{n},CCO\n" for n in range(rows)))
    return file


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    """A program that takes two seconds to start and predicts 200 rows a second."""
    script = tmp_path / "peer.py"
    script.write_text(PEER)
    return Peer("Slow 1.0", (sys.executable, str(script)), "-i", "-o")


def test_a_peers_start_is_not_in_its_rate(peer: Peer, tmp_path: Path) -> None:
    script = Path(peer.words[1])
    script.write_text(PEER.replace("int(sys.argv[5])", "0"))
    files = [write_csv(tmp_path / "a.csv", 100), write_csv(tmp_path / "b.csv", 400)]
    found = measure_peer(peer, files, 2, Yardstick(lambda: 1000.0))
    assert found.rate is not None
    assert 100 < found.rate < 800  # with the start it would be 100 of the larger file at most
    assert found.ratio == found.rate / 1000
    assert found.memory_mb is not None
    assert found.memory_mb > 5
    assert (found.group, found.molecules, found.cores) == ("peers", 400, 2)


def test_a_peer_that_loses_molecules_is_no_peer(peer: Peer, tmp_path: Path) -> None:
    script = Path(peer.words[1])
    script.write_text(PEER.replace("int(sys.argv[5])", "1").replace("2.0 +", ""))
    file = write_csv(tmp_path / "a.csv", 5)
    with pytest.raises(InputError, match=r"Slow 1\.0 gave 4 rows for 5 molecules"):
        measure_peer(peer, [file, file], 2, Yardstick(lambda: 1.0))


def test_a_peer_that_stops_says_why(peer: Peer, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", 5)
    with pytest.raises(InputError, match=r"ended with code 1.*IndexError"):
        measure_peer(peer, [file, file], 2, Yardstick(lambda: 1.0))


def test_an_environment_without_peers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no bin/python"):
        find_peers(tmp_path, 1, tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    with pytest.raises(InputError, match="has neither chemprop nor admet-ai"):
        find_peers(tmp_path, 1, tmp_path)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A file of 150 approved drugs."""
    with (FILES / "chem/approved_sample.smi").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))[:150]
    made = tmp_path / "drugs.csv"
    made.write_text("smiles\n" + "".join(f"{row['smiles']}\n" for row in rows))
    return made


@pytest.fixture
def peers(tmp_path: Path) -> Path:
    """An environment in which Chemprop stops, and ADMET-AI copies what it is given."""
    programs = {
        "python": """echo '{"chemprop": "9", "admet_ai": "8"}'""",
        "chemprop": "echo 'no such model' >&2; exit 3",
        "admet_predict": 'test "$3" = --data_path && cp "$4" "$6"',
    }
    folder = tmp_path / "environment" / "bin"
    folder.mkdir(parents=True)
    for name, line in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    return folder.parent


@pytest.mark.slow
def test_everything_is_measured_and_drawn(
    run: conftest.Run,
    library: Path,
    peers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plans: list[Plan] = []

    def run_noted(plan: Plan, *rest: Any) -> Any:
        for folder in (plan.prepared, plan.out):  # nothing beside it to take rows from
            folder.parent.mkdir(exist_ok=True)
            assert set(folder.parent.iterdir()) <= {folder}
        assert plan.prepared_store.folder == plan.prepared
        plans.append(plan)
        return run_screen(plan, *rest)

    monkeypatch.setattr(stages, "run_screen", run_noted)
    words: list[str | Path] = ["speed", "--library", library, "--molecules", "50"]
    words += ["--workers", "1", "--peers", peers]
    out, plot = tmp_path / "speed.csv", tmp_path / "speed.svg"
    answer = run(*words, "--out", out, "--plot", plot)
    assert answer.code == 0, answer.err
    with out.open(newline="") as stream:
        rows = {row["what"]: row for row in csv.DictReader(stream)}
    assert list(rows) == [
        *("parse only", "featurize, parsed", "prepare", "score and rank"),
        *("score all in full, and rank", "screen, cold", "screen, prepared", "ADMET-AI 8"),
    ]
    assert rows["ADMET-AI 8"]["molecules"] == "30"
    assert "ended with code 3: no such model" in answer.err
    assert {row["cores"] for row in rows.values()} == {"1"}
    assert 200 < float(rows["parse only"]["molecules_per_second"]) < 100_000
    for what in ("prepare", "score and rank", "screen, cold", "screen, prepared"):
        assert rows[what]["molecules"] == "150"
        assert float(rows[what]["peak_memory_mb"]) > 200  # two processes with torch hold more
    ET.fromstring(plot.read_text(encoding="utf-8"))
    assert "hitlist: prepare" in answer.out
    assert len(plans) == 1 + 2 * 3  # to warm up; cold, prepared and in full at both sizes
    assert len({plan.shared_scores.url for plan in plans}) == len(plans)


def test_bad_requests_are_refused_before_any_work(
    run: conftest.Run, library: Path, tmp_path: Path
) -> None:
    answer = run("speed", "--library", library, "--molecules", "51")
    assert answer.code == 2
    assert "has 150 SMILES, but 153 are needed" in answer.err
    answer = run("speed", "--library", library, "--plot", tmp_path / "speed.png")
    assert answer.code == 2
    assert "end in .svg" in answer.err
    answer = run("speed", "--library", library, "--plot", "/proc/x/w.svg")
    assert answer.code == 2
    assert "elsewhere with --plot" in answer.err
