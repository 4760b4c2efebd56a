"""One row per prediction, with all that was registered and found."""

import csv
from pathlib import Path

import pytest

from screening.campaign.campaign import open_campaign
from screening.campaign.prospective.compounds_csv import COLUMNS, write_compounds
from screening.campaign.prospective.report import make_report
from screening.text.cells import unescape_cell
from tests.screening.campaign.prospective.conftest import HOSTILE


def test_rows_hold_predictions_values_and_their_comparison(campaign: Path, tmp_path: Path) -> None:
    report = make_report(open_campaign(campaign))
    path = tmp_path / "all.csv"
    assert write_compounds(path, report) == 62
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert unescape_cell(rows[0]["compound_id"]) == HOSTILE
    for row, one in zip(rows, report.rows, strict=False):
        assert (row["event"], row["agreement"]) == (one.event.number, one.agreement)
        assert float(row["value"]) == pytest.approx(one.row.value, rel=1e-4)
        if one.is_exact:
            error = float(row["value"]) - float(row["predicted"])
            assert float(row["error"]) == pytest.approx(error, abs=1e-4)
            assert row["active"] == ("yes" if one.row.value >= 6.5 else "no")
        else:
            assert row["error"] == row["standardized_error"] == ""
    last = rows[-1]
    assert (last["problem"], last["value"]) == ("no well that is used", "")
    assert last["predicted"]
    raw = path.read_text(encoding="utf-8")
    assert not any(cell.startswith("=") for line in csv.reader(raw.splitlines()) for cell in line)
