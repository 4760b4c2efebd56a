"""Prefect's pages, with a policy that keeps the browser from asking anyone else.

Prefect's newer pages (v2) load the settings of an analytics service from its maker at every start,
whatever ``analytics_enabled`` says. Both versions of the pages hold addresses of others. Therefore
the server gets its own copy of the pages, whose first line is a content security policy: the
browser itself refuses every address but this server's. A link that the reader clicks still opens.
"""

import shutil
import tempfile
from pathlib import Path

import prefect

from chem.errors import InputError

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",  # the graph of a run compiles its drawing code
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "base-uri 'self'",
        "form-action 'self'",
    ]
)
_META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
_HEAD = "<head>"
_BASES = {"v1": "", "v2": "/v2"}
"""Path of each version of the pages, in a server whose base is ``/``."""
_PLACEHOLDER = "/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER"
_KEY_FILE = "UI_SERVE_BASE"
"""File by which Prefect knows a copy as its own, so that it does not copy its pages again."""
_TEXTS = {".txt", ".html", ".css", ".js", ".json"}


def make_pages(folder: Path) -> None:
    """Write the pages to a folder, unless those of this version of Prefect are there already.

    Args:
        folder: value of Prefect's setting ``server.ui.static_directory``.

    Raises:
        InputError: the folder cannot be written, or Prefect's pages have another form.
    """
    sources = {"v1": prefect.__ui_static_path__, "v2": prefect.__ui_v2_static_path__}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for version, source in sources.items():
            _make(source, folder / version, version)
    except OSError as error:
        raise InputError(f"cannot write the server's pages: {error}; free or allow {folder}") from (
            error
        )


def _make(source: Path, target: Path, version: str) -> None:
    key = f"{version}:{prefect.__version__}:{_BASES[version] or '/'}"
    if _is_current(target, key):
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        copy = Path(scratch, version)
        shutil.copytree(source, copy, copy_function=shutil.copyfile)
        for path in copy.rglob("*"):
            if path.suffix in _TEXTS:
                text = path.read_text(encoding="utf-8")
                path.write_text(text.replace(_PLACEHOLDER, _BASES[version]), encoding="utf-8")
        page = copy / "index.html"
        text = page.read_text(encoding="utf-8")
        if text.count(_HEAD) != 1:
            raise InputError(
                f"the pages of Prefect {prefect.__version__} have another form than those of "
                "3.8.8, which keep the browser on this server; install hitlist again (make setup)"
            )
        page.write_text(text.replace(_HEAD, _HEAD + _META), encoding="utf-8")
        (copy / _KEY_FILE).write_text(key, encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        copy.rename(target)


def _is_current(target: Path, key: str) -> bool:
    try:
        known = (target / _KEY_FILE).read_text(encoding="utf-8")
        page = (target / "index.html").read_text(encoding="utf-8")
    except OSError:
        return False
    return known == key and _HEAD + _META in page
