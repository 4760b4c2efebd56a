"""Opens the folder of a finished run: its manifest, and the locations of its other parts."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from chem.disk.bounded_read import parse_json, read_regular
from chem.errors import InputError
from screening.prepare.older_standardization import WHERE as WHERE
from screening.prepare.prepared import Prepared
from screening.runs.latest import MANIFEST as MANIFEST
from screening.runs.latest import is_latest, unfinished
from screening.runs.plan import Plan
from screening.storage.json_shapes import Manifest, Where, WhereRanked, check_shape

SCREEN = "screen.toml"
FOLDERS = ("lab", "scores")
"""Folders inside the folder of a run."""
SAME = ("screen", "library", "bundles", "featurizer", "counts", "triage")
"""The parts of a manifest that stay the same if its run is repeated; times and versions may
differ."""


@dataclass(frozen=True)
class RunFolder:
    """A finished run as it was when it was opened."""

    folder: Path
    manifest: Manifest
    manifest_sha256: str
    fingerprint: str
    """The SHA-256 of the ``SAME`` parts of the manifest, which a repeated run has too."""
    where: Where | None
    """The locations of the run's parts; None for a re-ranking."""
    ranks: WhereRanked | None
    """The run that scored, for a re-ranking; None otherwise."""

    @property
    def run_id(self) -> str:
        """The id of the run, 12 hexadecimal digits; it follows from its inputs and its time."""
        told = f"{self.fingerprint} {self.manifest.finished}"
        return sha256(told.encode()).hexdigest()[:12]

    def check_unchanged(self) -> None:
        """Refuse, with InputError, a run that was overwritten since it was opened."""
        try:
            content = read_regular(self.folder / MANIFEST)
        except OSError:
            content = b""
        if sha256(content).hexdigest() != self.manifest_sha256:
            raise InputError(
                f"{self.folder} is being written by another run, or has just been written; give "
                "the command again when that is done"
            )


def open_folder(folder: Path) -> RunFolder:
    """Open the folder of a finished run.

    Raises InputError if it holds none, or if its screen was changed since the run.
    """
    try:
        content = _read(folder / MANIFEST)
    except (FileNotFoundError, NotADirectoryError):
        raise unfinished(folder) from None
    try:
        found = parse_json(_read(folder / WHERE))
        ranked = isinstance(found, dict) and "run" in found
        where = None if ranked else check_shape(Where, found)
        ranks = check_shape(WhereRanked, found) if ranked else None
    except InputError:
        raise
    except (OSError, ValueError) as error:
        why = "missing" if isinstance(error, OSError) else f"damaged, {_short(error)}"
        raise InputError(
            f"{folder} does not say where its scores are ({WHERE} is {why}); run the "
            "screen again with a new --out: what was prepared is kept"
        ) from None
    manifest, fingerprint = _read_manifest(folder, content)
    digest = sha256(content).hexdigest()
    opened = RunFolder(folder, manifest, digest, fingerprint, where, ranks)
    if _hash(folder / SCREEN) != manifest.files[SCREEN]:
        opened.check_unchanged()
        raise InputError(
            f"{folder / SCREEN} was changed since the run; put it back as it was, and give a "
            "changed copy to `hitlist rank --screen`"
        )
    return opened


def _read_manifest(folder: Path, content: bytes) -> tuple[Manifest, str]:
    """Return the manifest and its fingerprint."""
    try:
        found = parse_json(content)
        manifest = check_shape(Manifest, found)
    except ValueError as error:
        raise InputError(
            f"{folder / MANIFEST} is damaged ({_short(error)}); run the screen again with a new "
            "--out: what was prepared is kept"
        ) from None
    if SCREEN not in manifest.files:
        raise InputError(f"{folder / MANIFEST} does not name {SCREEN}; run the screen again")
    told = {key: found[key] for key in SAME}
    return manifest, sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _short(error: ValueError) -> str:
    kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
    return " ".join(f"{kind}{error}".split())[:200]


def check_no_links(folder: Path) -> None:
    """Refuse, with InputError, a run with a linked folder: files elsewhere would be overwritten."""
    if folder.is_symlink() and is_latest(folder.name):
        raise InputError(
            f"{folder} is a link to the newest run, whose files would be overwritten; name another "
            "folder with --out"
        )
    for name in FOLDERS:
        if (folder / name).is_symlink():
            raise InputError(
                f"{folder / name} is a symbolic link, and the files that it leads to would be "
                "overwritten; remove it, or name another folder with --out"
            )


def describe_run(plan: Plan, prepared: Prepared) -> dict[str, Any]:
    """Return the locations of a run's parts, for opening it again."""
    return {
        "library": {
            "path": str(plan.library.path.absolute()),
            "columns": plan.library.named._asdict(),
        },
        "prepared": str(prepared.folder),
        # "" if the scores are in the run's folder, which may be moved.
        "scores": "" if plan.scores_store.folder == plan.out / "scores" else plan.scores_store.url,
        "device": plan.device,
        "half": plan.bfloat16,
    }


def describe_ranking(out: Path, scorer: RunFolder) -> dict[str, Any]:
    """Return the path and the fingerprint of the run whose scores are ranked into a folder."""
    run = os.path.relpath(scorer.folder.absolute(), out.absolute())
    return {"run": run, "fingerprint": scorer.fingerprint}


def _hash(path: Path) -> str:
    try:
        return sha256(_read(path)).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _read(path: Path) -> bytes:
    """Read a file of a run; raise InputError if it exists and cannot be read."""
    try:
        return read_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); make it readable, or ask the "
            "owner of the run"
        ) from None
