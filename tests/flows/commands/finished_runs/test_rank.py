"""A run ranked again and asked about, through both doors: the command line and Prefect."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from prefect.testing.utilities import prefect_test_harness

from flows.rank import rank
from screening.runs.plan import load_bundles
from tests.flows.conftest import Crew, Rows, Run, WriteLibrary

SCREEN = Path(__file__).parents[4] / "flows/screens/kinase.toml"
FILES = ("hits.csv", "hits.sdf", "columns.csv", "rejects.csv", "duplicates.csv", "screen.toml")


def hits_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "hits.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_domains(folder: Path, said: str) -> None:
    """What a ranking ends with: counted here from the hits and the cards."""
    domains = json.loads((folder / "manifest.json").read_text())["domains"]
    edges = {}
    for name in ("activity", "toxicity"):
        domain = load_bundles((name,))[0].card.domain
        assert domain is not None
        edges[name] = domain.edge
    assert {one["bundle"]: one["limit"] for one in domains} == edges
    for one in domains:
        words = f"outside {one['bundle']}'s domain"
        told = [hit["reason"] for hit in hits_of(folder)]
        if one["bundle"] == "toxicity":
            words = "toxicity not assessed"
        assert one["outside"] == sum(words in text for text in told)
        assert (one["told"] in said.splitlines()) == (one["outside"] > 0)


@pytest.fixture
def scored(run: Run, crew: Crew, drugs: Rows, tmp_path: Path, write_library: WriteLibrary) -> Path:
    library = write_library(tmp_path / "library.csv", [*drugs, ("007", "CCOc1ccccc1")])
    words = ("screen", "kinase", "--library", library, "--out", tmp_path / "run", "--hits", "9")
    answer = run(*words, *crew)
    assert answer.code == 0, answer.err
    return tmp_path / "run"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_both_doors_rank_a_run_alike(run: Run, crew: Crew, scored: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(SCREEN.read_text().replace("activity_EGFR", "activity_KDR"))
    words = ("rank", "--run", scored, "--screen", other, "--out", tmp_path / "cli", "--hits", "7")
    answer = run(*words, *crew)
    assert answer.code == 0, answer.err
    with prefect_test_harness(server_startup_timeout=240):
        tls: dict[str, Any] = {
            word.removeprefix("--").replace("-", "_"): crew[at + 1]
            for at, word in enumerate(crew)
            if word.startswith("--")
        }
        told = rank(str(scored), str(other), str(tmp_path / "flow"), hits=7, **tls)
    assert told["folder"] == str(tmp_path / "flow")
    assert told["hits"] == len(hits_of(tmp_path / "flow")) == 7
    check_domains(tmp_path / "cli", answer.err)
    for name in FILES:
        assert (tmp_path / "flow" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes()
    assert hits_of(tmp_path / "cli") != hits_of(scored)[:7]


@pytest.mark.slow
def test_a_terminal_shows_each_hit_in_one_line(
    run: Run, crew: Crew, scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    words = ("rank", "--run", scored, "--screen", SCREEN, "--out", tmp_path / "again")
    answer = run(*words, "--hits", "9", *crew)
    assert answer.code == 0, answer.err
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in answer.out.splitlines()]
    table = lines[: next(at for at, line in enumerate(lines) if line.endswith("hits.csv"))]
    assert all(len(line) <= 80 for line in table)
    header = next(at for at, line in enumerate(table) if line.startswith("rank"))
    assert table[header].split() == ["rank", "compound_id", "score", "EGFR", "reason"]
    hits = hits_of(scored)
    assert len(table) - header - 2 == len(hits)
    for line, hit in zip(table[header + 2 :], hits, strict=True):
        assert line.split()[:3] == [hit["rank"], hit["compound_id"], hit["score"]]
        # The prediction stands in a column of its own, and not in the sentence.
        grade = re.split(r";|:| \(", line.split("  ")[-1])[0].strip("…")
        assert len(grade) > 3
        assert hit["reason"].startswith(grade)


@pytest.mark.slow
def test_a_compound_is_asked_for_by_its_id_or_its_row(
    run: Run, scored: Path, tmp_path: Path
) -> None:
    best = hits_of(scored)[0]
    answer = run("explain", best["compound_id"], "--run", scored, "--html", tmp_path / "why.html")
    assert answer.code == 0, answer.err
    assert "outcome\thit 1\n" in answer.out
    assert answer.out.endswith(f"{tmp_path / 'why.html'}\n")
    assert "hit 1" in (tmp_path / "why.html").read_text()

    answer = run("explain", "007", "--run", scored)  # of two records
    rows = [int(word) for word in answer.said.split() if word.isdigit()]
    assert answer.code == 0
    assert answer.said == f"2 records have this id; this is row {rows[-1]} (--row shows another)\n"
    answer = run("explain", "007", "--run", scored, "--row", "58")
    assert (answer.code, answer.said) == (0, "")
    assert "\nrow\t58 of library.csv\n" in answer.out
    for row, words in (
        ("1", f"is in row {rows[-1]}, 58"),
        ("99", "row 99 is not in library.csv"),
    ):
        answer = run("explain", "007", "--run", scored, "--row", row)
        assert answer.code == 2
        assert words in answer.said
        assert answer.said.count("\n") == 1
    answer = run("explain", "CHEMBL0", "--run", scored)
    assert answer.code == 2
    assert f"has the id 'CHEMBL0', in the run {scored}; copy the id from" in answer.said
