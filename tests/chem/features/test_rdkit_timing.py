from collections.abc import Sequence
from typing import Any

import pytest
from rdkit import Chem

from chem.features import rdkit_timing
from chem.features.graphs import featurize_all
from chem.features.rdkit_timing import BLOCK, time_featurizing, time_parsing

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


class Clock:
    """Time that passes only where something is done, so that a busy machine changes nothing."""

    PARSING, FEATURIZING = 1.0, 1000.0
    """What one molecule takes, in seconds of this clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.seen = 0.0, [0]
        parse = Chem.MolFromSmiles

        def parsed(text: str) -> Any:
            self.now += self.PARSING
            return parse(text)

        def featurized(mols: Sequence[Any]) -> Any:
            self.now += self.FEATURIZING * len(mols)
            self.seen.append(len(mols))
            return featurize_all(mols)

        monkeypatch.setattr(Chem, "MolFromSmiles", parsed)
        monkeypatch.setattr(rdkit_timing, "featurize_all", featurized)
        monkeypatch.setattr(rdkit_timing, "perf_counter", lambda: self.now)


@pytest.mark.parametrize("molecules", [1, 10, BLOCK, BLOCK + 1, 700])
def test_each_work_is_timed_alone(monkeypatch: pytest.MonkeyPatch, molecules: int) -> None:
    clock = Clock(monkeypatch)
    assert time_parsing([GEFITINIB] * molecules) == clock.PARSING * molecules
    assert clock.seen == [0]
    assert time_featurizing([GEFITINIB] * molecules) == clock.FEATURIZING * molecules
    assert sum(clock.seen) == molecules
    assert max(clock.seen) <= BLOCK


def test_what_cannot_be_parsed_is_passed_over_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert time_parsing(["c1ccccc", GEFITINIB]) > 0
    assert time_featurizing(["c1ccccc", GEFITINIB]) > 0
    assert time_featurizing(["c1ccccc", ""]) > 0
    assert time_featurizing([]) == 0
    assert capfd.readouterr() == ("", "")
