"""Makes candidates of a base and a campaign's results: one is moved, one trained again."""

from collections.abc import Sequence
from pathlib import Path

from gnn.bundle.bundle import Bundle
from gnn.candidates.learn import learn_results, write_learned
from gnn.candidates.own_measured import Result
from gnn.candidates.retrain_head import HeadTraining, write_retrained
from gnn.errors import ModelError

MOVED, RETRAINED = "moved", "retrained"
"""The names of the candidates."""


class Candidates:
    """The ways to make a candidate of a base, ready for growing sets of results."""

    def __init__(self, base: Bundle, results: Sequence[Result]) -> None:
        """Compute once what all sets of results share.

        results: All results that any candidate is made of.
        """
        self.base = base
        self.names = [MOVED]
        self.not_made: dict[str, str] = {}
        """Why a candidate cannot be made, by its name."""
        try:
            self._training: HeadTraining | None = HeadTraining(base, results)
            self.names.append(RETRAINED)
        except ModelError as error:
            self._training = None
            self.not_made[RETRAINED] = f"not made, as {error}"

    def make(self, name: str, results: Sequence[Result]) -> Bundle:
        """Return a candidate in memory; the base if no result can change it yet."""
        try:
            if name == MOVED:
                return self._moved(results)
            assert self._training is not None
            return self._training.train(results)
        except ModelError:
            return self.base

    def write(self, name: str, results: Sequence[Result], campaign: str, out: Path) -> None:
        """Write a candidate into a new folder.

        campaign: The hash of the last line of the campaign's log. Raises ModelError if no result
        can change the base.
        """
        if name == MOVED:
            write_learned(self.base, learn_results(self.base, results), campaign, out)
            return
        assert self._training is not None
        write_retrained(self.base, self._training.train(results, campaign), results, out)

    def _moved(self, results: Sequence[Result]) -> Bundle:
        base = self.base
        found = learn_results(base, results).results
        return Bundle(base.path, base.card, base.networks, base.domain, base.kernel, None, found)
