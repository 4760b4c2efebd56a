"""``hitlist learn``: results of a plate move the predictions of the next screen."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from gnn.bundle.bundle import Bundle, write_card
from gnn.bundle.find_bundle import read_card
from gnn.card.domain_card import SharedErrorCard
from screening.campaign.campaign import open_campaign
from screening.results.reading.plate_plan import read_plan
from screening.runs.runfolder import open_folder
from tests.flows.commands.finished_runs.plate_screen import SCREEN, give, screen_plates
from tests.flows.conftest import Crew, Rows, WriteLibrary
from tests.flows.conftest import Run as RunCommand
from tests.screening.results.simulate import Truth, simulate, write_wells

pytestmark = pytest.mark.slow
TOGETHER = SharedErrorCard(
    targets=None, target_pairs=0, similarities=(0.1, 0.9), series=(0.2, 0.7), series_pairs=(9, 9)
)
SHIFT = 0.8


class Project(NamedTuple):
    folder: Path
    bundle: Bundle
    run: Path
    campaign: Path


def predicted(run: Path) -> dict[str, float]:
    """Return the prediction of each hit by its ID."""
    with (run / "hits.csv").open(newline="") as file:
        return {row["compound_id"]: float(row["EGFR"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def project(
    crew: Crew,
    make_bundle: Callable[..., Bundle],
    drugs: Rows,
    write_library: WriteLibrary,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A screen whose ten hits were measured, each more potent than predicted."""
    folder = tmp_path_factory.mktemp("project")
    bundle = make_bundle(folder / "small", "small")
    write_card(bundle.path, bundle.card.model_copy(update={"shared_error": TOGETHER}))
    run = screen_plates(folder, bundle, drugs[:30], write_library, crew)
    plan = read_plan(open_folder(run))
    potencies = {rank: one.predicted.value + SHIFT for rank, one in plan.compounds.items()}
    signals = simulate(plan, potencies, np.random.default_rng(8), 0.02)
    file = write_wells(folder / "reader.csv", Truth(plan, potencies, signals))
    give("results", run, file, "--campaign", folder / "campaign")
    return Project(folder, bundle, run, folder / "campaign")


def test_results_move_the_next_screen(project: Project, run: RunCommand, crew: Crew) -> None:
    learned = project.folder / "learned"
    answer = run("learn", project.campaign, "--bundle", project.bundle.path, "--out", learned)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[-1] == str(learned)
    assert "EGFR\t10\t1\t0" in answer.out
    assert "nothing tells yet whether predictions become better" in answer.err
    card = read_card(learned)
    assert card.own_results is not None
    assert card.own_results.campaign == open_campaign(project.campaign).head
    shown = run("bundles", "show", learned, "--full")
    assert "EGFR\t10\t1\t0" in shown.out

    screen = project.folder / "next.toml"
    screen.write_text(SCREEN.format(bundle=learned))
    again = project.folder / "runs/next"
    library = project.folder / "library.csv"
    answer = run("screen", screen, "--library", library, "--out", again, *crew)
    assert answer.code == 0, answer.err
    before, now = predicted(project.run), predicted(again)
    both = [now[one] - before[one] for one in before if one in now]
    assert len(both) >= 5
    assert 0.5 * SHIFT < np.mean(both) < 1.2 * SHIFT
    verified = run("verify", again)
    assert verified.code == 0, verified.err
    compared = run("compare", project.run, again)
    assert compared.code == 0, compared.err
    assert "models changed" in compared.out


def test_a_campaign_of_another_bundle_moves_nothing(
    project: Project, run: RunCommand, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    other = make_bundle(tmp_path / "other", "other")
    write_card(other.path, other.card.model_copy(update={"shared_error": TOGETHER}))
    out = tmp_path / "learned"
    answer = run("learn", project.campaign, "--bundle", other.path, "--out", out)
    assert answer.code == 2
    assert "no result can move predictions (10: of other targets or units)" in answer.err
    assert not out.exists()


def test_what_is_no_campaign_is_one_line(project: Project, run: RunCommand) -> None:
    words = ("--bundle", project.bundle.path, "--out", project.folder / "none")
    answer = run("learn", project.folder, *words)
    assert answer.code == 2
    assert "holds no campaign" in answer.err
    assert len(answer.err.splitlines()) == 1
