"""Another objective over the scores of a past run: seconds, because nothing is scored again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from distributed import Client

from chem.describe import PROPERTIES
from chem.errors import InputError
from gnn.predict import predicted_columns
from screening.gather import gather_evidence
from screening.judge import judge
from screening.lists import CompoundList, plan_lists, prepare_lists
from screening.marks import find_marks
from screening.meter import Clock
from screening.past import MANIFEST, WHERE, PastRun, note_origin
from screening.plan import check_units, check_writable, find_library
from screening.prepare import Progress
from screening.publish import Outcome, publish
from screening.rank import Ranking
from screening.score import chosen_units
from screening.screen import Screen


def check_rerank(past: PastRun, screen: Screen, out: Path) -> Screen:
    """Return the screen as it will be judged: over the library and the bundles of the past run.

    Raises InputError for what these bundles do not predict, and for a folder with something in it.
    """
    screen = screen.model_copy(
        update={"library": past.screen.library, "bundles": past.screen.bundles}
    )
    screen.check(predicted_columns(past.bundles), list(PROPERTIES))
    check_units(screen, past.bundles)
    check_writable(out)
    cut_off = (out / WHERE).is_file() and not any(
        (out / name).exists() for name in (MANIFEST, "scores")
    )
    if out.is_dir() and any(out.iterdir()) and not cut_off:
        raise InputError(f"{out} is not empty; name another folder with --out")
    return screen


def rank_again(
    past: PastRun, screen: Screen, out: Path, client: Client, progress: Progress | None = None
) -> Outcome:
    """Rank what was scored, gather evidence of the new hits, and hand over into a new folder.

    screen: as :func:`check_rerank` returns it.
    """
    clock = Clock()
    lists = plan_lists(screen, past.prepared.extra_columns, None, find_library)
    prepare_lists(lists, client, progress)
    ranking = clock.time("rank", lambda: rerank(past, screen, lists))
    smiles = [str(text) for text in ranking.hits["smiles"]]
    evidence = clock.time(
        "explain",
        lambda: gather_evidence(
            smiles, screen, past.bundles, past.prepared.featurizer, past.half, client, progress
        ),
    )
    out.mkdir(parents=True, exist_ok=True)
    note_origin(out, past)
    return clock.time(
        "hand_over",
        lambda: publish(out, screen, past.bundles, past.prepared, ranking, evidence, clock),
    )


def rerank(past: PastRun, screen: Screen, lists: Sequence[CompoundList] = ()) -> Ranking:
    """Rank what was scored by another objective.

    Where a triage had chosen for the old one, only what it chose and its audit are ranked; the
    rest counts as set aside. The audit was drawn at random, so it tells how much of the best by
    the new objective is among them: the recall in ``Ranking.triage``. lists: what the screen's
    selection excludes and includes, prepared; a control that was not scored is an InputError.
    """
    marks = find_marks(past.prepared, lists, screen.hits)
    controls = tuple(chosen_units(past.prepared, marks.controls))
    if not all(unit.file in past.files for unit in controls):
        controls = ()  # perhaps the triage chose them
    scores = replace(past.scores, marks=marks, controls=controls)
    ranking = judge(screen, past.bundles, past.prepared, scores)
    triage = past.scores.triage
    if triage is None:
        return ranking
    # Filters on properties of the old screen took compounds that the new one may want: neither
    # screen's filter is to blame for these.
    earlier = sum(triage.filtered.values())
    own = {name: n - triage.filtered.get(name, 0) for name, n in ranking.filtered.items()}
    found = {
        **(ranking.triage or {}),
        "chosen_for": past.scored_for.name,
        "never_looked_at": earlier,
    }
    aside = ranking.set_aside + earlier
    return ranking._replace(filtered=own, set_aside=aside, triage=found)
