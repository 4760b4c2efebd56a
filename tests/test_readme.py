"""Every command that the README gives is run here as it stands, or named with where it is run."""

import re
import shlex
from pathlib import Path

import pytest

from flows.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

RUN_ELSEWHERE = {
    "make screen": ".ci/run",
    "make test": ".ci/run",
    "HITLIST_MIRROR=path/to/mirror hitlist train activity --out activity_bundle": "by hand: hours",
    "python -m benchmarks moleculeace --sets CHEMBL2835_Ki": (
        "tests/benchmarks/small_assays/test_moleculeace.py, cut down"
    ),
    "python -m benchmarks ranking --targets EGFR,BTK": "by hand: needs the kinase set",
    "python -m benchmarks strangers": ("tests/benchmarks/small_assays/test_strangers.py, cut down"),
    "make bench-peers": "by hand: gigabytes",
    "python -m benchmarks speed --plot speed.svg": (
        "tests/benchmarks/speed/test_speed.py, cut down"
    ),
    "hitlist surrogate my_bundle": ("tests/flows/commands/test_surrogate.py, on fewer compounds"),
    "hitlist server": "tests/flows/test_prefect.py: it becomes Prefect's server",
    "prefect": "tests/flows/test_prefect.py",
    "export": "tests/flows/test_prefect.py, in its environment",
}
"""Commands, or first words of them, that are not run here, and where they are."""


def commands() -> list[str]:
    """The commands of the README's console blocks, without comments, in their order."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.strip()]


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


@pytest.mark.parametrize("command", HERE)
def test_command_of_the_readme_works(
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


def test_every_exception_is_still_in_the_readme() -> None:
    for known in RUN_ELSEWHERE:
        assert known in README


def test_every_link_of_the_readme_exists() -> None:
    written = re.sub(r"`[^`\n]*`", "", README)  # a SMILES has brackets, too
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", written):
        assert (ROOT / target).exists(), target
