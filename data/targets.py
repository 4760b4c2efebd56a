"""What a column of target names in an assay file means for its values."""

import difflib

from chem.errors import InputError
from data.cells import MISSING
from data.panel import human_kinases
from data.rows import AssayRows

_COLUMNS = {"target", "target name", "target id", "target chembl id", "kinase", "gene"}
_COLUMNS |= {"gene symbol", "protein", "uniprot", "uniprot id", "accession"}
_SHOWN = 3


def check_one_target(rows: AssayRows, measured: set[str]) -> list[str]:
    """Return notes on the target that a column names; ``measured`` are columns of values.

    Raises:
        InputError: the rows are of several targets: their values would be mixed into one task.
    """
    notes = []
    for column in rows.columns:
        plain = " ".join(column.lower().replace("_", " ").replace("-", " ").split())
        if plain not in _COLUMNS or column in measured:
            continue
        cells = (cell.strip() for cell in rows.cells[column])
        names = list(dict.fromkeys(cell for cell in cells if cell.lower() not in MISSING))
        if len(names) > 1:
            shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
            raise InputError(
                f"column {column!r} names {len(names)} targets ({shown}), expected one to a file; "
                "give each target its own column of values, or train on the rows of one target."
            )
        if names:
            notes += _say_unknown(column, names[0])
    return notes


def _say_unknown(column: str, name: str) -> list[str]:
    panel = human_kinases()
    genes = {kinase.gene.upper(): kinase.gene for kinase in panel.values()}
    if name.upper() in genes or name.upper() in panel:
        return []
    close = difflib.get_close_matches(name.upper(), genes, 1, cutoff=0.6)
    hint = f" (did you mean {genes[close[0]]}?)" if close else ""
    return [
        f"column {column!r} says {name!r}, which is not among the {len(panel)} kinases of the "
        f"panel{hint}; the model is trained on this file alone, so nothing depends on it"
    ]
