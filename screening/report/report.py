"""``report.html``: the screen, its funnel and its hits on one page that opens from disk.

The page loads nothing. Its content security policy allows one script and one style, each named by
its hash, so nothing that a library says can run. Texts of the library are escaped by the template,
or lie in a block of JSON from which the script makes text, never markup.
"""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from screening.evidence.evidence import Evidence
from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts, versions
from screening.report.report_data import as_json, packed, page_data
from screening.report.report_funnel import audit_line, funnel, losses
from screening.text.applicability import crossed_domains
from screening.text.cells import isolated
from screening.text.words import describe_objective

PAGE = "screening.report.page"
SHOWN = 2_000
"""A page holds no more hits than this, the first of the list; it says so, and where the rest is."""
SCRIPTS = (
    *("report_molecule.js", "report_card.js", "report_evidence.js", "report_charts.js"),
    *("report_map.js", "report_list.js", "report_table.js", "report_window.js", "report.js"),
)
"""Parts of the page's one script, in order."""
STYLES = ("report.css", "report_hits.css")
PLAIN = ("rank", "compound_id", "name", "score", "smiles")
"""Columns of the list that a browser without scripts shows."""


def render_report(
    table: HitTable,
    ranking: Ranking,
    screen: Screen,
    facts: RunFacts,
    evidence: Sequence[Evidence] | None = None,
) -> str:
    """The whole page as text. The same run gives the same page.

    evidence: of each hit, in the order of the table; None where there is none.
    """
    shown = table.first(SHOWN)
    known = evidence[:SHOWN] if evidence is not None else None
    data = page_data(shown, screen, facts, known)
    script, style = _joined(SCRIPTS), _joined(STYLES)
    return page_template("report.html", PAGE).render(
        screen=screen,
        facts=facts,
        funnel=list(funnel(ranking, screen, facts)),
        losses=losses(ranking, facts),
        audit=audit_line(ranking),
        crossed=[one for one in crossed_domains(ranking.hits, screen, facts.limits) if one.outside],
        objective=describe_objective(screen),
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
    )


def page_template(name: str, package: str) -> Template:
    """Return a page's template, of the files beside a package's; what it is given is escaped."""
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
    """Return an element's text between its tags, which begin and end with a line break."""
    parts = (files(PAGE).joinpath(name).read_text("utf-8") for name in names)
    return "\n" + "".join(parts)


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
