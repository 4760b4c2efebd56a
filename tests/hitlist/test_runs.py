"""A screen from Python is the command's run, from scripts and tables, and a table in a notebook."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import hitlist
from flows.cli import main

ROOT = Path(hitlist.__file__).parents[1]
SCRIPT = """
print("begin", __name__)
import sys, hitlist
run = hitlist.screen("my_library.csv", hits=2, out="runs/script", workers=1)
print(run, __file__.endswith("script.py"), sys.modules["__main__"].__spec__)
"""
SAME = ("hits.csv", "hits.sdf", "rejects.csv", "duplicates.csv", "columns.csv", "screen.toml")


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_script_without_a_guard_makes_the_files_of_the_command(folder: Path) -> None:
    (folder / "script.py").write_text(SCRIPT)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "script.py"], env=env, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "begin __main__",
        "Run(EGFR inhibitors: 40 records, 2 hits, 30 accepted, 8 rejected, 2 duplicates; "
        "runs/script) True None",
    ]
    with pytest.raises(SystemExit) as ended:
        main(["screen", "kinase", "--library", "my_library.csv", "--hits", "2", "--out", "runs/b"])
    assert not ended.value.code
    for name in SAME:
        assert (folder / "runs/script" / name).read_bytes() == (
            folder / "runs/b" / name
        ).read_bytes(), name


@pytest.mark.usefixtures("here")
def test_a_table_is_screened_and_hits_have_its_index(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hitlist.runs._SHOWN", 2)
    # Where paths are held to roots, a table is none: its file is in the cache.
    monkeypatch.setenv("HITLIST_ROOTS", str(folder))
    frame = pd.read_csv(folder / "my_library.csv").set_index(pd.Index(range(500, 540), name="n"))
    frame["supplier"] = "<b>=1+1</b>"
    frame["compound_id"] = "<i>" + frame["compound_id"]
    run = hitlist.screen(frame, hits=4, out="runs/table", progress=False)
    assert run.folder == folder / "runs/table"
    assert run.hits["compound_id"].equals(frame.loc[run.hits.index, "compound_id"].astype("str"))
    assert set(run.hits["supplier"]) == {"<b>=1+1</b>"}
    assert run.hits["score"].is_monotonic_decreasing
    assert run.rejects.index.isin(frame.index).all()
    counts = run.counts
    assert counts["rows"] == counts["accepted"] + len(run.rejects) + len(run.duplicates)
    assert run.columns["column"].tolist() == run.hits.columns.tolist()
    assert any("triage" in line for line in run.notes)
    html = run._repr_html_()
    assert html.count("<svg") == 2
    assert "<i>" not in html
    assert str(folder) not in html
    again = hitlist.open_run("runs/table")
    assert again.hits.reset_index(drop=True).equals(run.hits.reset_index(drop=True))
    (folder / "runs/table/hits.csv").write_text("rank\n1\n")
    with pytest.raises(hitlist.InputError, match=r"hits\.csv is not what the run wrote"):
        _ = hitlist.open_run("runs/table").hits
    with pytest.raises(hitlist.InputError, match="workers=0, expected"):
        hitlist.screen(frame, workers=0)
    with pytest.raises(hitlist.InputError, match="give replace= to overwrite"):
        hitlist.screen(frame, hits=3, out="runs/table", progress=False)


@pytest.mark.usefixtures("here")
def test_who_stops_a_screen_is_told_how_to_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*parts: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hitlist.runs.run_screen", stop)
    with pytest.raises(KeyboardInterrupt) as stopped:
        hitlist.screen("my_library.csv", out=folder / "runs/long", progress=False)
    assert stopped.value.__notes__ == ["finished work is kept: resume with out='runs/long'"]


@pytest.mark.usefixtures("here")
def test_mistakes_are_told_before_any_work(folder: Path) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'exhaustiv'"):
        hitlist.screen(["CCO"], exhaustiv=True)  # type: ignore[call-arg]  # the fault
    with pytest.raises(hitlist.InputError, match="hits"):
        hitlist.screen(["CCO"], hits=0)
    with pytest.raises(hitlist.InputError, match="kinase"):
        hitlist.screen(["CCO"], "kinas")
    with pytest.raises(hitlist.InputError, match=r"no record of table-\w+\.parquet could be used"):
        hitlist.screen(["C1CC", None], out="runs/none", progress=False)
    with pytest.raises(hitlist.InputError):
        hitlist.open_run(folder)
