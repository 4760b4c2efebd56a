"""Commands that users have written down are found where they were: ``python -m gnn.distil``."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("door", ["gnn.distil", "gnn.pretrain"])
def test_a_door_leads_to_its_room(door: str) -> None:
    words = [sys.executable, "-m", door, "--help"]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=root)
    assert done.returncode == 0, done.stderr
    assert "set work" in " ".join(done.stdout.split())
