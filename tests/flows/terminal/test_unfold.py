"""Records of options: Typer sees their fields, and the command gets the record."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from flows.terminal.options import unfold

Size = Annotated[int, typer.Option(min=1, help="How large.")]


@dataclass(frozen=True)
class Box:
    size: Size
    colour: Annotated[str, typer.Option(help="Which colour.")] = "red"


@unfold
def send(name: Annotated[str, typer.Argument()], *, box: Box, fast: bool = False) -> None:
    """Send a box."""
    print(name, box, fast)


def test_options_stand_where_the_record_stands() -> None:
    found = inspect.signature(send).parameters
    assert list(found) == ["name", "size", "colour", "fast"]
    assert found["size"].annotation is Size
    assert found["size"].default is inspect.Parameter.empty
    assert found["colour"].default == "red"
    assert send.__doc__ == "Send a box."


def test_a_command_gets_its_records() -> None:
    app = typer.Typer()
    app.command()(send)
    asked = CliRunner().invoke(app, ["Ada", "--size", "3", "--fast"])
    assert asked.output == "Ada Box(size=3, colour='red') True\n", asked.output
    assert CliRunner().invoke(app, ["Ada"]).exit_code == 2  # the size is asked for
    assert CliRunner().invoke(app, ["Ada", "--size", "0"]).exit_code == 2
