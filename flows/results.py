"""The Prefect flow ``results``: keep the results of plates, then promote a better model.

It is the counterpart of ``hitlist results`` and ``hitlist promote``, and calls the same functions.
Artifacts and logs hold counts, plates and texts of findings, but neither structures nor what the
files say of compounds: the files of the campaign have them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from chem.disk.allowed_roots import named_path
from chem.records.message_text import counted
from flows.planning.kept_results import (
    campaign_folder,
    find_campaign,
    keep_results,
    open_plan,
    tell_known,
)
from flows.planning.promotion import (
    HEADER,
    Tried,
    comparison_rows,
    promote_for_run,
)
from flows.prefect_support.artifacts import artifact_key, as_written
from flows.prefect_support.stages import ONCE, completed, hold_to_roots, log_if, stage_progress
from flows.prefect_support.without_reader import go_on_without_reader
from screening.campaign.campaign import open_campaign
from screening.campaign.prospective.report import make_report, tell_target
from screening.campaign.prospective.summary_tables import summary_tables
from screening.results.evaluate import Evaluation, Options, evaluate

_ERRORS = "bias"
"""A column of the one table of a campaign that is published; others may name compounds."""


@task(name="read", **ONCE)
def read(run: str, files: Sequence[str], target: str | None, options: Options) -> Evaluation:
    """Join the files to the plates of the run, and check them."""
    paths = [named_path(file) for file in files]
    plan, told = open_plan(Path(run), target)
    for line in told:
        log_if(line)
    evaluation = evaluate(plan, paths, options)
    for line in evaluation.told:
        log_if(line)
    rows = [
        {
            "finding": one.severity,
            "what": one.what,
            "plate": as_written(one.plate),
            "wells": len(one.wells),
            "done": as_written(one.done),
            "advice": as_written(one.advice),
        }
        for one in evaluation.findings
    ]
    _publish(evaluation, "findings", rows, "What is wrong with the files; findings.csv has all")
    log_if(f"{counted(len(rows), 'finding')}, {counted(evaluation.wells_kept, 'well')} used")
    return evaluation


@task(name="keep", **ONCE)
def keep(folder: Path, evaluation: Evaluation) -> str:
    """Keep the evaluation, and return the number of its event; empty if it was kept before."""
    if known := tell_known(find_campaign(folder), evaluation):
        log_if(known)  # a run that is tried again goes on with the promotion
        return ""
    kept, told = keep_results(folder, evaluation)
    for line in told:
        log_if(line)
    return kept.event.number


@task(name="compare", **ONCE)
def compare(folder: Path, evaluation: Evaluation) -> None:
    """Publish what was promised before the assays, and what was kept of it."""
    report = make_report(open_campaign(folder))
    rows = [
        dict(zip(table.header, map(as_written, row), strict=True))
        for table in summary_tables(report)
        if _ERRORS in table.header and "best compound" not in table.header
        for row in table.rows
    ]
    _publish(evaluation, "promised-and-kept", rows, "What was promised before, and what was found")
    for target in report.targets:
        for line in tell_target(report, target):
            get_run_logger().info("%s: %s", target, line)


@task(name="promote", **ONCE)
def promote_better(
    folder: Path, evaluation: Evaluation, bundle: str | None, margin: float
) -> Tried:
    """Make candidates of the results, and promote one if it is better by the margin."""
    plan = evaluation.plan
    with stage_progress("results-promote", f"Foreseeing {plan.target}") as report:
        tried = promote_for_run(folder, plan, bundle, margin, report)
    shown = [] if tried.decision is None else list(comparison_rows(tried.decision))
    rows = [dict(zip(HEADER, row, strict=True)) for row in shown]
    told = "; ".join(tried.told)
    _publish(evaluation, "promotion", rows, f"Models on results that they did not know. {told}")
    for line in tried.told:
        log_if(line)
    return tried


@flow(name="results", persist_result=False)
def results(  # noqa: PLR0913 - Prefect reads a deployment's parameters here
    run: str,
    files: list[str],
    campaign: str | None = None,
    task: str | None = None,
    plates: list[str] | None = None,
    accept: list[str] | None = None,
    value_column: str | None = None,
    units: str | None = None,
    promote: bool = True,
    bundle: str | None = None,
    margin: float = 0.02,
) -> dict[str, Any]:
    """Keep the results of a run's plates, and promote a model that knows them if it is better.

    Args:
        run: folder of the run that picked the compounds.
        files: files of a plate reader or a notebook.
        campaign: folder that keeps all results; by default ``campaign`` beside the folder of runs.
        task: target that the plates measure; by default the only primary target of the screen.
        plates: other names of plates in the files, such as ``BC0017=kinase_P1``.
        accept: plates to keep in spite of a suspicion, or ``values`` for final values.
        value_column: column of the signal, or of the final values; by default found by its name.
        units: unit of final values, such as nM; by default from the header.
        promote: whether to promote a better model.
        bundle: bundle to start from; by default that of the last promotion, or of the run.
        margin: least gain of a promotion, 0.02 for an error that is 2 % lower.
    """
    hold_to_roots()
    go_on_without_reader()
    options = Options(
        value_column=value_column,
        units=units,
        plates=tuple(plates or ()),
        accepted=tuple(accept or ()),
    )
    evaluation = read(run, files, task, options)
    folder = campaign_folder(Path(campaign) if campaign else None, evaluation)
    number = keep(folder, evaluation)
    compare(folder, evaluation)
    told = f"kept as event {number} in {folder}" if number else f"kept before in {folder}"
    found: dict[str, Any] = {"campaign": str(folder), "event": number, "model": ""}
    if promote:
        tried = promote_better(folder, evaluation, bundle, margin)
        told += f"; {tried.told[-1]}"
        found["model"] = "" if tried.event is None else tried.event.model
    return completed(told, found)


def _publish(
    evaluation: Evaluation, what: str, rows: Sequence[dict[str, Any]], description: str
) -> None:
    name = evaluation.plan.screen.name
    create_table_artifact(
        list(rows),
        key=f"{artifact_key(name)}-{what}",
        description=f"{as_written(evaluation.plan.screen.title)}: {as_written(description)}",
    )
