"""runs/latest leads to the newest finished run, and nowhere else."""

import os
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.runs.latest import named_run, point_to_latest, read_link
from screening.runs.runfolder import check_no_links


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name in ("kinase-1", "kinase-2", "tox-1"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    return tmp_path / "runs"


def test_the_links_lead_to_the_newest_run(runs: Path) -> None:
    for name, screen in (("kinase-1", "kinase"), ("kinase-2", "kinase"), ("tox-1", "tox")):
        point_to_latest(runs / name, screen)
    assert os.readlink(runs / "latest") == "tox-1"
    assert os.readlink(runs / "latest-kinase") == "kinase-2"
    assert named_run(runs / "latest") == runs / "tox-1"
    assert named_run(runs / "latest-kinase") == runs / "kinase-2"
    assert named_run(runs / "kinase-1") == runs / "kinase-1"
    assert sorted(path.name for path in runs.iterdir()) == [
        *("kinase-1", "kinase-2", "latest", "latest-kinase", "latest-tox", "tox-1")
    ]
    moved = runs.rename(runs.with_name("moved"))
    assert named_run(moved / "latest") == moved / "tox-1"


def test_the_bare_word_means_the_folder_runs(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point_to_latest(runs / "tox-1", "tox")
    monkeypatch.chdir(runs.parent)
    assert named_run("latest") == Path("runs/tox-1")
    assert named_run("latest-tox") == Path("runs/tox-1")
    assert named_run("latest-unknown") == Path("runs/latest-unknown")  # told when it is opened


def test_only_folders_of_runs_get_links(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "one").mkdir(parents=True)
    point_to_latest(tmp_path / "elsewhere" / "one", "kinase")
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["one"]
    (tmp_path / "elsewhere" / "latest").symlink_to("one")
    (tmp_path / "elsewhere" / "two").mkdir()
    point_to_latest(tmp_path / "elsewhere" / "two", "kinase")
    assert os.readlink(tmp_path / "elsewhere" / "latest") == "two"


def test_a_users_own_file_or_folder_stays(runs: Path) -> None:
    (runs / "latest").mkdir()
    (runs / "latest-kinase").write_text("mine")
    point_to_latest(runs / "kinase-1", "kinase")
    assert (runs / "latest").is_dir()
    assert not (runs / "latest").is_symlink()
    assert (runs / "latest-kinase").read_text() == "mine"
    assert named_run(runs / "latest") == runs / "latest"


def test_without_links_a_file_has_the_name(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "symlink", no_links)
        point_to_latest(runs / "kinase-1", "kinase")
    assert (runs / "latest.txt").read_text() == "kinase-1\n"
    assert named_run(runs / "latest") == runs / "kinase-1"
    assert named_run(runs / "latest-kinase") == runs / "kinase-1"
    point_to_latest(runs / "kinase-2", "kinase")
    assert named_run(runs / "latest") == runs / "kinase-2"
    assert not (runs / "latest.txt").exists()


def test_a_folder_that_cannot_be_written_fails_no_run(runs: Path) -> None:
    (runs / "latest").symlink_to("kinase-1")
    point_to_latest(runs / "missing" / "deep" / "run", "kinase")
    point_to_latest(runs / "kinase-2", "x" * 300)  # no file system takes that name
    assert named_run(runs / "latest") == runs / "kinase-2"


@pytest.mark.parametrize(
    "target", ["/etc", "..", ".", "../runs/kinase-1", "kinase-1/../kinase-2", "gone", "other"]
)
def test_a_link_that_leads_elsewhere_is_refused(runs: Path, target: str) -> None:
    (runs / "other").symlink_to("kinase-1")
    (runs / "latest").symlink_to(target)
    with pytest.raises(InputError, match="expected a folder of a run beside it"):
        named_run(runs / "latest")
    assert read_link(runs / "latest-none") is None


def test_a_file_that_leads_elsewhere_is_refused(runs: Path) -> None:
    (runs / "latest.txt").write_text("../../etc\n")
    with pytest.raises(InputError, match="expected a folder of a run beside it"):
        named_run(runs / "latest")


def test_a_link_outside_the_roots_is_refused(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").mkdir()
    monkeypatch.setenv("HITLIST_ROOTS", str(runs))
    (runs / "latest").symlink_to("../secret")
    with pytest.raises(InputError, match="lies outside the folders"):
        named_run(runs / "latest")


def test_no_run_is_written_through_the_link(runs: Path) -> None:
    point_to_latest(runs / "kinase-1", "kinase")
    check_no_links(runs / "kinase-1")
    with pytest.raises(InputError, match="is a link to the newest run"):
        check_no_links(runs / "latest")
