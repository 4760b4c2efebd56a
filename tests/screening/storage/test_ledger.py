import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from distributed import Client

from chem.disk.bounded_read import hash_file
from chem.errors import InputError
from screening.errors import StoreError
from screening.objective.screen_settings import Screen
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.storage.ledger import LEDGER, Ledger, hash_purpose
from screening.storage.lock import LOCK, Lock
from screening.storage.store import Store

PURPOSE: dict[str, object] = {
    "library": "a" * 64,
    "bundles": ["b", "c"],
    "columns": ["smiles", None],
}
KILLED = """
import os, signal, sys
from pathlib import Path
from chem.disk.files import open_atomic
from screening.storage.lock import Lock

with Lock(Path(sys.argv[1])), open_atomic(Path(sys.argv[1]) / "hits.csv") as file:
    file.write("half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def fill(folder: Path, *names: str, purpose: dict[str, object] = PURPOSE) -> None:
    with Ledger(folder, purpose) as ledger:
        for name in names:
            (folder / name).write_text(f"content of {name}")
            ledger.record(name, {"rows": len(name)})


def done(folder: Path, purpose: dict[str, object] = PURPOSE) -> list[str]:
    with Ledger(folder, purpose) as ledger:
        return sorted(ledger.entries)


def refused(folder: Path, purpose: dict[str, object] = PURPOSE) -> str:
    with pytest.raises(InputError) as caught, Ledger(folder, purpose):
        pass
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) in text
    return text


def test_what_was_recorded_is_there_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    fill(folder, "one", "three")
    with Ledger(folder, PURPOSE) as ledger:
        assert {name: entry.facts["rows"] for name, entry in ledger.entries.items()} == {
            "one": 3,
            "three": 5,
        }
        assert ledger.entries["one"].sha256 == hash_file(folder / "one")


@pytest.mark.parametrize("harm", ["altered", "truncated", "missing"])
def test_a_harmed_file_is_not_done(tmp_path: Path, harm: str) -> None:
    fill(tmp_path, "one", "two", "three")
    two = tmp_path / "two"
    if harm == "missing":
        two.unlink()
    else:
        two.write_text("other" if harm == "altered" else two.read_text()[:-1])
    assert done(tmp_path) == ["one", "three"]
    fill(tmp_path, "two")
    assert done(tmp_path) == ["one", "three", "two"]


def test_the_last_entry_of_a_file_counts(tmp_path: Path) -> None:
    fill(tmp_path, "one")
    with Ledger(tmp_path, PURPOSE) as ledger:
        (tmp_path / "one").write_text("done again, otherwise")
        ledger.record("one", {"rows": 9})
    with Ledger(tmp_path, PURPOSE) as ledger:
        assert ledger.entries["one"].facts == {"rows": 9}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        pytest.param({"library": "f" * 64}, "library", id="another library"),
        pytest.param({"bundles": ["c", "b"]}, "bundles", id="another order of bundles"),
        pytest.param({"columns": ["smiles", "id"]}, "columns", id="another column"),
    ],
)
def test_another_purpose_is_refused_by_name(
    tmp_path: Path, changed: dict[str, object], named: str
) -> None:
    fill(tmp_path, "one")
    text = refused(tmp_path, {**PURPOSE, **changed})
    assert f"its {named} differs" in text
    assert done(tmp_path) == ["one"]  # a refusal harms nothing


@pytest.mark.parametrize("cut", range(1, 40, 4))
def test_a_line_cut_short_is_work_to_do(tmp_path: Path, cut: int) -> None:
    """A kill may cut the last line anywhere; what is recorded next must not be lost with it."""
    fill(tmp_path, "one", "twó")
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes()[:-cut])
    assert done(tmp_path) == ["one"] if cut > 1 else ["one", "twó"]
    fill(tmp_path, "twó", "three")
    assert done(tmp_path) == ["one", "three", "twó"]


@pytest.mark.parametrize("left", [0, 1, 30])
def test_a_first_line_cut_short_is_a_new_ledger(tmp_path: Path, left: int) -> None:
    fill(tmp_path)
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes()[:left])
    assert done(tmp_path) == []
    fill(tmp_path, "one")
    assert done(tmp_path) == ["one"]


@pytest.mark.parametrize("name", ["β.csv", "line\u2028separator", "next\x85line", "tab\tnl\n"])
def test_any_text_may_name_a_library(tmp_path: Path, name: str) -> None:
    purpose: dict[str, object] = {"library": name}
    fill(tmp_path, "one", purpose=purpose)
    assert done(tmp_path, purpose) == ["one"]
    content = (tmp_path / LEDGER).read_bytes()
    cut = content.index(b"\n") + 20
    (tmp_path / LEDGER).write_bytes(content[:cut])
    assert done(tmp_path, purpose) == []


def test_a_cut_within_a_letter_is_a_cut(tmp_path: Path) -> None:
    fill(tmp_path, "one")
    with (tmp_path / LEDGER).open("ab") as file:
        file.write('{"name": "é'.encode()[:-1])
    assert done(tmp_path) == ["one"]


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path, PURPOSE):
        assert "in use by another run" in refused(tmp_path)
        code = (
            "import sys; from pathlib import Path; from screening.storage.ledger import Ledger\n"
            f"Ledger(Path(sys.argv[1]), {PURPOSE!r}).__enter__()"
        )
        other = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
        )
        assert other.returncode == 1
        assert "in use by another run" in other.stderr
    assert done(tmp_path) == []  # it is free again


def test_a_refused_folder_is_free_for_its_own_run(tmp_path: Path) -> None:
    fill(tmp_path, "one")
    refused(tmp_path, {"library": "other"})
    fill(tmp_path, "two")
    assert done(tmp_path) == ["one", "two"]


def test_an_error_in_the_work_keeps_what_was_done(tmp_path: Path) -> None:
    def work() -> None:
        with Ledger(tmp_path, PURPOSE) as ledger:
            (tmp_path / "one").write_text("1")
            ledger.record("one", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert done(tmp_path) == ["one"]


def test_equal_purposes_have_equal_names() -> None:
    backwards = dict(reversed(PURPOSE.items()))
    assert hash_purpose(backwards) == hash_purpose(PURPOSE)
    assert hash_purpose({**PURPOSE, "library": "x"}) != hash_purpose(PURPOSE)
    assert len(hash_purpose({})) == 16


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_ledger_of_a_store_apart_holds_its_files_to_their_hashes(
    tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "ledger"
    store = Store(tmp_path / "store" if kind == "folder" else f"memory://{tmp_path.name}")
    store.check()
    with Ledger(folder, PURPOSE, store) as ledger:
        for name in ("kept", "altered", "lost"):
            ledger.record(name, {}, store.write(name, name.encode()))
        store.write("hashed", b"here")
        ledger.record("hashed", {"rows": 1})
    store.write("altered", b"otherwise")
    store.remove("lost")
    with Ledger(folder, PURPOSE, store) as ledger:
        assert sorted(ledger.entries) == ["hashed", "kept"]
        assert ledger.entries["hashed"].sha256 == sha256(b"here").hexdigest()
    assert sorted(path.name for path in folder.iterdir()) == [".lock", LEDGER]


def test_a_file_that_a_worker_wrote_elsewhere_is_not_entered(tmp_path: Path) -> None:
    with (
        Ledger(tmp_path, PURPOSE) as ledger,
        pytest.raises(StoreError, match=r"^[^\n]*every worker has to see the same folder[^\n]*$"),
    ):
        ledger.record("one", {}, "0" * 64)
    assert done(tmp_path) == []


def test_a_store_apart_is_made_before_any_work(tmp_path: Path) -> None:
    """Workers make no folders: a store that they do not see must stay missing there."""
    store = Store(tmp_path / "apart" / "store")
    with Ledger(tmp_path / "ledger", PURPOSE, store) as ledger:
        ledger.record("one", {}, store.write("one", b"content"))
    assert [path.name for path in (tmp_path / "apart" / "store").iterdir()] == ["one"]
    (tmp_path / "file").write_text("no folder")
    with (
        pytest.raises(StoreError, match=r"^[^\n]*cannot be made[^\n]*$"),
        Ledger(tmp_path / "ledger", PURPOSE, Store(tmp_path / "file" / "store")),
    ):
        pass
    with Ledger(tmp_path / "ledger", PURPOSE, store) as ledger:  # a refusal leaves it unlocked
        assert list(ledger.entries) == ["one"]


def test_a_ledger_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    """A real failing write: the process may write files of 2 kB only."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from screening.storage.ledger import Ledger\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "folder = Path(sys.argv[1])\n"
        "with Ledger(folder, {}) as ledger:\n"
        "    (folder / 'one').write_text('content')\n"
        "    while True: ledger.record('one', {})\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert "StoreError" in ended.stderr.strip().splitlines()[-1]
    assert "ledger.jsonl cannot be written (File too large)" in ended.stderr
    assert done(tmp_path, {}) == ["one"]  # the line that was cut is no harm


def test_a_ledger_is_looked_at_without_a_trace(tmp_path: Path) -> None:
    """Also while a run has it, and with a line that is being written."""
    fill(tmp_path, "one", "two")
    (tmp_path / "two").write_text("otherwise")
    with Ledger(tmp_path, PURPOSE), (tmp_path / LEDGER).open("ab") as file:
        file.write(b'{"name": "thr')
        file.flush()
        before = {path: path.stat().st_mtime_ns for path in (tmp_path, *tmp_path.iterdir())}
        seen = Ledger.read(tmp_path)
        assert {path: path.stat().st_mtime_ns for path in (tmp_path, *tmp_path.iterdir())} == before
    assert seen.purpose == PURPOSE
    assert {name: entry.facts["rows"] for name, entry in seen.entries.items()} == {
        "one": 3,
        "two": 3,
    }
    assert seen.store.read("one") == b"content of one"
    with pytest.raises(StoreError, match=r"two is missing or was altered; run the screen again$"):
        seen.store.read("two")
    with pytest.raises(RuntimeError, match="reading only"):
        seen.record("one", {})


def test_of_a_file_that_was_done_twice_the_last_entry_is_read(tmp_path: Path) -> None:
    fill(tmp_path, "one")
    with Ledger(tmp_path, PURPOSE) as ledger:
        (tmp_path / "one").write_text("done again")
        ledger.record("one", {"rows": 9})
    assert Ledger.read(tmp_path).entries["one"].facts == {"rows": 9}


@pytest.mark.parametrize("content", [None, b"", b'{"purp'])
def test_nothing_to_look_at_is_told_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / LEDGER).write_bytes(content)
    with pytest.raises(InputError, match=rf"^[^\n]*{LEDGER} [^\n]*; mend it$"):
        Ledger.read(tmp_path, remedy="mend it")
    assert [path.name for path in tmp_path.iterdir()] == [LEDGER] * (content is not None)


@pytest.mark.parametrize("line", [b"5", b"[]", b"{}", b'{"purpose": 5}', b'"name"'])
def test_json_that_is_no_line_of_a_ledger_is_a_line_cut_short(tmp_path: Path, line: bytes) -> None:
    fill(tmp_path, "one")
    path = tmp_path / LEDGER
    whole = path.read_bytes()
    path.write_bytes(whole + line + b"\n")
    assert list(Ledger.read(tmp_path).entries) == done(tmp_path) == ["one"]
    path.write_bytes(line + b"\n")
    with pytest.raises(InputError, match=r"^[^\n]*is damaged in its first line[^\n]*$"):
        Ledger.read(tmp_path)


def test_what_a_killed_run_left_goes_when_the_lock_is_taken(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".*.hits.csv"))) == 1
    with Lock(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [LOCK]


@pytest.mark.parametrize(("mask", "mode"), [(0o000, 0o664), (0o022, 0o644), (0o077, 0o600)])
def test_lock_and_ledger_keep_to_the_umask(mask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        with Ledger(tmp_path / "run", {"a": 1}):
            pass
    finally:
        os.umask(before)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "run").iterdir()}
    assert found == {LOCK: mode, "ledger.jsonl": mode}


@pytest.mark.parametrize(("mask", "forbidden"), [(0o000, 0o002), (0o022, 0o022), (0o077, 0o077)])
def test_no_file_of_a_run_is_wider_than_its_umask(
    mask: int, forbidden: int, objective: Callable[..., Screen], lone: Client, tmp_path: Path
) -> None:
    before = os.umask(mask)
    try:
        plan = plan_run(objective("EGFR", 4), tmp_path / "run", prepared=tmp_path / "prepared")
        run_screen(plan, lone)
    finally:
        os.umask(before)
    made = [path for top in ("run", "prepared") for path in (tmp_path / top).rglob("*")]
    made += [tmp_path / "run", tmp_path / "prepared"]
    assert len(made) > 20
    assert [path for path in made if path.stat().st_mode & forbidden] == []


def test_a_disk_that_fails_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    store = Store(tmp_path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match=r"^[^\n]*one cannot be written \(Input/output error\)"):
        store.write("one", b"x")
    with pytest.raises(StoreError, match=r"^[^\n]*cannot be written \(Input/output error\)"):
        Lock(tmp_path / "new").acquire()
