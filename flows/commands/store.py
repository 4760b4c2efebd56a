"""``hitlist store``: show, verify and prune the cache and the folder of runs."""

import json
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chem.errors import InputError
from chem.records.message_text import counted
from flows.terminal.console import note, printable
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from screening.upkeep.items import Inventory
    from screening.upkeep.policy import Proposal

Runs = Annotated[
    Path, typer.Option("--runs", metavar="DIR", help="Folder of the runs.", show_default="runs")
]
_DEFAULT = Path("runs")
app = typer.Typer(
    help="Show, verify and prune the cache and the folder of runs.", no_args_is_help=True
)


@app.command("show")
def show_store(
    runs: Runs = _DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Write everything as JSON.")] = False,
) -> None:
    """Show what the cache and the folder of runs hold: number, size, last use. Changes nothing.

    HITLIST_CACHE names the folder of the cache.
    """
    from screening.upkeep.sizes import written_size

    found = _take_inventory(runs)
    if as_json:
        print(json.dumps(_as_json(found), indent=1))
        return
    rows = [
        [one.name, str(one.path), f"{one.number:,}", written_size(one.bytes), _date(one.used)]
        for one in found.parts
    ]
    show_table(("part", "folder", "number", "size", "last use"), rows, "Store", numbers=3)
    header = ("folder", "library or screen", "rows", "size", "made", "last use")
    for kind, title in (("prepared", "Prepared libraries"), ("scores", "Shared scores")):
        shown = [
            [
                *(one.path.name, one.name, "" if one.rows is None else f"{one.rows:,}"),
                *(written_size(one.extent.bytes), _date(one.made), _date(one.used)),
            ]
            for one in found.items
            if one.kind == kind
        ]
        if shown:
            print()
            show_table(header, shown, title, numbers=4)
    for title, kinds in (("At work", ("at work",)), ("Dead folders", ("dead", "leftover"))):
        rows = [
            [str(one.path), one.note, written_size(one.extent.bytes), _date(one.used)]
            for one in found.items
            if one.kind in kinds
        ]
        if rows:
            print()
            show_table(("path", "why", "size", "last use"), rows, title, numbers=2)


@app.command("verify")
def verify_store(
    runs: Runs = _DEFAULT,
    mend: Annotated[
        bool,
        typer.Option("--fix", help="Remove what is damaged and can be made again; never a run."),
    ] = False,
) -> None:
    """Read all that is stored, and compare it with the recorded hashes and checksums.

    Prints one line for each fault, with what to do. Exits with code 1 if anything is damaged and
    was not removed.
    """
    from screening.upkeep.verify_store import fix, verify_items

    files, left, items = 0, 0, 0
    for one in verify_items(_take_inventory(runs)):
        files, items = files + one.files, items + 1
        for fault in one.faults:
            why = fix(fault) if mend else "damaged"
            left += bool(why)
            told = str(fault)
            if mend:
                end = f"not removed ({why}); {fault.remedy}" if why else "removed"
                told = f"{fault.path}: {fault.what}; {end}"
            print(printable(" ".join(told.split())), flush=True)
    note(f"{counted(files, 'file')} of {counted(items, 'folder')} verified")
    if left:
        note(f"{counted(left, 'fault')} left")
        raise typer.Exit(1)


@app.command("prune")
def prune_store(
    runs: Runs = _DEFAULT,
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="AGE",
            help="Remove prepared libraries, shared scores and dead folders that were not used for "
            "this long, such as 30d or 12h.",
        ),
    ] = None,
    most: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="The most that these may hold together, such as 50GB; the oldest use goes first.",
        ),
    ] = None,
    keep_runs: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Keep only the N newest runs of each screen on its library."
        ),
    ] = None,
    runs_older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Remove runs of this age, such as 400d.")
    ] = None,
    without_runs: Annotated[
        bool, typer.Option("--no-runs", help="Prune although there is no folder of runs.")
    ] = False,
    really: Annotated[
        bool, typer.Option("--yes", help="Remove. Without it, nothing is removed.")
    ] = False,
) -> None:
    """List what would go and what is kept, each with the reason; with --yes, remove it.

    Runs go only by --keep-runs or --runs-older-than. Never removed are the newest run of a screen,
    a run with a decision, a signature or a file named keep, and what a process uses now. Runs in
    other folders than --runs are not seen.
    """
    from screening.upkeep.policy import Limits, decide, excess
    from screening.upkeep.sizes import written_size

    limits = Limits(
        _age(older_than, "--older-than"),
        _size(most),
        keep_runs,
        _age(runs_older_than, "--runs-older-than"),
    )
    found = _take_inventory(runs)
    if not found.runs.is_dir() and not without_runs:
        raise InputError(
            f"there is no folder of runs {runs}, and runs elsewhere may need what would go; name "
            "their folder with --runs, or give --no-runs if there are none"
        )
    proposals = decide(found.items, limits, time.time())
    _show_proposals(proposals)
    if beyond := excess(proposals, limits):
        note(f"what is kept is {written_size(beyond)} more than --most {most}")
    _remove([one for one in proposals if one.goes], really)


def _remove(going: "list[Proposal]", really: bool) -> None:
    """Remove what goes, or say what would go."""
    from screening.upkeep.prune import remove_all
    from screening.upkeep.sizes import written_size

    size = sum(one.item.extent.bytes for one in going)
    if not really:
        note(f"{counted(len(going), 'item')} would go, {written_size(size)}; --yes removes them")
        return
    failed = 0
    for done in remove_all(going):
        if done.why_not:
            failed += 1
            size -= done.item.extent.bytes
            note(f"{done.item.path}: not removed: {done.why_not}")
    note(f"{counted(len(going) - failed, 'item')} removed, {written_size(size)}")


def _show_proposals(proposals: "Sequence[Proposal]") -> None:
    from screening.upkeep.sizes import written_size

    header = ("", "path", "size", "last use", "why")
    rows = [
        [
            *("remove" if one.goes else "keep", str(one.item.path)),
            *(written_size(one.item.extent.bytes), _date(one.item.used), one.why),
        ]
        for one in proposals
    ]
    if rows:
        show_table(header, rows)


def _take_inventory(runs: Path) -> "Inventory":
    from chem.disk.allowed_roots import named_path
    from data.catalogue.fetch import cache_folder
    from screening.upkeep.inventory import take_inventory

    return take_inventory(cache_folder(), named_path(runs))


def _age(text: str | None, option: str) -> float | None:
    from screening.objective.retention import read_age

    try:
        return None if text is None else read_age(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def _size(text: str | None) -> int | None:
    from screening.objective.retention import read_size

    try:
        return None if text is None else read_size(text)
    except ValueError as error:
        raise InputError(f"--most: {error}") from None


def _date(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}" if seconds else ""


def _as_json(found: "Inventory") -> dict[str, Any]:
    parts = [{**one._asdict(), "path": str(one.path)} for one in found.parts]
    items = [
        {
            "kind": one.kind,
            "path": str(one.path),
            "name": one.name,
            "rows": one.rows,
            "bytes": one.extent.bytes,
            "files": one.extent.files,
            "made": one.made or None,
            "used": one.used,
            "note": one.note,
            "kept": one.kept,
        }
        for one in found.items
    ]
    return {"cache": str(found.cache), "runs": str(found.runs), "parts": parts, "items": items}
