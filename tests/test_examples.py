"""Every example of a docstring runs; ``tests/hitlist/test_examples.py`` has those of a user."""

import doctest
import importlib
import os
from pathlib import Path
from unittest.mock import patch

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("chem", "data", "gnn", "screening", "flows", "benchmarks")


def modules_with_examples() -> list[str]:
    """Name the modules that have an example."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in files
        if ">>>" in file.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_of_a_module_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with patch.dict(os.environ):  # one sets a variable that the others must not see
        found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0


def test_they_are_many() -> None:
    assert len(modules_with_examples()) > 35
