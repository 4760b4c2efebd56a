"""docs/notebook.ipynb runs as it stands; the outputs that it holds are small and of no machine."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hitlist

ROOT = Path(hitlist.__file__).parents[1]
PATH = ROOT / "docs/notebook.ipynb"
CELLS: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))["cells"]
# As a kernel has it: an event loop runs, __main__ has no file, and a cell shows its last line.
KERNEL = """
import ast, asyncio, json, resource

async def run_cells():
    for cell in json.load(open("notebook.ipynb"))["cells"]:
        if cell["cell_type"] == "code":
            *lines, last = ast.parse("".join(cell["source"])).body
            exec(compile(ast.Module(lines, []), "cell", "exec"), globals())
            if isinstance(last, ast.Expr):
                shown = eval(compile(ast.Expression(last.value), "cell", "eval"), globals())
                print(len(shown._repr_html_()))
            else:
                exec(compile(ast.Module([last], []), "cell", "exec"), globals())

asyncio.run(run_cells())
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    used = resource.getrusage(who)
    print("cpu", used.ru_utime + used.ru_stime)
"""


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(PATH, docs)
    shutil.copytree(ROOT / "tests/files", tmp_path / "tests/files")
    (docs / "data").mkdir()  # as most people have one
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HITLIST_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-"], input=KERNEL, cwd=docs, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]
    assert len(lines) == len(code) - 1 + 2  # the first cell imports
    assert sum(float(line.split()[1]) for line in lines[-2:]) < 90
    assert (docs / "runs/notebook/report.html").exists()


def test_outputs_are_small_and_of_no_machine() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert len(text) < 80_000
    for place in ("/home", "/root", "/tmp", "/work", "/Users", "stderr", "Warning"):
        assert place not in text, place
    shown = [cell for cell in CELLS if cell.get("outputs")]
    assert len(shown) > 6
    assert sum("<svg" in json.dumps(cell["outputs"]) for cell in shown) == 3
