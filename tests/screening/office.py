"""LibreOffice opens files, and what is live in them is counted."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

OFFICE = shutil.which("soffice")
NO_OFFICE = "LibreOffice (soffice) is not on this machine"
_LIVE = re.compile(b"table:formula=|<text:a |<office:event-listeners|<script:")


def count_live(files: Iterable[Path], separators: str | None = None) -> dict[Path, int]:
    """Count the formulas, links and macros of each file, as the office opens it.

    separators: code points that it parts the cells of CSV files at, as its filter takes them:
    ``44/59`` is comma and ``;``. None: the files are workbooks.

    The office starts once for all files, with a profile of its own: one that ends may still hold
    its profile when the next one starts, and that one then opens nothing.
    """
    assert OFFICE is not None
    with TemporaryDirectory(prefix="office-") as scratch:
        folder, out = Path(scratch), Path(scratch, "out")
        named = {folder / f"{at}-{one.name}": one for at, one in enumerate(files)}
        for copy, one in named.items():
            shutil.copy(one, copy)
        command = [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        command += [] if separators is None else [f"--infilter=CSV:{separators},34,76,1"]
        command += ["--convert-to", "fods", "--outdir", str(out)]
        done = subprocess.run([*command, *named], capture_output=True, text=True, timeout=250)
        assert done.returncode == 0, done.stderr
        made = {one: out / f"{copy.stem}.fods" for copy, one in named.items()}
        lost = [str(one) for one, path in made.items() if not path.is_file()]
        assert not lost, f"{lost} were not opened: {done.stdout} {done.stderr}"
        return {one: len(_LIVE.findall(path.read_bytes())) for one, path in made.items()}
