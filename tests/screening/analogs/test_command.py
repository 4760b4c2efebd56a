"""``hitlist analogs`` from the command line: its files, and mistakes in one line."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from screening.runs.write_run import Outcome
from tests.screening.analogs.conftest import HIT, Prepare

Hitlist = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hitlist(capsys: pytest.CaptureFixture[str]) -> Hitlist:
    """Run the command; return its code and what it wrote."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["analogs", *map(str, words)])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_analogs_of_a_hit_in_the_library_of_its_run(
    hitlist: Hitlist, drug_run: Outcome, tmp_path: Path
) -> None:
    hit = next(one for one in read(drug_run.folder / "hits.csv") if "ncnc" in one["smiles"])
    words = (hit["compound_id"], "--row", hit["row"], "--run", drug_run.folder, "--limit", "5")
    code, out, err = hitlist(*words, "--out", tmp_path / "new/a.csv", "--sar", tmp_path / "sar.csv")
    assert code == 0, err
    rows = read(tmp_path / "new/a.csv")
    shown = f"20 of {len(rows) - 1} analogs are shown; the file has all"
    assert (shown in err) == (len(rows) > 21)
    assert len(rows) > 21
    assert rows[0]["compound_id"] == hit["compound_id"]
    assert rows[0]["kind"] == "hit"
    assert f"{float(rows[0]['score']):.4f}" == hit["score"]
    kinds = {kind for row in rows[1:] for kind in row["kind"].split("; ")}
    assert {"similar", "enumerated", "reaction"} <= kinds
    assert str(tmp_path / "sar.csv") in out
    assert all(row["R1"] for row in read(tmp_path / "sar.csv"))
    again, *_ = hitlist(*words, "--out", tmp_path / "again.csv")
    assert again == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "new/a.csv").read_bytes()
    _, _, told = hitlist(*words)
    assert f"20 of {len(rows) - 1} analogs are shown; --out FILE writes all" in told


def test_analogs_of_a_structure_in_another_library(
    hitlist: Hitlist, drug_run: Outcome, prepare: Prepare, tmp_path: Path
) -> None:
    library = prepare(25).folder.parent / "library.csv"
    words = ("--smiles", HIT, "--run", drug_run.folder, "--library", library, "--workers", "1")
    none_made = ("--enumerated", "0", "--reactions", "0")
    code, _, err = hitlist(*words, *none_made, "--out", tmp_path / "a.csv")
    assert code == 0, err
    rows = read(tmp_path / "a.csv")
    pairs = [row for row in rows if row["kind"].startswith("matched_pair")]
    assert {"Cl[*:1]>>Br[*:1]", "Cl[*:1]>>[*:1][H]"} <= {row["change"] for row in pairs}
    assert not {"enumerated", "reaction"} & {row["kind"] for row in rows}


def test_a_deuterated_hit_has_analogs(hitlist: Hitlist, drug_run: Outcome, tmp_path: Path) -> None:
    deuterated = HIT.replace("COc", "[2H]C([2H])([2H])Oc", 1)
    words = ("--smiles", deuterated, "--run", drug_run.folder, "--limit", "5")
    code, _, err = hitlist(*words, "--out", tmp_path / "a.csv", "--sar", tmp_path / "sar.csv")
    assert code == 0, err
    made = [row["change"] for row in read(tmp_path / "a.csv") if row["kind"] == "enumerated"]
    assert made
    assert not any(one.startswith("[2H][*:1]>>") for one in made)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "name a hit by its ID, or a structure with --smiles"),
        (("x", "--smiles", "CCO"), "one of the two"),
        (("no such id",), "no record of library.csv has the id 'no such id'"),
        (("--smiles", "CCQ"), "--smiles 'CCQ' cannot be used"),
        (("--smiles", HIT, "--smarts", "c1cc"), "expected a SMARTS"),
        (("--smiles", "CCO", "--sar", "sar.csv"), "name a core with --smarts"),
        (("--smiles", HIT, "--out", "/"), "is a folder"),
        (("--smiles", HIT, "--library", "none.csv"), "none.csv"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    words: tuple[str, ...], expected: str, hitlist: Hitlist, drug_run: Outcome
) -> None:
    code, out, err = hitlist(*words, "--run", drug_run.folder)
    assert code == 2
    assert out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("hitlist: ")]
    assert expected in line


def test_a_rejected_record_has_no_analogs(hitlist: Hitlist, drug_run: Outcome) -> None:
    bad = read(drug_run.folder / "rejects.csv")[0]
    words = (bad["compound_id"], "--row", bad["row"], "--run", drug_run.folder)
    code, _, err = hitlist(*words)
    assert code == 2
    assert "was rejected" in err
