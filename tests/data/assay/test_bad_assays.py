"""Assays with something wrong: what is said, and whether training goes on."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.assay.read import AssayOptions, read_assay

ASSAY = Path(__file__).parents[2] / "files/my_assay.csv"
Cell = Callable[[int, float], str]
"""From a row's number and its pActivity to what the file says."""


def nanomolar(pactivity: float) -> float:
    return float(10 ** (9 - pactivity))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the 200 JAK1 compounds with another header and other cells."""

    def make(header: str, cell: Cell, target: Callable[[int], str] | None = None) -> Path:
        with ASSAY.open(newline="") as file:
            rows = list(csv.DictReader(file))
        path = tmp_path / "assay.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["smiles", header, *(["Target"] if target else [])])
            for at, row in enumerate(rows):
                value = 9 - np.log10(float(row["Ki nM"].lstrip("<>~=")))
                more = [target(at)] if target else []
                writer.writerow([row["SMILES"], cell(at, value), *more])
        return path

    return make


REFUSED: dict[str, tuple[str, Cell, str]] = {
    "too few": ("pIC50", lambda n, v: f"{v:.2f}" if n < 12 else "", "has 12 measurements"),
    "one class": ("active", lambda n, v: "1", "one class only"),
    "hardly a class": ("active", lambda n, v: str(int(n < 3)), "has 3 active compounds of 200"),
    "hardly the other": ("active", lambda n, v: str(int(n > 3)), "has 4 inactive compounds"),
    "constant": ("pIC50", lambda n, v: "6.0", "same value everywhere"),
    "nM as pIC50": ("pIC50", lambda n, v: f"{nanomolar(v):.3g}", "no assay has.*a concentration"),
    "µM as pIC50": ("pIC50", lambda n, v: f"{nanomolar(v) / 1e5:.3g}", "median of .*--units"),
    "-log10 nM": ("pIC50", lambda n, v: f"{v - 9:.3g}", "row 1: .*is it −log10 of nM"),
    "log10 M": ("pIC50", lambda n, v: f"{-v:.3g}", "or a logarithm.*'log10 M'"),
    "above 15": ("pIC50", lambda n, v: f"{v + 9:.3g}", r"no assay has"),
    "nM as M": ("IC50 M", lambda n, v: f"{nanomolar(v):.3g}", "is the unit .M. right"),
    "nM as mM": (
        "IC50 mM",
        lambda n, v: f"{min(30 * nanomolar(v), 900):.3g}",
        "median of .* mM, a −log10",
    ),
    "M as nM": ("IC50 nM", lambda n, v: f"{nanomolar(v) / 1e9:.3g}", "no assay has|median"),
    "words": ("pIC50", lambda n, v: "weak" if n == 7 else f"{v:.2f}", "1 not a number .row 8: 'w"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(case: str, write: Callable[..., Path]) -> None:
    header, cell, message = REFUSED[case]
    with pytest.raises(InputError, match=message) as error:
        read_assay(write(header, cell))
    assert "\n" not in str(error.value)
    assert repr(header) in str(error.value)


NOTED: dict[str, tuple[str, Cell, str]] = {
    "pIC50 as nM": ("IC50 nM", lambda n, v: f"{v:.2f}", "if these are −log10.*'pIC50'"),
    "some not measured": ("pIC50", lambda n, v: "ND" if n % 2 else f"{v:.2f}", "100 rows without"),
}


@pytest.mark.parametrize("case", NOTED)
def test_noted_and_gone_on_with(case: str, write: Callable[..., Path]) -> None:
    header, cell, message = NOTED[case]
    table = read_assay(write(header, cell))
    assert any(np.isfinite(table.values[:, 0]))
    assert any(re.search(message, note) for note in table.notes)


FINE: dict[str, tuple[str, Cell]] = {
    "pIC50": ("pIC50", lambda n, v: f"{v:.2f}"),
    "nM": ("IC50 nM", lambda n, v: f"{nanomolar(v):.4g}"),
    "µM": ("Ki uM", lambda n, v: f"{nanomolar(v) / 1e3:.4g}"),
    "single-digit nM": ("IC50 nM", lambda n, v: str(3 + n % 9)),
    "decimal commas": ("pIC50", lambda n, v: f"{v:.2f}".replace(".", ",")),
    "fragments": ("Kd mM", lambda n, v: f"{0.1 + n % 40 / 10:.2f}"),
}


@pytest.mark.parametrize("case", FINE)
def test_nothing_is_said_of_a_good_assay(case: str, write: Callable[..., Path]) -> None:
    header, cell = FINE[case]
    notes = read_assay(write(header, cell)).notes
    told = ("became task", "decimal comma", "rows are numbered")  # how it was read
    assert [note for note in notes if not any(words in note for words in told)] == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["EGFR", "HER2"], "names 2 targets .EGFR, HER2., expected one per model.*--target"),
        (["A", "B", "C", "D"], "names 4 targets .A, B, C, …., expected one per model.*--target"),
    ],
)
def test_rows_of_several_targets_are_not_mixed(
    names: list[str], message: str, write: Callable[..., Path]
) -> None:
    path = write("pIC50", lambda n, v: f"{v:.2f}", lambda n: names[n % len(names)])
    with pytest.raises(InputError, match=message):
        read_assay(path)


KNOWN = ["JAK1", "jak1", "P23458", "CHEMBL2835", "Tyrosine-protein kinase JAK1", "JAK1 (human)"]
UNKNOWN = ["JAKK1", "DRD2", "HER2", "Epidermal growth factor receptor", "Janus kinase 1", "CHEMBLX"]


@pytest.mark.parametrize(
    ("name", "said"), [*((name, False) for name in KNOWN), *((name, True) for name in UNKNOWN)]
)
def test_a_target_that_cannot_be_compared_with_the_panel(
    name: str, said: bool, write: Callable[..., Path]
) -> None:
    """HER2 and the receptor's long name are ERBB2 and EGFR: no kinase may be denied."""
    path = write("pIC50", lambda n, v: f"{v:.2f}", lambda n: name)
    notes = " ".join(read_assay(path).notes)
    assert (f"{name!r}, which was not compared with the 193 kinases" in notes) == said
    assert "not among" not in notes
    assert ("did you mean JAK1?" in notes) == (name == "JAKK1")


def test_a_target_that_no_row_has_is_refused_with_those_that_rows_have(
    write: Callable[..., Path],
) -> None:
    name = "Epidermal growth factor receptor"
    path = write("pIC50", lambda n, v: f"{v:.2f}", lambda n: name)
    with pytest.raises(InputError, match=rf"in column 'Target': {name} \(200 rows\)$"):
        read_assay(path, AssayOptions(target="EGFR"))
