"""``hitlist screen`` on a stranger's files: any format, any cut, gone on with after a loss."""

import csv
import json
from pathlib import Path

import pytest

from chem.structure.standardize import Standardized, standardize
from tests.flows.conftest import Answer, Crew, Rows, Run, WriteLibrary

FORMATS = ["library.smi", "library.csv.gz", "library.sdf", "library.parquet"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def screen(run: Run, library: Path, out: Path, *options: str) -> Answer:
    answer = run("screen", "kinase", "--library", library, "--out", out, *options)
    assert answer.code == 0, answer.err
    return answer


@pytest.fixture(scope="module")
def expected(drugs: Rows) -> dict[str, int]:
    """Counts by an oracle: one molecule at a time, in a dictionary."""
    results = [standardize(smiles, "smiles") for _, smiles in drugs]
    good = [result.smiles for result in results if isinstance(result, Standardized)]
    return {
        "rows": len(drugs),
        "accepted": len(set(good)),
        "rejected": len(drugs) - len(good),
        "duplicates": len(good) - len(set(good)),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_accounted_for(
    name: str,
    run: Run,
    crew: Crew,
    drugs: Rows,
    expected: dict[str, int],
    tmp_path: Path,
    write_library: WriteLibrary,
) -> None:
    library = write_library(tmp_path / name, drugs)
    answer = screen(run, library, tmp_path / "run", *crew, "--hits", "500")
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    counts = manifest["counts"]
    assert {key: counts[key] for key in expected} == expected
    assert counts["rows"] == counts["accepted"] + counts["rejected"] + counts["duplicates"]
    hits = read(tmp_path / "run/hits.csv")
    assert list(hits[0])[:4] == ["rank", "compound_id", "smiles", "score"]
    assert len(hits) == counts["hits"] == counts["passed"] < 500
    assert "500 hits requested" in answer.err  # and why there are fewer
    assert "min_heavy_atoms removed" in answer.err
    assert answer.out.splitlines()[-2].endswith("hits.csv")
    by_id = {hit["compound_id"]: hit for hit in hits}
    assert "salt-1" in by_id  # came before its free base, which is
    assert "007" not in by_id  # a duplicate of it
    assert "NA" in by_id
    rejects = {reject["compound_id"]: reject for reject in read(tmp_path / "run/rejects.csv")}
    assert {"broken", "words", "table-salt"} <= set(rejects)
    assert all(reject["code"] for reject in rejects.values())


@pytest.mark.slow
def test_hits_do_not_depend_on_the_cut_and_survive_a_loss(
    run: Run, crew: Crew, drugs: Rows, tmp_path: Path, write_library: WriteLibrary
) -> None:
    library = write_library(tmp_path / "library.csv", drugs)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    screen(run, library, whole, *crew)
    screen(run, library, cut, *crew, "--partition-rows", "15")
    first = (whole / "hits.csv").read_bytes()
    assert (cut / "hits.csv").read_bytes() == first
    parts = sorted((cut / "scores").glob("part-*.parquet"))
    assert len(parts) == -(-len(drugs) // 15)
    parts[1].unlink()
    parts[3].write_bytes(b"damaged")
    (cut / "hits.csv").unlink()
    kept = parts[0].stat().st_mtime_ns
    screen(run, library, cut, *crew, "--partition-rows", "15")
    assert (cut / "hits.csv").read_bytes() == first
    assert parts[0].stat().st_mtime_ns == kept  # only what was lost was done again
    again = run("screen", "kinase", "--library", library, "--out", cut, "--partition-rows", "9")
    assert again.code == 2
    assert "another run" in again.err
