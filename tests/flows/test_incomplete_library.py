"""A file that is not whole: by hand refused at once, at night waited for, then told."""

from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.testing.utilities import prefect_test_harness

from chem.errors import IncompleteLibraryError
from chem.library import completeness
from flows.prefect_support.stages import WAITING
from flows.screen import plan
from flows.terminal.options import ScoringOptions
from screening.runs.plan import Plan
from tests.flows.conftest import Crew, Run

WHOLE = "CCO Z1\nCCN Z2\n"


@pytest.fixture
def screen(tmp_path: Path) -> Path:
    """Return a screen with a bound and a relative path, away from the working folder."""
    text = Path("flows/screens/kinase.toml").read_text()
    path = tmp_path / "night.toml"
    path.write_text(
        text.replace('library = "approved_drugs"', 'library = "stock.smi"\nmin_rows = 2')
    )
    return path


@pytest.mark.slow
def test_by_hand_a_note_or_a_refusal_at_once(
    run: Run, crew: Crew, screen: Path, tmp_path: Path
) -> None:
    stock, out = tmp_path / "stock.smi", tmp_path / "run"
    for text, words in (
        ("", "found no bytes, expected a library; wait until it is copied"),
        ("CCO Z1\n", "found 1 record, expected at least 2 (min_rows of screen kinase)"),
    ):
        stock.write_text(text)
        answer = run("screen", screen, "--out", out, *crew)
        assert (answer.code, answer.out) == (2, "")
        assert words in answer.err
        assert not out.exists()
    stock.write_text(WHOLE.strip())
    answer = run("screen", screen, "--out", out, *crew)
    assert answer.code == 0, answer.err
    assert "stock.smi: the last line ends without a line break" in answer.err
    assert "min_rows = 2\n" in (out / "screen.toml").read_text()


@pytest.mark.slow
def test_predictions_and_preparations_tell_and_refuse_the_same(
    run: Run, crew: Crew, tmp_path: Path
) -> None:
    stock = tmp_path / "stock.smi"
    for number, words in enumerate((("predict", "--task", "hERG"), ("prepare",))):
        out = tmp_path / f"out{number}"
        stock.write_text(WHOLE.strip())
        answer = run(words[0], stock, *words[1:], "--out", out, *crew)
        assert answer.code == 0, answer.err
        told = "stock.smi: the last line ends without a line break, as in a file that was cut"
        assert answer.err.count(told) == 1
        stock.write_bytes(b"CCO Z1\n" + bytes(100))
        answer = run(words[0], stock, *words[1:], "--out", tmp_path / "none", *crew)
        assert answer.code == 2
        assert "found zero bytes at its end, expected text" in answer.err


@pytest.mark.slow
def test_a_night_waits_for_a_whole_file_and_then_tells(
    screen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness, "YOUNG", -1.0)
    stock = tmp_path / "stock.smi"
    faults = ["", "CCO Z1\nCC", "CCO Z1\n"]
    tries: list[str] = []

    @flow
    def night(contents: list[str], retries: int) -> Plan:
        def deliver(*_: Any) -> None:
            tries.append(contents[min(len(tries), len(contents) - 1)])
            stock.write_text(tries[-1])

        waiting = plan.with_options(retries=retries, retry_delay_seconds=0, on_running=[deliver])
        return waiting(str(screen), None, str(tmp_path / "run"), None, ScoringOptions())

    with prefect_test_harness(server_startup_timeout=240):
        assert night([*faults, WHOLE], retries=3).library.path == stock
        assert tries == [*faults, WHOLE]
        tries.clear()
        with pytest.raises(IncompleteLibraryError, match="without a line break"):
            night(["CCO Z1\nCC"], retries=2)
        assert len(tries) == 3
        tries.clear()
        screen.write_text(screen.read_text() + "\nnonsense = 1\n")
        with pytest.raises(ValueError, match="unknown key"):
            night([WHOLE], retries=2)
        assert len(tries) == 1
    assert not (tmp_path / "run").exists()


def test_a_night_waits_for_half_an_hour() -> None:
    delays = WAITING["retry_delay_seconds"]
    assert len(delays) == WAITING["retries"]
    assert sum(delays) == 33 * 60
