"""Builds the documents as a site, strictly: a broken link or a page that no menu names is an error.

    make docs

The pages are copied as they lie in the repository, so that a link means the same on a code host and
in the site. What a page loads must be in the site itself: nothing is fetched when it is read.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "build/site-source"
SITE = ROOT / "build/site"
SHOWN = ("*.md", "LICENSE", "CITATION.cff", "LICENSES", "docs", "flows/screens")
"""What git knows below these is copied; ``*.md`` are those in the root."""
LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
"""A tag that makes a browser ask another machine."""


def copy_pages() -> None:
    """Copy pages, pictures and what they link to, and nothing that git does not know or ignores."""
    patterns = [f":(glob){name}" if "*" in name else name for name in SHOWN]
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    listed = subprocess.run([*words, *patterns], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    shutil.rmtree(SOURCE, ignore_errors=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if not name.endswith(".py") and (ROOT / name).exists():
            target = SOURCE / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)


def find_loads() -> list[str]:
    """Name each tag of the site that loads something from elsewhere."""
    pages = sorted(SITE.rglob("*.html"))
    return [
        f"{page.relative_to(SITE)}: {tag}"
        for page in pages
        for tag in LOADED.findall(page.read_text(encoding="utf-8"))
    ]


def main() -> int:
    """Build the site; returns 1 where a page would load something from elsewhere."""
    copy_pages()
    mkdocs = Path(sys.executable).parent / "mkdocs"
    words: list[str | Path] = [mkdocs, "build", "--strict", "--clean", "--quiet"]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # mkdocs.yml says what it says
    subprocess.run(words, cwd=ROOT, env=quiet, check=True)
    found = find_loads()
    for line in found:
        print(line)
    print(f"{len(list(SITE.rglob('*.html')))} pages: {SITE / 'index.html'}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
