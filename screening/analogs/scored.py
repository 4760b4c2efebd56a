"""Predicts analogs with the bundles of a run, and scores them by its objective."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from chem.assess.costly_properties import compute_costly_properties
from chem.features.graphs import written_graphs
from chem.features.properties import PROPERTIES, describe
from chem.structure.valid_smiles import read_molecules
from gnn.bundle.predict import Predictor
from gnn.features.graph_arrays import collect
from screening.objective.objective import beyond, evaluate
from screening.rank.rank import SCORE_DECIMALS
from screening.runs.past_run import PastRun


class CompoundScorer:
    """Scores compounds by the models and the objective of a run."""

    def __init__(self, past: PastRun) -> None:
        """Prepare the models of a run.

        This takes a second, and needs none of the compounds: it may be done in another thread.
        """
        self.past = past
        self._predictor = Predictor(past.bundles, past.models.device, past.bfloat16)
        for bundle in past.bundles:
            if bundle.domain is not None:
                bundle.domain.prepare()

    def score(self, smiles: Sequence[str]) -> pd.DataFrame:
        """Return properties, predictions, terms and ``score`` of n compounds, in their order.

        ``removed_by`` has the names of the screen's filters that remove a compound; ``""`` for
        most.

        Args:
            smiles: Standardized SMILES.

        Raises:
            ModelError: A bundle's weights give numbers that are not finite.
        """
        screen = self.past.screen
        rows = [describe(mol) for mol in read_molecules(smiles)]
        numbers = np.array(rows, np.float32).reshape(-1, len(PROPERTIES))
        properties = dict(zip(PROPERTIES, numbers.T, strict=True))
        graphs = collect([tuple(one.graph) for one in written_graphs(smiles)])
        frame = pd.DataFrame({**properties, **self._predictor.predict(graphs)})
        terms = evaluate(frame, screen.objective)
        terms["score"] = terms["score"].round(SCORE_DECIMALS)
        removed: list[list[str]] = [[] for _ in smiles]
        for limit in screen.limits:
            for at in np.flatnonzero(beyond(frame, terms, limit)).tolist():
                removed[at].append(limit.name)
        if costly := screen.costly_limits:
            for names, found in zip(removed, compute_costly_properties(smiles), strict=True):
                names += [one.name for one in costly if one.takes(found.number(one.column))]
        told = pd.Series(["; ".join(names) for names in removed], dtype="str")
        return pd.concat([frame, terms], axis="columns").assign(removed_by=told)
