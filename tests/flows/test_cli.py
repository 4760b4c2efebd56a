"""The command line: mistakes are one line and code 2, help is there and quick."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.flows.conftest import Run

PROGRAM = Path(sys.executable).with_name("hitlist")
COMMANDS = ["screen", "predict", "prepare", "train", "data", "data list", "data fetch"]
COMMANDS += [
    "rank",
    "explain",
    "analogs",
    "bundles",
    "bundles list",
    "bundles show",
    "bundles measured",
]
COMMANDS += ["benchmark", "benchmark models"]

MISTAKES = {
    "no such command": ("scren kinase", "scren"),
    "no such option": ("screen kinase --hit 5", "--hit"),
    "argument left out": ("screen", "SCREEN"),
    "option left out": ("predict {lib}", "--out"),
    "unknown screen": ("screen kinse", "kinase"),
    "screen file missing": ("screen {tmp}/none.toml", "none.toml"),
    "screen is no TOML": ("screen {tmp}/bad.toml", "bad.toml"),
    "no hits wanted": ("screen kinase --hits 0", "--hits"),
    "hits is no number": ("screen kinase --hits many", "integer"),
    "library missing": ("screen kinase --library {tmp}/none.csv --out {tmp}/o", "none.csv"),
    "library unknown": ("screen kinase --library aproved_drugs --out {tmp}/o", "approved_drugs"),
    "library empty": ("screen kinase --library {tmp}/empty.csv --out {tmp}/o", "empty.csv"),
    "library without structures": ("prepare {tmp}/plain.csv --out {tmp}/o", "plain.csv"),
    "column missing": ("prepare {lib} --smiles-column smi --out {tmp}/o", "smi"),
    "folder of something else": ("screen kinase --library {lib} --out {tmp}", "not empty"),
    "folder is a file": ("prepare {lib} --out {lib}", "is a file"),
    "folder below a file": ("screen kinase --library {lib} --out {lib}/x", "is a file"),
    "folder not writable": ("prepare {lib} --out /proc/x", "cannot be written"),
    "output is a folder": ("predict {lib} --out {tmp}", "is a folder"),
    "output is the input": ("predict {lib} --out {lib}", "is the input"),
    "bundle unknown": ("predict {lib} --out {tmp}/p.csv --bundle toxicty", "toxicity"),
    "folder is no bundle": ("predict {lib} --out {tmp}/p.csv --bundle {tmp}", "card.json"),
    "bundle twice": ("predict {lib} --out {tmp}/p.csv --bundle toxicity --bundle toxicity", "two"),
    "run of nothing": ("rank --run {tmp}/none --screen kinase --out {tmp}/r", "no finished run"),
    "explained run of nothing": ("explain X1 --run {tmp}", "no finished run"),
    "run that cannot be read": ("explain X1 --run {tmp}/shut", "manifest.json cannot be read"),
    "rank what cannot be read": ("rank --run {tmp}/shut --screen kinase", "cannot be read"),
    "page is a folder": ("explain X1 --run {tmp} --html {tmp}", "is a folder"),
    "no scheduler": ("prepare {lib} --out {tmp}/o --scheduler nonsense://x:1", "scheduler"),
    "key in an address": (
        "screen kinase --library {lib} --out {tmp}/o --store s3://KEY:SECRET@bucket/x",
        "could read in lists of processes",
    ),
    "dataset unknown": ("data fetch zinc_leedlike", "zinc_leadlike"),
    "card of no such task": ("bundles show activity EGRF", 'did you mean "EGFR"?'),
    "card of nothing": ("bundles show nope", "nope"),
    "training without place": ("train {lib}", "--out"),
    "training with two places": ("train {lib} --out {tmp}/b --arrays {tmp}/b.npz", "--out"),
    "recipe unknown": ("train activty --out {tmp}/b", 'did you mean "activity"?'),
    "recipe with columns": ("train toxicity --units nM --out {tmp}/b", "recipe"),
    "assay missing": ("train {tmp}/none.csv --out {tmp}/b", "path of an assay, or a recipe: act"),
    "page not writable": ("explain X1 --run {tmp} --html /proc/x/w.html", "elsewhere with --html"),
    "models of nothing": ("benchmark models --bundles nope", "nope"),
    "benchmark that moved": ("benchmark speed --plot w.svg", "now `python -m benchmarks speed`"),
    "benchmark's help that moved": ("benchmark ranking --help", "`python -m benchmarks ranking`"),
    "predictions not writable": (
        "predict {lib} --out /proc/x/p.csv",
        "a file elsewhere with --out",
    ),
    "arrays not writable": ("train {assay} --arrays /proc/x/a.npz", "elsewhere with --arrays"),
    "encoder's work not writable": ("pretrain --out {tmp}/e --work /proc/x", "folder with --work"),
    "list missing": (
        "screen {tmp}/lists.toml --library {lib} --out {tmp}/o",
        "owned.csv: no such file; check the path",
    ),
    "target unknown": (
        "screen {tmp}/mine.toml --library {lib} --out {tmp}/o",
        "mine.toml: screen kinase, [[off_targets]] 1: unknown target",
    ),
    "assay without values": ("train {lib} --out {tmp}/b", "library.csv"),
    "bundle name": ("train {assay} --name a/b --out {tmp}/b", "a/b"),
    "one member": ("train {assay} --members 1 --out {tmp}/b", "cross-validated"),
    "device unknown": ("train {assay} --device tpu --out {tmp}/b", "tpu"),
    "bundle into a full folder": ("train {assay} --out {tmp}", "not empty"),
    "arrays not named so": ("train {assay} --arrays {tmp}/b.csv", ".npz"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_code_2(mistake: str, run: Run, tmp_path: Path) -> None:
    command, word = MISTAKES[mistake]
    library = tmp_path / "library.csv"
    library.write_text("id,smiles\na,CCO\nb,CCN\n")
    (tmp_path / "bad.toml").write_text("name = kinase\n")
    (tmp_path / "empty.csv").write_text("id,smiles\n")
    (tmp_path / "plain.csv").write_text("a,b\n1,2\n")
    kinase = (Path(__file__).parents[2] / "flows/screens/kinase.toml").read_text()
    lists = kinase + '\n[selection]\nexclude = ["owned.csv"]\n'
    (tmp_path / "lists.toml").write_text(lists)
    (tmp_path / "mine.toml").write_text(kinase.replace("activity_AURKA", "activity_AURKX"))
    (tmp_path / "shut/manifest.json").mkdir(parents=True)
    assay = Path(__file__).parents[1] / "files/my_assay.csv"
    before = sorted(tmp_path.rglob("*"))
    answer = run(*command.format(tmp=tmp_path, lib=library, assay=assay).split())
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.said.startswith("hitlist: ")
    assert answer.said.count("\n") == 1, answer.err
    assert word in answer.said
    assert "SECRET" not in answer.said
    assert sorted(tmp_path.rglob("*")) == before  # nothing was begun


def test_a_cache_that_cannot_be_written_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITLIST_CACHE", "/proc/cache")
    library = tmp_path / "library.csv"
    library.write_text("id,smiles\na,CCO\nb,CCN\n")
    for words in (
        ("screen", "kinase", "--library", library, "--out", tmp_path / "run"),
        ("predict", library, "--out", tmp_path / "p.csv"),
    ):
        answer = run(*words)
        assert answer.code == 2
        assert "/proc cannot be written" in answer.err
        assert "set HITLIST_CACHE to a folder that can be written" in answer.err
        assert "--out" not in answer.err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_says_what_a_command_does(command: str, run: Run) -> None:
    answer = run(*command.split(), "--help")
    assert answer.code == 0
    assert "Usage" in answer.out
    assert answer.err == ""


def test_version(run: Run) -> None:
    assert run("--version").out.startswith("hitlist 0.")


def test_help_loads_nothing_heavy() -> None:
    heavy = ["torch", "rdkit", "pandas", "dask", "prefect", "pydantic", "numpy"]
    check = f"import flows.cli, sys; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "X1", "--run", "none"],
        ["analogs", "X1", "--run", "none"],
        ["rank", "--run", "none", "--screen", "kinase"],
        ["compare", "none", "none"],
        ["results", "none", "plate.csv"],
        ["screen", "none"],
        ["screen", "kinase", "--library", "none.csv"],
        ["predict", "none.csv", "--out", "predictions.csv"],
    ],
    ids=" ".join,
)
def test_a_slip_is_told_before_anything_heavy_is_loaded(words: list[str]) -> None:
    check = (
        "import sys\nfrom flows.cli import main\n"
        f"try:\n    main({words})\n"
        "except SystemExit as end:\n    print(end.code, 'torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert found.stdout == "2 False\n", found
    told = ("none holds no finished run", 'unknown screen "none"', "none.csv: no such file")
    assert any(one in found.stderr for one in told)


def test_lists_are_tab_separated_in_a_pipe(run: Run) -> None:
    lines = run("data", "list").out.splitlines()
    assert lines[0].split("\t") == ["name", "kind", "title", "licence", "rows"]
    assert {line.count("\t") for line in lines} == {4}
    assert any(line.startswith("approved_drugs\t") for line in lines)
    names = [line.split("\t")[0] for line in run("bundles", "list").out.splitlines()]
    assert names == ["name", "activity", "admet", "toxicity"]


def test_card_shows_every_task(run: Run) -> None:
    from gnn.bundle.find_bundle import find_bundle, read_card

    shown = {line.split("\t")[0] for line in run("bundles", "show", "toxicity").out.splitlines()}
    assert {task.name for task in read_card(find_bundle("toxicity")).tasks} <= shown


def test_one_task_of_a_card_can_be_shown(run: Run) -> None:
    for word in ("NR-AR", "nr-ar", "toxicity_NR-AR"):
        lines = run("bundles", "show", "toxicity", word).out.splitlines()
        assert [line.split("\t")[0] for line in lines[:2]] == ["task", "NR-AR"]
        assert not [line for line in lines if line.startswith("NR-AR-LBD\t")]
    every = run("bundles", "show", "activity", "--full").out.splitlines()
    shown = run("bundles", "show", "activity", "EGFR").out.splitlines()
    mutants = next(at for at, line in enumerate(shown) if line.startswith("mutant\t"))
    assert shown[1:mutants] == [line for line in every if line.startswith("EGFR\t")]
    assert all(line.startswith("EGFR ") for line in shown[mutants + 1 :])
    names = [line.split("\t")[0] for line in every]
    names = names[1 : next(at for at, name in enumerate(names) if name.startswith("mean of"))]
    assert len(set(names)) == 193
    assert names == sorted(names, key=str.casefold)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_says_how_to_go_on_and_leaves_nothing(sign: signal.Signals, tmp_path: Path) -> None:
    library = tmp_path / "library.csv"
    chain = "".join(f"{n},{'C' * (n % 40 + 1)}O\n" for n in range(60_000))
    library.write_text("id,smiles\n" + chain)
    command: list[str | Path] = [
        PROGRAM,
        "screen",
        "kinase",
        "--library",
        library,
        "--out",
        tmp_path / "run",
    ]
    process = subprocess.Popen(
        [*command, "--partition-rows", "200"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # As a terminal starts it: where the tests run in the background, Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env=os.environ | {"HITLIST_CACHE": str(tmp_path / "cache")},
    )
    try:
        end = time.monotonic() + 240
        while not list((tmp_path / "cache").rglob("part-00001.parquet")):
            assert time.monotonic() < end
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.2)
        if sign == signal.SIGINT:
            os.killpg(process.pid, sign)  # as a terminal does it: to every process
        else:
            process.send_signal(sign)  # as a service does it
        said = process.communicate(timeout=240)[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 128 + sign, said
    assert "Traceback" not in said
    assert "leaked" not in said
    last = said.splitlines()[-1]
    assert last.startswith("hitlist: stopped; ")
    assert f"--out {tmp_path / 'run'}" in last
