"""Ranks the scores of a past run by another objective, in seconds because nothing is rescored."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chem.disk.files import is_leftover, make_folder
from chem.disk.writable import check_writable
from chem.errors import InputError
from chem.features.properties import PROPERTIES
from gnn.bundle.column_names import predicted_columns
from screening.dask_cluster.lazy_client import AnyClient
from screening.dask_cluster.stage_costs import Clock
from screening.errors import AccountingError, AlteredError, told_in_one_line
from screening.evidence.collect_evidence import Sources, collect_evidence
from screening.evidence.evidence import Evidence
from screening.objective.screen_settings import Screen
from screening.prepare.prepare import Progress
from screening.prepare.prepared_location import shared_scores_store
from screening.rank.rank import Ranking
from screening.runs.past_run import PastRun
from screening.runs.plan import check_lines, check_units, find_library
from screening.runs.runfolder import MANIFEST, WHERE, describe_ranking
from screening.runs.write_run import Outcome, Results, publish
from screening.score.predicted_columns import with_scales
from screening.score.score import chosen_items
from screening.score.selective_over import with_members
from screening.select.list_matches import match_lists
from screening.select.lists import CompoundList, plan_lists, prepare_lists
from screening.select.rank_scores import rank_run
from screening.storage.lock import LOCK


def check_rerank(past: PastRun, screen: Screen, out: Path) -> Screen:
    """Return the screen with the library and the bundles of the past run.

    Raises InputError for tasks that these bundles do not predict, for lists that cannot be read,
    for a price column that the library lacks, for a screen that needs more than was scored, and for
    a folder that is not empty.
    """
    screen = screen.changed(library=past.screen.library, bundles=past.screen.bundles)
    screen.check(predicted_columns(past.bundles), list(PROPERTIES))
    check_units(screen, past.bundles)
    check_lines(screen, past.bundles)
    screen = with_members(with_scales(screen, past.bundles), past.bundles)
    if screen.exhaustive and not past.why_all:
        raise InputError(
            f"screen {screen.name} has exhaustive = true, but in {past.scored_in} a triage chose "
            "which compounds were scored, and nothing is scored again; leave it out to rank those, "
            "or give the screen to `hitlist screen`"
        )
    _open_lists(past, screen)
    check_writable(out)
    if out.is_dir() and not _is_free(out):
        raise InputError(f"{out} is not empty; name another folder with --out")
    return screen


def _is_free(out: Path) -> bool:
    """Tell whether a folder is empty, or has only what an interrupted ranking left."""
    found = {path.name for path in out.iterdir() if not is_leftover(path.name)} - {LOCK}
    return not found or (WHERE in found and not found & {MANIFEST, "scores"})


def _open_lists(past: PastRun, screen: Screen) -> tuple[CompoundList, ...]:
    lists = plan_lists(screen, past.prepared.extra_columns, None, find_library)
    structures = [one.name for one in lists if one.library is not None]
    if structures and past.told_of_older:
        raise InputError(
            f"{structures[0]} is a list of structures, and their keys cannot be compared: "
            f"{past.told_of_older}"
        )
    return lists


def rank_again(
    past: PastRun, screen: Screen, out: Path, client: AnyClient, progress: Progress | None = None
) -> Outcome:
    """Rank the scores, collect the evidence of the new hits, and write all files of a new folder.

    screen: the screen that :func:`check_rerank` returns.
    """
    clock = Clock()
    ranking = clock.time("rank", lambda: rank_stage(past, screen, client, progress))
    evidence = clock.time(
        "explain", lambda: evidence_stage(past, screen, ranking, client, progress)
    )
    return clock.time(
        "hand_over", lambda: hand_over_stage(past, screen, out, ranking, evidence, clock)
    )


def rank_stage(
    past: PastRun, screen: Screen, client: AnyClient, progress: Progress | None = None
) -> Ranking:
    """Prepare the screen's lists, and rank the scores."""
    lists = _open_lists(past, screen)
    prepare_lists(lists, client, progress)
    return rerank(past, screen, lists)


def evidence_stage(
    past: PastRun,
    screen: Screen,
    ranking: Ranking,
    client: AnyClient,
    progress: Progress | None = None,
) -> list[Evidence]:
    """Collect the evidence of each hit; what runs in this cache explained is taken from there."""
    shared = shared_scores_store(None)
    sources = Sources(past.library, screen, past.bundles, past.models, shared)
    return collect_evidence(ranking.hits, sources, client, progress)


def hand_over_stage(
    past: PastRun,
    screen: Screen,
    out: Path,
    ranking: Ranking,
    evidence: Sequence[Evidence],
    clock: Clock,
) -> Outcome:
    """Write every file of the ranking; the manifest comes last.

    Raises AlteredError if the counts of the past run do not add up.
    """
    past.check_unchanged()
    with told_in_one_line(out):
        make_folder(out)
    results = Results(screen, past.bundles, past.prepared, ranking, evidence)
    try:
        return publish(out, results, clock, describe_ranking(out, past.scorer), fresh=True)
    except AccountingError as error:  # the counts come from folders to which others may write
        raise AlteredError(
            f"the counts of {past.scored_in} do not add up ({error}); check it with "
            f"`hitlist verify {past.scored_in}`"
        ) from error


def rerank(past: PastRun, screen: Screen, lists: Sequence[CompoundList] = ()) -> Ranking:
    """Rank the scores of a past run by another objective.

    If a triage chose compounds for the old objective, only these and the audit are ranked; the
    others count as set aside. The audit was drawn at random, so it tells how much of the best by
    the new objective is among them: the recall in ``Ranking.triage``.

    lists: the prepared lists that the screen's selection excludes and includes. Raises InputError
    for a control that was not scored.
    """
    ranking = rank_scored(past, screen, lists)
    triage = past.scores.triage
    if triage is None:
        return ranking
    # Property filters of the old screen removed compounds that the new one may want. These count
    # as set aside and not as removed by a filter of the new screen.
    earlier = sum(triage.filtered.values())
    own = {name: n - triage.filtered.get(name, 0) for name, n in ranking.filtered.items()}
    assert ranking.triage is not None
    told = ranking.triage._replace(chosen_for=past.scored_for.name, never_looked_at=earlier)
    aside = ranking.set_aside + earlier
    return ranking._replace(filtered=own, set_aside=aside, triage=told)


def rank_scored(past: PastRun, screen: Screen, lists: Sequence[CompoundList] = ()) -> Ranking:
    """Rank the scores of a past run as the run itself did for its own screen.

    Raises InputError for a control that was not scored.
    """
    list_matches = match_lists(past.prepared, lists, screen.hits)
    controls = tuple(chosen_items(past.prepared, list_matches.controls))
    if not all(item.file in past.ledger.entries for item in controls):
        controls = ()  # perhaps the triage chose them
    scores = replace(
        past.scores, list_matches=list_matches, controls=controls, decided=past.decided
    )
    return rank_run(screen, past.bundles, past.prepared, scores)
