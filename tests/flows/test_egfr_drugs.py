"""The answer that a chemist recognises: approved EGFR drugs at the top of an EGFR screen."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

EGFR_DRUGS = (
    *("GEFITINIB", "ERLOTINIB", "AFATINIB", "OSIMERTINIB"),
    *("LAPATINIB", "DACOMITINIB", "NERATINIB"),
)


@pytest.mark.slow
def test_approved_egfr_drugs_are_among_the_first_forty_approved_drugs(tmp_path: Path) -> None:
    hitlist = Path(sys.executable).with_name("hitlist")
    run = subprocess.run(
        [hitlist, "screen", "kinase", "--out", tmp_path / "run"],
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert run.returncode == 0, run.stderr
    with (tmp_path / "run/hits.csv").open(encoding="utf-8", newline="") as file:
        hits = list(csv.DictReader(file))
    assert list(hits[0])[:4] == ["rank", "compound_id", "smiles", "score"]
    assert len(hits) == 40
    found = {drug for drug in EGFR_DRUGS if any(drug in hit["name"] for hit in hits)}
    assert len(found) >= 6, found
    assert {"d_EGFR", "EGFR_lower", "d_selectivity_AURKA", "d_herg", "d_mw"} <= set(hits[0])
    counts = json.loads((tmp_path / "run/manifest.json").read_text())["counts"]
    assert counts["rows"] == 2628
    assert counts["rows"] == counts["accepted"] + counts["rejected"] + counts["duplicates"]
