"""Every damage of what is stored is found, told in one line, and mended where it can be."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from distributed import Client

from screening.objective.screen_settings import Screen
from screening.prepare.prepared import SUMMARY, read_summary
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.storage.in_use import mark_in_use, marking
from screening.storage.ledger import LEDGER
from screening.storage.shared_rows import _write, add_rows, open_rows
from screening.storage.store import Store
from screening.upkeep.inventory import take_inventory
from screening.upkeep.verify_store import Fault, fix, verify_items
from tests.screening.upkeep.conftest import Home


def faults(home: Home) -> list[Fault]:
    return [fault for one in verify_items(take_inventory(*home)) for fault in one.faults]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def prepared(home: Home) -> Path:
    return sorted((home.cache / "prepared").iterdir())[0]


def scores(home: Home, column: str = "numbers") -> Path:
    """Return a file of rows of scores, or of contributions (``doubles``)."""
    paths = sorted((home.cache / "scores").glob("*/rows-*.parquet"))
    return next(path for path in paths if column in pq.read_schema(path).names)


def test_what_is_whole_has_no_fault(home: Home) -> None:
    before = home.files()
    found = list(verify_items(take_inventory(*home)))
    assert not any(one.faults for one in found)
    assert sorted({one.item.kind for one in found}) == ["prepared", "run", "scores"]
    assert all(one.files for one in found)
    assert home.files() == before


@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
@pytest.mark.parametrize(
    "name",
    ["part-00000.parquet", "hashes-00000.parquet", "index-00000.parquet", "duplicates.parquet"],
)
def test_damaged_partitions(home: Home, harm: Callable[[Path], None], name: str) -> None:
    folder = prepared(home)
    harm(folder / name)
    (found,) = faults(home)
    assert found.path == folder / name
    assert "hitlist store verify --fix" in str(found)
    with marking():
        assert mark_in_use(folder / SUMMARY)
        assert "in use" in fix(found)
        assert (folder / SUMMARY).is_file()
    assert fix(found) == ""
    assert not (folder / name).exists()
    assert read_summary(folder) is None
    assert faults(home) == []


@pytest.mark.parametrize("harm", [flip, cut])
@pytest.mark.parametrize("column", ["numbers", "doubles"])
def test_damaged_scores(home: Home, harm: Callable[[Path], None], column: str) -> None:
    path = scores(home, column)
    harm(path)
    (found,) = faults(home)
    assert found.path == path
    assert fix(found) == ""
    assert not found.path.exists()
    assert faults(home) == []


def test_fingerprints_are_no_broken_numbers(home: Home) -> None:
    shared = open_rows(Store(home.cache / "scores" / "fingerprints"), 2, "words")
    assert shared is not None
    ones = np.full((1, 2), ~np.uint64(0))  # as numbers of another type they are not finite
    add_rows(shared, ones, ones)
    assert faults(home) == []
    (path,) = (home.cache / "scores" / "fingerprints").glob("rows-*")
    table = pq.read_table(path)
    pq.write_table(table.rename_columns(["hash", "other"]), path)
    assert "has the columns hash, other" in str(faults(home)[0])


def test_scores_that_are_whole_and_wrong(home: Home) -> None:
    path = scores(home)
    width = pq.read_schema(path).field("numbers").type.byte_width // 4
    shared = open_rows(Store(path.parent), width)
    assert shared is not None
    words = np.arange(1, 7, dtype=np.uint64).reshape(-1, 2)
    values = np.full((3, width), np.nan, np.float32)
    _write(shared, words, values)  # ``add_rows`` would leave these rows out
    (found,) = faults(home)
    assert "not finite" in str(found)
    found.path.rename(found.path.with_name(f"rows-{'0' * 24}.parquet"))
    (found,) = faults(home)
    assert "does not hold the rows that its name says" in str(found)
    assert fix(found) == ""
    assert faults(home) == []


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("hits.csv", flip),
        ("hits.csv", Path.unlink),
        ("report.html", cut),
        ("manifest.json", cut),
        ("screen.toml", flip),
        ("scores/part-00000.parquet", flip),
        (f"scores/{LEDGER}", Path.unlink),
    ],
)
def test_a_damaged_run_is_told_and_stays(
    home: Home, name: str, harm: Callable[[Path], None]
) -> None:
    run = home.runs / "EGFR-20260100-020000"
    harm(run / name)
    before = home.files()
    found = faults(home)
    assert len(found) == 1
    assert str(found[0].path).startswith(str(run))
    assert "run the screen again" in str(found[0])
    assert "\n" not in str(found[0])
    assert fix(found[0]) != ""
    assert home.files() == before


@pytest.mark.parametrize("name", [LEDGER, "part-00000.parquet", "duplicates.parquet"])
def test_what_was_fixed_is_made_again(
    home: Home,
    nights: Home,
    name: str,
    objective: Callable[..., Screen],
    library_of: dict[str, Path],
    lone: Client,
) -> None:
    found = next(
        folder
        for folder in (home.cache / "prepared").iterdir()
        if (summary := read_summary(folder)) is not None and summary.library == "one.csv"
    )
    whole = {path.name: path.read_bytes() for path in found.glob("*.parquet")}
    (found / name).write_bytes(b"damaged\n")
    for fault in faults(home):
        assert fix(fault) == ""
    screen = objective("EGFR", 5).changed(library=str(library_of["one"]))
    made = run_screen(plan_run(screen, home.runs / "again"), lone)
    assert {path.name: path.read_bytes() for path in found.glob("*.parquet")} == whole
    before = nights.runs / "EGFR-20260100-020000" / "hits.csv"
    assert (made.folder / "hits.csv").read_bytes() == before.read_bytes()
    assert faults(home) == []
