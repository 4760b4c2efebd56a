"""Rows of a frame: the cells that ``to_dict`` gives, without the dicts."""

import numpy as np
import pandas as pd
import pytest

from screening.hits.hit_rows import hit_rows
from screening.rank.rank import Ranking


def test_rows_have_the_cells_of_the_records(panel_ranking: Ranking) -> None:
    hits = panel_ranking.hits
    rows = list(hit_rows(hits))
    assert len(rows) == len(hits) > 1
    for row, record in zip(rows, hits.to_dict("records"), strict=True):
        assert list(row) == list(record)
        assert len(row) == len(record)
        for name, value in record.items():
            assert row[str(name)] == value
            assert type(row[str(name)]) is type(value)


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, np.nan], np.float32),
        np.array([1, 2], np.int32),
        np.array([True, False]),
        pd.Series([3, None], dtype="Int64"),
        pd.Series(["a", None], dtype="str"),
        pd.Series(["a", "b"], dtype="category"),
        pd.Series([["x"], []], dtype=object),
        pd.Series([np.float32(2), None], dtype=object),
    ],
)
def test_each_type_of_column_is_read_alike(values: object) -> None:
    frame = pd.DataFrame({"a": values})
    for row, record in zip(hit_rows(frame), frame.to_dict("records"), strict=True):
        assert type(row["a"]) is type(record["a"])
        assert repr(row["a"]) == repr(record["a"])


def test_a_column_that_is_not_there_is_missing() -> None:
    (row,) = hit_rows(pd.DataFrame({"a": [1]}))
    assert "a" in row
    assert "b" not in row
    assert row.get("b") is None
    with pytest.raises(KeyError):
        row["b"]


def test_no_row_is_copied(panel_ranking: Ranking) -> None:
    hits = panel_ranking.hits.copy()
    row = next(hit_rows(hits))
    assert np.shares_memory(hits["activity_EGFR"].to_numpy(), row._columns["activity_EGFR"])
