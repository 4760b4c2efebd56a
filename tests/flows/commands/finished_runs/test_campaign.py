"""``hitlist campaign`` at the command line."""

import csv
from pathlib import Path

from tests.flows.conftest import Run as RunCommand
from tests.screening.campaign.prospective.conftest import campaign as campaign


def test_tables_sentences_and_files(run: RunCommand, campaign: Path, tmp_path: Path) -> None:
    html, table = tmp_path / "new/page.html", tmp_path / "new/all.csv"
    answer = run("campaign", campaign, "--html", html, "--csv", table)
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert "Intervals and errors, in pActivity" in lines
    assert any(line.startswith("EGFR: since event 003 predictions of EGFR are") for line in lines)
    assert lines[-2:] == [str(html), str(table)]
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    with table.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 63
    assert "1 compound without a value" in answer.err


def test_an_altered_campaign_is_refused(run: RunCommand, campaign: Path, tmp_path: Path) -> None:
    path = campaign / "results/001/wells.csv"
    path.write_bytes(path.read_bytes().replace(b"plate", b"Plate"))
    answer = run("campaign", campaign, "--csv", tmp_path / "all.csv")
    assert answer.code == 2
    assert "001/wells.csv is not the file that was kept" in answer.err
    assert not (tmp_path / "all.csv").exists()


def test_mistakes_are_one_line(run: RunCommand, campaign: Path, tmp_path: Path) -> None:
    same = tmp_path / "x"
    for words, told in (
        ((tmp_path,), "holds no campaign"),
        ((campaign, "--html", tmp_path), "is a folder; name the file"),
        ((campaign, "--html", same, "--csv", same), "both name"),
        ((campaign, "--csv", campaign / "results/001/all.csv"), "is in the campaign"),
    ):
        answer = run("campaign", *words)
        assert answer.code == 2, words
        assert told in answer.err
        assert len(answer.err.splitlines()) == 1
    assert not (campaign / "results/001/all.csv").exists()


def test_an_empty_campaign_is_told(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/log.jsonl").write_text("")
    answer = run("campaign", tmp_path / "c")
    assert answer.code == 2
    assert "has no value that counts" in answer.err


def test_a_removed_last_line_fails_verify_and_is_noted(run: RunCommand, campaign: Path) -> None:
    log = campaign / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    verified = run("verify", campaign)
    assert verified.code == 2
    assert "004 has no line in log.jsonl" in verified.err
    answer = run("campaign", campaign)
    assert answer.code == 0, answer.err
    assert "it is unfinished, or its line was removed" in answer.err


def test_lists_for_the_next_plate(run: RunCommand, campaign: Path, tmp_path: Path) -> None:
    lists = ("campaign", campaign, "--lists", tmp_path / "lists")
    unnamed = run(*lists)
    assert unnamed.code == 2
    assert "2 targets (activity_EGFR, activity_KDR), expected one for --lists" in unnamed.err
    assert len(unnamed.err.splitlines()) == 1
    assert not (tmp_path / "lists").exists()
    answer = run(*lists, "--task", "activity_EGFR")
    assert answer.code == 0, answer.err
    files = [tmp_path / "lists/measured.csv", tmp_path / "lists/repeat.csv"]
    assert answer.out.splitlines()[-2:] == [str(file) for file in files]
    assert f'exclude = ["{files[0]}"]' in answer.err
    refused = run("campaign", campaign, "--lists", campaign / "lists", "--task", "EGFR")
    assert refused.code == 2
    assert "is in the campaign" in refused.err
    alone = run("campaign", campaign, "--task", "EGFR")
    assert alone.code == 2
    assert "give --lists DIR, too" in alone.err
