"""Makes sure that the packages below ``hitlist`` are the ones that are imported.

They have plain names (``chem``, ``data``, …), and a folder of a user's own may have one of these
too. Nothing of such a folder is imported here: only its place is looked up.

- A folder without an ``__init__.py``, such as one of CSV files, hides a package of an editable
  installation. It no longer does when the root of ours stands at the end of the search path, where
  the processes that are started for a screen find it too.
- A package, or a module that is imported already, may be needed by the user's own code, and one
  process has room for one package of a name. So it is refused.
"""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chem", "data", "gnn", "screening", "flows")


class NameClashError(ImportError):
    """Another package has the name of one of ours; the message says where it is, in one line."""


def check_names() -> None:
    """Make our packages the ones that are found.

    Raises:
        NameClashError: a package or module of another one is found first, or was imported before.
    """
    if any(_is_hidden(_find(name)) for name in PACKAGES) and str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    for name in PACKAGES:
        found = _place(_find(name))
        if found != ROOT / name:
            raise NameClashError(_told(name, found), name=name, path=str(found))


def _find(name: str) -> ModuleSpec | None:
    """Look a package up without importing it; one that is imported already is taken as it is."""
    try:
        return find_spec(name)
    except ValueError:  # a module that somebody made by hand, of no file
        return ModuleSpec(name, None, origin=f"<{name}>")


def _is_hidden(spec: ModuleSpec | None) -> bool:
    """Tell whether nothing is found but a folder without ``__init__.py``, or nothing at all."""
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
