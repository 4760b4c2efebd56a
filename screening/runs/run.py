"""Runs the stages of a screen, one function each; the command line and the flows call them."""

from dataclasses import replace
from pathlib import Path

from chem.disk.files import is_leftover
from chem.errors import InputError
from gnn.bundle.column_names import predicted_columns
from screening.dask_cluster.lazy_client import AnyClient
from screening.dask_cluster.stage_costs import Clock
from screening.errors import OtherRunError
from screening.evidence.collect_evidence import Sources, collect_evidence
from screening.evidence.evidence import Evidence
from screening.objective.screen_file import hash_screen, load_screen
from screening.prepare.older_standardization import standardizer_of_run, told_of_run
from screening.prepare.prepare import Progress, prepare_library
from screening.prepare.prepared import Prepared
from screening.prepare.prepared_location import prepared_key
from screening.rank.rank import Ranking
from screening.runs.plan import Plan
from screening.runs.runfolder import MANIFEST, SCREEN, check_no_links, describe_run
from screening.runs.write_run import Outcome, Results, publish
from screening.score.earlier_scores import basis_of, find_earlier, take_files
from screening.score.score import (
    Scoring,
    chosen_items,
    partition_items,
    score_items,
)
from screening.score.scoring_purpose import scoring_purpose
from screening.score.shared_scores import open_expected, open_predictions
from screening.score.triage import expected_scores_file, look_at_library, plan_looking
from screening.score.worker_models import model_refs
from screening.select.list_matches import match_lists
from screening.select.lists import prepare_lists
from screening.select.rank_scores import Scores, rank_run
from screening.storage.in_use import mark_in_use, marking
from screening.storage.ledger import LEDGER, Ledger, check_purpose, is_unused
from screening.storage.lock import LOCK


def prepare_stage(plan: Plan, client: AnyClient, progress: Progress | None = None) -> Prepared:
    """Prepare the screen's lists and the library, except what was prepared before."""
    prepare_lists(plan.lists, client, progress)
    return prepare_library(
        plan.library,
        plan.prepared,
        client,
        plan.partition_rows,
        progress=progress,
        store=plan.prepared_store,
    )


def score_stage(
    plan: Plan, prepared: Prepared, client: AnyClient, progress: Progress | None = None
) -> Scores:
    """Score prepared compounds for the run: the most promising ones, or all."""
    scores = plan.scores_store
    models = model_refs(plan.bundles, prepared.featurizer, plan.bfloat16, plan.device)
    root, columns = plan.shared_scores, tuple(predicted_columns(plan.bundles))
    predictions = open_predictions(root, plan.bundles, models)
    basis = basis_of(prepared, models)
    work = Scoring(prepared.source, scores, models, columns, predictions, basis)
    purpose = scoring_purpose(
        prepared.sha256, prepared.key, plan.bundles, plan.bfloat16, plan.device
    )
    list_matches = match_lists(prepared, plan.lists, plan.screen.hits)
    controls = chosen_items(prepared, list_matches.controls)
    why_all, triage = plan.without_triage, None
    if not why_all and prepared.accepted < plan.triage_from:
        why_all = small_library(plan.triage_from)
    with Ledger(plan.out / "scores", purpose, scores) as ledger:
        mark_in_use(plan.out)
        earlier = find_earlier(plan.out, ledger)
        if why_all:
            items = partition_items(prepared)
        else:
            shared = open_expected(root, plan.screen, plan.bundles, models)
            looking = plan_looking(
                prepared, plan.screen, plan.bundles, models, scores, shared, basis
            )
            expected = (expected_scores_file(looking.key, name) for name in prepared.partitions)
            take_files(earlier, ledger, expected, basis)
            triage = look_at_library(looking, prepared, plan.bundles, ledger, client, progress)
            items = chosen_items(prepared, triage.rows)
        total = prepared.accepted if triage is None else len(triage.rows)
        wanted = [*items, *controls]
        take_files(earlier, ledger, (item.file for item in wanted), basis)
        score_items(wanted, work, ledger, client, progress, total)
    return Scores(scores, tuple(items), triage, why_all, list_matches, tuple(controls))


def small_library(least: int) -> str:
    """Return why a library with fewer accepted compounds than ``least`` has no triage."""
    return (
        f"fewer than {least:,} were accepted; in a library of {least:,} or more, fast surrogate "
        "models choose the most promising compounds first (triage), unless the screen has "
        "exhaustive = true or the command --exhaustive"
    )


def rank_stage(plan: Plan, prepared: Prepared, scores: Scores) -> Ranking:
    """Rank all scored compounds, and keep the hits."""
    return rank_run(plan.screen, plan.bundles, prepared, replace(scores, decided=plan.decided))


def evidence_stage(
    plan: Plan,
    prepared: Prepared,
    ranking: Ranking,
    client: AnyClient,
    progress: Progress | None = None,
) -> list[Evidence]:
    """Collect the evidence of each hit."""
    models = model_refs(plan.bundles, prepared.featurizer, plan.bfloat16)
    sources = Sources(plan.library, plan.screen, plan.bundles, models, plan.shared_scores)
    return collect_evidence(ranking.hits, sources, client, progress)


def hand_over_stage(
    plan: Plan, prepared: Prepared, ranking: Ranking, evidence: list[Evidence], clock: Clock
) -> Outcome:
    """Write every file of the run; the manifest comes last."""
    results = Results(plan.screen, plan.bundles, prepared, ranking, evidence)
    return publish(plan.out, results, clock, describe_run(plan, prepared))


def run_screen(plan: Plan, client: AnyClient, progress: Progress | None = None) -> Outcome:
    """Run every stage; if run again with the same folder, go on from what is there."""
    check_folder(plan)
    clock = Clock()
    with marking():
        return _run_stages(plan, client, clock, progress)


def _run_stages(plan: Plan, client: AnyClient, clock: Clock, progress: Progress | None) -> Outcome:
    prepared = clock.time("prepare", lambda: prepare_stage(plan, client, progress))
    scores = clock.time("score", lambda: score_stage(plan, prepared, client, progress))
    ranking = clock.time("rank", lambda: rank_stage(plan, prepared, scores))
    evidence = clock.time(
        "explain", lambda: evidence_stage(plan, prepared, ranking, client, progress)
    )
    return clock.time(
        "hand_over", lambda: hand_over_stage(plan, prepared, ranking, evidence, clock)
    )


def check_folder(plan: Plan) -> None:
    """Refuse a folder that holds anything but this run, before any work."""
    scores = plan.out / "scores"
    check_no_links(plan.out)
    if plan.out.is_dir() and not (scores / LEDGER).exists() and not _is_free(plan.out):
        raise OtherRunError(
            f"{plan.out} is not empty and holds no run to continue; name another folder"
        )
    if (plan.out / MANIFEST).exists() and not plan.replaces:
        _check_same_screen(plan)
    number = standardizer_of_run(plan.out, plan.prepared.parent)
    if number is not None and (told := told_of_run(number, plan.out)):
        raise InputError(told)
    key = prepared_key(plan.library, plan.partition_rows)
    purpose = scoring_purpose(plan.library.sha256, key, plan.bundles, plan.bfloat16, plan.device)
    check_purpose(scores, purpose)


def _is_free(out: Path) -> bool:
    """Tell whether a folder is empty, or has only what a run left that was stopped at its start."""
    return all(
        is_unused(path) if path == out / "scores" else path.name == LOCK or is_leftover(path.name)
        for path in out.iterdir()
    )


def _check_same_screen(plan: Plan) -> None:
    """Refuse to overwrite a hit list with another: compounds may have been ordered by it."""
    try:
        same = hash_screen(load_screen(plan.out / SCREEN)) == hash_screen(plan.screen)
    except InputError:
        same = False
    if not same:
        raise OtherRunError(
            f"{plan.out} holds a finished run with another {SCREEN} than this one's; name another "
            "folder with --out, or give --replace to overwrite its hits and plates"
        )
