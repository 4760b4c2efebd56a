"""``passed_over.csv``: what was considered for the hits and not selected, and why.

Of the compounds on a list of exclusion it has those that stand in the pool; the others are counted
in the manifest (``selection.not_listed``).
"""

from pathlib import Path

import pandas as pd

from screening.hits.csvfile import write_csv
from screening.text.cells import format_number

HEADER = ("list_rank", "compound_id", "smiles", "score", "why")


def write_passed_over(path: Path, passed_over: pd.DataFrame) -> int:
    """Write ``Ranking.passed_over`` in the order of the list and return the number of compounds.

    ``list_rank`` is the place in the list of all that no filter takes; ``score`` has 4 decimals,
    as in ``hits.csv``.
    """
    columns = [passed_over[name].tolist() for name in HEADER]
    rows = (
        (str(place), str(name), str(smiles), format_number(score, 4), str(why))
        for place, name, smiles, score, why in zip(*columns, strict=True)
    )
    return write_csv(path, HEADER, rows)
