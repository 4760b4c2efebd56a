"""Tables on terminals of 40 to 200 columns: whole lines, whole words, nothing lost."""

import re
from typing import Protocol

import pytest
from rich.cells import cell_len

from flows.terminal.tables import choose_columns, show_table

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HITS = ["rank", "name", "score", "EGFR", "reason", "compound_id", "d_mw"]
REASON = "potent on EGFR (8.5 ± 0.9); about 500-fold selective; risks: hERG 0.81, DILI 0.84"
ROWS = [
    ["1", "AFATINIB", "0.7567", "8.46 ± 0.90", REASON, "CHEMBL1173655", "1.000"],
    ["2", "GILTERITINIB FUMARATE", "0.7108", "8.18 ± 0.87", REASON, "CHEMBL2105719", "1.000"],
    ["3", "塩酸イリノテカン", "0.6245", "7.64 ± 0.87", "weak on EGFR", "CHEMBL553", "0.500"],
]


class Show(Protocol):
    """Shows a table on a terminal of a width, and returns its lines."""

    def __call__(
        self,
        width: int,
        headers: list[str],
        rows: list[list[str]],
        title: str = "",
        numbers: int = 0,
    ) -> list[str]:
        """Take what ``show_table`` takes."""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Show:
    """A function that shows a table on a terminal of a width, and returns its lines."""

    def show(
        width: int, headers: list[str], rows: list[list[str]], title: str = "", numbers: int = 0
    ) -> list[str]:
        for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": str(width)}.items():
            monkeypatch.setenv(name, value)
        show_table(headers, rows, title=title, numbers=numbers)
        return ESCAPE.sub("", capsys.readouterr().out).splitlines()

    return show


@pytest.mark.parametrize(
    ("width", "columns"), [(40, HITS[:3]), (80, HITS[:5]), (120, HITS[:5]), (200, HITS)]
)
def test_each_hit_is_one_line_of_the_columns_that_fit(
    shown: Show, width: int, columns: list[str]
) -> None:
    headers, rows = choose_columns(HITS, ROWS, width, "reason")
    assert sorted(headers) == sorted(columns)
    lines = shown(width, headers, rows)
    assert len(lines) == 2 + len(ROWS)  # the header and the rule below it
    assert all(cell_len(line) <= width for line in lines)
    for line, row in zip(lines[2:], ROWS, strict=True):
        assert [row[0], row[1]] == [cell.strip() for cell in re.split(r"  +", line)[:2]]


def test_what_is_cut_is_the_reason_and_it_says_so() -> None:
    headers, rows = choose_columns(HITS, ROWS, 80, "reason")
    told = [row[headers.index("reason")] for row in rows]
    assert told[0].endswith("…")
    assert REASON.startswith(told[0][:-1])
    assert told[2] == "weak on EGFR"
    headers, rows = choose_columns(HITS, ROWS, 200, "reason")
    assert [row[-1] for row in rows] == [row[4] for row in ROWS]


NUMBERS = ["task", "unit", "trained on", "measured on", "metric", "ours", "95 % interval", "forest"]
CARD = ["NR-Aromatase", "1 = active", "5,315", "722", "auroc", "0.818", "0.704 to 0.904", "0.770"]


def test_a_wide_table_breaks_between_words(shown: Show) -> None:
    lines = shown(80, NUMBERS, [CARD], numbers=3)
    assert all(len(line) <= 80 for line in lines)
    words = {word for line in lines for word in line.split()}
    assert {"measured", "interval", "1", "active", "722", "0.818", "0.904", "0.770"} <= words


def test_a_table_too_wide_for_its_words_becomes_lines_of_header_and_cell(shown: Show) -> None:
    lines = shown(50, NUMBERS, [CARD, CARD], title="A card")
    assert lines[0].strip() == "A card"
    told = [line.split(maxsplit=1)[0] for line in lines[1:] if line.strip()]
    assert len(told) == 2 * len(NUMBERS)
    for header, cell in zip(NUMBERS, CARD, strict=True):
        assert sum(line.strip() == f"{header:<13}  {cell}" for line in lines) == 2


def test_a_long_word_is_broken_into_long_pieces(shown: Show) -> None:
    smiles = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1" * 2
    lines = shown(80, ["task", "SMILES", "unit"], [["activity_EGFR", smiles, "pActivity"]])
    pieces = [max(line.split(), key=len) for line in lines[2:]]
    assert "".join(pieces) == smiles
    assert len(pieces) == 2
