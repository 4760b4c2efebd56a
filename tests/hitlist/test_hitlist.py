"""``import hitlist`` is quick, and its names are those of its types."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import hitlist

ROOT = Path(hitlist.__file__).parents[1]


def test_importing_is_quick_and_light() -> None:
    heavy = ("torch", "rdkit", "dask", "distributed", "pandas", "numpy", "prefect", "typer")
    code = (
        "import sys\nbefore = len(sys.modules)\nimport hitlist\n"
        "assert len(sys.modules) - before < 100, sorted(sys.modules)\n"  # dask alone has 230
        f"print(*[name for name in {heavy!r} if name in sys.modules], *dir(hitlist))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) >= set(hitlist.__all__)
    assert not set(heavy) & set(done.stdout.split())


def test_standardizing_loads_no_networks() -> None:
    code = (
        "import hitlist, sys\nhitlist.standardize(['CCO']); hitlist.featurize(['CCO'])\n"
        "print('torch' in sys.modules, 'distributed' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False False\n", done.stderr


def test_every_name_is_there_and_typed() -> None:
    tree = ast.parse((ROOT / "hitlist/__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module not in ("typing", "importlib")
        for alias in node.names
    }
    for name in hitlist.__all__:
        found = getattr(hitlist, name)
        if name != "__version__":
            assert found.__module__ == typed[name], name
    assert hitlist.__version__
    assert (ROOT / "hitlist/py.typed").is_file()


def test_an_unknown_name_is_no_attribute() -> None:
    assert not hasattr(hitlist, "scren")


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hitlist", "--version"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("hitlist "), done.stderr
