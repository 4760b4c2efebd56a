"""Tells which hits are predicted beyond the doses of their plates.

A curve that is flat or complete within its doses gives a bound instead of a potency.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from chem.records.message_text import counted
from screening.objective.dispensing import number_text
from screening.objective.screen_settings import Screen
from screening.score.predicted_columns import PACTIVITY, unit_of


def tell_doses(hits: pd.DataFrame, screen: Screen, units: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each primary pActivity with hits predicted beyond the dose series.

    A screen without a dose series gets none.
    """
    lab = screen.lab
    if lab.points < 2 or not len(hits):
        return
    doses = [recipe.concentration_um for recipe in lab.recipes]
    weakest, strongest = (6 - math.log10(dose) for dose in (max(doses), min(doses)))
    for term in screen.objective.primary:
        if unit_of(term.task, screen, units) != PACTIVITY:
            continue
        values = hits[term.name].to_numpy(np.float64)
        above, below = int((values > strongest).sum()), int((values < weakest).sum())
        told = [
            f"{count:,} {how}"
            for count, how in ((above, "stronger than the lowest"), (below, "weaker than the top"))
            if count
        ]
        if told:
            yield (
                f"Doses: {' and '.join(told)} of {counted(len(doses), 'dose')} "
                f"({number_text(min(doses), 3)} to {number_text(max(doses), 3)} uM, {term.name} "
                f"pActivity {weakest:.1f} to {strongest:.1f}) of {counted(len(values), 'hit')}, as "
                "predicted: their curves may give bounds alone; change points, dilution or top_uM"
            )
