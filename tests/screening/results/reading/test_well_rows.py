"""Tables with one row per well."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.errors import InputError
from screening.objective.wells import Well
from screening.results.reading.plate_names import PlateNames
from screening.results.reading.read_signals import read_signals
from screening.results.reading.signals import SignalFile, SignalOptions
from screening.results.reading.text_table import read_table
from screening.results.reading.well_names import read_well, well_name

PLATES = ["kinase_P1", "kinase_P2"]


def read(
    path: Path, text: str, column: str | None = None, plates: list[str] = PLATES
) -> SignalFile:
    path.write_bytes(text.encode())
    found = read_signals(read_table(path), PlateNames.of(plates), SignalOptions(column))
    assert found is not None
    assert found.layout == "wells"
    return found


@given(st.integers(0, 31), st.integers(0, 47))
def test_every_well_has_a_name_that_is_read_back(row: int, column: int) -> None:
    well = Well(row, column)
    assert read_well(well_name(well)) == read_well(well_name(well).lower()) == well


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Plate,Well,Signal", "KINASE_p2,b3,12.5"),
        ("Plate ID;Well ID;RLU", "kinase_P2;B03;12,5"),
        ("Barcode\tRow\tColumn\tRaw data", "kinase_P2\tB\t3\t12.5"),
        ("plate,row,column,value", "kinase_P2,2,3,12.5"),
        ('"Plate","Well Position","Content","OD"', '"kinase_P2","B3","SPL1","12.5"'),
    ],
)
def test_common_headers_are_understood(tmp_path: Path, header: str, row: str) -> None:
    found = read(tmp_path / "x.csv", f"Reader 9000\n\n{header}\n{row}\n")
    (one,) = found.signals
    assert (one.raw.plate, one.raw.place, one.value) == ("kinase_P2", Well(1, 2), 12.5)
    assert found.told.startswith("read as: one row per well, column ")


def test_the_signal_has_to_be_certain(tmp_path: Path) -> None:
    text = "Plate,Well,Mean,Deviation\nkinase_P1,A1,5,1\nkinase_P1,A2,6,1\n"
    with pytest.raises(InputError, match=r"2 columns that may be the signal.*--value-column"):
        read(tmp_path / "x.csv", text)
    found = read(tmp_path / "x.csv", text, "mean")
    assert [one.value for one in found.signals] == [5, 6]
    with pytest.raises(InputError, match=r"no column 'Meen'.*did you mean Mean"):
        read(tmp_path / "x.csv", text, "Meen")
    with pytest.raises(InputError, match="no column of numbers beside the wells"):
        read(tmp_path / "x.csv", "Plate,Well,Note\nkinase_P1,A1,fine\n")


def test_the_files_of_the_run_with_a_signal_are_understood(tmp_path: Path) -> None:
    header = "plate,well,row,column,role,compound_id,name,rank,replicate,dose,nominal_uM"
    header += ",concentration_uM,volume_nl,dmso_nl,predicted_x,signal"
    row = "kinase_P1,A01,A,1,sample,'=C1,n,1,1,2,3.333,3.25,50,200,7.1,900"
    found = read(tmp_path / "x.csv", f"{header}\n{row}\n")
    (one,) = found.signals
    assert (one.raw.compound_id, one.raw.concentration) == ("=C1", "3.25")
    assert (found.concentration_unit, found.concentration_column) == ("µM", "concentration_uM")
    assert one.value == 900


def test_a_wells_that_is_none_and_a_short_row_stay(tmp_path: Path) -> None:
    text = "Plate,Well,Signal\nkinase_P1,ZZ9,1\nkinase_P1,A1\nend of file\n"
    found = read(tmp_path / "x.csv", text)
    assert [(one.raw.well, one.raw.place, one.problem) for one in found.signals] == [
        ("ZZ9", None, ""),
        ("A1", Well(0, 0), "no value"),
    ]


def test_an_excel_workbook_is_asked_for_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(3000))
    with pytest.raises(InputError, match="CSV"):
        read_table(path)


def test_utf16_and_bom_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("Well\tSignal\r\nA1\t5\r\n".encode("utf-16"))
    found = read_signals(read_table(path), PlateNames.of(["p"]))
    assert found is not None
    assert [one.value for one in found.signals] == [5]
    path.write_bytes("\ufeffWell,Signal\r\nA1,5\r\n".encode())
    assert read_signals(read_table(path), PlateNames.of(["p"])) is not None


def test_title_lines_name_the_plates_of_rows(tmp_path: Path) -> None:
    block = "Well,Signal\nA1,{}\nA2,{}\n"
    text = f"Plate: kinase_P2\n{block.format(1, 2)}\nPlate: kinase_P1,\n{block.format(3, 4)}"
    found = read(tmp_path / "x.csv", text)
    assert [(one.raw.plate, one.value) for one in found.signals] == [
        ("kinase_P2", 1), ("kinase_P2", 2), ("kinase_P1", 3), ("kinase_P1", 4),
    ]  # fmt: skip


def test_numbers_and_other_names_of_plates(tmp_path: Path) -> None:
    text = "Plate,Well,Signal\n1,A1,5\nBC-77,A1,6\nBC-78,A1,7\n"
    path = tmp_path / "x.csv"
    path.write_text(text)
    names = PlateNames.of(PLATES, ["bc-77=kinase_P2"])
    found = read_signals(read_table(path), names)
    assert found is not None
    assert [one.raw.plate for one in found.signals] == ["kinase_P1", "kinase_P2", "BC-78"]
    assert "plate kinase_P1 by the number '1'" in found.told
    assert "plate kinase_P2 by --plate" in found.told
    for wrong, told in (("BC-77", "expected the name in the file"), ("a=b", "that the run lacks")):
        with pytest.raises(InputError, match=told):
            PlateNames.of(PLATES, [wrong])


def test_a_plate_column_of_ones_does_not_outrank_the_name_of_the_file(tmp_path: Path) -> None:
    text = "Plate,Well,Signal\n1,A1,5\n1,A2,6\n"
    with pytest.raises(InputError, match=r"'1', which would be kinase_P1, but .*means kinase_P2"):
        read(tmp_path / "kinase_P2.csv", text)
    with pytest.raises(InputError, match="--plate '1=kinase_P2'"):
        read(tmp_path / "2026 plate2.csv", text)
    assert {one.raw.plate for one in read(tmp_path / "kinase_P1.csv", text).signals} == {PLATES[0]}
    path = tmp_path / "kinase_P2.csv"
    found = read_signals(read_table(path), PlateNames.of(PLATES, ["1=kinase_P2"]))
    assert found is not None
    assert {one.raw.plate for one in found.signals} == {"kinase_P2"}


@pytest.mark.parametrize("name", ["2026-01-05_kinase_P2", "kinase_P2_read1", "kinase_P2"])
def test_words_of_a_file_name_end_at_underscores(tmp_path: Path, name: str) -> None:
    found = read(tmp_path / f"{name}.csv", "Well,Signal\nA1,5\n")
    assert {one.raw.plate for one in found.signals} == {"kinase_P2"}


def test_the_only_plate_is_not_taken_for_one_of_another_run(tmp_path: Path) -> None:
    rows = "Well,Signal\nA1,5\n"
    with pytest.raises(InputError, match=r"found KDR_P1 in the name.*--plate KDR_P1=EGFR_P1"):
        read(tmp_path / "KDR_P1.csv", rows, plates=["EGFR_P1"])
    found = read(tmp_path / "x.csv", f"Plate: KDR_P1\n\n{rows}", plates=["EGFR_P1"])
    assert {one.raw.plate for one in found.signals} == {"KDR_P1"}
    found = read(tmp_path / "x.csv", f"Barcode: BC-77\nend\n{rows}", plates=["EGFR_P1"])
    assert {one.raw.plate for one in found.signals} == {"EGFR_P1"}
    assert "plate EGFR_P1 (the only one of the run, taken for 'Barcode: BC-77')" in found.told


def test_rows_above_the_first_title_are_of_the_plate_of_the_file(tmp_path: Path) -> None:
    text = "Well,Signal\nA1,5\n\nkinase_P1\nA1,6\n"
    found = read(tmp_path / "kinase_P2.csv", text)
    assert [one.raw.plate for one in found.signals] == ["kinase_P2", "kinase_P1"]
