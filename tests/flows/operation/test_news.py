"""The news of a run: what entered and left, which events tell it, and no compound in them."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.operation import news
from flows.operation.news import (
    FINISHED,
    NEW_HITS,
    NOT_COMPARED,
    NOTHING_NEW,
    News,
    compare_hits,
    describe_news,
    events_of,
    find_news,
)
from flows.planning.planning import plan_screen
from flows.terminal.options import ScoringOptions
from screening.objective.screen_file import dump_screen, hash_screen, load_screen
from screening.report.manifest import Counts
from tests.flows.conftest import Crew, Rows, Run, WriteLibrary

KINASE = Path("flows/screens/kinase.toml")
KEYS = st.dictionaries(st.binary(min_size=1, max_size=1), st.floats(0, 1), max_size=9)


@given(KEYS, KEYS)
def test_every_hit_stays_enters_or_leaves(
    then: dict[bytes, float], now: dict[bytes, float]
) -> None:
    news = compare_hits("before", then, now)
    stayed = len(now.keys() & then.keys())
    assert len(news.entered) == len(now) - stayed
    assert news.left == len(then) - stayed
    assert list(news.entered) == sorted(news.entered, reverse=True)
    assert (news.kind == "nothing-new") == (now.keys() <= then.keys())


@pytest.mark.parametrize(
    ("news", "events"),
    [
        (News("", "first", (), 0), [FINISHED, NOT_COMPARED]),
        (News("", "first", (0.9,), 0), [FINISHED, NOT_COMPARED]),
        (News("a", "", (), 3), [FINISHED, NOTHING_NEW]),
        (News("a", "", (0.79,), 0), [FINISHED]),
        (News("a", "", (0.8, 0.1), 0), [FINISHED, NEW_HITS]),
    ],
)
def test_each_event_has_its_case(news: News, events: list[str]) -> None:
    if news.why:
        assert news.kind == "unknown"
        news = news._replace(entered=())
    assert events_of(news, 0.8) == events


COUNTS = Counts(**dict.fromkeys(Counts._fields, 0))._replace(rows=1200, hits=40)


@pytest.mark.parametrize(
    ("news", "text"),
    [
        (
            News("", "no earlier finished run in runs", (), 0),
            "kinase: not compared with an earlier run (no earlier finished run in runs), so any of "
            "its hits may be new; 40 hits of 1,200 records in b",
        ),
        (
            News("", "a cannot be compared", (), 0, "CHEMBL25 is in there twice"),
            "kinase: not compared with an earlier run (a cannot be compared), so any of its hits "
            "may be new; 40 hits of 1,200 records in b",
        ),
        (
            News("a", "", (), 2),
            "kinase: nothing new; 0 entered and 2 left since a; 40 hits of 1,200 records in b",
        ),
        (
            News("a", "", (0.91234, 0.5), 0),
            "kinase: 1 new hit with a score of 0.8 or more (best new score 0.9123); 2 entered and "
            "0 left since a; 40 hits of 1,200 records in b",
        ),
    ],
)
def test_the_text_says_what_changed(news: News, text: str) -> None:
    payload = describe_news(load_screen(KINASE), "b", COUNTS, news, "http://x/run")
    assert payload["text"] == text
    assert payload["news"] == news.kind
    assert payload["link"] == "http://x/run"
    json.dumps(payload)


def test_the_bar_changes_no_key_and_no_file(tmp_path: Path) -> None:
    path, plain = tmp_path / "night.toml", load_screen(KINASE)
    path.write_text(KINASE.read_text() + "\n[notify]\nbar = 0.95\n")
    screen = load_screen(path)
    assert (plain.notify.bar, screen.notify.bar) == (0.8, 0.95)
    assert dump_screen(screen) == dump_screen(plain)
    assert hash_screen(screen) == hash_screen(plain)


@pytest.mark.parametrize("line", ["bar = 1.5", "bar = -0.1", 'bar = "high"', "barr = 0.5"])
def test_a_wrong_bar_is_refused_in_one_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "night.toml"
    path.write_text(KINASE.read_text() + f"\n[notify]\n{line}\n")
    with pytest.raises(ValueError, match=r"bar|notify") as refused:
        load_screen(path)
    assert "\n" not in str(refused.value)


def test_the_message_names_a_newer_file_that_is_not_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Otherwise nobody hears of a vendor whose copies always break off."""
    told: list[str] = []
    nobody = SimpleNamespace(id="00000000-0000-0000-0000-000000000000")
    monkeypatch.setattr(news, "runtime", SimpleNamespace(deployment=nobody, flow_run=nobody))
    monkeypatch.setattr(news, "get_run_logger", lambda: logging.getLogger("test"))
    monkeypatch.setattr(news, "find_news", lambda *_: News("before", "", (), 0))
    monkeypatch.setattr(news, "emit_event", lambda *_, payload: told.append(payload["text"]))
    plan: Any = SimpleNamespace(screen=load_screen(KINASE), incomplete=("stock_9.smi",))
    outcome: Any = SimpleNamespace(folder=tmp_path, manifest=SimpleNamespace(counts=COUNTS))
    news.tell_news(plan, outcome)
    assert len(told) == 2
    assert all(text.endswith("; passed over stock_9.smi, not complete") for text in told)


@pytest.mark.slow
def test_two_runs_are_compared(
    run: Run, crew: Crew, drugs: Rows, tmp_path: Path, write_library: WriteLibrary
) -> None:
    """The older run lacks half of the library; the newer one is compared with it, not itself."""
    library, runs = tmp_path / "stock.csv", tmp_path / "runs"
    screen = tmp_path / "night.toml"
    screen.write_text(KINASE.read_text().replace('"approved_drugs"', f'"{library}"'))
    found = []
    for name, rows in (("a", drugs[:30]), ("b", drugs)):
        write_library(library, rows)
        plan = plan_screen(str(screen), None, str(runs / name), 10, scoring=ScoringOptions())
        answer = run("screen", screen, "--out", runs / name, "--hits", "10", *crew)
        assert answer.code == 0, answer.err
        found.append(find_news(plan, runs / name))
    first, second = found
    assert first.kind == "unknown"
    assert first.why == "no earlier finished run of this library in runs"
    assert second.before == "a"
    assert len(second.entered) == second.left
    assert 0 < len(second.entered) <= 10
    (runs / "b" / "changes.csv").unlink()
    assert find_news(plan, runs / "b") == second  # compared, because the run tells nothing
    (runs / "a" / "hits.csv").write_text("altered\n")
    altered = find_news(plan, runs / "b")
    assert altered.kind == "unknown"
    assert altered.why == "a cannot be compared"
    assert "its hit list was changed" in altered.fault
