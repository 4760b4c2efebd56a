"""Secrets of the environment end up nowhere, and structures only where they belong.

The main commands run with secrets set and with structures that nothing else has; then every file
that they made, all that they said and the command lines of their processes are searched.
"""

import gzip
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import psutil
import pyarrow.parquet as pq
import pytest

from flows.cli import main
from gnn.bundle.bundle import Bundle
from screening.objective.screen_file import dump_screen
from screening.objective.screen_settings import Screen

PROGRAM = Path(sys.executable).with_name("hitlist")
SECRET = "CANARY7SECRET"
SECRETS = {
    "AWS_ACCESS_KEY_ID": f"{SECRET}-aws-id",
    "AWS_SECRET_ACCESS_KEY": f"{SECRET}-aws",
    "AZURE_STORAGE_KEY": f"{SECRET}-azure",
    "PREFECT_API_AUTH_STRING": f"hitlist:{SECRET}-prefect",
    "PREFECT_SERVER_API_AUTH_STRING": f"hitlist:{SECRET}-prefect",
    "UNRELATED_TOKEN": f"{SECRET}-token",
}
CHAIN = "C" * 17
"""In every structure of the library, as it is written and as it is standardized."""
STRUCTURES = [f"{CHAIN}{end}" for end in ("O", "C(=O)O.[Na+]", "N", "(=O)Q", "O", "S", "C(N)=O")]
SHOWN_IN = (
    *(r"library\.csv", r"assay\.csv", r"why\.html", r"predicted\.csv"),
    *(r"run/hits\.(csv|sdf|xlsx)", r"run/report\.html", r"run/(rejects|duplicates)\.csv"),
    *(r"again/hits\.(csv|sdf|xlsx)", r"again/report\.html", r"again/(rejects|duplicates)\.csv"),
    *(r"(run|again)/lab/order\.csv", r"(.*/)?prepared/(.*/)?part-\d+\.parquet"),
    *(r"run/scores/part-\d+\.parquet", r"bundle/measured\.parquet"),
)
"""All files that may hold a structure, below the folder of the test. In no other one is any."""
MUST_SHOW = ("run/hits.csv", "run/rejects.csv", "run/duplicates.csv", "why.html", "predicted.csv")


def contents(path: Path) -> Iterator[bytes]:
    """Yield what a file holds: its bytes, and what is packed in it."""
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode()
    if path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            yield from map(packed.read, packed.namelist())


def holders(folder: Path, needle: str) -> set[str]:
    """Names of the files below a folder that hold a text, in their name too."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and (needle in path.name or any(needle.encode() in one for one in contents(path)))
    }


class Watch:
    """Keeps the command lines of all processes below one, as long as it runs."""

    def __init__(self, pid: int) -> None:
        self.lines: set[str] = set()
        self._pid, self._over = pid, Event()
        self._thread = Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            try:
                own = psutil.Process(self._pid)
                for one in (own, *own.children(recursive=True)):
                    self.lines.add(" ".join(one.cmdline()))
            except psutil.NoSuchProcess:
                continue

    def stop(self) -> set[str]:
        self._over.set()
        self._thread.join()
        return self.lines


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds all that the commands write: home, cache, temporary files and results."""
    for name in ("home", "tmp", "cache", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "key.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{SECRET}-tls\n")
    own = {"HOME": "home", "TMPDIR": "tmp", "HITLIST_CACHE": "cache", "HITLIST_TLS_KEY": "key.pem"}
    for variable, name in own.items():
        monkeypatch.setenv(variable, str(tmp_path / name))
    for variable, secret in SECRETS.items():
        monkeypatch.setenv(variable, secret)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Say:
    """Run a command in this process; returns its exit code and what it said."""

    def run(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def write_inputs(place: Path, bundle: Bundle) -> None:
    rows = [f"id {at},{text}" for at, text in enumerate(STRUCTURES)]
    (place / "library.csv").write_text("\n".join(["compound_id,smiles", *rows]) + "\n")
    measured = [f"a{n},{CHAIN}{'C' * n}O,{5 + n / 20}" for n in range(40)]
    (place / "assay.csv").write_text("\n".join(["compound_id,smiles,EGFR pKi", *measured]) + "\n")
    screen = {
        "name": "canary",
        "title": "Canary",
        "library": str(place / "library.csv"),
        "bundles": [str(bundle.path)],
        "hits": 4,
        "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
    }
    (place / "screen.toml").write_text(dump_screen(Screen.model_validate(screen)))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_secrets_end_up_nowhere_and_structures_where_they_belong(
    place: Path,
    say: Say,
    make_bundle: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
    crew: tuple[str, ...],
) -> None:
    bundle = make_bundle(tmp_path_factory.mktemp("model"), "small", (("EGFR", "r"),))
    write_inputs(place, bundle)
    screen, run = place / "screen.toml", place / "run"
    words = [str(PROGRAM), "screen", str(screen), "--out", str(run), "--workers", "1"]
    # The one with processes of its own, whose arguments are looked at.
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = Watch(process.pid)
    out, err = process.communicate(timeout=500)
    lines = watch.stop()
    assert process.returncode == 0, err
    assert any("screening.prepare.chemistry_process" in line for line in lines)
    said = {"screen": (0, out, err)}
    out_x = ("--out", place / "x")
    prepare_x = ("prepare", place / "library.csv", *out_x)
    not_pem = ("--tls-ca", place / "key.pem", "--tls-cert", place / "key.pem")
    cases: dict[str, tuple[object, ...]] = {
        "prepare": ("prepare", place / "library.csv", "--out", place / "prepared", *crew),
        "rank": ("rank", "--run", run, "--screen", screen, "--out", place / "again", *crew),
        "verify": ("verify", run, "--library", place / "library.csv"),
        "predict": ("predict", place / "library.csv", "--bundle", bundle.path, *crew),
        "train": ("train", place / "assay.csv", "--out", place / "bundle", "--model", "gp"),
        "explain": ("explain", "id 0", "--run", run, "--html", place / "why.html"),
        "no library": ("prepare", place / "none.csv", *out_x),
        "no run": ("explain", "id 0", "--run", place / "none"),
        "bad store": (*prepare_x, "--store", f"s3://KEY:{SECRET}@bucket/x"),
        "no such store": (*prepare_x, "--store", "/dev/null/x"),
        "bad key": ("screen", screen, *out_x, "--scheduler", "tls://127.0.0.1:9", *not_pem),
        "no TLS": ("screen", screen, *out_x, "--scheduler", "tcp://127.0.0.1:9"),
        "not a library": ("prepare", place / "screen.toml", *out_x),
    }
    cases["predict"] += ("--out", place / "predicted.csv")
    failing = list(cases)[6:]
    for name, case in cases.items():
        said[name] = say(*case)
        assert said[name][0] == (2 if name in failing else 0), (name, said[name])
    # Nowhere.
    assert holders(place, SECRET) == {"key.pem"}
    for name, (_, out, err) in said.items():
        assert SECRET not in out + err, name
        assert name == "explain" or CHAIN not in out + err, name
    assert CHAIN in said["explain"][1]
    for line in lines:
        assert SECRET not in line
        assert CHAIN not in line
    # Where they belong.
    shown = holders(place, CHAIN)
    assert [one for one in shown if not any(re.fullmatch(form, one) for form in SHOWN_IN)] == []
    assert shown >= set(MUST_SHOW)
    assert any(one.startswith("cache/prepared/") for one in shown)
    assert os.environ["AWS_SECRET_ACCESS_KEY"] in SECRETS.values()  # it was there all the time
