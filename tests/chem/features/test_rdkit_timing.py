from collections.abc import Callable

import pytest

from chem.features.rdkit_timing import time_featurizing, time_parsing

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


@pytest.mark.parametrize("work", [time_parsing, time_featurizing])
def test_more_molecules_take_longer(work: Callable[[list[str]], float]) -> None:
    one = min(work([GEFITINIB] * 10) for _ in range(3))
    many = min(work([GEFITINIB] * 400) for _ in range(3))
    assert 8 * one < many


def test_graphs_are_timed_without_the_parsing_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(
        "chem.features.rdkit_timing.featurize_all",
        lambda mols: seen.extend(mol.GetNumAtoms() for mol in mols),
    )
    parsing = time_parsing([GEFITINIB] * 1500)
    assert time_featurizing([GEFITINIB] * 1500) < parsing / 2
    assert seen == [31] * 1500


def test_what_cannot_be_parsed_is_passed_over_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert time_parsing(["c1ccccc", GEFITINIB]) > 0
    assert time_featurizing(["c1ccccc", GEFITINIB]) > 0
    assert time_featurizing(["c1ccccc", ""]) > 0
    assert time_featurizing([]) == 0
    assert capfd.readouterr() == ("", "")
