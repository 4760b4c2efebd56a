"""A folder that a command made and was stopped in before any work is no obstacle to the next."""

from pathlib import Path

import pytest
from distributed import Client

from tests.faults.small import COMMAND, at_home, command, leftovers

COMMANDS = {
    "screen": COMMAND,
    "prepare": ("prepare", "library.csv", "--out", "runs/one"),
    "rank": ("rank", "--run", "runs/first", "--screen", "screen.toml", "--out", "runs/one"),
}


def begin(home: Path, name: str) -> None:
    """Make what such a command leaves that is killed while it writes its first file."""
    begun = home / "runs/one"
    places = [begun, begun / "scores"] if name == "screen" else [begun]
    for place in places:
        place.mkdir(parents=True)
        (place / ".lock").touch()
        (place / ".1a2b3c4d.where.json").touch()


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_there_before_any_work_is_no_obstacle(home: Path, lone: Client, name: str) -> None:
    with at_home(home):
        if name == "rank":
            first = [word.replace("one", "first") for word in COMMAND]
            assert command(lone, *first).code == 0
        begin(home, name)
        answer = command(lone, *COMMANDS[name])
    assert answer.code == 0, answer.said
    assert leftovers(home) == []


@pytest.mark.parametrize("where", ["runs/one/notes.txt", "runs/one/scores/notes.txt"])
def test_a_file_of_somebody_else_still_is(home: Path, lone: Client, where: str) -> None:
    begin(home, "screen")
    (home / where).write_text("mine")
    with at_home(home):
        answer = command(lone, *COMMAND)
    assert answer.code == 2
    assert "is not empty and holds no run" in answer.said
    assert (home / where).read_text() == "mine"
