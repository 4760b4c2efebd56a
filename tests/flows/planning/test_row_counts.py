"""A library with too few records is refused, by a number or by the last finished run."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from chem.errors import IncompleteLibraryError, InputError
from chem.library.read import open_library
from flows.planning.planning import plan_screen
from flows.planning.row_counts import check_rows, last_run
from flows.planning.screen_paths import SCREENS
from screening.objective.screen_file import dump_screen, load_screen
from screening.objective.screen_settings import Screen
from screening.runs.plan import Plan

SCREEN = load_screen(SCREENS / "kinase.toml").changed(name="night", library="stock/*.smi")


def write_library(folder: Path, rows: int) -> Path:
    path = folder / "library.smi"
    path.write_text("".join(f"{'C' * (1 + row % 9)}O Z{row}\n" for row in range(rows)))
    return path


def write_run(
    folder: Path, rows: int, finished: str, screen: Screen = SCREEN, is_ranking: bool = False
) -> None:
    """Write what is read of a finished run."""
    folder.mkdir(parents=True)
    text = dump_screen(screen)
    where = {"prepared": "x", "scores": "", "device": "cpu", "half": False}
    manifest = {
        "screen": {"name": screen.name},
        "library": {},
        "featurizer": "",
        "bundles": [],
        "counts": {"rows": rows},
        "triage": {},
        "finished": finished,
        "files": {"screen.toml": sha256(text.encode()).hexdigest()},
    }
    (folder / "screen.toml").write_text(text)
    (folder / "where.json").write_text(
        json.dumps({"run": "x", "fingerprint": "x"} if is_ranking else where)
    )
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Return the plan of a run of 80 records."""
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    plan = plan_screen("kinase", str(write_library(tmp_path, 80)), tmp_path / "runs" / "new")
    return replace(plan, screen=SCREEN)


def bounded(plan: Plan, **bounds: float) -> Plan:
    return replace(plan, screen=plan.screen.changed(**bounds))


def test_all_that_the_bounds_say(plan: Plan, tmp_path: Path) -> None:
    assert check_rows(plan) == ()
    assert check_rows(bounded(plan, min_rows=80)) == ()
    with pytest.raises(
        IncompleteLibraryError, match=r"found 80 records, expected at least 100,000 \(min_rows of"
    ):
        check_rows(bounded(plan, min_rows=100_000))
    told = check_rows(bounded(plan, max_drop=0.2))
    assert len(told) == 1
    assert "max_drop: no finished run of screen night on this library in" in told[0]

    write_run(tmp_path / "runs/night-1", 100, "2026-01-01T02:00:00+00:00")
    assert check_rows(bounded(plan, max_drop=0.2)) == ()
    with pytest.raises(IncompleteLibraryError) as refused:
        check_rows(bounded(plan, max_drop=0.19))
    assert str(refused.value) == (
        f"{plan.library.path}: found 80 records, 20.0% fewer than the 100 of the last finished run "
        "night-1, expected at most 19% fewer (max_drop of screen night); wait until the file is "
        "whole, or raise max_drop if so many were withdrawn"
    )
    assert not plan.out.exists()

    # The newest counts, by the time at which it finished and not by its name.
    write_run(tmp_path / "runs/night-0", 90, "2026-01-02T02:00:00+00:00")
    assert check_rows(bounded(plan, max_drop=0.19)) == ()


def test_what_is_no_earlier_run_of_the_screen(plan: Plan, tmp_path: Path) -> None:
    runs, late = tmp_path / "runs", "2026-02-01T02:00:00+00:00"
    write_run(runs / "night-1", 100, "2026-01-01T02:00:00+00:00")
    write_run(runs / "other", 500, late, SCREEN.changed(name="other"))
    write_run(runs / "by-hand", 5, late, SCREEN.changed(library="five.smi"))
    write_run(runs / "ranking", 500, late, is_ranking=True)
    write_run(runs / "altered", 500, late)
    (runs / "altered/screen.toml").write_text("")
    write_run(runs / "damaged", 500, late)
    (runs / "damaged/manifest.json").write_text("{")
    write_run(tmp_path / "elsewhere", 500, late)
    (runs / "latest").symlink_to(tmp_path / "elsewhere")
    (runs / "unfinished").mkdir()
    (runs / "file").touch()
    found = last_run(plan)
    assert found is not None
    assert found.folder == runs / "night-1"


def test_a_finished_run_can_be_repeated(plan: Plan, tmp_path: Path) -> None:
    write_run(tmp_path / "runs/night-1", 1000, "2026-03-01T02:00:00+00:00")
    write_run(plan.out, 80, "2026-02-01T02:00:00+00:00")
    assert check_rows(bounded(plan, max_drop=0.1)) == ()


@pytest.mark.parametrize(
    ("before", "now", "drop", "is_refused"),
    [
        (100, 71, 0.29, False),  # 0.29 * 100 is 28.999999999999996
        (100, 70, 0.29, True),
        (10, 7, 0.3, False),
        (10, 6, 0.3, True),
        (50, 50, 0.0, False),
        (50, 49, 0.0, True),
        (50, 60, 0.0, False),
        (0, 5, 0.0, False),
    ],
)
def test_the_share_is_exact(
    before: int, now: int, drop: float, is_refused: bool, plan: Plan, tmp_path: Path
) -> None:
    write_run(tmp_path / "runs/night-1", before, "2026-01-01T02:00:00+00:00")
    other = open_library(write_library(tmp_path, now))
    plan = bounded(replace(plan, library=other, prepared=tmp_path / "none"), max_drop=drop)
    if is_refused:
        with pytest.raises(IncompleteLibraryError):
            check_rows(plan)
    else:
        assert check_rows(plan) == ()


def test_runs_outside_the_roots_are_not_looked_at(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "runs/night-1", 1000, "2026-01-01T02:00:00+00:00")
    monkeypatch.setenv("HITLIST_ROOTS", str(plan.out))
    assert last_run(plan) is None


def test_the_whole_plan_of_a_screen_with_a_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("chem.library.completeness.YOUNG", -1.0)
    (tmp_path / "stock").mkdir()
    for name, text in (("s1", "CCO Z1\nCCN Z2\n"), ("s2", "CCO Z1\nCC")):
        (tmp_path / f"stock/{name}.smi").write_text(text)
    screen = tmp_path / "night.toml"
    text = dump_screen(SCREEN)
    screen.write_text("min_rows = 2\n" + text)
    plan = plan_screen(str(screen), None, tmp_path / "runs" / "new")
    assert plan.library.path == tmp_path / "stock/s1.smi"
    assert [line.split(":")[0].split(",")[0] for line in plan.told] == [
        "took s1.smi",
        "passed over s2.smi",
    ]
    assert plan.screen.library == "stock/*.smi"
    screen.write_text("min_rows = 3\n" + text)
    with pytest.raises(IncompleteLibraryError, match="found 2 records, expected at least 3"):
        plan_screen(str(screen), None, tmp_path / "runs" / "new")
    plan = plan_screen(str(screen), str(write_library(tmp_path, 3)), tmp_path / "runs" / "new")
    assert plan.told == ()
    screen.write_text(text.replace("*.smi", "*.sdf"))
    with pytest.raises(InputError, match=r"stock/\*\.sdf: found no file, expected one or more"):
        plan_screen(str(screen), None, tmp_path / "runs" / "new")
    assert not (tmp_path / "runs").exists()
