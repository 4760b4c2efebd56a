"""The units start what is there, with settings that systemd knows."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from screening.campaign.keep import default_campaign
from tests.operation.page import ROOT, blocks

UNITS = sorted((ROOT / "systemd").glob("*.service"))
NAMES = [unit.stem for unit in UNITS]


def settings(unit: Path) -> list[tuple[str, str]]:
    lines = unit.read_text(encoding="utf-8").splitlines()
    return [
        (line.split("=", 1)[0], line.split("=", 1)[1]) for line in lines if re.match(r"\w+=", line)
    ]


def test_there_are_the_two_that_the_page_starts() -> None:
    assert NAMES == ["hitlist-server", "hitlist-worker"]
    lines = [line for block in blocks("From nothing to the first night") for line in block]
    assert f"systemctl enable --now {' '.join(NAMES)}" in lines


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_it_comes_back_and_may_do_little(unit: Path) -> None:
    known = dict(settings(unit))
    assert known["Restart"] == "always"
    assert known["StartLimitIntervalSec"] == "0"
    assert known["User"] == "hitlist"
    assert known["UMask"] == "0077"
    assert known["ProtectSystem"] == "strict"
    assert known["NoNewPrivileges"] == "yes"
    assert known["CapabilityBoundingSet"] == ""


def test_the_worker_may_write_what_the_page_makes_for_it() -> None:
    writable = dict(settings(ROOT / "systemd/hitlist-worker.service"))["ReadWritePaths"]
    lines = [line for block in blocks("From nothing to the first night") for line in block]
    campaign = default_campaign(Path("/opt/hitlist/runs/kinase"))
    assert f"install -d -o hitlist -g hitlist -m 0700 runs {campaign.name}" in lines
    assert writable == f"/opt/hitlist/runs -{campaign}"
    compose = yaml.safe_load((ROOT / "container/compose.yaml").read_text())
    assert f"campaign:{campaign}" in compose["services"]["worker"]["volumes"]


@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_its_program_and_its_files_exist(unit: Path) -> None:
    program, *words = dict(settings(unit))["ExecStart"].split()
    name = program.removeprefix("/opt/hitlist/.venv/bin/")
    assert Path(sys.executable).with_name(name).is_file()
    for word in words:
        assert "/" not in word or (ROOT / word).is_file(), word


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze on this machine"
)
@pytest.mark.parametrize("unit", UNITS, ids=NAMES)
def test_systemd_knows_every_setting(unit: Path, tmp_path: Path) -> None:
    for one in UNITS:  # each names the other
        text = one.read_text().replace("/opt/hitlist/.venv/bin/", f"{tmp_path}/")
        (tmp_path / one.name).write_text(text)
    for name in ("hitlist", "prefect"):
        (tmp_path / name).touch(mode=0o755)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name],
        capture_output=True,
        text=True,
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    said = [line for line in done.stderr.splitlines() if "hitlist" in line]
    assert (done.returncode, said) == (0, [])


def test_the_files_that_the_page_installs_exist() -> None:
    lines = [line for block in blocks("From nothing to the first night") for line in block]
    named = {word for line in lines for word in line.split() if word.startswith("systemd/")}
    assert named == {f"systemd/{path.name}" for path in (ROOT / "systemd").iterdir()}


def test_the_settings_of_the_example_are_off_and_are_read() -> None:
    text = (ROOT / "systemd/hitlist.env").read_text()
    assert all(line.startswith("#") for line in text.splitlines())
    names = re.findall(r"^#([A-Z_]+)=", text, re.MULTILINE)
    assert names == ["HITLIST_PORT", "PREFECT_SERVER_DATABASE_CONNECTION_URL", "HITLIST_ROOTS"]


def test_the_profile_of_the_account_names_what_the_units_name(tmp_path: Path) -> None:
    text = (ROOT / "systemd/profile").read_text().replace("/opt/hitlist", str(tmp_path))
    shown = "echo $PREFECT_HOME $HITLIST_CACHE $PWD $HITLIST_ROOTS; umask; command -v hitlist"
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/hitlist").touch(mode=0o755)
    said = subprocess.run(["sh", "-c", text + shown], capture_output=True, text=True, check=True)
    first, mask, program = said.stdout.splitlines()
    assert int(mask, 8) == stat.S_IRWXG | stat.S_IRWXO
    assert program == f"{tmp_path}/.venv/bin/hitlist"
    home, cache, folder, roots = first.split()
    assert folder == str(tmp_path)
    worker = (ROOT / "systemd/hitlist-worker.service").read_text()
    assert f"HITLIST_ROOTS={roots.replace(str(tmp_path), '/opt/hitlist')}\n" in worker
    for unit in UNITS:
        given = " ".join(value for name, value in settings(unit) if name == "Environment").split()
        assert {f"PREFECT_HOME={home}", f"HITLIST_CACHE={cache}"} <= set(given)
