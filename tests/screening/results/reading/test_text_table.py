"""Files of results as lines of cells: which separator, and what is too much."""

from pathlib import Path

import pytest

from chem.errors import InputError
from screening.results.reading import text_table
from screening.results.reading.text_table import MOST_CELLS, read_table


def test_a_line_of_too_many_cells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Well,Signal\nA1,5\n" + "," * (MOST_CELLS - 1))
    assert read_table(path).lines == [["Well", "Signal"], ["A1", "5"], []]
    path.write_text("Well,Signal\nA1,5\n" + "," * MOST_CELLS)
    with pytest.raises(InputError, match="line 3: found more than 2,000 cells, expected"):
        read_table(path)


def test_a_text_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_table, "MOST_CHARACTERS", 100)
    path = tmp_path / "x.csv"
    path.write_text("A1,555555\n" * 10)
    assert len(read_table(path).lines) == 10
    path.write_text("A1,555555\n" * 10 + "B")
    with pytest.raises(InputError, match="found more than 100 characters, expected the results"):
        read_table(path)


def test_blank_lines_do_not_hide_the_separator(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n" * 300 + "Well;Signal\nA1;5,1\nA2;5,2\n")
    assert read_table(path).separator == ";"


def test_the_separator_is_found_without_the_rest_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split: list[str] = []
    real = text_table._split

    def spy(line: str, separator: str) -> list[str]:
        split.append(line)
        return real(line, separator)

    monkeypatch.setattr(text_table, "_split", spy)
    path = tmp_path / "x.csv"
    path.write_text("A1;5\n" * 199 + "A2;" + "5" * 50_000 + "\n" + "A3;5\n" * 100)
    read_table(path)
    assert sum(line.startswith("A3") for line in split) == 100
    assert sum(len(line) > 20_000 for line in split) == 1
