"""Parameters on the command line are checked before a night meets them."""

from typing import Any

import pytest

from chem.errors import InputError
from flows.operation.deploy import load_flow
from flows.operation.deploy_parameters import read_parameters

SCHEMA = load_flow().parameters.properties


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hits=40", 40),
        ("library=/data/stock.smi", "/data/stock.smi"),
        ("library=a=b.smi", "a=b.smi"),
        ("id_column=007", "007"),
        ("exhaustive=true", True),
        ("workers=null", None),
        ("max_runtime=6h", "6h"),
    ],
)
def test_values(text: str, value: Any) -> None:
    (found,) = read_parameters([text], SCHEMA).values()
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hits", "NAME=VALUE"),
        ("hist=4", "did you mean hits?"),
        ("hits=many", 'found "many", expected a whole number'),
        ("hits=true", "expected a whole number"),
        ("hits=4.5", "expected a whole number"),
        ("exhaustive=yes", "expected true or false"),
        ("screen=other", "name the screen before"),
        ("max_runtime=long", "1h 30min"),
    ],
)
def test_mistakes(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read_parameters([text], SCHEMA)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_flow_takes_what_the_command_has_for_columns() -> None:
    assert {"smiles_column", "id_column", "name_column", "max_runtime"} <= set(SCHEMA)
