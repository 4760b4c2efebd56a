"""Imports PyTorch Geometric without torch's compiler.

``torch_geometric`` imports ``torch._dynamo`` only so that :func:`is_torch_instance` can later ask
for a class of it. That import takes 1.1 to 2.2 s in every process that predicts, and nothing here
compiles a network. torch imports the compiler by itself as soon as anyone reads ``torch._dynamo``.
So an empty module stands in for it while ``torch_geometric`` is imported, and is removed after.
"""

import importlib
import sys
from types import ModuleType

_COMPILER = "torch._dynamo"


def _import_light() -> None:
    """Import ``torch_geometric``; leave the compiler out unless it is there already."""
    if _COMPILER in sys.modules or "torch_geometric" in sys.modules:
        return
    importlib.import_module("torch")
    sys.modules[_COMPILER] = ModuleType(_COMPILER)
    try:
        importlib.import_module("torch_geometric")
    except (AttributeError, ImportError):  # another version needs the compiler
        for name in [one for one in sys.modules if one.split(".")[0] == "torch_geometric"]:
            del sys.modules[name]  # the imports below begin anew, with the compiler
    finally:
        del sys.modules[_COMPILER]


_import_light()

from torch_geometric.nn import MessagePassing  # noqa: E402
from torch_geometric.utils import scatter, segment  # noqa: E402

__all__ = ["MessagePassing", "scatter", "segment"]
