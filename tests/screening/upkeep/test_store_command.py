"""``hitlist store`` and the word ``latest``, from the command line."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from screening.objective.screen_file import dump_screen
from screening.objective.screen_settings import Screen
from tests.screening.upkeep.conftest import Home

Hitlist = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hitlist(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Hitlist:
    """Run a command beside the folder of runs; return its code and what it wrote."""
    monkeypatch.chdir(home.runs.parent)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def test_show(hitlist: Hitlist, home: Home) -> None:
    code, out, _ = hitlist("store", "show")
    assert code == 0
    cells = [line.split("\t") for line in out.splitlines()]
    counts = {row[0]: row[2] for row in cells if len(row) == 5}
    assert counts["prepared libraries"] == "2"
    assert counts["finished runs"] == "3"
    assert counts["dead folders"] == "0"
    assert {row[1] for row in cells if len(row) == 6} >= {"one.csv", "two.csv"}
    code, out, _ = hitlist("store", "show", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["cache"] == str(home.cache)
    prepared = [one for one in found["items"] if one["kind"] == "prepared"]
    assert sorted(one["rows"] for one in prepared) == [66, 75]
    folder = Path(prepared[0]["path"])
    assert prepared[0]["bytes"] == sum(path.stat().st_size for path in folder.iterdir())
    assert all(one["rows"] > 0 for one in found["items"] if one["kind"] == "scores")
    runs = {one["path"]: one for one in found["items"] if one["kind"] == "run"}
    assert runs[str(home.runs / "CDK2-20260102-020000")]["kept"] == "latest leads to it"


def test_show_of_nothing(hitlist: Hitlist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "none"))
    for words in (("show",), ("verify",), ("prune", "--no-runs", "--most", "0B", "--yes")):
        code, _, err = hitlist("store", *words, "--runs", str(tmp_path / "no-runs"))
        assert (code, "Traceback" in err) == (0, False)
    assert not (tmp_path / "none").exists()


def test_prune_needs_the_folder_of_runs(hitlist: Hitlist, home: Home, tmp_path: Path) -> None:
    words = ("store", "prune", "--runs", str(tmp_path / "gone"), "--older-than", "0d", "--yes")
    before = home.files()
    code, out, err = hitlist(*words)
    assert (code, out, home.files() == before) == (2, "", True)
    assert f"there is no folder of runs {tmp_path / 'gone'}" in err
    assert len(err.splitlines()) == 1
    code, _, err = hitlist(*words, "--no-runs")
    assert code == 0
    assert list((home.cache / "prepared").iterdir()) == []


def test_verify_tells_and_fixes(hitlist: Hitlist, home: Home) -> None:
    code, out, err = hitlist("store", "verify")
    assert (code, out) == (0, "")
    assert "verified" in err
    damaged = next((home.cache / "prepared").glob("*/part-00000.parquet"))
    damaged.write_bytes(b"damaged")
    run = home.runs / "EGFR-20260100-020000"
    (run / "hits.csv").write_text("other hits\n")
    code, out, err = hitlist("store", "verify")
    assert code == 1
    assert len(out.splitlines()) == 2
    assert str(damaged) in out
    assert "2 faults left" in err
    code, out, err = hitlist("store", "verify", "--fix")
    assert code == 1  # a run is never removed
    assert f"{damaged}: was altered: its hash is not the recorded; removed" in out
    assert not damaged.exists()
    assert (run / "hits.csv").read_text() == "other hits\n"


def test_prune_lists_first_and_removes_when_told(hitlist: Hitlist, home: Home) -> None:
    before = home.files()
    words = ("store", "prune", "--older-than", "0d", "--runs-older-than", "0d")
    code, out, err = hitlist(*words)
    assert code == 0
    listed = [line.split("\t") for line in out.splitlines()[1:]]
    assert {row[0] for row in listed} == {"remove", "keep"}
    assert all(row[4] for row in listed)
    assert "--yes removes them" in err
    assert home.files() == before
    code, out, err = hitlist(*words, "--yes")
    assert code == 0
    gone = [row[1] for row in listed if row[0] == "remove"]
    assert gone
    assert not any(Path(path).exists() for path in gone)
    assert all(Path(row[1]).exists() for row in listed if row[0] == "keep")
    assert f"{len(gone)} items removed" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--older-than", "30"), '--older-than: "30" is no age; write it as'),
        (("--most", "50"), '--most: "50" is no size; write it as'),
        (("--runs-older-than", "x"), "--runs-older-than: "),
        (("--keep-runs", "0"), "--keep-runs"),
    ],
)
def test_mistakes_are_one_line(hitlist: Hitlist, words: tuple[str, ...], told: str) -> None:
    code, _, err = hitlist("store", "prune", *words)
    assert code == 2
    assert told in err
    assert len(err.splitlines()) == 1


def test_runs_outside_the_roots_are_refused(
    hitlist: Hitlist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "allowed").mkdir()
    monkeypatch.setenv("HITLIST_ROOTS", str(tmp_path / "allowed"))
    for command in ("show", "verify", "prune"):
        code, _, err = hitlist("store", command)
        assert code == 2
        assert "lies outside the folders that may be used here" in err


def test_latest_is_a_run(hitlist: Hitlist, home: Home) -> None:
    assert os.readlink(home.runs / "latest") == "CDK2-20260102-020000"
    run = home.runs / "EGFR-20260101-020000"
    header, line = (run / "hits.csv").read_text(encoding="utf-8-sig").splitlines()[:2]
    hit = dict(zip(header.split(","), line.split(","), strict=False))["compound_id"]
    for name in ("latest-EGFR", "runs/latest-EGFR"):
        code, out, err = hitlist("explain", hit, "--run", name)
        assert code == 0, err
        assert hit in out
    code, out, err = hitlist("compare", "runs/EGFR-20260100-020000", "latest-EGFR")
    assert code == 0, err
    code, _, err = hitlist("explain", hit, "--run", "latest-none")
    assert code == 2
    assert "runs/latest-none holds no finished run" in err


def test_prune_needs_retention_and_follows_it(
    hitlist: Hitlist, home: Home, objective: Callable[..., Screen], library_of: dict[str, Path]
) -> None:
    screen = objective("EGFR", 5).changed(library=str(library_of["one"]))
    text = dump_screen(screen)
    file = home.runs.parent / "my_screen.toml"
    file.write_text(text)
    code, _, err = hitlist("screen", str(file), "--prune", "--workers", "1")
    assert code == 2
    assert "--prune needs a table [retention]" in err
    file.write_text(f"{text}\n[retention]\nkeep_runs = 1\n")
    code, _, err = hitlist("screen", str(file), "--prune", "--workers", "1")
    assert code == 0, err
    assert "retention: removed 1 run," in err
    newest = home.runs / os.readlink(home.runs / "latest-EGFR")
    other = "EGFR-20260101-020000"  # of another library
    assert sorted(path.name for path in home.runs.glob("EGFR-*")) == sorted([newest.name, other])
    assert "[retention]" not in (newest / "screen.toml").read_text()
