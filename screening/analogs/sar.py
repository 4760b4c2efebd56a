"""Makes the table of a series: R-groups of the hit and of the analogs that have its core."""

import pandas as pd

from chem.analogs.r_groups import split_series
from chem.errors import InputError
from screening.analogs.around import HIT
from screening.analogs.query import Query


def check_core(query: Query) -> None:
    """Raise InputError if there is no core for a table of R-groups."""
    if query.substructure is None:
        raise InputError(
            "found a hit without a ring, expected a core for a table of R-groups; name a core with "
            "--smarts"
        )


def sar_table(table: pd.DataFrame, query: Query) -> pd.DataFrame:
    """Return the rows of a table of analogs that contain the core, with their R-groups.

    The columns of R-groups come after ``kind``, the others stay. The hit is the first row; below
    it rows with equal R1 are together, then those with equal R2 and so on.

    Raises InputError for a hit without a ring, if no SMARTS names a core.
    """
    check_core(query)
    assert query.substructure is not None
    series = split_series(table["smiles"].tolist(), query.substructure.query)
    rows = table.iloc[list(series.places)].reset_index(drop=True)
    groups = pd.DataFrame(list(series.groups), columns=list(series.labels), dtype="str")
    first = list(rows.columns).index("kind") + 1
    whole = pd.concat([rows.iloc[:, :first], groups, rows.iloc[:, first:]], axis="columns")
    if not series.labels:
        return whole
    ordered = whole.sort_values([*series.labels, "smiles"])
    return ordered.sort_values(
        "kind", key=lambda kinds: kinds != HIT, kind="stable", ignore_index=True
    )
