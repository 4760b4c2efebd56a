"""Render ``report.html``: the objective, the funnel and the hits on one page that opens from disk.

The page loads no other file. Its content security policy allows one script and one style, each
identified by its hash, so no text of a library can run. The template escapes these texts, or they
are in a block of JSON from which the script makes text, never markup. The funnel counts the records
at each stage, from the library to the hits.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from chem.records.message_text import counted
from screening.evidence.evidence import Evidence
from screening.hits.doubt_summary import sum_up_doubts
from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.rank.structure_columns import SAME_BUT_ISOTOPES
from screening.reason.risk_lines import risk_lines
from screening.report.manifest import RunFacts, versions
from screening.report.report_data import as_json, packed, page_data
from screening.report.series_data import series_data
from screening.score.triage_recall import TriageFacts, describe_triage
from screening.select.constraints import ISOTOPES
from screening.text.applicability import crossed_domains
from screening.text.cells import isolated
from screening.text.selection_words import describe_rules, describe_shortage
from screening.text.words import describe_objective

PAGE = "screening.report.page"
SHOWN = 2_000
"""The most hits on a page. The page states how many follow, and that hits.csv has them."""
SCRIPTS = (
    *(
        "report_molecule.js",
        "report_since.js",
        "decisions/decision_store.js",
        "report_card.js",
        "decisions/decision_marks.js",
        "report_evidence.js",
        "report_panel.js",
        "series/series_table.js",
        "report_charts.js",
    ),
    *("report_map.js", "report_list.js", "report_table.js", "report_window.js", "report.js"),
)
"""Parts of the page's one script, in order."""
STYLES = ("report.css", "report_hits.css", "series/series.css", "decisions/decisions.css")
PLAIN = ("rank", "compound_id", "name", "score", "smiles")
"""Columns of the list for a browser without scripts."""


def render_report(
    table: HitTable,
    ranking: Ranking,
    screen: Screen,
    facts: RunFacts,
    evidence: Sequence[Evidence] | None = None,
) -> str:
    """Return the whole page as text. The same run gives the same page.

    Args:
        table: the hits.
        ranking: the ranking of the run.
        screen: the screen.
        facts: facts of the run.
        evidence: evidence of each hit, in the order of the table; None without evidence.
    """
    shown = table.first(SHOWN)
    known = evidence[:SHOWN] if evidence is not None else None
    data = page_data(shown, screen, facts, known)
    series = series_data(shown, screen, facts, known)
    script, style = _joined(SCRIPTS), _joined(STYLES)
    return page_template("report.html", PAGE).render(
        screen=screen,
        facts=facts,
        funnel=list(funnel(ranking, screen, facts)),
        losses=losses(ranking, facts),
        audit=audit_line(ranking),
        crossed=[one for one in crossed_domains(ranking.hits, screen, facts.limits) if one.outside],
        doubts=sum_up_doubts(table),
        expected=table.expected,
        objective=describe_objective(screen),
        rules=selection_rules(ranking, screen),
        lines=risk_lines(screen, facts.units, facts.operating_points),
        count=len(shown.rows),
        total=len(table.rows),
        plain=[[cells[name] for name in PLAIN] for cells in shown.records()],
        plain_columns=PLAIN,
        versions=versions(),
        script=Markup(script),
        style=Markup(style),
        script_hash=_hash(script),
        style_hash=_hash(style),
        data=Markup(as_json(data.facts)),
        pictures=packed(data.pictures),
        panel=packed(data.panel) if data.panel else "",
        series=packed(series) if series else "",
    )


def selection_rules(ranking: Ranking, screen: Screen) -> list[str]:
    """Return the rules of a selection in sentences, and what it left short; none without one."""
    if screen.selection is None:
        return []
    found = ranking.selection
    short = "" if found is None else describe_shortage(found, len(ranking.hits))
    rules = describe_rules(screen.selection, screen.hits)
    return [*rules, f"{short[:1].upper()}{short[1:]}."] if short else rules


def page_template(name: str, package: str) -> Template:
    """Return the template of a page from a package. It escapes all values."""
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(lambda part: files(package).joinpath(part).read_text("utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["isolated"] = isolated
    return environment.get_template(name)


def _joined(names: Sequence[str]) -> str:
    """Join files into the text of an element, with a line break after its opening tag."""
    parts = (files(PAGE).joinpath(name).read_text("utf-8") for name in names)
    return "\n" + "".join(parts)


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


class Step(NamedTuple):
    """One step of the funnel."""

    label: str
    records: int
    note: str


class Loss(NamedTuple):
    """The number of records removed for one reason."""

    why: str
    records: int


def funnel(ranking: Ranking, screen: Screen, facts: RunFacts) -> Iterator[Step]:
    """Yield each step with a short note on the records removed before it.

    After a triage, *Scored* counts only compounds that the ensembles scored. If an earlier screen
    chose them, the note attributes the removals to that screen.
    """
    yield Step("Read", facts.rows, "records of the library")
    before = f"{facts.rejected:,} rejected, {counted(facts.duplicates, 'duplicate')}"
    triage = _triage(ranking)
    if triage is None:
        yield Step("Scored", ranking.scored, before)
        beyond = sum(ranking.filtered.values())
    else:
        yield Step("Accepted", ranking.scored, before)
        unseen, aside = ranking.scored - triage.looked_at, _aside(ranking)
        scored = triage.looked_at - aside
        if earlier := triage.chosen_for:
            lost = f"{unseen:,} removed by the filters of {earlier}, {aside:,} by its triage"
        else:
            lost = f"{unseen:,} removed by filters, {aside:,} by the triage"
        yield Step("Scored", scored, lost)
        beyond = scored - ranking.passed
    costly = f"; QED and alerts checked for {ranking.examined:,}" if screen.costly_limits else ""
    yield Step("Passed", ranking.passed, f"{beyond:,} removed by filters{costly}")
    chosen = ranking.selection
    choice = "" if chosen is None else f"; selected from the first {chosen.pool:,}"
    yield Step("Hits", len(ranking.hits), f"{screen.hits:,} requested{choice}")


def losses(ranking: Ranking, facts: RunFacts) -> list[Loss]:
    """Return every reason for which records are not in the list, in the order of the funnel."""
    rejects = sorted(facts.reject_codes.items(), key=lambda item: (-item[1], item[0]))
    found = [Loss(f"rejected: {code}", count) for code, count in rejects]
    found.append(Loss("duplicate of an earlier record", facts.duplicates))
    triage = _triage(ranking) or TriageFacts()
    earlier = triage.chosen_for
    found.append(Loss(f"filters of {earlier}, before the triage", triage.never_looked_at))
    enough = f"not selected by the triage of {earlier}" if earlier else "not selected by the triage"
    found.append(Loss(enough, _aside(ranking)))
    for name, count in ranking.filtered.items():
        found.append(Loss(ISOTOPES if name == SAME_BUT_ISOTOPES else f"filter {name}", count))
    if ranking.selection is not None:
        over = ranking.selection.passed_over
        found += [Loss(f"passed over: {why}", count) for why, count in over.items()]
    return [loss for loss in found if loss.records]


def audit_line(ranking: Ranking) -> str:
    """Return a sentence on the recall of a triage, or "" if everything was scored."""
    triage = _triage(ranking)
    if triage is None:
        return ""
    line = describe_triage(triage, ranking.set_aside)
    return f"{line[:1].upper()}{line[1:]}."


def _triage(ranking: Ranking) -> TriageFacts | None:
    """Return the facts of the triage; None if the ensembles scored everything."""
    found = ranking.triage
    return None if found is None or found.recall is None else found


def _aside(ranking: Ranking) -> int:
    """Return how many compounds the triage did not select.

    In a second ranking ``set_aside`` also includes compounds that filters of the first screen
    removed; these are subtracted.
    """
    return ranking.set_aside - (_triage(ranking) or TriageFacts()).never_looked_at
