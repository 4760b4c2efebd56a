"""A screen that takes a fraction of a second, and what its command leaves behind."""

import gc
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from distributed import Client

from chem.disk.files import is_leftover
from flows.cli import main
from screening.runs.runfolder import SAME

DRUGS = (
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1.Cl",
    "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CCQ",
)
SCREEN = """
name = "small"
title = "Small"
library = "library.csv"
bundles = ["bundle"]
hits = 3

[[primary]]
task = "small_EGFR"
zero = 5.0
full = 8.0
"""
LANDING_SECONDS = 5.0
TELLS_TIME = {"manifest.json", "report.html", "changes.csv", "changes.json"}
COMMAND = ("screen", "screen.toml", "--out", "runs/one", "--partition-rows", "3", "--workers", "1")


class Answer(NamedTuple):
    """What a command did."""

    code: int
    said: str
    """On its second stream."""


def lay_out(folder: Path) -> None:
    """Write the library and the screen; the bundle is the caller's to make."""
    lines = [f"A{number},{smiles}" for number, smiles in enumerate(DRUGS, 1)]
    (folder / "library.csv").write_text("\n".join(["compound_id,smiles", *lines]) + "\n")
    (folder / "screen.toml").write_text(SCREEN)
    (folder / "tmp").mkdir()


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """Work in a folder, with its own cache and temporary folder."""
    before = Path.cwd()
    own = {"HITLIST_CACHE": str(folder / "cache"), "TMPDIR": str(folder / "tmp")}
    with patch.dict(os.environ, own), patch("tempfile.tempdir", None):
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def command(client: Client | None, *words: str) -> Answer:
    """Give a command line in this process; its work runs in the client's workers.

    Whatever the command line would show as a traceback is raised.
    """

    @contextmanager
    def working(*_: object) -> Iterator[Client | None]:
        yield client

    out, err = io.StringIO(), io.StringIO()
    code: Any = 0
    with (
        patch("flows.terminal.options.ClusterOptions.connect", working),
        patch("sys.unraisablehook", lambda failed: err.write(f"Traceback: {failed.exc_value!r}\n")),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main(list(words))
        except SystemExit as ended:
            code = ended.code
        gc.collect()
    return Answer(int(code or 0), err.getvalue())


def content(folder: Path) -> dict[str, Any]:
    """Return all that a screen made below a folder; of what tells the time, what does not."""
    found: dict[str, Any] = {}
    for path in sorted((folder / "runs").rglob("*")) + sorted((folder / "cache").rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():  # to the newest run, which is whole without
            continue
        if path.is_dir():
            found[name] = None
        elif path.name == "manifest.json":
            told = json.loads(path.read_text())
            files = {key: value for key, value in told["files"].items() if key not in TELLS_TIME}
            found[name] = {**{key: told[key] for key in SAME}, "files": files}
        elif path.name == "ledger.jsonl":
            first, *lines = [json.loads(line) for line in path.read_text().splitlines()]
            found[name] = first, {line["name"]: line["sha256"] for line in lines}
        elif path.name not in TELLS_TIME:
            found[name] = path.read_bytes().replace(str(folder).encode(), b"HOME")
    return found


def start_again(home: Path) -> None:
    """Remove all that runs made."""
    for name in ("runs", "cache"):
        shutil.rmtree(home / name, ignore_errors=True)


def leftovers(folder: Path) -> list[str]:
    """Return what no run should leave.

    A partition that was being written when the run was called off is waited for.
    """
    end = time.monotonic() + LANDING_SECONDS
    while (left := _leftovers(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _leftovers(folder: Path) -> list[str]:
    found = [path for path in folder.rglob("*") if is_leftover(path.name) or path.suffix == ".part"]
    found += [path for path in (folder / "runs").rglob(".*") if path.name != ".lock"]
    found += [path for path in (folder / "cache").rglob(".*") if path.name != ".lock"]
    found += list((folder / "tmp").iterdir())
    return sorted({str(path.relative_to(folder)) for path in found})


if __name__ == "__main__":
    main(sys.argv[1:])
