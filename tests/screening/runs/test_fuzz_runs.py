"""Damaged run folders and prepared libraries: read, or refused in one line; nothing is written.

Files are held to hashes, so most damage ends there. Whoever can write a folder can write the hashes
too: every other mutant has them put right again, and reaches what lies behind.
"""

import json
import random
import shutil
import tomllib
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.features.properties import PROPERTIES
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import DUPLICATES, SUMMARY
from screening.rank.library_records import IDENTITY
from screening.runs.dossier import open_dossier
from screening.runs.dossier_page import sections
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.record_outcome import outcome_of
from screening.runs.rerank import rerank
from screening.runs.run import run_screen
from screening.runs.runfolder import MANIFEST, WHERE
from screening.storage.ledger import LEDGER, hash_purpose
from screening.verify.verify import verify_run
from tests.fuzzing import held, mutants, mutate, mutate_value, to_json, to_toml
from tests.screening.tables import mutate_table

ROWS = 40
"""Of a partition: the library has two."""


class Run:
    """A run's folder and its prepared library, to be damaged and put right again."""

    def __init__(self, folder: Path, prepared: Path) -> None:
        self.folder, self.prepared = folder, prepared
        self.scores = folder / "scores"
        self._whole = {path: path.read_bytes() for path in self.files()}

    def files(self) -> list[Path]:
        found = [*self.folder.rglob("*"), *self.prepared.rglob("*")]
        return sorted(path for path in found if path.is_file())

    def whole(self, path: Path) -> bytes:
        return self._whole[path]

    def put_back(self) -> None:
        """Write anew what differs; other files than those of the run are a fault."""
        assert set(self.files()) == set(self._whole)
        for path, content in self._whole.items():
            if path.read_bytes() != content:
                path.write_bytes(content)

    def forge(self, path: Path) -> None:
        """Put right every hash that a changed file has elsewhere."""
        digest = sha256(path.read_bytes()).hexdigest()
        if path.suffix == ".parquet":
            self._in_ledger(path.parent / LEDGER, path.name, digest)
            if path.name == DUPLICATES:
                self._in_json(self.prepared / SUMMARY, {"duplicates_sha256": digest})
        elif path.name == LEDGER and path.parent == self.prepared:
            self._new_key(path)
        elif path.name not in (WHERE, MANIFEST) and path.parent == self.folder:
            manifest = json.loads((self.folder / MANIFEST).read_text())
            if path.name in manifest["files"]:
                self._in_json(self.folder / MANIFEST, {"files": {path.name: digest}})

    def _new_key(self, ledger: Path) -> None:
        """Name the library, and the scores of it, by the purpose that its ledger has now."""
        try:
            purpose = json.loads(ledger.read_bytes().split(b"\n")[0])["purpose"]
            key = hash_purpose(purpose)
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        self._in_json(self.prepared / SUMMARY, {"key": key})
        lines = (self.scores / LEDGER).read_bytes().split(b"\n")
        first = json.loads(lines[0])
        first["purpose"]["prepared"] = key
        lines[0] = json.dumps(first).encode()
        (self.scores / LEDGER).write_bytes(b"\n".join(lines))

    def _in_ledger(self, ledger: Path, name: str, digest: str) -> None:
        lines = [json.loads(line) for line in ledger.read_text().splitlines()]
        lines = [{**one, "sha256": digest} if one.get("name") == name else one for one in lines]
        ledger.write_text("".join(json.dumps(one) + "\n" for one in lines))

    def _in_json(self, path: Path, change: dict[str, Any]) -> None:
        found = json.loads(path.read_text())
        for key, value in change.items():
            found[key] = {**found[key], **value} if isinstance(value, dict) else value
        path.write_text(json.dumps(found))


@pytest.fixture(scope="module")
def run(
    objective: Callable[..., Screen], lone: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("fuzzed")
    screen = objective("EGFR", 8, max_mw=600.0, max_alerts=9.0)
    selection = {"max_per_scaffold": 3, "pool": 20}
    screen = screen.changed(selection=selection)
    plan = plan_run(screen, folder / "run", prepared=folder / "prepared", partition_rows=ROWS)
    run_screen(plan, lone)
    yield Run(folder / "run", folder / "prepared")
    shutil.rmtree(folder)


def json_mutant(content: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.2:
        return mutate(content, rng)
    return to_json(mutate_value(json.loads(content), rng), rng)


def lines_mutant(content: bytes, rng: random.Random) -> bytes:
    """A ledger: a line for each file, the first of what it is for."""
    if rng.random() < 0.2:
        return mutate(content, rng)
    lines = [json.loads(line) for line in content.splitlines()]
    if rng.random() < 0.2:
        rng.shuffle(lines)
    at = rng.randrange(len(lines))
    told = [json.dumps(line).encode() for line in lines]
    told[at] = to_json(mutate_value(lines[at], rng), rng)
    return b"\n".join(told) + b"\n"


def toml_mutant(content: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.2:
        return mutate(content, rng)
    return to_toml(mutate_value(tomllib.loads(content.decode()), rng), rng)


def table_mutant(content: bytes, rng: random.Random) -> bytes:
    return mutate(content, rng) if rng.random() < 0.3 else mutate_table(content, rng)


def _use(run: Run, rng: random.Random, lone: Client) -> None:
    """Do what explain, rank and verify do with a run; each time another part of it."""
    past = open_run(run.folder)
    part = rng.random()
    if part < 0.6:
        columns = ("status", "stage", "code", "detail", "smiles", *PROPERTIES, *IDENTITY)
        record = past.read_record(rng.randint(1, 75), columns).to_pylist()[0]
        assert outcome_of(past, record, ())
    elif part < 0.8:
        dossier = open_dossier(past, rng.randint(1, 75))
        assert list(sections(dossier, past, whole=False))
    elif part < 0.86:
        rerank(past, past.screen)
    else:
        checks = verify_run(past, past.library, lone, 1)
        list(islice(checks, 6 if part > 0.99 else 4))


WHOLE_RUN = {
    "manifest": (MANIFEST, json_mutant),
    "where": (WHERE, json_mutant),
    "screen": ("screen.toml", toml_mutant),
    "hits": ("hits.csv", mutate),
    "sdf": ("hits.sdf", mutate),
    "passed_over": ("passed_over.csv", mutate),
    "ledger": (f"scores/{LEDGER}", lines_mutant),
    "scores": ("scores/part-00000.parquet", table_mutant),
    "summary": (f"../prepared/{SUMMARY}", json_mutant),
    "prepared_ledger": (f"../prepared/{LEDGER}", lines_mutant),
    "partition": ("../prepared/part-00000.parquet", table_mutant),
    "duplicates": (f"../prepared/{DUPLICATES}", table_mutant),
}


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("what", WHOLE_RUN)
def test_a_damaged_run_is_read_or_refused(run: Run, lone: Client, what: str) -> None:
    rng = random.Random(f"7 {what}")
    name, damage = WHOLE_RUN[what]
    path = (run.folder / name).resolve()
    content = run.whole(path)
    for at in range(mutants(60, share=20)):
        path.write_bytes(damage(content, rng))
        if at % 4:
            run.forge(path)
        try:
            with held(f"{what} {at}"):
                _use(run, rng, lone)
        finally:
            run.put_back()
