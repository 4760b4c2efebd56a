"""Grids as plate readers export them, with the free text around them."""

from pathlib import Path

import pytest

from chem.errors import InputError
from screening.objective.wells import Well
from screening.results.reading.grids import find_grids
from screening.results.reading.plate_names import PlateNames
from screening.results.reading.read_signals import read_signals
from screening.results.reading.signals import SignalFile, SignalOptions
from screening.results.reading.text_table import read_table
from screening.results.reading.well_names import row_letters

PLATES = ["kinase_P1", "kinase_P2"]
ABOVE = """Software Version\t3.05.11

Experiment File Path:\tC:\\data\\screen.xpt
Plate Number\tPlate 1
Reader Type:\tSynergy H1
Read\tLuminescence Endpoint, "integration 1 s
"""


def grid(rows: int, columns: int, separator: str, decimal: str = ".") -> str:
    """Values that name their place: 1 hundred per row, 1 per column, and a quarter."""
    lines = [separator.join(["", *(str(n + 1) for n in range(columns))])]
    for row in range(rows):
        values = (f"{100 * row + column}{decimal}25" for column in range(columns))
        lines.append(separator.join([row_letters(row), *values]))
    return "\n".join(lines) + "\n"


def read(path: Path, text: str, plates: list[str], decimal: str | None = None) -> SignalFile:
    path.write_text(text, encoding="utf-8")
    found = read_signals(read_table(path), PlateNames.of(plates), SignalOptions(None, decimal))  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize(("rows", "columns"), [(8, 12), (16, 24), (32, 48)])
@pytest.mark.parametrize(
    ("separator", "decimal"), [("\t", "."), (",", "."), (";", ","), ("\t", ",")]
)
def test_every_size_and_separator_comes_back(
    tmp_path: Path, rows: int, columns: int, separator: str, decimal: str
) -> None:
    found = read(tmp_path / "x.txt", ABOVE + grid(rows, columns, separator, decimal), ["p"])
    assert found.layout == "grids"
    assert len(found.signals) == rows * columns
    for one in found.signals:
        assert one.raw.place is not None
        assert one.value == 100 * one.raw.place.row + one.raw.place.column + 0.25
        assert one.raw.plate == "p"
    assert f"{rows} x {columns} in line" in found.told


def test_titles_name_the_plates(tmp_path: Path) -> None:
    text = (
        f"Results\nPlate: KINASE_p2\n{grid(16, 24, ',')}\n\nkinase_P1 read 1\n{grid(16, 24, ',')}"
    )
    found = read(tmp_path / "x.csv", text, PLATES)
    assert [one.raw.plate for one in found.signals[::384]] == ["kinase_P2", "kinase_P1"]
    assert "2 grids" in found.told


def test_the_corner_and_a_number_name_plates_too(tmp_path: Path) -> None:
    text = "kinase_P2" + grid(8, 12, ",") + "\nPlate 1\n" + grid(8, 12, ",")
    found = read(tmp_path / "x.csv", text, PLATES)
    assert [one.raw.plate for one in found.signals[::96]] == ["kinase_P2", "kinase_P1"]
    assert "the number in 'Plate 1'" in found.told


def test_the_name_of_the_file_names_the_plate(tmp_path: Path) -> None:
    found = read(tmp_path / "2026-01-31 kinase_P2.csv", grid(8, 12, ","), PLATES)
    assert {one.raw.plate for one in found.signals} == {"kinase_P2"}
    with pytest.raises(InputError, match="found no name of a plate, expected one of kinase_P1"):
        read(tmp_path / "reader.csv", grid(8, 12, ","), PLATES)


def test_other_titles_stay_unknown_plates(tmp_path: Path) -> None:
    found = read(tmp_path / "x.csv", "Plate 77\n" + grid(8, 12, ","), PLATES)
    assert {one.raw.plate for one in found.signals} == {"Plate 77"}


def test_words_and_signs_of_readers_are_no_numbers(tmp_path: Path) -> None:
    text = grid(8, 12, ";").replace("100.25", "OVRFLW").replace("101.25", "#SAT")
    text = text.replace("102.25", ">65000").replace("103.25", "").replace("104.25", "n/a")
    found = read(tmp_path / "x.csv", text, ["p"])
    row = [one for one in found.signals if one.raw.place and one.raw.place.row == 1]
    assert [one.problem for one in row[:6]] == [
        "OVRFLW", "#SAT", ">65000", "no value", "no value", "",
    ]  # fmt: skip


def test_a_trailing_column_and_a_removed_column_are_understood(tmp_path: Path) -> None:
    lines = [line.split(",") for line in grid(8, 12, ",").splitlines()]
    text = "\n".join(",".join([*line[:5], *line[6:], "450"]) for line in lines)
    path = tmp_path / "x.csv"
    path.write_text(text.replace("12,450", "12,", 1))
    (found,) = find_grids(read_table(path), PlateNames.of(["p"]))
    assert found.columns == (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12)
    places = {one.place for one in found.wells}
    assert Well(0, 4) not in places
    assert len(places) == 88


def test_two_readings_in_a_row_are_refused(tmp_path: Path) -> None:
    lines = grid(8, 12, ",").splitlines()
    second = "," + ",".join(["7"] * 12)
    path = tmp_path / "x.csv"
    path.write_text("\n".join([lines[0], lines[1], second, lines[2], second]))
    with pytest.raises(InputError, match="line 3: found a second line of numbers for row A"):
        find_grids(read_table(path), PlateNames.of(["p"]))


def test_numbers_that_can_be_read_in_two_ways_are_asked_for(tmp_path: Path) -> None:
    text = grid(8, 12, "\t").replace(".25", ".250")
    text = "\n".join(line.replace("\t0.250", "\t1.250") for line in text.splitlines())
    text = text.replace("\t100.250", "\t1.250").replace("\t200.250", "\t2.250")
    lines = [line for line in text.splitlines() if line[:1] in ("", "\t")]
    lines += [f"{letter}\t" + "\t".join(["1.250"] * 12) for letter in "ABCDEFGH"]
    with pytest.raises(InputError, match="--decimal point or --decimal comma"):
        read(tmp_path / "x.txt", "\n".join(lines), ["p"])
    found = read(tmp_path / "x.txt", "\n".join(lines), ["p"], "comma")
    assert {one.value for one in found.signals} == {1250.0}


def test_the_layout_that_an_instrument_shows_is_not_read(tmp_path: Path) -> None:
    """Gen5 writes sample names and concentrations in a grid of their own, above the results."""
    head = "\t" + "\t".join(str(n + 1) for n in range(12))
    layout = [head]
    for letter in "ABCDEFGH":
        layout.append(f"{letter}\t" + "\t".join(f"SPL{n}" for n in range(12)) + "\tWell ID")
        layout.append("\t" + "\t".join(f"{n}.5" for n in range(12)) + "\tConc/Dil")
    text = "\n".join([ABOVE, "Barcode\tkinase_P2", "Layout", "", *layout, "", "Results", ""])
    found = read(tmp_path / "x.txt", text + grid(8, 12, "\t"), PLATES)
    assert len(found.signals) == 96
    assert {one.raw.plate for one in found.signals} == {"kinase_P2"}
    assert "1 grid (8 x 12" in found.told
    assert "grids of texts not read (line 11)" in found.told
    path = tmp_path / "y.txt"
    path.write_text("\n".join(layout[:2]))
    assert read_signals(read_table(path), PlateNames.of(["p"])) is None


@pytest.mark.parametrize("title", ["Plate: Plate1", "Plate Number\tPlate 1"])
def test_the_default_number_of_a_reader_does_not_outrank_the_name_of_the_file(
    tmp_path: Path, title: str
) -> None:
    path = tmp_path / "kinase_P2.txt"
    with pytest.raises(InputError, match=r"would be kinase_P1, but .* means kinase_P2.*--plate"):
        read(path, f"{title}\n{grid(8, 12, chr(9))}", PLATES)
    number = title.replace("\t", " ")[-7:].strip()
    found = read_signals(read_table(path), PlateNames.of(PLATES, [f"{number}=kinase_P2"]))
    assert found is not None
    assert {one.raw.plate for one in found.signals} == {"kinase_P2"}


def test_the_only_plate_is_not_taken_for_one_of_another_run(tmp_path: Path) -> None:
    own = grid(8, 12, ",")
    found = read(tmp_path / "x.csv", f"Plate 1 of 2\nKDR_P1\n{own}", ["EGFR_P1"])
    assert {one.raw.plate for one in found.signals} == {"KDR_P1"}
    found = read(tmp_path / "x.csv", f"Barcode: BC-77\nResults\n{own}", ["EGFR_P1"])
    assert {one.raw.plate for one in found.signals} == {"EGFR_P1"}
    assert "the only one of the run, taken for 'Barcode: BC-77'" in found.told
    with pytest.raises(InputError, match=r"found KDR_P1 in the name.*--plate KDR_P1=EGFR_P1"):
        read(tmp_path / "KDR_P1 read.csv", f"Plate 1\n{own}", ["EGFR_P1"])


@pytest.mark.parametrize("between", [",,", ","])
def test_two_grids_side_by_side_are_refused(tmp_path: Path, between: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(f"{line}{between}{line}" for line in grid(8, 12, ",").splitlines()))
    with pytest.raises(InputError, match=r"line 1: found two grids side by side.*below the other"):
        find_grids(read_table(path), PlateNames.of(["p"]))
