"""Cells that are no plain numbers, and numbers of other countries."""

from pathlib import Path

import pytest

from chem.errors import InputError
from tests.cases.assay.assays import NM, P, read, task


def first(cells: list[str]) -> list[str]:
    """Return the cells of the 40 compounds, the first ones replaced."""
    return [*cells, *NM[len(cells) :]]


@pytest.mark.parametrize(
    ("cell", "value", "bound"),
    [
        ("0.8 ± 0.1", 9.10, 0),
        ("0.8+/-0.1", 9.10, 0),
        ("12 (n=3)", 7.92, 0),
        ("12 ± 3 (n=2)", 7.92, 0),
        ("12 (10–14)", 7.92, 0),
        ("~5", 8.30, 0),
        ("ca. 5", 8.30, 0),
        ("1.2E+3", 5.92, 0),
        ("1.2×10³", 5.92, 0),
        ("<0.5*", 9.30, 1),
        ("> 10 µM", 5.0, -1),
        ("≥ 10000", 5.0, -1),
        ("5 uM", 5.30, 0),
        ("'>10000'", 5.0, -1),
        ("&gt;10000", 5.0, -1),
        ("&lt; 5", 8.30, 1),
        ("\u200b5", 8.30, 0),
        ("5\ufeff", 8.30, 0),
        (">/=10000", 5.0, -1),
        ("> ~10000", 5.0, -1),
        ("ca. > 10000", 5.0, -1),
        ("≧ 10000", 5.0, -1),
        ("over 10000", 5.0, -1),
        (">10000 (inactive)", 5.0, -1),
        ("> 10 µM (not active)", 5.0, -1),
    ],
)
def test_what_is_plain_is_read(cell: str, value: float, bound: int, tmp_path: Path) -> None:
    table = read(tmp_path, {"IC50 (nM)": first([cell])})
    values, bounds = task(table, "pIC50")
    assert (values[0], bounds[0]) == (value, bound)


@pytest.mark.parametrize(
    "cell",
    ["5-7", "5 to 7", "5; 7", "5/7", "low solubility", "toxic", "2-Mar", "<0.1%", "5 mg/kg", "-3"],
)
def test_what_is_not_plain_is_named_with_its_row_or_left_out(cell: str, tmp_path: Path) -> None:
    cells = first(["3", cell])
    with pytest.raises(InputError) as error:
        read(tmp_path, {"IC50 (nM)": cells})
    said = str(error.value)
    assert f"row 2: {cell!r}" in said
    assert "1 of 40 cells" in said
    assert "empty" not in said
    table = read(tmp_path, {"IC50 (nM)": cells}, skip_bad_cells=True)
    assert task(table, "pIC50")[0][1:] == P[2:]
    assert f"row 2: {cell!r}" in " ".join(table.notes)


def test_every_kind_is_told_with_its_own_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, {"IC50 (nM)": first(["0", "0", "inactive", "5-7", "5; 7", "n.d.", "weak"])})
    said = str(error.value)
    for words in ("2 zero", "1 inactive", "1 a range", "1 several values", "1 not a number"):
        assert words in said
    assert "6 of 39 cells" in said


@pytest.mark.parametrize("word", ["inactive", "Not Active", "no inhibition", "NI", "0", "0.0"])
def test_an_inactive_is_a_bound_where_the_user_says_which(word: str, tmp_path: Path) -> None:
    cells = first([word])
    with pytest.raises(InputError, match="--inactive-as"):
        read(tmp_path, {"IC50 (nM)": cells})
    for said in (">50000", ">50 uM"):
        values, bounds = task(read(tmp_path, {"IC50 (nM)": cells}, inactive_as=said), "pIC50")
        assert (values[0], bounds[0]) == (4.3, -1)
    with pytest.raises(InputError, match="is no bound"):
        read(tmp_path, {"IC50 (nM)": cells}, inactive_as="50")


@pytest.mark.parametrize(
    "cell", ["inactive (>50)", "Inactive at 50 uM", "50 (inactive)", "no inhib. at 10 uM"]
)
def test_an_inactive_with_a_number_is_never_to_be_emptied(cell: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 inactive.*write inactive compounds as '>50'"):
        read(tmp_path, {"IC50 (nM)": first([cell])})


def test_a_column_that_is_mostly_unreadable_is_not_skipped(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="30 of 40 cells"):
        read(tmp_path, {"IC50 (nM)": first(["weak"] * 30)}, skip_bad_cells=True)


def test_negative_effects_are_values(tmp_path: Path) -> None:
    cells = [f"{10 * (p - 8.5):.1f}" for p in P]
    for header in ("% inhibition", "Growth at 10 uM", "% of control"):
        table = read(tmp_path, {header: cells})
        assert task(table, table.tasks[0].name)[0] == pytest.approx([float(c) for c in cells])


@pytest.mark.parametrize(
    ("verdict", "active"),
    [("Active", 1.0), ("Inactive", 0.0), ("Probe", 1.0), ("Inconclusive", None)],
)
def test_verdicts(verdict: str, active: float | None, tmp_path: Path) -> None:
    cells = [verdict, *(["Active", "Inactive"] * 20)[:39]]
    table = read(tmp_path, {"outcome": cells})
    assert (table.values[0, 0] == active) if active is not None else len(table) == 39


@pytest.mark.parametrize("mark", ["", ".", " ", "'", "\u202f", "\u00a0"])
def test_decimal_commas_with_any_mark_of_thousands(mark: str, tmp_path: Path) -> None:
    swap = str.maketrans({",": mark, ".": ","})
    cells = [f"{float(x) * 1000:,.2f}".translate(swap) for x in NM]
    table = read(tmp_path, {"IC50 (pM)": cells}, ";")
    assert task(table, "pIC50")[0] == pytest.approx(P, abs=0.011)


@pytest.mark.parametrize("mark", [",", " ", "'"])
def test_decimal_points_with_any_mark_of_thousands(mark: str, tmp_path: Path) -> None:
    cells = [f"{float(x) * 1000:,.2f}".replace(",", mark) for x in NM]
    table = read(tmp_path, {"IC50 (pM)": cells})
    assert task(table, "pIC50")[0] == pytest.approx(P, abs=0.011)


def test_a_thousand_or_three_decimals_is_asked_for(tmp_path: Path) -> None:
    points = [f"{float(x) * 1000:,.0f}".replace(",", ".") for x in NM]
    with pytest.raises(InputError, match="--decimal"):
        read(tmp_path, {"IC50 (pM)": points}, ";")
    table = read(tmp_path, {"IC50 (pM)": points}, ";", decimal="comma")
    assert task(table, "pIC50")[0] == pytest.approx(P, abs=0.011)


def test_what_a_quantity_can_be_decides_three_decimals(tmp_path: Path) -> None:
    points = read(tmp_path, {"pIC50": [f"{p:.3f}" for p in P]}, ";")
    commas = read(tmp_path, {"pIC50": [f"{p:.3f}".replace(".", ",") for p in P]}, ";")
    assert task(points, "pIC50")[0] == task(commas, "pIC50")[0] == P


def test_one_comma_among_points_is_a_bad_cell(tmp_path: Path) -> None:
    cells = [f"{x}.25" if "." not in x else x for x in NM]
    with pytest.raises(InputError, match=r"written unlike the others .row 1: '1,5'"):
        read(tmp_path, {"IC50 (nM)": ["1,5", *cells[1:]]})


@pytest.mark.parametrize("write", ["{:,.2f} nM", "{:.2f} ({:.2f})", "{:.2f} [{:.1f}]"])
@pytest.mark.parametrize("comma", [False, True])
def test_units_and_spreads_beside_numbers_of_either_style(
    write: str, comma: bool, tmp_path: Path
) -> None:
    """A number with its unit, or with a second number in brackets, in English and in German."""
    swap = str.maketrans(".,", ",.") if comma else {}
    texts = [write.format(float(x) * 100, float(x) * 7).translate(swap) for x in NM]
    header = "IC50" if "nM" in write else "IC50 (nM)"
    table = read(tmp_path, {header: texts}, delimiter=";")
    assert task(table, "pIC50")[0] == pytest.approx([p - 2 for p in P], abs=0.011)


@pytest.mark.parametrize(
    ("header", "cell", "factor"),
    [
        ("pIC50 (nM)", "{:.3f}", 1.0),
        ("pKi (uM)", "{:.3f}", 1.0),
        ("-log10 Ki", "{:.3f}", 1.0),
        ("Inhibition at 10 uM", "{:.3f}", 10.0),
        ("Inhibition at 10 uM (%)", "{:.3f}", 10.0),
        ("log10 IC50", "-{:.3f}", 1.0),
    ],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_what_a_header_leaves_open_is_settled_by_the_numbers_as_they_are_read(
    header: str, cell: str, factor: float, delimiter: str, tmp_path: Path
) -> None:
    values = [factor * (p + 0.001) for p in P]  # none ends in 0
    cells = [cell.format(value).replace(".", ",") for value in values]
    table = read(tmp_path, {header: cells}, delimiter, decimal="comma")
    assert table.values[:, 0].tolist() == pytest.approx(values, abs=1e-4)
    points = [cell.format(value) for value in values]
    table = read(tmp_path, {header: points}, delimiter, decimal="point")
    assert table.values[:, 0].tolist() == pytest.approx(values, abs=1e-4)


def test_what_per_cent_can_be_decides_the_decimal_mark(tmp_path: Path) -> None:
    values = [p * 10 + 0.001 for p in P]
    cells = [f"{value:.3f}".replace(".", ",") for value in values]
    table = read(tmp_path, {"Inhibition at 10 uM": cells}, ";")
    assert table.values[:, 0].tolist() == pytest.approx(values, abs=1e-4)


@pytest.mark.parametrize("code", ["9999", "99999", "9999.0"])
def test_a_number_of_nines_is_a_concentration_once_and_no_bound(code: str, tmp_path: Path) -> None:
    """Programs write it for nothing measured, robots for the highest dose."""
    assert len(task(read(tmp_path, {"IC50 (nM)": first([code])}), "pIC50")[0]) == len(P)
    with pytest.raises(InputError, match=r"2 a number such as.*write '>' before it"):
        read(tmp_path, {"IC50 (nM)": first([code, code])})
    with pytest.raises(InputError, match="2 a number such as"):
        read(tmp_path, {"IC50 (nM)": first([code, f" {code.removesuffix('.0')}.00 "])})
    for unit in (" nM", "nM", " nmol/L"):
        with pytest.raises(InputError, match="2 a number such as"):
            read(tmp_path, {"IC50 (nM)": first([code, f"{code}{unit}"])})
    _, bounds = task(read(tmp_path, {"IC50 (nM)": first([f">{code}"] * 2)}), "pIC50")
    assert bounds[:2] == [-1, -1]


@pytest.mark.parametrize("code", ["-999", "-9999", "-999.0", "9999", "-99999"])
def test_a_code_for_not_measured_is_no_per_cent(code: str, tmp_path: Path) -> None:
    cells = [f"{10 * (p - 8.5):.1f}" for p in P]
    for header in ("% inhibition at 10 uM", "Growth at 10 uM"):
        with pytest.raises(InputError, match=r"1 a number such as -999.*row 1"):
            read(tmp_path, {header: [code, *cells[1:]]})
    table = read(tmp_path, {"% inhibition": [code, *cells[1:]]}, skip_bad_cells=True)
    assert task(table, "inhibition")[0] == pytest.approx([float(cell) for cell in cells[1:]])
    shares = [f"{p / 10:.3f}" for p in P]
    columns = {"Inhibition at 1 uM": [code, *shares[1:]]}
    table = read(tmp_path, columns, skip_bad_cells=True)
    assert task(table, "Inhibition_at_1_uM")[0] == pytest.approx([10 * p for p in P[1:]])


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("pIC50", [f"{p}" for p in P]),
        ("log IC50 (M)", [f"{-p}" for p in P]),
        ("-log10 Ki [M]", [f"{p}" for p in P]),
    ],
)
def test_a_zero_of_molar_logarithms_is_inactive(
    header: str, cells: list[str], tmp_path: Path
) -> None:
    """As a value it would be a potency of 1 mol/L."""
    cells = ["0", "0.0", *cells[2:]]
    with pytest.raises(InputError, match=r"2 zero.*--inactive-as"):
        read(tmp_path, {header: cells})
    table = read(tmp_path, {header: cells}, inactive_as=">50 uM")
    values, bounds = task(table, table.tasks[0].name)
    assert (values, bounds[:3]) == ([4.3, 4.3, *P[2:]], [-1, -1, 0])


def test_a_zero_of_other_logarithms_is_a_value(tmp_path: Path) -> None:
    cells = ["0", *(f"{6 - p}" for p in P[1:])]
    assert task(read(tmp_path, {"log10 IC50 (uM)": cells}), "pIC50")[0] == [6.0, *P[1:]]
