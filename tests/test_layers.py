"""The house keeps its plan: imports go one way, and each heavy dependency has one home."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("chem", "data", "gnn", "screening", "flows")
"""From the ground up: a package imports those before it, never one behind it."""
HOMES = {
    "rdkit": {"chem"},
    "torch": {"gnn"},
    "torch_geometric": {"gnn"},
    "safetensors": {"gnn"},
    "sklearn": {"gnn", "data"},
    "deepchem": {"data"},
    "dask": {"screening"},
    "distributed": {"screening"},
    "fsspec": {"screening"},
    "psutil": {"screening"},
    "prefect": {"flows"},
    "typer": {"flows"},
    "rich": {"flows"},
}
ALONE = {
    f"gnn.{name}"
    for name in (
        *("batch", "environments", "network", "losses", "metrics", "runtime", "errors"),
        *("training_set", "training", "ensemble", "calibration", "shrinkage", "heads"),
        *("encoder", "pretrained", "pretrain", "pretext_set", "folded", "counts", "similarity"),
        *("distil", "teacher", "folded_kernel", "gaussian_process", "forest", "kept_file"),
    )
}
"""What trains on a machine that has no RDKit: arrays in, weights out."""


class Import(NamedTuple):
    """One module named by an import statement."""

    module: str
    """The module that imports."""
    line: int
    name: str
    """What it imports, dotted."""
    late: bool
    """Inside a function, so that importing the module does not import it."""

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.module} line {self.line} imports {self.name}"


@cache
def modules() -> dict[str, Path]:
    found = {}
    for package in LAYERS:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def read_imports(module: str, text: str) -> Iterator[Import]:
    tree = ast.parse(text)
    late = {
        inner
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, node.lineno, alias.name, node in late)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} line {node.lineno}: write the whole name"
            assert node.module is not None
            yield Import(module, node.lineno, node.module, node in late)


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return [
        found
        for module, path in modules().items()
        for found in read_imports(module, path.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module")
def direct(imports: list[Import]) -> dict[str, set[str]]:
    """Our modules that each of our modules imports at once."""
    found: dict[str, set[str]] = {module: set() for module in modules()}
    for one in imports:
        if one.name in found and not one.late:
            found[one.module].add(one.name)
    return found


def reach(start: str, direct: dict[str, set[str]]) -> set[str]:
    """Our modules that are imported, directly or not, when ``start`` is."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += direct[module]
    return seen


def test_reading_imports_finds_them_all() -> None:
    text = (
        "import a.b\nfrom c.d import e\nif True:\n    import f as g\n"
        "def h():\n    from i import j\nclass K:\n    import l, m\n"
    )
    found = [(one.name, one.late) for one in read_imports("x", text)]
    assert sorted(found) == [
        ("a.b", False),
        ("c.d", False),
        ("f", False),
        ("i", True),
        ("l", False),
        ("m", False),
    ]


def test_every_package_is_looked_at(imports: list[Import]) -> None:
    assert {one.package for one in imports} == set(LAYERS)
    assert {one.top for one in imports} >= HOMES.keys() - {"dask", "rich"}
    assert modules().keys() >= ALONE


def test_imports_go_one_way(imports: list[Import]) -> None:
    wrong = [
        str(one)
        for one in imports
        if one.top in LAYERS and LAYERS.index(one.top) > LAYERS.index(one.package)
    ]
    assert wrong == []


def test_no_module_imports_itself_through_others(direct: dict[str, set[str]]) -> None:
    assert sum(map(len, direct.values())) > len(direct)
    for module, names in direct.items():
        for name in names:
            assert module not in reach(name, direct), f"{module} and {name} import each other"


def test_each_heavy_dependency_has_one_home(imports: list[Import]) -> None:
    wrong = [str(one) for one in imports if one.top in HOMES and one.package not in HOMES[one.top]]
    assert wrong == []


def test_deepchem_is_imported_late(imports: list[Import]) -> None:
    assert [str(one) for one in imports if one.top == "deepchem" and not one.late] == []


def test_whole_packages_are_never_imported(imports: list[Import]) -> None:
    """``import data`` would shadow what every tutorial calls its data."""
    assert [str(one) for one in imports if one.name in LAYERS] == []


def test_what_trains_needs_no_chemistry(imports: list[Import], direct: dict[str, set[str]]) -> None:
    forbidden = {"chem", "data", "pydantic", "rdkit", "deepchem", "pandas"}
    wrong = [str(one) for one in imports if one.module in ALONE and one.top in forbidden]
    assert wrong == []
    for module in ALONE:
        assert reach(module, direct) <= ALONE | {"gnn"}, module


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_training_loads_where_rdkit_is_not_installed() -> None:
    """What a GPU machine has: torch and torch-geometric, and none of these."""
    blocked = ("rdkit", "deepchem", "pydantic", "dask", "distributed", "prefect", "pandas")
    found = python(
        "import sys\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        "import gnn.training.distil\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in ('chem', 'data')))"
    )
    assert found.strip() == ""


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        (
            "chem.features.graphs",
            ("torch", "pandas", "pydantic", "sklearn", "deepchem", "distributed"),
        ),
        ("data.sets.sets", ("torch", "deepchem", "distributed", "prefect", "sklearn")),
        ("screening.runs.run", ("deepchem", "prefect")),
    ],
)
def test_importing_is_quiet_and_light(module: str, heavy: tuple[str, ...]) -> None:
    found = python(
        "import sys\n"
        f"import {module}\n"
        f"print(*[name for name in {heavy!r} if sys.modules.get(name)])"
    )
    assert found.strip() == ""
