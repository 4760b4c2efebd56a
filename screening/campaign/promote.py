"""Writes promotions, roll backs and choices: the bundle, then the line of the log, then the link.

A line takes its place by one rename. So a screen that starts meanwhile gets the model of before or
the new one, each whole. A process that is killed before the rename leaves a folder that no line
names, which does not count; one that is killed after it leaves an old link, which the next change
corrects.
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal, NamedTuple

from chem.disk.files import is_leftover, make_folder, scratch_beside, sync_folder
from chem.errors import InputError
from gnn.bundle.bundle import write_card
from gnn.bundle.find_bundle import read_card, read_card_and_hash
from gnn.card.results_card import PromotionCard
from screening.campaign.campaign import Campaign, read_log
from screening.campaign.event import HeldOut, ModelEvent, write_line
from screening.campaign.keep import append_line, complete
from screening.campaign.models import (
    CURRENT,
    MODELS,
    current_model,
    files_of,
    promotion_of,
)
from screening.errors import told_in_one_line
from screening.storage.lock import LOCK, Lock


class Promotion(NamedTuple):
    """A candidate that was found to be better."""

    how: Literal["moved", "retrained"]
    base: str
    """The base, as it was named."""
    base_folder: Path
    held_out: HeldOut
    write: Callable[[Path], None]
    """Writes the bundle into a new folder."""


def promote(campaign: Campaign, promotion: Promotion) -> ModelEvent:
    """Make a candidate the current model of a campaign.

    Raises InputError if the campaign was changed since it was opened, or is in use.
    """
    folder = campaign.folder
    with told_in_one_line(folder), Lock(folder):
        opened = _unchanged(campaign)
        model = current_model(opened)
        root = folder / MODELS
        make_folder(root)
        taken = [int(one.name) for one in root.iterdir() if one.name.isdigit()]
        first = max(taken, default=0) + 1
        with scratch_beside(root) as scratch:
            if model is None:
                before = scratch / f"{first:03d}"
                _copy_bundle(promotion.base_folder, before)
                replaced, made = before.name, scratch / f"{first + 1:03d}"
            else:
                replaced, made = model.number, scratch / f"{first:03d}"
            promotion.write(made)
            card = read_card(made)
            about = PromotionCard(
                model=made.name, date=_now()[:10], how=promotion.how, replaced=replaced
            )
            write_card(made, card.model_copy(update={"promotion": about}))
            added = sorted(one for one in scratch.iterdir() if one.is_dir())
            event = _event(opened, promotion, (replaced, made), added)
            for one in added:
                os.rename(one, root / one.name)
            sync_folder(root)
        _write(opened, event)
    return event


def roll_back(campaign: Campaign) -> ModelEvent:
    """Make the model current again that the current one replaced. Nothing is removed.

    Raises InputError if there is none, or the campaign was changed since it was opened.
    """
    model = current_model(campaign)
    made = None if model is None else promotion_of(campaign, model.number)
    if model is None or made is None:
        why = "no model was promoted yet" if model is None else f"{model.told} is the first"
        raise InputError(f"{campaign.folder}: nothing to go back to, as {why}")
    return choose(campaign, made.replaced, "rolled back")


def choose(
    campaign: Campaign, number: str, what: Literal["rolled back", "chosen"] = "chosen"
) -> ModelEvent:
    """Make a model of the campaign the current one, such as ``002`` after a roll back.

    Raises InputError if it has no such model, if that is the current one, if its folder was
    changed, or if the campaign was changed since it was opened.
    """
    folder = campaign.folder
    with told_in_one_line(folder), Lock(folder):
        opened = _unchanged(campaign)
        model = current_model(opened)
        known = {one.replaced: one.replaced_sha256 for one in opened.model_events}
        known |= {one.model: one.sha256 for one in opened.model_events}
        if model is None or number not in known:
            there = f"expected one of {', '.join(sorted(known))}" if known else "it has none yet"
            raise InputError(f"{folder} has no model {number}: {there}")
        if number == model.number:
            raise InputError(f"{folder}: model {number} is the current one already")
        digest = read_card_and_hash(folder / MODELS / number)[1]
        if digest != known[number]:
            raise InputError(
                f"{folder / MODELS / number} is not the model {number} of the log; put it back "
                "from a backup"
            )
        told = f"rolled back from model {model.number} to model {number}"
        event = ModelEvent(
            number=opened.next_number,
            time=_now(),
            what=what,
            model=number,
            sha256=digest,
            replaced=model.number,
            replaced_sha256=model.sha256,
            how="",
            base="",
            base_sha256=digest,
            held_out=None,
            files={},
            summary=told if what == "rolled back" else f"chose {number} instead of {model.number}",
        )
        _write(opened, event)
    return event


def _unchanged(campaign: Campaign) -> Campaign:
    """Return the campaign as it is now; raise InputError if its log is another."""
    found = complete(read_log(campaign.folder))
    if found.head != campaign.head:
        raise InputError(
            f"{campaign.folder} has an event that it did not have when it was read; give the "
            "command again"
        )
    return found


def _copy_bundle(source: Path, target: Path) -> None:
    make_folder(target)
    for one in sorted(source.iterdir()):
        if one.is_file() and one.name != LOCK and not is_leftover(one.name):
            shutil.copyfile(one, target / one.name)


def _event(
    opened: Campaign, promotion: Promotion, both: tuple[str, Path], added: list[Path]
) -> ModelEvent:
    """Return the event of a promotion: of the replaced number, by the bundle in a folder."""
    replaced, made = both
    held_out = promotion.held_out
    digest = read_card_and_hash(made)[1]
    base = read_card_and_hash(promotion.base_folder)[1]
    before = opened.model_events[-1].sha256 if opened.model_events else base
    word = "moved by results" if promotion.how == "moved" else "trained again"
    return ModelEvent(
        number=opened.next_number,
        time=_now(),
        what="promoted",
        model=made.name,
        sha256=digest,
        replaced=replaced,
        replaced_sha256=before,
        how=promotion.how,
        base=promotion.base,
        base_sha256=base,
        held_out=held_out,
        files={name: value for one in added for name, value in files_of(one).items()},
        summary=(
            f"promoted model {made.name} ({word}) in place of {replaced}: RMSE {held_out.rmse:.3f} "
            f"instead of {held_out.rmse_before:.3f} on {held_out.results} results that it did not "
            f"know, lower by {100 * held_out.gain:.1f} % (margin {100 * held_out.margin:g} %)"
        ),
    )


def _write(opened: Campaign, event: ModelEvent) -> None:
    """Add the line of an event, then point the link to its model."""
    line, _ = write_line(event, opened.head)
    append_line(opened.folder, line.encode())
    link = opened.folder / MODELS / CURRENT
    temporary = link.with_name(f".{token_hex(4)}.{CURRENT}")
    try:
        os.symlink(event.model, temporary, target_is_directory=True)
        os.replace(temporary, link)
    except OSError:  # a file system without links: screens ask the log
        temporary.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
