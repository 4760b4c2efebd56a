"""Lists the kinase panel: the protein that each UniProt accession of the kinase set stands for."""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Kinase(NamedTuple):
    """One protein of the kinase set."""

    uniprot: str
    gene: str
    """HGNC-style symbol as UniProt gives it (``ADRBK1`` is today's GRK2); ``""`` if none."""
    organism: str
    group: str
    """Group in the family tree of Manning et al. 2002 (``TK``, ``AGC``, …); ``""`` if none."""
    family: str
    published: bool
    """True for the 66 with results published by Luukkonen et al. 2023 (their kinase1000 set)."""


@cache
def kinase_panel() -> dict[str, Kinase]:
    """Return the 198 proteins of the kinase200 set by UniProt accession; 193 are human.

    The shipped ``kinases.csv`` was derived from the table that travels with the kinase200 set
    (gene, organism, group and family columns; UniProt and Papyrus annotation), and from the list
    of the kinase1000 set (doi 10.1021/acs.jcim.3c00132).
    """
    text = files("data.catalogue").joinpath("kinases.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        published = row.pop("published") == "1"
        found[row["uniprot"]] = Kinase(**row, published=published)
    return found


def human_kinases() -> dict[str, Kinase]:
    """Return the 193 human kinases by UniProt accession. Their gene names are unique."""
    return {key: kinase for key, kinase in kinase_panel().items() if kinase.organism == "human"}
