"""Artifacts of a run on the Prefect server: its top hits and a summary.

Prefect's page renders table cells and descriptions as Markdown. A compound name could hold a link
or a picture, which a browser would follow or fetch. Therefore all text from libraries is escaped
and shown literally.

A backslash escapes punctuation. It does not keep Prefect's page from linking bare addresses: its
renderer (remark-gfm) looks for them after it has removed the backslashes. Therefore an invisible
word joiner (U+2060) is inserted into every address.
"""

import re
import string

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import get_current_settings

from flows.terminal.outcome import domain_lines
from screening.hits.top import top_table
from screening.objective.screen_settings import Screen
from screening.runs.hand_over import Outcome
from screening.score.triage_recall import describe_triage

_HARMLESS = re.compile(r"[A-Za-z0-9 ]*|[-+]?[0-9.,]*[0-9](?: ± [0-9.,]*[0-9])?")
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=[-.\w+])(?=@)", re.IGNORECASE)
"""Positions at which ``http://…``, ``www.…`` and ``a@b.…`` are split."""
_JOINER = "\u2060"
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def publish(screen: Screen, outcome: Outcome, what: str = "") -> None:
    """Publish the top hits and a summary on the server, and log the folder.

    Args:
        screen: the screen of the run.
        outcome: the files and the table of the run.
        what: suffix of the artifact keys, which keeps flows apart.
    """
    headers, rows = top_table(outcome.table, screen, size=25)
    shown = [as_written(str(header)) for header in headers]
    title, folder = as_written(screen.title), as_written(outcome.folder.name)
    shown_hits = create_table_artifact(
        [dict(zip(shown, map(as_written, map(str, row)), strict=True)) for row in rows],
        key=f"{artifact_key(screen.name)}{what}-top-hits",
        description=f"{title}: the best hits of {folder}",
    )
    create_markdown_artifact(
        summarize(screen, outcome),
        key=f"{artifact_key(screen.name)}{what}-run",
        description=f"Run summary of {folder}",
    )
    hits = outcome.manifest.counts.hits
    logger = get_run_logger()
    logger.info("%s hits: %s", f"{hits:,}", outcome.folder / "hits.csv")
    if address := artifact_address(f"artifact/{shown_hits}"):
        logger.info("the top hits on the server's page: %s", address)
    for line in domain_lines(outcome):
        logger.warning("%s", line)


def artifact_address(place: str) -> str | None:
    """Return the address of a page of artifacts, or None if the server's is not known.

    Args:
        place: ``artifact/ID`` for one artifact, or ``key/KEY`` for all of a key, the newest first.
            The latter is the same for all runs, so it can be a bookmark.
    """
    page = get_current_settings().ui_url
    return f"{page.rstrip('/')}/artifacts/{place}" if page else None


def artifact_key(name: str) -> str:
    """Return a name as an artifact key: lower case letters, digits and dashes."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")


def summarize(screen: Screen, outcome: Outcome) -> str:
    """Return a summary of the run in Markdown."""
    manifest = outcome.manifest
    counts = [f"| {name} | {count:,} |" for name, count in manifest.counts._asdict().items()]
    filtered = manifest.filtered_by_filter.items()
    taken = [f"- {as_written(name)} took {n:,}" for name, n in filtered if n]
    bundles = ", ".join(f"{as_written(one.name)} `{one.sha256[:12]}`" for one in manifest.bundles)
    library = manifest.library
    return "\n".join(
        [
            f"# {as_written(screen.title)}",
            "",
            f"Folder: {as_written(str(outcome.folder))}",
            "",
            f"Library: {as_written(library.name)}, sha256 `{library.sha256[:12]}`. "
            f"Models: {bundles}.",
            "",
            "| | records |",
            "|---|---:|",
            *counts,
            "",
            *taken,
            "",
            as_written(describe_triage(manifest.triage)),
            *(f"\n**{as_written(line)}**" for line in domain_lines(outcome)),
        ]
    )


def as_written(text: str) -> str:
    r"""Escape text so that Markdown shows it literally, on one line.

    >>> print(as_written("[x](y)"))
    \[x\]\(y\)
    >>> as_written("www.x")
    'www\u2060\\.x'
    >>> as_written("7.31 ± 0.60"), as_written("imatinib")
    ('7.31 ± 0.60', 'imatinib')
    """
    line = _DIRECTION.sub("", _SPACE.sub(" ", text)).strip()
    if _HARMLESS.fullmatch(line):
        return line
    return _PUNCTUATION.sub(r"\\\g<0>", _ADDRESS.sub(_JOINER, line))
