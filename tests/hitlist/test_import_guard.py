"""``import hitlist`` beside a folder called ``data`` works, or says in one line where that is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hitlist.import_guard import PACKAGES, ROOT, NameClashError, check_names

HOSTILE = "raise SystemExit('the code of a stranger ran')\n"
# As setuptools makes them: asked after the search path, so that any folder of the name goes first.
EDITABLE = f"""
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location

class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name in {("hitlist", *PACKAGES)!r}:
            return spec_from_file_location(name, {str(ROOT)!r} + f"/{{name}}/__init__.py")

sys.meta_path.insert(sys.meta_path.index(PathFinder) + 1, Finder)
"""


Done = subprocess.CompletedProcess[str]


def python(folder: Path, code: str, search: str | None = None) -> Done:
    """Run code from a folder, as a notebook does: the folder is first in the search path."""
    kept = {"PYTHONPATH", "PYTHONSAFEPATH"}  # a command that ran in this process sets the second
    env = {name: value for name, value in os.environ.items() if name not in kept}
    if search is not None:
        env["PYTHONPATH"] = search
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True
    )


def write(folder: Path, name: str, text: str | None) -> Path:
    """Make a package with a text as its code; without one a folder of tables."""
    (folder / name).mkdir()
    if text is None:
        (folder / name / "results.csv").write_text("smiles\nCCO\n")
    else:
        (folder / name / "__init__.py").write_text(text)
    return folder / name


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages, as a wheel leaves it, but for the weights."""
    site = tmp_path_factory.mktemp("site-packages")
    left_out = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.parquet")
    for name in ("hitlist", *PACKAGES):
        shutil.copytree(ROOT / name, site / name, ignore=left_out)
    return site


@pytest.fixture(params=["installed", "editable"])
def begin(request: pytest.FixtureRequest, installed: Path) -> tuple[str, str | None]:
    """Return the code that goes first, and the search path, of each way to install."""
    if request.param == "editable":
        return EDITABLE, None
    return "", str(installed)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_of_the_users_own_is_refused_in_one_line_and_not_run(
    tmp_path: Path, begin: tuple[str, str | None], name: str
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    found = write(mine, name, HOSTILE)
    done = python(mine, begin[0] + "import hitlist", begin[1])
    assert done.returncode == 1, done.stderr
    assert "stranger" not in done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == (
        f"hitlist.import_guard.NameClashError: hitlist needs its package {name!r}, but Python "
        f"finds {found} first; rename that, or start Python in another folder"
    )


def test_a_module_is_refused_too(tmp_path: Path, begin: tuple[str, str | None]) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "data.py").write_text(HOSTILE)
    done = python(mine, begin[0] + "import hitlist", begin[1])
    assert f"finds {mine / 'data.py'} first" in done.stderr
    assert "stranger" not in done.stderr


def test_a_folder_of_tables_does_no_harm(tmp_path: Path, begin: tuple[str, str | None]) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in PACKAGES:
        write(mine, name, None)
    code = "import hitlist, data.assay; print(hitlist.standardize(['OCC.Cl'])['smiles'].tolist())"
    done = python(mine, begin[0] + code, begin[1])
    assert done.stdout == "['CCO']\n", done.stderr


def test_a_package_that_is_imported_already_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    write(mine, "data", "")
    code = f"import data, sys; sys.path.insert(0, {str(ROOT)!r}); import hitlist"
    done = python(mine, code)
    assert f"but {mine / 'data'} was imported under that name; restart Python" in done.stderr


def test_a_package_that_came_after_the_import_is_refused_at_the_first_use(tmp_path: Path) -> None:
    found = write(tmp_path, "data", HOSTILE)
    code = (
        f"import hitlist, sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "try: hitlist.train\nexcept hitlist.NameClashError as error: print(error.path)"
    )
    done = python(ROOT, code)
    assert done.stdout.strip() == str(found), done.stderr


def test_ours_are_found_here() -> None:
    check_names()
    assert issubclass(NameClashError, ImportError)
    assert all((ROOT / name / "__init__.py").is_file() for name in PACKAGES)


def test_the_command_works_from_any_folder(tmp_path: Path) -> None:
    """Its search path begins with the folder of its script."""
    for name in PACKAGES:
        write(tmp_path, name, HOSTILE)
    script = tmp_path / "bin" / "hitlist"
    script.parent.mkdir()
    script.write_text("from flows.cli import main\nmain()\n")
    done = subprocess.run(
        [sys.executable, script, "data", "list"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "approved_drugs" in done.stdout
