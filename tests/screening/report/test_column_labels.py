"""Labels of the histograms and of the map."""

import pytest

from screening.hits.table import Column, Group
from screening.objective.screen_settings import Screen
from screening.report.column_labels import column_label


@pytest.mark.parametrize(
    ("name", "group", "label"),
    [
        ("score", "score", "score"),
        ("EGFR", "score", "EGFR"),
        ("d_herg", "score", "desirability: hERG"),
        ("toxicity_herg", "prediction", "toxicity hERG"),
        ("activity_EGFR_std", "prediction", "activity EGFR std"),
        ("activity_distance", "domain", "activity distance"),
        ("nearest_EGFR_value", "neighbours", "nearest EGFR: value"),
        ("sa_score", "property", "SA score"),
        ("heavy_atoms", "property", "heavy atoms"),
        ("sa_score", "vendor", "sa_score"),
        ("S_1uM_hi", "panel", "S(1 µM), upper end"),
    ],
)
def test_a_column_is_called_as_chemists_say_it(
    name: str, group: Group, label: str, kinase: Screen
) -> None:
    assert column_label(Column(name, name, 2, group), kinase) == label
