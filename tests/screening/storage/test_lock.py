"""A run waits for another one that does the same work, and for no other."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.errors import LostError
from screening.storage.ledger import Ledger

PURPOSE: dict[str, object] = {"library": "a" * 64, "columns": ["smiles", None]}


def hold(folder: Path, purpose: Mapping[str, object], seconds: float) -> subprocess.Popen[str]:
    """Another process that holds a folder; it has it when this returns."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from screening.storage.ledger import Ledger\n"
        f"with Ledger(Path(sys.argv[1]), {purpose!r}):\n"
        f"    print('held', flush=True); time.sleep({seconds})"
    )
    words = [sys.executable, "-c", code, str(folder)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_run_waits_for_another_one_that_does_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.storage.lock._POLL", 0.2)
    told: list[float] = []
    with hold(tmp_path, PURPOSE, 1.0) as other, Ledger(tmp_path, PURPOSE, waiting=told.append):
        assert other.wait(60) == 0  # it is at its end
    assert told
    assert told == sorted(told)


def test_the_wait_for_another_run_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screening.storage.lock._POLL", 0.1)
    monkeypatch.setattr("screening.storage.ledger.MOST_WAIT", 0.6)
    with hold(tmp_path, PURPOSE, 60) as other:
        with pytest.raises(LostError, match=r"in use by another run.* after 0 minutes") as refused:
            Ledger(tmp_path, PURPOSE, waiting=lambda _: None).__enter__()
        other.kill()
    assert "\n" not in str(refused.value)


def test_a_run_does_not_wait_for_another_kind_of_work(tmp_path: Path) -> None:
    told: list[float] = []
    with (
        Ledger(tmp_path, {**PURPOSE, "sha256": "other"}),
        pytest.raises(InputError, match="in use by another run") as refused,
    ):
        Ledger(tmp_path, PURPOSE, waiting=told.append).__enter__()
    assert not isinstance(refused.value, LostError)  # a stage is not tried again for it
    assert told == []
