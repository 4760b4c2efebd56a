"""Check that Python imports hitlist's own packages and not others of the same names.

The packages have plain names (``chem``, ``data``, …), which a user's own folder may have too. The
check only looks up locations and imports nothing.

- A folder without an ``__init__.py``, such as one of CSV files, hides a package of an editable
  installation. Adding hitlist's root at the end of the search path solves this, also for the
  processes of a screen.
- Another package or module of that name may be needed by the user's own code, and a process can
  hold only one package of a name. So it is refused.
"""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chem", "data", "gnn", "screening", "flows")


class NameClashError(ImportError):
    """Another package has the name of one of hitlist's packages. The message gives its location."""


def check_names() -> None:
    """Make Python find hitlist's packages.

    Raises:
        NameClashError: another package or module is found first, or was already imported.
    """
    if any(_is_hidden(_find(name)) for name in PACKAGES) and str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    for name in PACKAGES:
        found = _place(_find(name))
        if found != ROOT / name:
            raise NameClashError(_told(name, found), name=name, path=str(found))


def _find(name: str) -> ModuleSpec | None:
    """Look up a package without importing it. An imported package is used as it is."""
    try:
        return find_spec(name)
    except ValueError:  # a module made by hand, without a file
        return ModuleSpec(name, None, origin=f"<{name}>")


def _is_hidden(spec: ModuleSpec | None) -> bool:
    """Tell whether there is no package, or only a folder without ``__init__.py``."""
    return spec is None or (spec.origin is None and spec.name not in sys.modules)


def _place(spec: ModuleSpec | None) -> Path | None:
    """Return the folder of a package, or the file of a module."""
    if spec is None:
        return None
    if spec.origin is None:
        return next(
            (Path(folder).resolve() for folder in spec.submodule_search_locations or ()), None
        )
    origin = Path(spec.origin)
    return origin.resolve().parent if origin.name == "__init__.py" else origin


def _told(name: str, found: Path | None) -> str:
    if name in sys.modules:
        return (
            f"hitlist needs its package {name!r}, but {found} was imported under that name; "
            "restart Python and import hitlist without it, or rename it"
        )
    if found is None:
        return f"hitlist lacks its package {name!r} in {ROOT}; install hitlist again"
    return (
        f"hitlist needs its package {name!r}, but Python finds {found} first; rename that, or "
        "start Python in another folder"
    )
