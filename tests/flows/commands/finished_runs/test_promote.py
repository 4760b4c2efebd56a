"""``hitlist promote``: a better model becomes current, screens follow it, and the way back."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gnn.bundle.bundle import Bundle, write_card
from screening.campaign.campaign import LOG
from screening.runs.runfolder import SCREEN as SCREEN_FILE
from tests.flows.commands.finished_runs.plate_screen import SCREEN, give
from tests.flows.commands.finished_runs.test_learn import TOGETHER
from tests.flows.conftest import Crew, Rows, WriteLibrary
from tests.flows.conftest import Run as RunCommand

pytestmark = pytest.mark.slow
SHIFT = 0.8
EACH = 10
"""Compounds of an event."""


class Project(NamedTuple):
    folder: Path
    bundle: Bundle
    campaign: Path
    screen: Callable[[str, object], Path]
    """Screens with a bundle; returns the run."""
    keep: Callable[[int, float], None]
    """Keeps final values of the compounds of one event, that far from the predictions."""


@pytest.fixture(scope="module")
def project(
    crew: Crew,
    make_bundle: Callable[..., Bundle],
    drugs: Rows,
    write_library: WriteLibrary,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A screen with 40 hits, whose compounds are measured ten by ten."""
    folder = tmp_path_factory.mktemp("project")
    bundle = make_bundle(folder / "small", "small")
    write_card(bundle.path, bundle.card.model_copy(update={"shared_error": TOGETHER}))
    library = write_library(folder / "library.csv", drugs)

    def screen(name: str, named: object) -> Path:
        file, out = folder / "nightly.toml", folder / "runs" / name
        file.write_text(SCREEN.format(bundle=named).replace("hits = 10", "hits = 40"))
        give("screen", file, "--library", library, "--out", out, *crew)
        return out

    first = screen("first", bundle.path)
    with (first / "hits.csv").open(newline="") as lines:
        hits = [(row["compound_id"], float(row["EGFR"])) for row in csv.DictReader(lines)]

    def keep(event: int, shift: float) -> None:
        rows = hits[event * EACH : (event + 1) * EACH]
        file = folder / f"values_{event}.csv"
        values = [f"{name},{value + shift:.3f}" for name, value in rows]
        file.write_text("\n".join(["compound_id,EGFR pIC50", *values]) + "\n")
        give("results", first, file, "--campaign", folder / "campaign")

    return Project(folder, bundle, folder / "campaign", screen, keep)


def changes(run: RunCommand, older: Path, newer: Path, file: Path) -> tuple[str, list[str]]:
    """Return what ``hitlist compare`` says, and the detail of each change."""
    compared = run("compare", older, newer, "--csv", file)
    assert compared.code == 0, compared.err
    with file.open(newline="") as lines:
        return compared.out, [row["detail"] for row in csv.DictReader(lines)]


def test_a_better_model_becomes_current_and_the_way_back(
    project: Project, run: RunCommand, tmp_path: Path
) -> None:
    campaign, base = project.campaign, ("--bundle", project.bundle.path)
    current = campaign / "models/current"
    project.keep(0, SHIFT)
    answer = run("promote", campaign)
    assert "name the bundle of its runs with --bundle" in answer.err
    answer = run("promote", campaign, *base)
    assert answer.code == 0, answer.err
    assert "results of 0 new compounds decide, expected at least 8 compounds" in answer.err
    assert answer.out.splitlines()[-1] == "nothing changed"
    assert not (campaign / "models").exists()
    assert run("promote", campaign, "--rollback").code == 2

    project.keep(1, SHIFT)
    log = (campaign / LOG).read_bytes()
    answer = run("promote", campaign, *base, "--margin", "0.9")
    assert "expected lower by at least 90 %" in answer.err
    assert answer.out.splitlines()[-1] == "nothing changed"
    assert (campaign / LOG).read_bytes() == log
    answer = run("promote", campaign, *base)
    assert answer.code == 0, answer.err
    assert "promoted model 002 (moved by results) in place of 001" in answer.out
    assert f"current\t{EACH}\t0.8" in answer.out
    assert "retrained: not made, as small has no measured compounds" in answer.err
    answer = run("promote", campaign)
    assert "no results were kept since model 002, promoted on " in answer.out

    promoted = project.screen("promoted", current)
    assert str(campaign / "models/002") in (promoted / SCREEN_FILE).read_text()
    told, details = changes(run, project.folder / "runs/first", promoted, tmp_path / "a.csv")
    assert "models changed: small (model 002, promoted on " in told
    assert any("models: small (model 002, promoted on " in detail for detail in details)
    assert "current model: small, model 002, promoted on " in run("campaign", campaign).out

    # The next compounds are as the base said: the offset was wrong for them.
    project.keep(2, 0.0)
    answer = run("promote", campaign)
    assert answer.code == 0, answer.err
    answer = run("promote", campaign, "--rollback")
    assert answer.code == 0, answer.err
    assert "rolled back from model" in answer.out
    assert run("promote", campaign, "--to", "002", "--rollback").code == 2
    answer = run("promote", campaign, "--to", "002")
    assert answer.out.startswith("chose 00"), answer.err
    verified = run("verify", campaign)
    assert verified.code == 0, verified.err
    assert "models: ok (" in verified.out
    for name in ("first", "promoted"):
        verified = run("verify", project.folder / "runs" / name)
        assert verified.code == 0, verified.err
    answer = run("bundles", "show", current)
    assert answer.code == 0, answer.err


def test_a_base_that_knows_results_is_refused(
    project: Project, run: RunCommand, tmp_path: Path
) -> None:
    learned = tmp_path / "learned"
    project.keep(3, SHIFT)
    give("learn", project.campaign, "--bundle", project.bundle.path, "--out", learned, "--anyway")
    answer = run("promote", project.campaign, "--bundle", learned)
    assert answer.code == 2
    assert "name the bundle of which it was made" in answer.err
