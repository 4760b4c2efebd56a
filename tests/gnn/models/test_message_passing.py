import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("gnn", "screening", "flows", "hitlist", "benchmarks", "data", "chem")
COMPILER = "torch._dynamo"


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_encoder_needs_no_compiler_until_one_asks_for_it() -> None:
    found = python(
        "import sys\n"
        "from gnn.models.encoder import Convolution, Encoder\n"
        f"print({COMPILER!r} in sys.modules)\n"
        "import torch\n"
        "from torch_geometric.isinstance import is_torch_instance\n"
        "encoder = Encoder(4, 1, 0.0, torch.zeros(3, 5, dtype=torch.int64))\n"
        "compiled = torch.compile(encoder, backend='eager')\n"
        "print(is_torch_instance(encoder, Encoder), is_torch_instance(encoder, Convolution))\n"
        "print(is_torch_instance(compiled, Encoder), is_torch_instance(compiled, Convolution))\n"
        f"print(sys.modules[{COMPILER!r}].__file__ is not None)\n"
    )
    assert found.split() == ["False", "True", "False", "True", "False", "True"]


def test_a_compiled_encoder_computes_the_same() -> None:
    found = python(
        "import numpy as np, torch\n"
        "from gnn.features.batch import make_batch\n"
        "from gnn.features.graph_arrays import collect\n"
        "from gnn.models.encoder import Encoder\n"
        "bond = [np.array([0]), np.array([1]), np.array([2])]\n"
        "batch = make_batch(collect([(np.array([1, 2]), *bond)]))\n"
        "encoder = Encoder(4, 1, 0.0, torch.zeros(3, 5, dtype=torch.int64)).eval()\n"
        "compiled = torch.compile(encoder, backend='eager')\n"
        "print(torch.equal(encoder(batch), compiled(batch)))\n"
    )
    assert found == "True"


@pytest.mark.parametrize("first", [COMPILER, "torch_geometric"])
def test_a_compiler_that_is_there_stays(first: str) -> None:
    found = python(
        f"import sys\nimport {first}\nkept = sys.modules[{COMPILER!r}]\n"
        "import gnn.models.encoder\n"
        f"print(sys.modules[{COMPILER!r}] is kept, hasattr(kept, 'OptimizedModule'))"
    )
    assert found.split() == ["True", "True"]


def test_a_library_that_needs_the_compiler_gets_it(tmp_path: Path) -> None:
    """Another version may use the compiler as it is imported."""
    library = tmp_path / "torch_geometric"
    library.mkdir()
    (library / "__init__.py").write_text(
        "import torch._dynamo\nfound = torch._dynamo.OptimizedModule\n"
    )
    (library / "nn.py").write_text("MessagePassing = object\n")
    (library / "utils.py").write_text("scatter = segment = None\n")
    found = python(
        f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n"
        "import gnn.models.message_passing\n"
        "import torch_geometric\n"
        "print(torch_geometric.found.__name__)"
    )
    assert found == "OptimizedModule"


def test_one_module_imports_the_library() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(
            line.split()[:1] in (["from"], ["import"]) and "torch_geometric" in line
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert found == ["gnn/models/message_passing.py"]
