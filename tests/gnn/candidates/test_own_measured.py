"""A campaign's own values stand before the measured compounds of a bundle."""

import numpy as np

from gnn.bundle.measured_compounds import MeasuredCompounds
from gnn.candidates.own_measured import Result, with_own_results

KNOWN = MeasuredCompounds(
    ids=np.array(["A", "B"], object),
    smiles=np.array(["CCO", "CCN"], object),
    tasks=("EGFR", "KDR"),
    rows=np.array([0, 0, 1]),
    columns=np.array([0, 1, 1]),
    values=np.array([5.0, 6.0, 7.0], np.float32),
    bounds=np.array([0, -1, 0], np.int8),
)
ROWS = [
    Result("KDR", "CCC", 4.0, 1, 1, compound_id="D1"),
    Result("EGFR", "CCC", 8.5, 0, 0, compound_id="D1"),
    Result("KDR", "CCO", 5.5, -1, 1),
    Result("hERG in % inhibition", "CCC", 50.0, 0, 0, compound_id="D1"),
    Result("EGFR", "not a structure", 5.0, 0, 0, compound_id="D2"),
]


def told(measured: MeasuredCompounds, task: str) -> list[tuple[str, float, int]]:
    rows, values, bounds = measured.of(task)
    ids = measured.ids[rows]
    return list(zip(ids.tolist(), values.tolist(), bounds.tolist(), strict=True))


def test_own_values_come_first_and_the_others_stay() -> None:
    both = with_own_results(KNOWN, ROWS)
    assert both.ids.tolist() == ["D1 (own result)", "(own result)", "A", "B"]
    assert both.smiles.tolist() == ["CCC", "CCO", "CCO", "CCN"]
    assert told(both, "EGFR") == [("D1 (own result)", 8.5, 0), ("A", 5.0, 0)]
    assert told(both, "KDR") == [
        ("D1 (own result)", 4.0, 1),
        ("(own result)", 5.5, -1),
        ("A", 6.0, -1),
        ("B", 7.0, 0),
    ]
    assert (np.diff(both.rows) >= 0).all()


def test_newer_results_replace_those_of_before() -> None:
    again = with_own_results(with_own_results(KNOWN, ROWS), ROWS[1:2])
    assert again.ids.tolist() == ["D1 (own result)", "A", "B"]
    assert told(again, "KDR") == told(KNOWN, "KDR")
    none = with_own_results(again, [])
    assert none.sha256 == KNOWN.sha256
