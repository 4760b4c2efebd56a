"""Where wells are and what they are called."""

import pytest

from screening.objective.wells import FORMATS, Well


@pytest.mark.parametrize(
    ("well", "name", "short"),
    [
        (Well(0, 0), "A01", "A1"),
        (Well(7, 11), "H12", "H12"),
        (Well(15, 23), "P24", "P24"),
        (Well(1, 8), "B09", "B9"),
    ],
)
def test_names(well: Well, name: str, short: str) -> None:
    assert (well.name, well.short) == (name, short)


@pytest.mark.parametrize("size", [96, 384])
def test_a_plate_has_every_well_once_column_by_column(size: int) -> None:
    wells = FORMATS[size].wells()
    assert len(wells) == len(set(wells)) == size
    assert [well.name for well in wells[:2]] == ["A01", "B01"]
    assert wells[-1].name == {96: "H12", 384: "P24"}[size]


@pytest.mark.parametrize(
    ("size", "edge_wells", "usable", "columns"),
    [
        (96, True, 96, [1, 12]),
        (96, False, 60, [2, 11]),
        (384, True, 384, [1, 2, 23, 24]),
        (384, False, 308, [2, 23]),
    ],
)
def test_the_rim_and_the_columns_of_controls(
    size: int, edge_wells: bool, usable: int, columns: list[int]
) -> None:
    form = FORMATS[size]
    wells = form.usable(edge_wells)
    assert len(wells) == usable
    assert [column + 1 for column in form.control_columns(edge_wells)] == columns
    if not edge_wells:
        assert not {well.letter for well in wells} & {"A", "H" if size == 96 else "P"}
        assert not {well.column for well in wells} & {0, form.columns - 1}
