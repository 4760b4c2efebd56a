"""The documents are true: commands that they give are run, links and files that they name exist.

A command is run here as it stands, or named with where it is run.
"""

import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

import pytest

from flows.cli import main

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs", "LICENSES")
PAGES = [*ROOT.glob("*.md"), *(page for name in FOLDERS for page in (ROOT / name).rglob("*.md"))]
PAGES.sort(key=lambda page: (page != ROOT / "README.md", page))
"""README first, because its commands make what the commands of later pages use."""
NAMED = re.compile(
    r"`((?:chem|data|gnn|screening|flows|benchmarks|hitlist|tests|docs|pins)/[\w./-]+)`"
)
"""A file or folder that a page names by its path."""
BARE = re.compile(r"`(\w+\.py)`")
"""A file that a page names without its folder."""
CODE = ("chem", "data", "gnn", "screening", "flows", "benchmarks", "hitlist", "tests")
PLANTED = {"chem.py", "pickle.py", "pip.py"}
"""Files that docs/attacks.md says somebody else may plant."""
TOLD = "CHANGELOG.md"
"""The page that may name what is gone."""

RUN_ELSEWHERE = {
    "make screen": ".ci/run",
    "make test": ".ci/run",
    "make test-slow": ".ci/run",
    "make test-quick": "by hand: a part of make test",
    "make setup": ".ci/run, as a part of make lint",
    "make setup PYTHON=/usr/bin/python3": "by hand: .ci/run sets up with the Python of its machine",
    "make lint": ".ci/run",
    "make docs": ".ci/run",
    "curl --fail http://127.0.0.1:4200/api/health": (
        "tests/prefect_server.py, which asks the same of a server at another port"
    ),
    "HITLIST_MIRROR=path/to/mirror hitlist train activity --out activity_bundle": "by hand: hours",
    "hitlist train published.toml --name admet_published --out published_bundle": "by hand: hours",
    "hitlist train admet --beside published_bundle --out admet_bundle": (
        "tests/flows/planning/test_protocols.py, as far as the plan"
    ),
    "hitlist analogs D012 --run runs/mine --out analogs.csv": (
        "tests/screening/analogs/test_command.py, on another run"
    ),
    "hitlist analogs D012 --run runs/mine --sar series.csv": (
        "tests/screening/analogs/test_command.py, on another run"
    ),
    "python -m benchmarks analogs": "tests/benchmarks/speed/test_analogs.py, cut down",
    "python -m benchmarks moleculeace --sets CHEMBL2835_Ki": (
        "tests/benchmarks/small_assays/test_moleculeace.py, cut down"
    ),
    "python -m benchmarks ranking --targets EGFR,BTK --bundle DIR": "by hand: needs the kinase set",
    "python -m benchmarks strangers": (
        "tests/benchmarks/small_assays/test_unseen_drugs.py, cut down"
    ),
    "make bench-peers": "by hand: gigabytes",
    "hitlist learn campaign --bundle activity --out bundles/activity_now": (
        "tests/flows/commands/finished_runs/test_learn.py, with another bundle"
    ),
    "hitlist benchmark campaign --starts 6": (
        "tests/flows/campaign_benchmark/test_command.py, on a small set"
    ),
    "hitlist campaign campaign --lists lists/plate2": (
        "tests/flows/commands/finished_runs/test_campaign.py"
    ),
    **dict.fromkeys(
        [
            "hitlist promote campaign --bundle activity",
            "hitlist promote campaign --margin 0.05",
            "hitlist promote campaign --rollback",
        ],
        "tests/flows/commands/finished_runs/test_promote.py, with another bundle",
    ),
    "python -m benchmarks device": "tests/benchmarks/device/test_device.py, on fewer compounds",
    "python -m benchmarks speed --plot speed.svg": (
        "tests/benchmarks/speed/test_speed.py, cut down"
    ),
    "hitlist surrogate my_bundle": ("tests/flows/commands/test_surrogate.py, on fewer compounds"),
    **dict.fromkeys(
        [
            "hitlist notify --webhook webhook.txt",
            "hitlist notify --test",
            "hitlist notify --list",
            "hitlist notify --remove webhook",
        ],
        "tests/flows/operation/test_recovery.py",
    ),
    **dict.fromkeys(
        [
            "hitlist doctor",
            "hitlist doctor --deep",
            "hitlist doctor --fix",
            "hitlist doctor --json --strict",
        ],
        "tests/flows/doctor/test_lost_runs.py",
    ),
    **dict.fromkeys(
        [
            "hitlist results runs/mine reader.csv --check",
            "hitlist results runs/mine reader.csv",
            "hitlist verify campaign",
        ],
        "tests/flows/commands/finished_runs/test_results.py",
    ),
    **dict.fromkeys(
        [
            "hitlist campaign campaign",
            "hitlist campaign campaign --html campaign.html --csv campaign.csv",
        ],
        "tests/flows/commands/finished_runs/test_campaign.py",
    ),
    "hitlist server": "tests/flows/test_prefect.py: it becomes Prefect's server",
    "prefect": "tests/flows/test_prefect.py",
    "hitlist deploy kinase": "tests/flows/test_prefect.py",
    "hitlist deploy --list": "tests/flows/operation/test_deploy.py",
    "hitlist deploy my_screen.toml": "tests/flows/operation/test_deploy.py",
    'hitlist deploy my_screen.toml --cron "30 1 * * *" --timezone Europe/Berlin --param hits=50': (
        "tests/flows/operation/test_deploy.py"
    ),
    "hitlist deploy --remove kinase": "tests/flows/operation/test_deploy.py",
    "export": "tests/flows/test_prefect.py and tests/screening/test_shared_cache.py",
    "hitlist screen kinase --library my_library.csv --out /shared/runs/mine --scheduler "
    "tls://scheduler-host:8786 --tls-ca ca.pem --tls-cert client.pem --tls-key client-key.pem": (
        "tests/flows/terminal/test_options.py"
    ),
    "hitlist screen kinase --library my_library.csv --out runs/mine --store /shared/hitlist "
    "--scheduler tls://…": "tests/flows/terminal/test_options.py, in a store below file://",
    "hitlist screen kinase --library my_library.csv --out runs/mine --store s3://bucket/hitlist "
    "--scheduler tls://…": "by hand: needs a bucket",
    "openssl": "tests/screening/dask_cluster/test_remote.py, in one step for its own certificate",
    "dask": "tests/flows/terminal/test_options.py, whose scheduler and workers are processes",
    "git": "by hand, in a system of its own: docs/operations.md",
    "BACKUP=/mnt/backup/hitlist": "tests/operation/test_backup.py, in a folder of its own",
    "find": "tests/operation/test_backup.py",
    "mkdir": "tests/screening/test_shared_cache.py",
    "umask": "tests/screening/test_shared_cache.py",
    "chmod": "tests/screening/test_shared_cache.py",
    "cd": "tests/operation/test_backup.py and by hand: docs/operations.md says where",
    "apt-get": "tests/operation/test_container.py looks for the packages",
    "useradd": "by hand, in a system of its own: docs/operations.md",
    "install": "by hand, in a system of its own: docs/operations.md",
    "systemctl": "tests/operation/test_units.py verifies the units",
    "runuser": "by hand, in a system of its own, and tests/operation/test_backup.py",
    "docker": "tests/operation/test_container.py reads the files; needs Docker",
    "cp": "tests/operation/test_backup.py",
    "rm": "tests/operation/test_backup.py",
    "tar": "tests/operation/test_backup.py",
    "sqlite3": "tests/operation/test_backup.py",
    "pg_dump": "tests/operation/test_backup.py",
    "pg_restore": "tests/operation/test_backup.py",
}
"""Commands, or first words of them, that are not run here, and where they are."""


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def commands() -> list[str]:
    """The commands of the pages' console blocks, without comments, each once, in their order."""
    blocks = [b for page in PAGES for b in re.findall(r"```console\n(.*?)```", text_of(page), re.S)]
    lines = [line for block in blocks for line in re.sub(r"\\\n *", "", block).splitlines()]
    return list(dict.fromkeys(line.split("  #")[0].strip() for line in lines if line.strip()))


def runs_elsewhere(command: str) -> bool:
    return command in RUN_ELSEWHERE or command.split()[0] in RUN_ELSEWHERE


HERE = [command for command in commands() if not runs_elsewhere(command)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder: a library of 40 drugs and an assay of 80 measured compounds."""
    folder = tmp_path_factory.mktemp("readme")
    drugs = (ROOT / "tests/files/chem/approved_sample.smi").read_text().splitlines()[:40]
    lines = ["compound_id,smiles,supplier"]
    lines += [f"D{n:03d},{line.split()[0]},ACME" for n, line in enumerate(drugs)]
    (folder / "my_library.csv").write_text("\n".join(lines) + "\n")
    assay = (ROOT / "tests/files/my_assay.csv").read_text().splitlines(keepends=True)
    (folder / "my_assay.csv").write_text("".join(assay[:81]))
    screen = (
        (ROOT / "flows/screens/kinase.toml").read_text().replace("approved_drugs", "my_library.csv")
    )
    (folder / "my_screen.toml").write_text(screen)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", HERE)
def test_command_works(
    command: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """In this process; tests/flows/test_egfr_drugs.py runs the program that is installed."""
    words = shlex.split(command)
    assert words[0] == "hitlist", f"{command}: say in RUN_ELSEWHERE where it is run"
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HITLIST_CACHE", str(folder / "cache"))
    with pytest.raises(SystemExit) as ended:
        main(words[1:])
    assert not ended.value.code, capfd.readouterr().err
    if "--out" in words:
        assert (folder / words[words.index("--out") + 1]).exists()


def test_every_exception_is_still_in_a_page() -> None:
    given = commands()
    for known in RUN_ELSEWHERE:
        assert any(known in (command, command.split()[0]) for command in given), known


def test_every_test_that_is_named_for_a_command_exists() -> None:
    for where in RUN_ELSEWHERE.values():
        for name in re.findall(r"tests/[\w/]+\.py", where):
            assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """``make docs`` checks the headings that links name, too."""
    written = re.sub(r"`[^`\n]*`", "", text_of(page))  # a SMILES has brackets, too
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", written):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_exists(page: Path) -> None:
    if page.name == TOLD:
        pytest.skip("tells of what is gone")
    gone = [name for name in NAMED.findall(text_of(page)) if not (ROOT / name).exists()]
    assert gone == []
    known = {path.name for folder in CODE for path in (ROOT / folder).rglob("*.py")}
    assert set(BARE.findall(text_of(page))) <= known | PLANTED


def test_the_way_of_a_record_is_short_and_meets_no_file_twice() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\S+)` \|", text_of(ROOT / "docs/DESIGN.md"), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert 10 < len({name for _, name in rows}) == len(rows) <= 20


def test_the_readme_is_short() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) <= 150


def test_every_page_is_in_the_menu_of_the_site() -> None:
    """Also held by ``make docs``, which needs its own environment."""
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    names = [str(page.relative_to(ROOT)) for page in PAGES]
    assert [name for name in names if f": {name}\n" not in menu] == []


def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license'].partition(' ')[0]}\n" in citation


def test_the_workflow_runs_the_gate_and_hooks_fetch_nothing() -> None:
    assert "- run: .ci/run\n" in (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    assert set(re.findall(r"language: (\S+)", hooks)) == {"system"}
