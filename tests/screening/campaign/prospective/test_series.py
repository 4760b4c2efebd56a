"""Series are the clusters of all compounds, with figures by hand."""

import pytest

from screening.campaign.prospective.series import compare_series, number_series
from tests.screening.campaign.prospective.simulate import compare_rows, make_row, structure


def test_a_series_by_hand() -> None:
    rows = compare_rows(
        make_row(1, 6.0, 6.0, smiles=structure(0, 0)),
        make_row(2, 7.0, 6.0, smiles=structure(0, 1)),
        make_row(3, 6.5, 6.0, smiles=structure(0, 2)),
        make_row(4, 7.5, 6.0, smiles=structure(0, 3), qualifier="<"),
        make_row(5, 9.0, 6.0, smiles=structure(1, 0)),
        make_row(6, 9.0, 6.0, smiles=structure(1, 1)),
    )
    numbers = number_series(rows)
    assert [numbers[one.row.smiles] for one in rows] == [1, 1, 1, 1, 2, 2]
    (found,) = compare_series(rows, numbers)  # the other has two compounds
    assert (found.number, found.n, found.exact) == (1, 4, 3)
    assert found.bias == pytest.approx(0.5)
    assert found.bias_error == pytest.approx(0.5 / 3**0.5)
    assert (found.coverage.k, found.coverage.n) == (2, 3)
    assert found.best.row.rank == 2  # a bound of < 7.5 may be lower


def test_one_compound_thrice_is_no_series() -> None:
    rows = compare_rows(*(make_row(n, smiles="CCO", key="K") for n in (1, 2, 3)))
    assert compare_series(rows, number_series(rows)) == []


def test_a_structure_that_cannot_be_read_has_no_series() -> None:
    rows = compare_rows(make_row(1, smiles="C1CC"), make_row(2, smiles=""), make_row(3))
    assert [number_series(rows)[one.row.smiles] for one in rows] == [0, 0, 1]
