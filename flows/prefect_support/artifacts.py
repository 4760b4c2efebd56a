"""Artifacts of a run on the Prefect server: its top hits and a summary.

Prefect's page renders table cells and descriptions as Markdown, so all text from libraries is
escaped (``screening/text/markdown.py``).
"""

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import get_current_settings

from flows.terminal.outcome import domain_lines
from screening.changes.summary import summary_of_changes
from screening.hits.top import top_table
from screening.objective.screen_settings import Screen
from screening.report.manifest import SHOWN_COUNTS
from screening.runs.write_run import Outcome
from screening.score.triage_recall import describe_triage
from screening.text.markdown import as_written as as_written
from screening.text.words import describe_sets


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
    numbers = manifest.counts._asdict()
    counts = [f"| {word} | {numbers[name]:,} |" for name, word in SHOWN_COUNTS.items()]
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
            "" if manifest.run is None else summary_of_changes(outcome.folder),
            "",
            "| | records |",
            "|---|---:|",
            *counts,
            "",
            *taken,
            "",
            as_written(describe_triage(manifest.triage, manifest.counts.set_aside)),
            *(f"\n{as_written(line)}" for line in describe_sets(screen)),
            *(f"\n**{as_written(line)}**" for line in domain_lines(outcome)),
        ]
    )
