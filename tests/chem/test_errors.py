"""A message is one line, whatever it quotes."""

from pathlib import Path

import pytest

from chem.errors import InputError
from chem.library.read import open_library
from gnn.errors import ModelError
from screening.errors import StoreError


@pytest.mark.parametrize("kind", [InputError, ModelError, StoreError])
def test_a_message_is_one_line(kind: type[ValueError]) -> None:
    assert str(kind("a\nb\r\n\x1b[31mc\u2028d\x85e")) == "a b [31mc d e"
    assert str(kind("plain  ü 😀")) == "plain  ü 😀"


def test_a_path_with_a_line_break_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^[^\n]*a b\.csv: no such file; check the path$"):
        open_library(tmp_path / "a\nb.csv")
