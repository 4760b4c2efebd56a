"""A run that is over, opened again: its scores serve another objective, or answer a question."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chem.errors import InputError
from gnn.bundle import Bundle
from gnn.errors import ModelError
from screening.judge import Scores
from screening.ledger import Ledger
from screening.plan import Plan, load_bundles
from screening.prepared import Prepared, read_prepared
from screening.score import chosen_units, scoring_purpose, whole_units
from screening.screen import Screen
from screening.screen_file import load_screen
from screening.store import Store
from screening.triage import read_triage

WHERE = "where.json"
"""In a run's folder: where its prepared library and its scores are. It names folders of this
machine, so the manifest does not."""
MANIFEST, SCREEN = "manifest.json", "screen.toml"


@dataclass(frozen=True)
class PastRun:
    """A run whose scores are at hand."""

    folder: Path
    screen: Screen
    """What it asked for."""
    scored_for: Screen
    """What its compounds were chosen and scored for: another one in a folder of a re-ranking."""
    scored_in: Path
    """The folder of the run that scored."""
    bundles: tuple[Bundle, ...]
    prepared: Prepared
    scores: Scores
    files: frozenset[str]
    """All that its ledger has: scores, also of controls, and promises."""
    device: str
    half: bool


def note_where(plan: Plan, prepared: Prepared) -> None:
    """Write down where a run's parts are, for whoever opens it again."""
    found = {
        "prepared": str(prepared.folder),
        # "" for a folder of its own, which may be moved with the run.
        "scores": "" if plan.scores_store.folder == plan.out / "scores" else plan.scores_store.url,
        "device": plan.device,
        "half": plan.half,
    }
    Store(plan.out).write(WHERE, _dump(found))


def note_origin(out: Path, past: PastRun) -> None:
    """Write into a folder of a re-ranking which run scored."""
    run = os.path.relpath(past.scored_in.absolute(), out.absolute())
    Store(out).write(WHERE, _dump({"run": run}))


def open_run(folder: Path) -> PastRun:
    """Open a finished run; what :func:`_open` does, with damaged files told in one line."""
    try:
        return _open(folder)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise InputError(
            f"{folder} holds a run whose {MANIFEST} or {WHERE} is damaged ({error}); run the "
            "screen again with a new --out: what was prepared is kept"
        ) from None


def _open(folder: Path) -> PastRun:
    """Open a finished run.

    Raises InputError, one line, for a folder that holds none, for one whose prepared library is
    gone, and for one that other bundles scored than are installed now.
    """
    where, screen = _read(folder), load_screen(folder / SCREEN)
    scored_in, scored_for = folder, screen
    if "run" in where:
        scored_in = (folder / where["run"]).resolve()
        where, scored_for = _read(scored_in), load_screen(scored_in / SCREEN)
    prepared = _read_prepared(Path(where["prepared"]), folder)
    bundles = _load_bundles(scored_for, folder)
    manifest = json.loads((scored_in / MANIFEST).read_text(encoding="utf-8"))
    then = {bundle["name"]: bundle["sha256"] for bundle in manifest["bundles"]}
    for bundle in bundles:
        if then.get(bundle.card.name) != bundle.sha256:
            raise InputError(
                f"{folder} was scored by another version of the bundle {bundle.card.name} than "
                "is installed now; run the screen again"
            )
    half, device = bool(where["half"]), str(where["device"])
    purpose = scoring_purpose(prepared.sha256, prepared.key, bundles, half, device)
    store = Store(where["scores"] or (scored_in / "scores").absolute())
    why_all = manifest["triage"].get("why", "")
    with Ledger(scored_in / "scores", purpose, store) as ledger:
        triage = None if why_all else read_triage(prepared, scored_for, bundles, ledger, half)
        units = chosen_units(prepared, triage.rows) if triage else whole_units(prepared)
        for unit in units:
            if unit.file not in ledger.entries:
                raise InputError(
                    f"{store.path(unit.file)} is missing or was altered; run the screen again "
                    f"with --out {scored_in}"
                )
        files = frozenset(ledger.entries)
    scores = Scores(store, tuple(units), triage, why_all)
    return PastRun(
        folder, screen, scored_for, scored_in, bundles, prepared, scores, files, device, half
    )


def _read(folder: Path) -> dict[str, Any]:
    if not (folder / MANIFEST).is_file():
        raise InputError(
            f"{folder} holds no finished run (it has no {MANIFEST}); name the folder of one, such "
            "as runs/kinase-20260101-120000"
        )
    try:
        found: dict[str, Any] = json.loads((folder / WHERE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(
            f"{folder} does not say where its scores are ({WHERE} is missing or damaged); run the "
            "screen again with a new --out: what was prepared is kept"
        ) from None
    return found


def _read_prepared(prepared: Path, folder: Path) -> Prepared:
    try:
        return read_prepared(prepared)
    except InputError:
        raise InputError(
            f"the prepared library of {folder} is gone (it was {prepared}); run the screen again"
        ) from None


def _load_bundles(screen: Screen, folder: Path) -> tuple[Bundle, ...]:
    try:
        return load_bundles(screen.bundles)
    except ModelError as error:
        raise InputError(f"a bundle of {folder} cannot be had any more: {error}") from None


def _dump(found: dict[str, Any]) -> bytes:
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()
