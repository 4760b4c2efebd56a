"""Opens the plates that a run planned, and keeps results in a campaign, for command and flow."""

from pathlib import Path
from typing import NamedTuple

from chem.disk.allowed_roots import named_path
from chem.disk.ssh_signatures import check_signed, signers_file
from chem.errors import InputError
from screening.campaign.campaign import Campaign, is_campaign, open_campaign
from screening.campaign.keep import Kept, default_campaign, keep
from screening.campaign.registered import read_registered
from screening.campaign.replaced import check_known
from screening.results.evaluate import Evaluation
from screening.results.reading.plate_plan import PlatePlan, read_plan
from screening.runs.latest import named_run
from screening.runs.runfolder import open_folder
from screening.verify.verify_files import check_listed


class OpenedPlan(NamedTuple):
    """The plates of a run, and what to tell about its files."""

    plan: PlatePlan
    told: tuple[str, ...]


def open_plan(run: Path, task: str | None) -> OpenedPlan:
    """Open the plates that a run planned, after its files were checked.

    Raises InputError for a folder without a finished run or without plates.
    """
    opened = open_folder(named_run(run))
    if signers_file() is not None:
        check_signed(opened.folder)
    plan = read_plan(opened, task)
    told = (
        f"{opened.folder}: {fault}; results are joined to the files that are unchanged"
        for fault in check_listed(opened).faults
    )
    return OpenedPlan(plan, tuple(told))


def campaign_folder(campaign: Path | None, evaluation: Evaluation) -> Path:
    """Return the folder of a campaign; by default the one beside the folder of the runs."""
    return named_path(campaign or default_campaign(evaluation.plan.run.folder))


def find_campaign(folder: Path) -> Campaign | None:
    """Return the campaign in a folder; None if there is none yet."""
    return open_campaign(folder) if is_campaign(folder) else None


def tell_known(campaign: Campaign | None, evaluation: Evaluation) -> str:
    """Return a sentence if a campaign has the files already; empty otherwise."""
    if campaign is None:
        return ""
    try:
        check_known(campaign, evaluation)
    except InputError as error:
        return str(error)
    return ""


def keep_results(folder: Path, evaluation: Evaluation) -> tuple[Kept, tuple[str, ...]]:
    """Keep an evaluation in a campaign, and return what to tell.

    Raises InputError if nothing can be kept, or nothing is new.
    """
    if evaluation.is_empty:
        raise InputError(
            "nothing is kept: no well and no value can be used; correct what was found, and give "
            "the command again"
        )
    registered, why_not = read_registered(evaluation.plan)
    kept = keep(folder, evaluation, registered)
    return kept, tuple(filter(None, (why_not, *kept.told)))
