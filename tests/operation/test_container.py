"""The image and compose files: what they name exists, and nothing but Debian and PyPI is in them.

No image is built here, because that needs Docker.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operation.page import ROOT, blocks

DOCKERFILE = (ROOT / "container/Dockerfile").read_text(encoding="utf-8")
STEPS = [
    line.split(maxsplit=1)
    for line in re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.M)).splitlines()
    if line.strip()
]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "container/compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def of(kind: str) -> list[str]:
    return [rest for word, rest in STEPS if word == kind]


def copied() -> list[tuple[str, str]]:
    """What is copied into the image, and where."""
    pairs = []
    for rest in of("COPY"):
        *sources, target = rest.split()
        pairs += [(one, target) for one in sources]
    return pairs


def test_every_step_is_known_and_every_base_is_debian_or_a_stage() -> None:
    known = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "CMD", "STOPSIGNAL"}
    assert {word for word, _ in STEPS} <= known
    stages = [rest.split(" AS ") for rest in of("FROM")]
    assert [name for _, name in stages] == ["base", "database", "hitlist"]
    assert [base for base, _ in stages] == ["debian:bookworm-slim", "base", "base"]


def test_nothing_else_is_fetched() -> None:
    runs = " ".join(of("RUN"))
    for word in ("http", "curl", "wget", "git ", "pip ", "npm", "ADD "):
        assert word not in runs, word
    assert "make setup" in runs  # which installs what pins/ names, from PyPI


def test_every_file_that_is_copied_exists_and_runs_as_no_root() -> None:
    for source, _ in copied():
        assert (ROOT / source).exists(), source
    assert of("USER") == ["postgres", "hitlist"]


def test_the_page_installs_what_the_image_installs() -> None:
    image = re.findall(r"apt-get install -y --no-install-recommends (.*?)&&", of("RUN")[-2])
    text = "\n".join(blocks("From nothing to the first night")[0]).replace("\\\n", "")
    page = re.findall(r"apt-get install --no-install-recommends (.*)", text)
    assert set(image[0].split()) - {"postgresql-client"} <= set(page[0].split())


def test_debian_has_every_package() -> None:
    if shutil.which("apt-cache") is None:
        pytest.skip("there is no apt-cache on this machine")
    wanted = set()
    for run in of("RUN"):
        for part in re.findall(r"apt-get install -y --no-install-recommends (.*?)&&", run):
            wanted |= set(part.split())
    assert {"postgresql", "python3-venv", "make"} <= wanted
    said = subprocess.run(["apt-cache", "policy", *wanted], capture_output=True, text=True).stdout
    if "Candidate: " not in said:
        pytest.skip("apt has no lists of packages here: apt-get update")
    assert {name for name in wanted if not re.search(rf"^{re.escape(name)}:", said, re.M)} == set()


def test_what_is_copied_is_enough_to_install_and_to_run_hitlist(tmp_path: Path) -> None:
    for source, target in copied():
        if source.startswith("container/"):
            continue
        place = tmp_path / target / ("" if target != "./" else source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.parquet")
            shutil.copytree(ROOT / source, place, ignore=ignored)
        else:
            shutil.copyfile(ROOT / source, place)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for name in packages["packages"]["find"]["include"]:
        assert (tmp_path / name.removesuffix(".*")).is_dir(), name
    build = "import setuptools.build_meta as b; b.prepare_metadata_for_build_editable('out')"
    (tmp_path / "out").mkdir()
    for words in (["-c", build], ["-m", "flows.cli", "--version"]):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    for rule in ("setup", ".venv/.ready"):
        done = subprocess.run(
            ["make", "--dry-run", rule], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        for name in re.findall(r"pins/\w+\.txt", done.stdout):
            assert (tmp_path / name).is_file(), name


def test_the_services_are_those_of_the_page_and_close_themselves_off() -> None:
    assert set(SERVICES) == {"database", "server", "worker"}
    for name, service in SERVICES.items():
        assert service["restart"] == "always", name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "ports" not in service, name
        assert service["build"]["target"] in ("database", "hitlist")
        assert (
            ROOT / "container" / service["build"]["context"] / service["build"]["dockerfile"]
        ).is_file()
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source.startswith("$") or source in COMPOSE["volumes"], volume
    assert SERVICES["database"]["network_mode"] == "none"
    assert SERVICES["server"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert SERVICES["worker"]["depends_on"] == {"server": {"condition": "service_healthy"}}


def test_the_commands_of_the_services_exist() -> None:
    for name in ("server", "worker"):
        program, *words = SERVICES[name]["command"]
        assert Path(sys.executable).with_name(program).is_file()
        for word in words:
            assert "/" not in word or (ROOT / word).is_file(), word
    unit = (ROOT / "systemd/hitlist-worker.service").read_text()
    assert " ".join(SERVICES["worker"]["command"]) in unit  # one way to start it


def test_the_check_of_the_server_is_python_that_asks_its_port() -> None:
    kind, program, flag, code = SERVICES["server"]["healthcheck"]["test"]
    assert (kind, program, flag) == ("CMD", "python", "-c")
    compile(code, "healthcheck", "exec")
    assert "HITLIST_PORT" in SERVICES["server"]["environment"]


def test_the_commands_of_the_page_name_the_file_and_its_services() -> None:
    for words in commands_of_the_page():
        assert words[:4] == ["docker", "compose", "--file", "container/compose.yaml"]
        named = {word.partition(":")[0] for word in words[5:]} & set(SERVICES)
        assert named or words[4] == "up", words


def commands_of_the_page() -> list[list[str]]:
    text = "\n".join(line for block in blocks("In containers") for line in block)
    lines = text.replace("\\\n", "").splitlines()
    return [words for line in lines if (words := shlex.split(line))[0] != "install"]


def test_a_backup_in_a_container_has_a_disk_and_the_commands_of_the_page() -> None:
    runs = [words for words in commands_of_the_page() if words[4] == "run"]
    assert len(runs) == 2
    for words, block in zip(runs, blocks("Back up and restore")[1:], strict=True):
        assert words[words.index("--volume") + 1].endswith(":/backup")
        assert words[-3:-1] == ["bash", "-c"]
        assert subprocess.run(["bash", "-n", "-c", words[-1]]).returncode == 0
        own = [line.partition("  #")[0] for line in block if not line.endswith("# SQLite")]
        for line in own:
            wanted = line.replace("$BACKUP", "/backup").replace("/var/run/", "/run/")
            assert wanted.replace('"', "").strip() in " ".join(words[-1].split()), line
