"""Every example of the docstrings and of docs/python.md runs."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

import hitlist

HOME = Path(hitlist.__file__).parent
ROOT = HOME.parent
PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
FILES = [file for file in sorted(HOME.glob("*.py")) if ">>>" in file.read_text(encoding="utf-8")]
MODULES = [f"hitlist.{file.stem}".removesuffix(".__init__") for file in FILES]


@pytest.mark.usefixtures("folder", "here")
@pytest.mark.parametrize("name", MODULES)
def test_every_example_of_the_docstrings_runs(name: str) -> None:
    finder = doctest.DocTestFinder()
    tests = finder.find(importlib.import_module(name), globs={"hitlist": hitlist})
    tests.sort(key=lambda test: test.name.endswith("open_run"))  # it looks at the run of screen
    runner = doctest.DocTestRunner()
    for test in tests:
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.slow
@pytest.mark.usefixtures("folder", "here")
def test_every_example_of_the_page_runs() -> None:
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    page = doctest.DocTestParser().get_doctest(blocks, {}, "python.md", None, 0)
    assert len(page.examples) > 25
    runner = doctest.DocTestRunner()
    runner.run(page)
    assert runner.summarize(verbose=False).failed == 0


def test_every_function_is_on_the_page() -> None:
    named = {name for name in hitlist.__all__ if name not in ("Model", "Run", "__version__")}
    assert named <= set(re.findall(r"\w+", PAGE))


def test_every_link_of_the_page_exists() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-")
        for line in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        assert (ROOT / "docs" / file).exists() if file else anchor in headings, target
