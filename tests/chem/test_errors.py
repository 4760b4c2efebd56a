"""A message is one line, whatever it quotes."""

import ast
from pathlib import Path

import pytest

from chem.errors import HitlistError, InputError
from chem.library.read import open_library
from flows.prefect_support.time_limit import AlarmError
from gnn.errors import ModelError
from screening.errors import StoreError


@pytest.mark.parametrize("kind", [InputError, ModelError, StoreError])
def test_a_message_is_one_line(kind: type[ValueError]) -> None:
    assert str(kind("a\nb\r\n\x1b[31mc\u2028d\x85e")) == "a b [31mc d e"
    assert str(kind("plain  ü 😀")) == "plain  ü 😀"


def test_a_path_with_a_line_break_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^[^\n]*a b\.csv: no such file; check the path$"):
        open_library(tmp_path / "a\nb.csv")


def test_every_error_of_ours_has_one_root() -> None:
    bases: dict[str, list[str]] = {}
    for package in ("chem", "data", "gnn", "screening", "flows"):
        for path in (Path(__file__).parents[2] / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    bases[node.name] = [ast.unparse(base) for base in node.bases]
    own = {
        name
        for name, above in bases.items()
        if name.endswith("Error") and any(one.endswith(("Error", "Exception")) for one in above)
    } - {AlarmError.__name__}  # no handler of errors may catch it

    def root_of(name: str) -> str:
        above = [one for one in bases.get(name, []) if one in bases]
        return root_of(above[0]) if above else name

    assert len(own) > 15
    assert {root_of(name) for name in own} == {HitlistError.__name__}
