"""Screen compound libraries from Python, with the functions of the ``hitlist`` command.

>>> import hitlist
>>> hitlist.standardize(["OC(=O)c1ccccc1.[Na]", "not a molecule"])[["smiles", "problem"]].shape
(2, 2)

Functions take molecules as a list of SMILES, a Series, a DataFrame with a SMILES column, or the
path of a library file. They return a DataFrame with one row per molecule, in order, with the index
of the input. A molecule that cannot be used keeps its row, and the column ``problem`` gives the
reason.

Heavy packages are imported when they are first used.
"""

import os
from typing import TYPE_CHECKING, Any

from hitlist.import_guard import NameClashError as NameClashError
from hitlist.import_guard import check_names

if TYPE_CHECKING:
    from chem.errors import HitlistError as HitlistError
    from chem.errors import InputError as InputError
    from gnn.errors import ModelError as ModelError
    from hitlist.models import Model as Model
    from hitlist.models import explain as explain
    from hitlist.models import load_bundle as load_bundle
    from hitlist.models import predict as predict
    from hitlist.molecule_inputs import read_library as read_library
    from hitlist.molecules import featurize as featurize
    from hitlist.molecules import standardize as standardize
    from hitlist.runs import Run as Run
    from hitlist.runs import open_run as open_run
    from hitlist.runs import screen as screen
    from hitlist.structure_table import show as show
    from hitlist.training import train as train

    __version__: str

_HOMES = {
    **dict.fromkeys(("HitlistError", "InputError"), "chem.errors"),
    "ModelError": "gnn.errors",
    **dict.fromkeys(("Model", "explain", "load_bundle", "predict"), "hitlist.models"),
    **dict.fromkeys(("featurize", "standardize"), "hitlist.molecules"),
    **dict.fromkeys(("Run", "open_run", "screen"), "hitlist.runs"),
    "read_library": "hitlist.molecule_inputs",
    "show": "hitlist.structure_table",
    "train": "hitlist.training",
}
"""The module that defines each name. It is imported when one of its names is first used."""

__all__ = [
    "HitlistError",
    "InputError",
    "Model",
    "ModelError",
    "NameClashError",
    "Run",
    "__version__",
    "explain",
    "featurize",
    "load_bundle",
    "open_run",
    "predict",
    "read_library",
    "screen",
    "show",
    "standardize",
    "train",
]

check_names()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("hitlist")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import warnings
    from importlib import import_module

    # tqdm, loaded by torch-geometric, warns in every notebook. Its widgets are not needed here.
    warnings.filterwarnings("ignore", "IProgress not found")
    # Waiting threads sleep, as in the command. On shared cores training is ten times faster.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    check_names()  # checked again: the search path may have changed
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
