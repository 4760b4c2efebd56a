"""A run ends with who is outside a model's domain: on the terminal, and on a Prefect server."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows.prefect_support.artifacts import as_written, summarize
from flows.terminal.outcome import show_outcome
from screening.hits.table import Column, HitTable
from screening.objective.screen_file import load_screen
from screening.objective.screen_settings import Screen
from screening.report.manifest import Artefact, Counts, RunManifest, ScreenName
from screening.runs.write_run import Outcome
from screening.score.triage_recall import TriageFacts
from screening.text.applicability import Crossed, Outside

LINE = (
    "16 of 16 hits are outside jak1's domain (distance over 0.70); `max_jak1_distance = 0.70` "
    "in the table `filters` leaves them out"
)


@pytest.fixture
def screen() -> Screen:
    return load_screen(Path(__file__).parents[3] / "flows" / "screens" / "kinase.toml")


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    manifest = RunManifest(
        screen=ScreenName("kinase", "Kinases", "0" * 64),
        library=Artefact("drugs.smi", "0" * 64),
        reading=(),
        bundles=(),
        measured={},
        featurizer="0" * 64,
        standardizer=1,
        counts=Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, hits=40),
        rejected_by_code={},
        filtered_by_filter={},
        triage=TriageFacts("it is small"),
        selection=None,
        domains=(Crossed("jak1", 0.7, 40, 16, LINE), Crossed("toxicity", 0.7, 40, 0, "")),
        seconds={},
        peak_memory_mb={},
        finished="2026-01-01T00:00:00+00:00",
        files={},
        versions={},
        texts="",
    )
    return Outcome(tmp_path, HitTable((), []), manifest)


def test_the_terminal_ends_with_it(
    outcome: Outcome, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    show_outcome(outcome, screen)
    said = capsys.readouterr()
    assert said.err.splitlines()[-1] == LINE
    assert said.out.splitlines()[-1].endswith("report.html")


def test_a_set_of_targets_is_named(
    outcome: Outcome, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    members = {"members": ("jak1_a", "jak1_b"), "stands_for": "group TK"}
    wanted = screen.changed(selective_over=({"targets": "group", **members},))
    show_outcome(outcome, wanted)
    line = "selectivity_group is over group TK, 2 targets"
    assert line in capsys.readouterr().err.splitlines()
    assert f"\n{as_written(line)}\n" in summarize(wanted, outcome)


@pytest.mark.parametrize(("width", "is_cut"), [(80, True), (400, False)])
def test_a_truncated_reason_says_where_the_whole_is(
    width: int,
    is_cut: bool,
    outcome: Outcome,
    screen: Screen,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["rank", "compound_id", "name", "score", "reason", *screen.objective.columns]
    columns = tuple(Column(name, name, None, "identity") for name in names)
    story = "active; " * 30 + "the end"  # 247 characters
    row = [story if name == "reason" else "1" for name in names]
    outcome.table = HitTable(columns, [row])
    monkeypatch.setattr("flows.terminal.outcome.terminal_width", lambda: width)
    show_outcome(outcome, screen)
    shown = capsys.readouterr()
    assert ("hits.csv and report.html have the whole" in shown.err) == is_cut
    assert ("the end" in shown.out) != is_cut


def test_the_last_line_sums_up_the_doubts_about_the_hits(
    outcome: Outcome, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["rank", "compound_id", "name", "score", "reason", "alerts", *screen.objective.columns]
    columns = tuple(Column(name, name, None, "identity") for name in names)
    rows = [["1" if name != "alerts" else alert for name in names] for alert in ("NIH a", "")]
    far = Outside("jak1", 0.8, 0.7)
    outcome.table = HitTable(columns, rows, outsides=((far,), (far,)))
    show_outcome(outcome, screen)
    told = "Doubts: 2 of 2 hits are outside the domain of jak1; 1 has structural alerts"
    assert capsys.readouterr().err.splitlines()[-2:] == [LINE, told]


def test_a_run_that_stays_inside_says_nothing(
    outcome: Outcome, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = (Crossed("jak1", 0.7, 40, 0, ""),)
    outcome.manifest = replace(outcome.manifest, domains=inside)
    show_outcome(outcome, screen)
    assert "domain" not in capsys.readouterr().err
    assert "domain" not in summarize(screen, outcome)


def test_the_summary_on_a_server_has_it(outcome: Outcome, screen: Screen) -> None:
    assert f"**{as_written(LINE)}**" in summarize(screen, outcome).splitlines()


@pytest.mark.parametrize(
    ("hits", "told"), [(1, "0 duplicates; 1 hit"), (2, "0 duplicates; 2 hits")]
)
def test_words_fit_their_counts(
    hits: int,
    told: str,
    outcome: Outcome,
    screen: Screen,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = outcome.manifest.counts._replace(hits=hits, rows=1, accepted=1, scored=1)
    outcome.manifest = replace(outcome.manifest, counts=counts)
    show_outcome(outcome, screen)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"1 record: 1 accepted, 0 rejected, {told}"
    assert said[2] == "40 hits requested; 0 of 1 accepted compound passed the filters"


def test_a_run_that_scored_nothing_counts_no_filters(
    outcome: Outcome, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = outcome.manifest.counts._replace(hits=0)
    outcome.manifest = replace(outcome.manifest, counts=counts)
    show_outcome(outcome, screen)
    assert "40 hits requested; no compound was accepted" in capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("lab", "hits", "told"),
    [
        ({}, 3, 1),
        ({"reference": "erlotinib"}, 3, 0),
        ({"positive_controls": False}, 3, 0),
        ({}, 0, 0),
    ],
)
def test_a_run_without_a_reference_says_so_once(
    lab: dict[str, object],
    hits: int,
    told: int,
    outcome: Outcome,
    screen: Screen,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = outcome.manifest.counts._replace(hits=hits)
    outcome.manifest = replace(outcome.manifest, counts=counts)
    show_outcome(outcome, screen.changed(lab=lab))
    assert capsys.readouterr().err.count("set `reference` under [lab]") == told
