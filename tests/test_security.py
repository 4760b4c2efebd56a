"""SECURITY.md names a test of each promise, and the commands and variables that it names exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROMISED = PAGE.partition("## Promises")[2].partition("\n## ")[0]
PROMISES = re.split(r"^\d+\. ", PROMISED, flags=re.MULTILINE)[1:]
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for package in ("chem", "data", "gnn", "screening", "flows", "benchmarks", "hitlist")
    for path in (ROOT / package).rglob("*.py")
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda text: text.split(".")[0][2:40])
def test_each_promise_names_tests_that_are_there(promise: str) -> None:
    names = re.findall(r"`(tests/[\w/]+\.py)`", promise)
    assert names
    for name in names:
        assert "def test_" in (ROOT / name).read_text(encoding="utf-8"), name


def test_promises_are_told_apart() -> None:
    assert len(PROMISES) > 8
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == [
        "Promises",
        "Trust model",
        "Not promised",
        "Supported versions",
        "Report a vulnerability",
    ]


def test_options_and_variables_are_those_of_the_program() -> None:
    named = set(re.findall(r"`(?:hitlist verify RUN )?(--[a-z-]+)", PAGE))
    assert {"--library", "--unencrypted", "--replace", "--all", "--tls-cert", "--store"} <= named
    for option in named - {"--version"}:
        # typer makes an option of a parameter's name.
        words = option.removeprefix("--").replace("-", "_")
        assert f'"{option}"' in SOURCES or re.search(rf"\b{words}:", SOURCES), option
    for variable in set(re.findall(r"\b(?:HITLIST|PREFECT|DO)_[A-Z_]+\b", PAGE)):
        assert variable in SOURCES, variable
