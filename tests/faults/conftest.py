"""How much of each matrix is taken: one of each kind, or with ``HITLIST_FAULTS=all`` the whole."""

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from gnn.bundle.bundle import Bundle
from screening.prepare.quarantine import close_chemists
from tests.faults.disk import Disk
from tests.faults.small import COMMAND, at_home, command, content, lay_out

OneOfEach = Callable[[Sequence[Any], Callable[[Any], Any]], list[Any]]
ALL = os.environ.get("HITLIST_FAULTS") == "all"


@pytest.fixture(scope="session")
def one_of_each() -> OneOfEach:
    """Draw one of each kind by a fixed seed; all with ``HITLIST_FAULTS=all``."""

    def draw(found: Sequence[Any], kind: Callable[[Any], Any]) -> list[Any]:
        if ALL:
            return list(found)
        kinds: dict[Any, list[Any]] = {}
        for one in found:
            kinds.setdefault(kind(one), []).append(one)
        rng = random.Random(7)
        return [rng.choice(alike) for alike in kinds.values()]

    return draw


@pytest.fixture(scope="session")
def model(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("model") / "bundle", "small", (("EGFR", "r"),)).path


@pytest.fixture
def home(model: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder with a library, a screen and a bundle, in which nothing has run."""
    lay_out(tmp_path)
    shutil.copytree(model, tmp_path / "bundle")
    yield tmp_path
    close_chemists()


@pytest.fixture(scope="session")
def undisturbed(
    model: Path, lone: Client, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the command makes where nothing fails."""
    folder = tmp_path_factory.mktemp("undisturbed")
    lay_out(folder)
    shutil.copytree(model, folder / "bundle")
    with at_home(folder), Disk(folder).plugged_in():
        answer = command(lone, *COMMAND)
    assert answer.code == 0, answer.said
    found = content(folder)
    assert len(found) > 25
    return found
