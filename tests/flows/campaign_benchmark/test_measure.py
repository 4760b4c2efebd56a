"""The tables and the drawing of simulated campaigns."""

import csv
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from chem.errors import InputError
from flows.campaign_benchmark.assays import load_assay
from flows.campaign_benchmark.measure import Replays, ratio, remarks, table, write_campaigns
from flows.campaign_benchmark.plot import write_plot
from flows.campaign_benchmark.simulate import WAYS, Campaign


def made(factor: dict[str, int]) -> Replays:
    """Return campaigns of 3 first plates that find ``factor`` actives a plate; 1 by default."""
    ways = {
        way: [
            Campaign(
                np.arange(1, 11) * factor.get(way, 1) + start,
                np.array([np.nan, 0.7, *[0.9] * 8]),
            )
            for start in range(3)
        ]
        for way in WAYS
    }
    return Replays("KDR", 4000, 200, 8.63, ways)


def test_ratios_are_those_of_the_means() -> None:
    one = made({"greedy": 4, "knowledge": 6})
    found = ratio(one, "knowledge", "greedy")
    assert found.value == pytest.approx((60 + 1) / (40 + 1))
    assert found.low <= found.value <= found.high
    assert ratio(one, "greedy", "greedy").told == "1.00 (1.00 to 1.00)"


def test_the_table_has_every_way_and_counts_coverage_from_the_third_plate_on() -> None:
    headers, lines = table([made({})])
    assert [line[1] for line in lines] == list(WAYS)
    assert {line[headers.index("90 % intervals hold, plates 3 on")] for line in lines} == {"0.90"}
    assert remarks([made({})])[0] == "KDR: 4,000 compounds, 200 active: pActivity 8.63 or more"


def test_every_plate_is_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.csv"
    write_campaigns(file, [made({"greedy": 2})])
    with file.open(newline="", encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == len(WAYS) * 3 * 10
    last = next(
        r for r in rows if (r["picked_by"], r["first_plate"], r["plate"]) == ("greedy", "2", "10")
    )
    assert (last["actives"], last["coverage"]) == ("22", "0.900")
    assert {row["coverage"] for row in rows if row["plate"] == "1"} == {""}


def test_the_drawing_is_valid_and_has_a_line_for_each_way(tmp_path: Path) -> None:
    file = tmp_path / "plots" / "campaign.svg"
    write_plot(file, [made({"greedy": 2}), made({})])
    root = ElementTree.parse(file).getroot()
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 2 * len(WAYS)


def test_an_unknown_assay_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="found the assay 'ABC', expected MAPK14, KDR, hERG"):
        load_assay("ABC", 1000, 0)
