"""What the word inactive stands for: the highest concentration that was tested, never a low one."""

from pathlib import Path

import pytest

from chem.errors import InputError
from tests.cases.assay.assays import NM, P, read, task

UM = [f"{float(nm) / 1000:.6g}" for nm in NM]
LOG_NM = [f"{9 - p:.2f}" for p in P]
PIC50 = [f"{p:.2f}" for p in P]


def first(cells: list[str], cell: str = "inactive") -> list[str]:
    """Return the cells, the first one replaced."""
    return [cell, *cells[1:]]


@pytest.mark.parametrize(
    ("column", "cells", "said", "value"),
    [
        ("IC50 uM", UM, ">50", 4.30),
        ("IC50 uM", UM, ">= 50 uM", 4.30),
        ("IC50 nM", NM, ">50 uM", 4.30),
        ("IC50 nM", NM, ">50000", 4.30),
        ("pIC50", PIC50, "<4.3", 4.30),
        ("pIC50", PIC50, ">50 uM", 4.30),
        ("pKi", PIC50, ">10000 nM", 5.00),
        ("log10 IC50 (nM)", LOG_NM, ">4", 5.00),
        ("log10 IC50 (nM)", LOG_NM, ">10 uM", 5.00),
    ],
)
def test_inactive_is_an_upper_bound_of_the_potency(
    column: str, cells: list[str], said: str, value: float, tmp_path: Path
) -> None:
    table = read(tmp_path, {column: first(cells)}, inactive_as=said)
    values, bounds = task(table, table.tasks[0].name)
    assert (values[0], bounds[0]) == (value, -1)


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("IC50 uM", UM, "<50"),
        ("IC50 uM", UM, "<= 50 uM"),
        ("Ki nM", NM, "<10000"),
        ("pIC50", PIC50, ">5"),
        ("pIC50", PIC50, "<50 uM"),
        ("pIC50", PIC50, "<50"),
        ("log10 IC50 (nM)", LOG_NM, "<4"),
        ("log10 IC50 (nM)", LOG_NM, "<10 uM"),
        ("IC50 uM", UM, ">0"),
        ("IC50 uM", UM, "50"),
    ],
)
def test_a_bound_that_is_upside_down_is_refused(
    column: str, cells: list[str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="--inactive-as") as error:
        read(tmp_path, {column: first(cells)}, inactive_as=said)
    assert "cells" not in str(error.value)


def test_a_concentration_of_zero_is_inactive_too(tmp_path: Path) -> None:
    table = read(tmp_path, {"IC50 uM": first(UM, "0")}, inactive_as=">50")
    assert [part[0] for part in task(table, "pIC50")] == [4.30, -1]
    with pytest.raises(InputError, match="--inactive-as"):
        read(tmp_path, {"IC50 uM": first(UM, "0")}, inactive_as="<50")


def test_a_cell_that_the_option_does_not_stand_for_is_not_sent_there(tmp_path: Path) -> None:
    """It says more than the word, so it is left to its owner."""
    said = {"inactive": True, "inactive at 100 µM": False}
    for cell, offered in said.items():
        with pytest.raises(InputError, match="write inactive compounds as '>50'") as error:
            read(tmp_path, {"IC50 uM": first(UM, cell)})
        assert ("--inactive-as" in str(error.value)) == offered
        if not offered:
            with pytest.raises(InputError, match="inactive without a number"):
                read(tmp_path, {"IC50 uM": first(UM, cell)}, inactive_as=">50")
