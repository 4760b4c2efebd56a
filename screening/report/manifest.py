"""Build ``manifest.json``: inputs, outputs, versions and counts, with checks of the counts."""

import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from chem.structure.standardize import STANDARDIZER
from gnn.bundle.inactivity_columns import TaskInactivity
from gnn.card.card import OperatingPoints
from screening.dask_cluster.installation import version_of
from screening.errors import AccountingError
from screening.objective.screen_file import hash_screen
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking, SelectionReport
from screening.rank.structure_columns import SAME_BUT_ISOTOPES
from screening.score.card_facts import DrugQuantiles, ErrorCorrelations
from screening.score.target_panel import TargetPanel
from screening.score.triage_recall import TriageFacts
from screening.select.selection_report import is_excluded, is_refusal
from screening.text.applicability import Crossed, crossed_domains

_WORDED = ("text", "reason", "hits", "report", "changes")
"""Rooms of ``screening`` that word the outputs."""
PACKAGES = (
    *("hitlist", "rdkit", "torch", "torch-geometric", "numpy", "pandas", "pyarrow"),
    *("dask", "distributed", "deepchem", "prefect"),
)


class Artefact(NamedTuple):
    """An input of a run, identified by its content."""

    name: str
    sha256: str


@dataclass(frozen=True)
class RunFacts:
    """The facts of a run apart from its ranking."""

    library: Artefact
    bundles: tuple[Artefact, ...]
    featurizer: str
    """Hash of the featurizer's specification."""
    rows: int
    accepted: int
    rejected: int
    duplicates: int
    reject_codes: Mapping[str, int]
    """Number of rejects by ``<stage>/<code>``."""
    reading: Sequence[str] = ()
    """Decisions made in reading the library, such as the column of the IDs."""
    extra_columns: Sequence[str] = ()
    """Vendor columns of the library, in order."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall-clock time of each stage, in order."""
    peak_memory_mb: Mapping[str, float] = field(default_factory=dict)
    """Peak memory of all processes on this machine by stage, in millions of bytes."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit of each predicted task: ``pActivity``, ``probability``, ..."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """The word for the targets of each bundle, such as ``kinases``."""
    measured_compounds: Mapping[str, str] = field(default_factory=dict)
    """Hash of each bundle's measured compounds, if it has any."""
    standardizer: int = STANDARDIZER
    """Version of the standardization rules."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """Limit of each distance column, beyond which a model is outside its domain."""
    inactivity: Mapping[str, TaskInactivity] = field(default_factory=dict)
    """The probability of inactivity of each task whose card has one."""
    calibrated: Collection[str] | None = None
    """Tasks with a calibrated 90 % interval; None if unknown."""
    logarithms: Collection[str] = ()
    """Tasks that are learned as logarithms."""
    drugs: DrugQuantiles = field(default_factory=dict)
    correlations: Mapping[str, ErrorCorrelations] = field(default_factory=dict)
    operating_points: Mapping[str, OperatingPoints] = field(default_factory=dict)
    """The measured errors of each class at each threshold, if its card has them."""
    panel: TargetPanel | None = None
    """The panel of the screen; None without one."""
    restrictions: Sequence[str] = ()
    """What the terms of bundles forbid, in sentences."""
    promotions: Mapping[str, str] = field(default_factory=dict)
    """The number and the date of each bundle that a campaign promoted."""


class ScreenName(NamedTuple):
    """The screen that a run answers, and the hash of its resolved text."""

    name: str
    title: str
    sha256: str


class Counts(NamedTuple):
    """Numbers of records and compounds: of the library, then of each step towards the hits."""

    rows: int
    accepted: int
    rejected: int
    duplicates: int
    scored: int
    """The accepted compounds that were ranked or left out by a triage: equal to ``accepted``."""
    filtered: int
    set_aside: int
    passed: int
    examined: int
    hits: int


SHOWN_COUNTS = {
    "rows": "read",
    "rejected": "rejected",
    "duplicates": "duplicates",
    "accepted": "accepted",
    "filtered": "removed by filters",
    "set_aside": "not scored",
    "passed": "passed",
    "hits": "hits",
}
"""The counts that outputs show, in order, with the words for them.

``scored`` is not among them: it equals ``accepted``, while all outputs call those compounds scored
that the ensembles scored.
"""


@dataclass(frozen=True)
class RunManifest:
    """The content of ``manifest.json``."""

    screen: ScreenName
    library: Artefact
    reading: Sequence[str]
    """Sentences on how the library was read."""
    bundles: Sequence[Artefact]
    measured: Mapping[str, str]
    """Content hash of each bundle's measured compounds."""
    featurizer: str
    standardizer: int
    counts: Counts
    rejected_by_code: Mapping[str, int]
    filtered_by_filter: Mapping[str, int]
    triage: TriageFacts
    selection: SelectionReport | None
    domains: Sequence[Crossed]
    seconds: Mapping[str, float]
    peak_memory_mb: Mapping[str, float]
    finished: str
    """ISO 8601 in UTC."""
    files: Mapping[str, str]
    """SHA-256 of each written file."""
    versions: Mapping[str, str]
    texts: str
    """Hash of the source files that word the outputs; another hash, other words."""
    run: Mapping[str, Any] | None = None
    """The run's ID, and the last run of its screen with which it was compared."""
    restrictions: Sequence[str] = ()
    """What the terms of bundles forbid, in sentences."""
    promotions: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values, in the order of the fields."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, TriageFacts | SelectionReport):
        return value.as_dict()
    if isinstance(value, Artefact | ScreenName | Counts | Crossed):
        return value._asdict()
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def check_accounts(facts: RunFacts, ranking: Ranking, screen: Screen) -> None:
    """Raise AccountingError unless every record is accounted for exactly once."""
    laws = {
        "rows = accepted + rejected + duplicates": (
            facts.rows,
            facts.accepted + facts.rejected + facts.duplicates,
        ),
        "rejected = sum of reject codes": (facts.rejected, sum(facts.reject_codes.values())),
        "scored = accepted": (ranking.scored, facts.accepted),
        "scored = passed + sum of filtered + set aside": (
            ranking.scored,
            ranking.passed + sum(ranking.filtered.values()) + ranking.set_aside,
        ),
        **(
            _plain_laws(ranking, screen)
            if ranking.selection is None
            else _chosen_laws(ranking, screen)
        ),
    }
    for law, (left, right) in laws.items():
        if left != right:
            raise AccountingError(f"{law} does not hold: {left} and {right}; nothing was published")


def _plain_laws(ranking: Ranking, screen: Screen) -> dict[str, tuple[int, int]]:
    """Return the laws for hits that are the first of the list."""
    return {
        "hits = the smaller of passed and hits asked for": (
            len(ranking.hits),
            min(ranking.passed, screen.hits),
        ),
        "examined = hits + sum of what late filters took": (
            ranking.examined,
            len(ranking.hits) + _taken_by_costly(ranking, screen),
        ),
    }


def _chosen_laws(ranking: Ranking, screen: Screen) -> dict[str, tuple[int, int]]:
    """Return the laws for hits that were selected by rules."""
    told, over = ranking.selection, ranking.passed_over
    assert told is not None
    assert over is not None
    hits, reasons = len(ranking.hits), told.passed_over
    refused = sum(n for why, n in reasons.items() if is_refusal(why))
    excluded = sum(n for why, n in reasons.items() if is_excluded(why))
    asked = told.considered - excluded if screen.costly_limits else hits
    return {
        "no compound is listed twice": (
            len({*ranking.hits["row"].tolist(), *over["row"].tolist()}),
            hits + len(over),
        ),
        "considered = hits + passed over": (told.considered, hits + sum(reasons.values())),
        "passed over = listed + not listed": (
            sum(reasons.values()),
            len(over) + told.not_listed,
        ),
        "hits = sum over the rules that picked them": (hits, sum(told.by_rule.values())),
        "hits = the smaller of what no rule refused and hits asked for": (
            hits,
            min(told.considered - refused, screen.hits),
        ),
        "examined = what late filters were asked about, or the hits": (
            ranking.examined,
            asked + _taken_by_costly(ranking, screen),
        ),
    }


def _taken_by_costly(ranking: Ranking, screen: Screen) -> int:
    """Return how many compounds costly filters removed, and isotopic variants of hits with them."""
    costly = sum(ranking.filtered[limit.name] for limit in screen.costly_limits)
    return costly + ranking.filtered.get(SAME_BUT_ISOTOPES, 0)


def build_manifest(
    facts: RunFacts, ranking: Ranking, screen: Screen, files: Mapping[str, str]
) -> RunManifest:
    """Build the manifest of a run whose accounts hold.

    Args:
        facts: What the run knows beside its ranking.
        ranking: The ranking.
        screen: The screen.
        files: The SHA-256 of each file that was written, by name.
    """
    check_accounts(facts, ranking, screen)
    return RunManifest(
        screen=ScreenName(screen.name, screen.title, hash_screen(screen)),
        library=facts.library,
        reading=facts.reading,
        bundles=facts.bundles,
        measured=facts.measured_compounds,
        featurizer=facts.featurizer,
        standardizer=facts.standardizer,
        counts=Counts(
            rows=facts.rows,
            accepted=facts.accepted,
            rejected=facts.rejected,
            duplicates=facts.duplicates,
            scored=ranking.scored,
            filtered=sum(ranking.filtered.values()),
            set_aside=ranking.set_aside,
            passed=ranking.passed,
            examined=ranking.examined,
            hits=len(ranking.hits),
        ),
        rejected_by_code=dict(sorted(facts.reject_codes.items())),
        filtered_by_filter=ranking.filtered,
        triage=ranking.triage or TriageFacts("not known"),
        selection=ranking.selection,
        domains=crossed_domains(ranking.hits, screen, facts.limits),
        seconds={stage: round(seconds, 3) for stage, seconds in facts.seconds.items()},
        peak_memory_mb={stage: round(peak, 1) for stage, peak in facts.peak_memory_mb.items()},
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        files=files,
        versions=versions(),
        texts=hash_texts(),
        restrictions=facts.restrictions,
        promotions=facts.promotions,
    )


@cache
def hash_texts() -> str:
    """Return the hash of the source files that word the outputs, 12 hexadecimal digits."""
    folder = Path(__file__).parents[1]
    paths = sorted(path for room in _WORDED for path in (folder / room).rglob("*"))
    digest = sha256()
    for path in paths:
        if path.suffix in (".py", ".html", ".js", ".css", ".csv"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def versions() -> dict[str, str]:
    """Return the versions of Python and of relevant packages, without importing them."""
    found = {package: version_of(package, "not installed") for package in PACKAGES}
    return {"python": platform.python_version(), **found}
