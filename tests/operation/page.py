"""The commands of docs/operations.md, section by section, and the folders of the page in a test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/operations.md"


def blocks(section: str) -> list[list[str]]:
    """The console blocks of a section, each as its lines with their comments."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    assert found, section
    return [block.splitlines() for block in found]


def script(lines: list[str], database: str, places: dict[str, str]) -> str:
    """The lines for one database, with the page's folders replaced, as a script."""
    other = {"SQLite": "PostgreSQL", "PostgreSQL": "SQLite"}[database]
    text = "\n".join(line for line in lines if not line.endswith(f"# {other}"))
    for place, own in places.items():
        text = text.replace(place, own)
    return f"set -eu\n{text}\n"
