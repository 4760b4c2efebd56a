"""The news of a finished nightly run, sent to the Prefect server as events.

Events hold names, counts and scores, no structures and no ids of compounds. Notifications
(:mod:`flows.operation.channels`) only pass on the text of an event.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prefect import runtime
from prefect.events.utilities import emit_event
from prefect.logging import get_run_logger
from prefect.utilities.urls import url_for

from chem.disk.allowed_roots import named_path
from chem.errors import HitlistError
from chem.records.message_text import counted
from flows.terminal.outcome import passed_over

if TYPE_CHECKING:
    from screening.objective.screen_settings import Screen
    from screening.report.manifest import Counts
    from screening.runs.plan import Plan
    from screening.runs.write_run import Outcome

FINISHED = "hitlist.screen.finished"
NOTHING_NEW = "hitlist.screen.nothing-new"
NEW_HITS = "hitlist.screen.new-hits"
NOT_COMPARED = "hitlist.screen.not-compared"


class News(NamedTuple):
    """What changed in the hit list since the last finished run of the screen."""

    before: str
    """The name of the last run's folder; empty if there is none to compare with."""
    why: str
    """The reason that nothing was compared, without ids of compounds; empty otherwise."""
    entered: tuple[float, ...]
    """The scores of the hits that the last run did not have, best first."""
    left: int
    """The number of hits of the last run that are no hits now."""
    fault: str = ""
    """The error because of which nothing was compared, for the log; empty otherwise."""

    @property
    def kind(self) -> str:
        """One word: ``unknown``, ``nothing-new`` or ``new``."""
        if not self.before:
            return "unknown"
        return "new" if self.entered else "nothing-new"

    def above(self, bar: float) -> int:
        """Return the number of new hits with at least this score."""
        return sum(score >= bar for score in self.entered)


def find_news(plan: "Plan", folder: Path) -> News:
    """Return the news of a finished run since the last finished run of its screen beside it.

    They are taken from the run's own files if these tell them, and compared otherwise. A run that
    cannot be compared is no failure of this one: ``News.why`` tells the reason.
    """
    from flows.planning.row_counts import last_run
    from screening.changes.compared_run import open_compared
    from screening.changes.summary import hits_since

    last = last_run(plan)
    if last is None:
        told = f"no earlier finished run of this library in {plan.out.parent.name}"
        return News("", told, (), 0)
    try:
        known = hits_since(named_path(folder), last)
        if known is not None:
            scores, left = known
            return News(last.folder.name, "", tuple(sorted(scores, reverse=True)), left)
        then, now = open_compared(last.folder).hits, open_compared(named_path(folder)).hits
    except (HitlistError, OSError) as error:
        return News("", f"{last.folder.name} cannot be compared", (), 0, str(error))
    return compare_hits(last.folder.name, then, {key: float(hit.score) for key, hit in now.items()})


def compare_hits(name: str, then: Collection[bytes], now: dict[bytes, float]) -> News:
    """Return the news of a list of hits, with scores by key, against the keys of an older one."""
    entered = sorted((score for key, score in now.items() if key not in then), reverse=True)
    return News(name, "", tuple(entered), sum(key not in now for key in then))


def tell_news(plan: "Plan", outcome: "Outcome") -> None:
    """Emit the events of a finished run, if a deployment started it."""
    if not runtime.deployment.id:
        return
    news = find_news(plan, outcome.folder)
    link = url_for("flow-run", str(runtime.flow_run.id)) or ""
    counts = outcome.manifest.counts
    payload = describe_news(plan.screen, outcome.folder.name, counts, news, link)
    payload["text"] += passed_over(plan.incomplete)
    get_run_logger().info("%s", payload["text"])
    if news.why:
        get_run_logger().info("not compared: %s%s", news.why, news.fault and f": {news.fault}")
    resource = {
        "prefect.resource.id": f"hitlist.screen.{plan.screen.name}",
        "prefect.resource.name": plan.screen.name,
    }
    for event in events_of(news, plan.screen.notify.bar):
        emit_event(event, resource, payload=payload)


def events_of(news: News, bar: float) -> list[str]:
    """Return the events of a finished run."""
    events = [FINISHED]
    if news.kind == "unknown":
        events.append(NOT_COMPARED)
    if news.kind == "nothing-new":
        events.append(NOTHING_NEW)
    if news.above(bar):
        events.append(NEW_HITS)
    return events


def describe_news(
    screen: "Screen", run: str, counts: "Counts", news: News, link: str
) -> dict[str, Any]:
    """Return the payload of the events: JSON values, and their text in one line.

    Args:
        screen: The screen of the run.
        run: The name of the run's folder.
        counts: The counts of the run.
        news: The changes since the last run.
        link: The address of the run's page on the server.
    """
    bar = screen.notify.bar
    compared = news.kind != "unknown"
    best = news.entered[0] if news.entered else None
    hits = f"{counted(counts.hits, 'hit')} of {counted(counts.rows, 'record')}"
    told = f"not compared with an earlier run ({news.why}), so any of its hits may be new"
    if compared:
        new = f"{counted(news.above(bar), 'new hit')} with a score of {bar:g} or more"
        new = f"{new} (best new score {best:.4f})" if best is not None else "nothing new"
        told = f"{new}; {len(news.entered):,} entered and {news.left:,} left since {news.before}"
    return {
        "screen": screen.name,
        "run": run,
        "counts": counts._asdict(),
        "news": news.kind,
        "compared_with": news.before or None,
        "entered": len(news.entered) if compared else None,
        "left": news.left if compared else None,
        "best_new_score": best,
        "bar": bar,
        "new_hits_above_bar": news.above(bar) if compared else None,
        "link": link,
        "text": f"{screen.name}: {told}; {hits} in {run}",
    }
