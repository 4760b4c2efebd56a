"""The section of ``report.html`` on the changes since the last run, from the run's own facts.

The facts are kept in the run's ``changes.json``. So the section can be made again even if the run
with which it was compared is gone.
"""

from typing import NamedTuple

from markupsafe import Markup

from chem.structure.inchi_key import inchi_key
from screening.hits.table import HitTable
from screening.report import change_sentences as sentences
from screening.report.change_sentences import spoken_time
from screening.report.last_run_facts import CHANGES, Since
from screening.report.report import SHOWN, page_template
from screening.report.report_data import as_json
from screening.storage.json_shapes import Manifest

_SECTION, _DATA = "<!-- since the last run -->", "<!-- data of the last run -->"
"""The places in ``report.html`` that are filled. No text of a library can hold them."""


class Stamp(NamedTuple):
    """What identifies a run in its report."""

    run_id: str
    finished: str
    library: str
    sha256: str
    rows: int

    @property
    def when(self) -> str:
        """The time to the minute, such as ``2026-01-31 02:04 UTC``."""
        return spoken_time(self.finished)


def stamp_of(run_id: str, manifest: Manifest) -> Stamp:
    """Return what identifies a run; ``run_id`` is that of its folder."""
    library = manifest.library if isinstance(manifest.library, dict) else {}
    name, digest = (str(library.get(key, "")) for key in ("name", "sha256"))
    return Stamp(run_id, manifest.finished, name, digest, manifest.counts.get("rows", 0))


def insert_since(page: str, since: Since, stamp: Stamp, table: HitTable) -> str:
    """Return a report with the section on the last run, and with marks at its hits.

    Args:
        page: The page of ``render_report``.
        since: The facts of the comparison.
        stamp: What identifies the run.
        table: The hits.
    """
    for place in (_SECTION, _DATA):
        if page.count(place) != 1:
            raise ValueError(f"the report has {page.count(place)} places {place!r}, expected 1")
    section = page_template("last_run.html", "screening.report").render(
        since=since,
        stamp=stamp,
        when="" if since.last is None else spoken_time(since.last.finished),
        told=sentences,
        table=CHANGES,
        ids={cells["compound_id"] for cells in table.first(SHOWN).records()},
    )
    data = {
        "marks": [mark.model_dump() for mark in since.marks],
        "keys": [inchi_key(cells["smiles"]) for cells in table.first(SHOWN).records()],
        "left": [one.model_dump() for one in since.left],
        "old_ids": {one.compound_id: one.rank for one in since.old_ids},
        "run": stamp.run_id,
        "lines": [one.model_dump(exclude={"key"}) for one in since.decisions.lines],
        "file": since.decisions.file or "decisions.csv",
        "problem": since.decisions.problem,
    }
    block = Markup('<script type="application/json" id="since">{}</script>').format(
        Markup(as_json(data))
    )
    return page.replace(_SECTION, section, 1).replace(_DATA, block, 1)
