"""Links at the names that a run writes: they are replaced or refused, and no target is touched."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from chem.errors import InputError
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import SUMMARY
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.runs.runfolder import MANIFEST, SCREEN, WHERE
from screening.runs.write_run import Outcome
from screening.storage.ledger import LEDGER
from screening.storage.lock import LOCK

Objective = Callable[..., Screen]
PRECIOUS = b"precious\n"
RUN, PREPARED = "run", "prepared"
READ_FIRST = {LOCK, LEDGER, MANIFEST, SCREEN, WHERE, SUMMARY}
"""Files by which a run goes on with what is there: a link at one may be refused."""


class Folders:
    """A finished run that can be run again, and the files that links in it lead to."""

    def __init__(self, drug_run: Outcome, screen: Screen, client: Client, folder: Path) -> None:
        self.screen, self.client, self.folder = screen, client, folder
        shutil.copytree(drug_run.folder, folder / RUN)
        shutil.copytree(drug_run.folder.parent / PREPARED, folder / PREPARED)
        self.targets: list[Path] = []

    def names(self) -> list[str]:
        """All files but those of the library."""
        files = [one for one in self.folder.rglob("*") if one.is_file() and not one.is_symlink()]
        return sorted(str(one.relative_to(self.folder)) for one in files)

    def link(self, name: str, dangling: bool) -> None:
        """Put a link in the place of a file."""
        path = self.folder / name
        target = self.folder.parent / f"targets-{self.folder.name}" / name.replace("/", "-")
        target.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)
        if not dangling:
            target.write_bytes(PRECIOUS)
        self.targets.append(target)

    def run(self) -> Outcome:
        plan = plan_run(self.screen, self.folder / RUN, prepared=self.folder / PREPARED)
        return run_screen(plan, self.client)

    def check_targets(self, dangling: bool) -> None:
        for target in self.targets:
            assert target.exists() != dangling, target
            assert dangling or target.read_bytes() == PRECIOUS, target


@pytest.fixture
def folders(
    drug_run: Outcome, objective: Objective, lone: Client, tmp_path: Path
) -> Callable[[str], Folders]:
    def make(name: str) -> Folders:
        screen = objective("EGFR", 12, min_heavy_atoms=8.0)
        return Folders(drug_run, screen, lone, tmp_path / name)

    return make


@pytest.mark.parametrize("dangling", [False, True])
def test_links_at_all_that_a_run_hands_over_are_replaced(
    folders: Callable[[str], Folders], dangling: bool
) -> None:
    made = folders("all")
    names = [name for name in made.names() if Path(name).name not in READ_FIRST]
    assert len([name for name in names if name.startswith(f"{RUN}/lab/")]) >= 5
    assert len(names) > 14
    for name in names:
        made.link(name, dangling)
    outcome = made.run()
    made.check_targets(dangling)
    for name in names:
        assert not (made.folder / name).is_symlink(), name
        assert (made.folder / name).is_file(), name
    with (outcome.folder / "hits.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 12


@pytest.mark.slow
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_at_a_file_that_a_run_goes_on_by_is_refused_or_replaced(
    folders: Callable[[str], Folders], dangling: bool
) -> None:
    names = [name for name in folders("whole").names() if Path(name).name in READ_FIRST]
    assert {Path(name).name for name in names} == READ_FIRST
    assert {f"{RUN}/scores/{LEDGER}", f"{PREPARED}/{LEDGER}", f"{RUN}/{LOCK}"} <= set(names)
    refused = []
    for name in names:
        made = folders(name.replace("/", "-"))
        made.link(name, dangling)
        try:
            made.run()
        except InputError:
            refused.append(name)
        made.check_targets(dangling)
        # A library that was prepared whole is not locked, so nothing looks at that link.
        untouched = name in refused or name == f"{PREPARED}/{LOCK}"
        assert untouched or not (made.folder / name).is_symlink(), name
    assert f"{RUN}/{LOCK}" in refused
