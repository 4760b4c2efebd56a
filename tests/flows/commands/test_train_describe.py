"""``hitlist train FILE --describe``: how an assay is read, before any work."""

from pathlib import Path

from tests.flows.conftest import Run

ASSAY = Path(__file__).parents[2] / "files/my_assay.csv"
CASES = Path(__file__).parents[2] / "cases/assay"


def test_each_column_is_shown_with_examples(run: Run, tmp_path: Path) -> None:
    answer = run("train", ASSAY, "--describe")
    assert answer.code == 0, answer.err
    lines = [line.split("\t") for line in answer.out.splitlines()]
    (ki,) = [line for line in lines if line[0] == "Ki nM"]
    assert ki[1:6] == ["pKi", "Ki", "nM → −log10(molar)", "", "more potent"]
    assert "3 → 8.523" in ki[-1]
    assert ["SMILES", "structures"] in lines
    assert list(tmp_path.iterdir()) == []


def test_what_stands_against_training_is_told_after_the_table(run: Run) -> None:
    answer = run("train", CASES / "tables/words.csv", "--describe")
    assert answer.code == 2
    assert "Pfal IC50 (uM)\tPfal_pIC50" in answer.out
    assert "5 of 47 cells" in answer.err
    answer = run(
        *(
            "train",
            CASES / "tables/words.csv",
            "--describe",
            "--skip-bad-cells",
            "--inactive-as",
            ">50",
        )
    )
    assert answer.code == 0, answer.err
    assert "3 of 47 cells left out" in answer.err


def test_options_of_an_assay(run: Run) -> None:
    answer = run("train", CASES / "tables/thousands_points.csv", "--describe", "--decimal", "comma")
    assert answer.code == 0
    assert "1.202 = 1202" in answer.err
    assert (
        run("train", CASES / "tables/thousands_points.csv", "--describe", "--decimal", "x").code
        == 2
    )
    target = "Receptor tyrosine-protein kinase erbB-2"
    answer = run(
        *("train", CASES / "downloads/bindingdb_two_targets.tsv", "--describe", "--target", target),
        "--skip-bad-cells",
    )
    assert answer.code == 0, answer.err
    assert "24 of 48 rows" in answer.err
    assert run("train", "toxicity", "--describe").code == 2


def test_the_flow_reads_an_assay_with_the_options_of_the_command() -> None:
    from prefect.logging import disable_run_logger

    from data.assay.read import AssayOptions
    from flows.train import plan

    target = "Receptor tyrosine-protein kinase erbB-2"
    options = AssayOptions(target=target, skip_bad_cells=True)
    with disable_run_logger():
        planned = plan.fn(
            str(CASES / "downloads/bindingdb_two_targets.tsv"), None, None, None, options
        )
    assert any("24 of 48 rows" in note for note in planned.notes)
    assert any(note.startswith("ids from column") for note in planned.notes)


def test_the_flow_has_every_option_of_an_assay() -> None:
    from dataclasses import fields
    from inspect import signature

    from data.assay.read import AssayOptions
    from flows.train import train

    not_given = {"task_name", "minimum_rows"}
    options = {one.name for one in fields(AssayOptions)} - not_given
    assert options <= set(signature(train.fn).parameters)
