"""The house keeps its plan: imports go one way, folders stay small, and each heavy dependency has
one home."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import LONGEST

ROOT = Path(__file__).parents[1]
LAYERS = ("chem", "data", "gnn", "screening", "flows", "benchmarks", "hitlist")
"""From the ground up: a package imports those before it, never one behind it. ``benchmarks`` is no
part of an installation: nothing imports it."""
HOMES = {
    "rdkit": {"chem"},
    "torch": {"gnn", "benchmarks"},  # one of them times the stages of a network
    "torch_geometric": {"gnn"},
    "safetensors": {"gnn"},
    "sklearn": {"gnn", "data"},
    "lightgbm": {"gnn"},
    "deepchem": {"data"},
    "dask": {"screening"},
    "distributed": {"screening"},
    "fsspec": {"screening"},
    "psutil": {"screening"},
    "prefect": {"flows"},
    "typer": {"flows", "benchmarks"},
    "rich": {"flows"},
}
ROOMS = {
    "chem": (
        *("records", "disk", "library.columns", "library"),
        *("structure.stereo", "structure.parsing"),
        *("structure.normalize.tautomers", "structure.normalize", "structure.parents", "structure"),
        *("features", "assess", "analogs", "output"),
    ),
    "data": (
        *("activities", "catalogue", "public_sets"),
        *("assay.headers", "assay.cells", "assay.columns", "assay"),
    ),
    "gnn": (
        *("features", "models", "training", "calibration", "updating"),
        *("card", "separation", "evaluation", "bundle", "explain", "assembly", "candidates"),
    ),
    "screening": (
        *("objective", "storage", "dask_cluster", "prepare", "score", "rank", "select", "evidence"),
        *("text", "reason", "hits", "lab", "report", "runs", "verify", "changes", "decided"),
        *("results.reading", "results", "campaign", "campaign.prospective", "upkeep"),
        "analogs",
    ),
    "flows": (
        *("terminal", "planning", "prefect_support", "operation", "doctor", "model_benchmark"),
        "campaign_benchmark",
        *("commands.finished_runs", "commands"),
    ),
    "benchmarks": ("device", "shipped_models", "small_assays", "speed"),
    "hitlist": (),
}
"""The folders of each package from the ground up: a room imports those before it, never one behind
it. A folder inside another one is a room of its own."""
DOORS = {
    "gnn": {"distil", "pretrain"},
    "flows": {"cli", "screen", "rank", "prepare", "train", "results"},
    "benchmarks": {"__main__"},
    "hitlist": {
        "__main__",
        "import_guard",
        "structure_table",
        "molecule_inputs",
        "molecules",
        "models",
        "training",
        "runs",
    },
}
"""Modules at the top of a package: users, pyproject.toml and prefect.yaml name them. They stand
above every room; ``errors``, which is at the top too, stands below."""
ALONE = ("features", "models", "training", "calibration", "updating")
"""Rooms of gnn that train on a machine that has no RDKit: arrays in, weights out."""
MOST_FILES = 15
"""In a folder, so that whoever opens it sees at once what it holds."""
MOST_LINES, MOST_OF_ONE = 320, 60
"""Of a file, and of a function without its docstring."""
LEFT_OUT = {"build", "dist", "venv", "node_modules", "site-packages"}
"""Names of folders that ruff or pytest leave out wherever they are."""


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
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                name = whole if whole in modules() else node.module
                yield Import(module, node.lineno, name, node in late)


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


def place_of(module: str) -> int:
    """Return how high in its package a module stands: 0 for the ground, then room by room."""
    package, _, rest = module.partition(".")
    room, _, name = rest.rpartition(".")
    if room:
        return 1 + ROOMS[package].index(room)
    return 0 if name == "errors" else 1 + len(ROOMS[package])


def is_package(module: str) -> bool:
    return modules()[module].name == "__init__.py"


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository, by its path from the root; those that git ignores are none."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(Path(name) for name in found.split("\0") if name and (ROOT / name).is_file())


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


def test_imports_go_one_way(imports: list[Import]) -> None:
    wrong = [
        str(one)
        for one in imports
        if one.top in LAYERS and LAYERS.index(one.top) > LAYERS.index(one.package)
    ]
    assert wrong == []


def test_every_module_is_in_a_room() -> None:
    found: dict[str, set[str]] = {package: set() for package in LAYERS}
    top: dict[str, set[str]] = {package: set() for package in LAYERS}
    for module in modules():
        package, _, rest = module.partition(".")
        room, _, name = rest.rpartition(".")
        if rest and not is_package(module):
            (found if room else top)[package].add(room or name)
    assert found == {package: set(rooms) for package, rooms in ROOMS.items()}
    for package, names in top.items():
        assert names - {"errors"} == DOORS.get(package, set()), package


def test_imports_between_rooms_go_one_way(imports: list[Import]) -> None:
    """Imports inside functions too, so that no two rooms need each other."""
    inside = [
        one
        for one in imports
        if one.top == one.package
        and one.name in modules()
        and not is_package(one.module)
        and not is_package(one.name)
    ]
    assert {one.package for one in inside} == set(LAYERS)
    assert any(one.late for one in inside)
    wrong = [str(one) for one in inside if place_of(one.name) > place_of(one.module)]
    assert wrong == []


def test_no_folder_has_too_many_files() -> None:
    assert len(files()) > 700
    counts = Counter(path.parent.as_posix() for path in files())
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_no_tool_leaves_a_folder_out() -> None:
    """Neither a tool, by a folder's name, nor git, by a line of .gitignore."""
    wrong = [str(path) for path in files() if LEFT_OUT & set(path.parts)]
    assert wrong == []
    assert {path.relative_to(ROOT) for path in modules().values()} <= set(files())


def test_every_test_lies_beside_its_room() -> None:
    """``tests/screening/rank/test_costly_filters.py`` is of
    ``screening/rank/costly_filters.py``."""
    homes: dict[tuple[str, str], set[str]] = {}
    for module in modules():
        package, _, rest = module.partition(".")
        room, _, name = rest.rpartition(".")
        if not is_package(module):
            homes.setdefault((package, name), set()).add(room)
    looked_at = 0
    for path in files():
        if path.parts[0] == "tests" and len(path.parts) > 2 and path.parts[1] in LAYERS:
            package, room = path.parts[1], ".".join(path.parts[2:-1])
            assert room in ("", *ROOMS[package]), f"{path}: {package} has no such room"
            rooms = homes.get((package, path.stem.removeprefix("test_")), set())
            if path.name.startswith("test_") and rooms:
                assert room in rooms, f"{path}: its module is in {' or '.join(sorted(rooms))}"
                looked_at += 1
    assert looked_at > 150


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


@cache
def alone() -> tuple[str, ...]:
    """Return the modules that train without chemistry."""
    begin = tuple(f"gnn.{room}." for room in ALONE)
    return tuple(name for name in modules() if name.startswith(begin) or name == "gnn.errors")


def test_what_trains_needs_no_chemistry(imports: list[Import], direct: dict[str, set[str]]) -> None:
    forbidden = {"chem", "data", "pydantic", "rdkit", "deepchem", "pandas"}
    assert len(alone()) > 25
    inside = [one for one in imports if one.module in alone() and one.top in forbidden]
    assert {one.name for one in inside} == {"chem.errors"}  # which imports nothing
    for module in alone():
        assert reach(module, direct) <= {*alone(), "gnn", "chem", "chem.errors"}, module


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
        "import importlib, sys\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        f"for name in {alone()!r}: importlib.import_module(name)\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in ('chem', 'data')))"
    )
    assert found.split() == ["chem", "chem.errors"]


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        (
            "chem.features.graphs",
            ("torch", "pandas", "pydantic", "sklearn", "deepchem", "distributed"),
        ),
        ("data.public_sets.sets", ("torch", "deepchem", "distributed", "prefect", "sklearn")),
        # What workers run: torch is loaded when something has to be predicted.
        ("screening.prepare.partition", ("torch", "sklearn", "deepchem", "prefect")),
        ("screening.storage.shared_rows", ("torch", "distributed", "sklearn", "prefect")),
        ("screening.score.score", ("torch", "sklearn", "deepchem", "prefect")),
        ("screening.score.triage", ("torch", "sklearn", "deepchem", "prefect")),
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


def source_files() -> list[Path]:
    """Files of all packages, as git knows them."""
    words = ["git", "ls-files", *(f"{package}/*.py" for package in LAYERS)]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines but for its docstring."""
    documented = ast.get_docstring(function) is not None
    return count_lines(function) - (count_lines(function.body[0]) if documented else 0)


def count_lines(node: ast.stmt) -> int:
    """Count the lines of a statement."""
    assert node.end_lineno is not None  # whatever ast.parse made has one
    return node.end_lineno - node.lineno + 1


def test_files_and_functions_are_short() -> None:
    """ruff holds branches (C901) and parameters (PLR0913)."""
    files = source_files()
    assert len(files) > 300
    long = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        long += [f"{name}: {n} lines"] if (n := len(text.splitlines())) > MOST_LINES else []
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = lines_of(node)
                long += [f"{name}: {node.name} has {lines}"] if lines > MOST_OF_ONE else []
    assert long == []


def test_the_longest_tests_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
