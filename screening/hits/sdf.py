"""``hits.sdf``: the hits as drawn structures with the same fields as ``hits.csv``."""

from pathlib import Path

from chem.disk.files import atomic_path
from chem.output.write_sdf import write_sdf
from screening.hits.table import HitTable


def write_hits_sdf(path: Path, table: HitTable) -> None:
    """One record for each hit, titled with its compound id."""
    rows = [(cells["smiles"], cells["compound_id"], cells) for cells in table.records()]
    with atomic_path(path) as temporary:
        write_sdf(temporary, rows)
