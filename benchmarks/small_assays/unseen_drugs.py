"""Ranks approved drugs by models of small assays, whose compounds they are unlike.

An assay consists mostly of actives. A model that takes every molecule for an average compound of
its assay puts strangers at the top of a screen. So each set's model ranks the approved drugs by the
prediction minus its deviation, and the first sixteen are examined: how many are drugs of the
target's family, how far they are from the assay, and how the mean prediction changes with distance.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.small_assays.own_assay import train_own_assay
from chem.library.read import open_library
from data.catalogue.fetch import fetch
from data.public_sets.moleculeace import KINASES, load_split_set
from flows.model_benchmark.predicting import open_bundle, predict_smiles
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv

Floats = npt.NDArray[np.float64]
LIBRARY = "approved_drugs"
TOP = 16
FAR = 0.7
"""The distance to the assay beyond which a molecule counts as far."""
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""The distances between which predictions are averaged."""
KINASE = re.compile(
    r"(tinib|ciclib|lisib|rafenib|metinib|anib|sudil|staurin|sertib|ibrutinib)\b"
    r"|cabozantinib|trametinib|belumosudil",
    re.IGNORECASE,
)
STEROID = re.compile(
    r"(sone|solone|onide|sterone|estrenol|gestrel|olone|drel|estrol|lutamide|pristone|sterol"
    r"|stanozolol|methasone|cort\w*|estradiol|danazol)\b",
    re.IGNORECASE,
)
AMINE = re.compile(
    r"(tadine|izine|astine|ramine|azine|triptyline|pramine|dryl|rizine|phenamine|tapine|apine"
    r"|pipam|prazine|hydramine|zepine|cyclizine|fenadine|pizole)\b",
    re.IGNORECASE,
)
FAMILIES: dict[str, tuple[str, re.Pattern[str]]] = {
    **{name: (gene, KINASE) for name, gene in KINASES.items()},
    "CHEMBL1871_Ki": ("AR", STEROID),
    "CHEMBL2034_Ki": ("NR3C1", STEROID),
    "CHEMBL231_Ki": ("HRH1", AMINE),
}
"""The target of each set, and the pattern of drug names of the target's family."""
SETS = [name for name in FAMILIES if name != "CHEMBL2147_Ki"]
"""The sets with 200 to 800 training compounds."""


class Screened(NamedTuple):
    """The results of one set's model on the library."""

    set: str
    target: str
    rows: int
    """The number of training compounds."""
    hits: tuple[tuple[str, float, float, float], ...]
    """The first drugs: name, prediction, standard deviation, distance."""
    family: int
    """The number of hits named like a drug of the target's family."""
    known: int
    """The number of drugs of the library that are named so."""
    far: int
    """The number of hits farther than :data:`FAR` from the assay."""
    outside: int
    """The number of hits beyond the limit of the model's domain."""
    means: tuple[float, ...]
    """The mean prediction between each two of :data:`EDGES`; NaN if there is no molecule."""


def screen_sets(names: Sequence[str], out: Path, report: Report) -> list[Screened]:
    """Train a model on each set, or take it from ``out``, and screen the approved drugs."""
    records = {record.structure: record for record in open_library(fetch(LIBRARY))}
    structures = list(records)
    found = []
    for done, name in enumerate(names):
        report(f"{name} ({done + 1} of {len(names)})", done, len(names))
        folder = out / name
        assay = load_split_set(name)
        if not (folder / "card.json").is_file():
            train_own_assay(name, assay.train, folder)
        bundle = open_bundle(str(folder))
        said = predict_smiles(bundle, structures)
        _, first = np.unique(said.smiles, return_index=True)
        called = [records[structures[row]].name for row in said.rows[first]]
        task = bundle.card.tasks[0].name
        value, std, away = (
            said.columns[column][first].astype(np.float64)
            for column in (task, f"{task}_std", "distance")
        )
        limit = bundle.card.domain.limit if bundle.card.domain else 1.0
        found.append(summarize_screen(name, len(assay.train), called, value, std, away, limit))
    return found


def summarize_screen(
    name: str,
    rows: int,
    called: Sequence[str],
    value: Floats,
    std: Floats,
    distance: Floats,
    limit: float,
) -> Screened:
    """Rank M molecules by value - std, and examine the first ones; arrays are [M]."""
    target, family = FAMILIES[name]
    member = np.array([bool(family.search(text)) for text in called])
    top = np.argsort(std - value, kind="stable")[:TOP]
    means = []
    for low, high in pairwise(EDGES):
        inside = (distance >= low) & ((distance < high) | (high == EDGES[-1]))
        means.append(float(value[inside].mean()) if inside.any() else float("nan"))
    return Screened(
        set=name,
        target=target,
        rows=rows,
        hits=tuple((called[at], *map(float, (value[at], std[at], distance[at]))) for at in top),
        family=int(member[top].sum()),
        known=int(member.sum()),
        far=int((distance[top] > FAR).sum()),
        outside=int((distance[top] > limit).sum()),
        means=tuple(means),
    )


def table(rows: Sequence[Screened]) -> tuple[list[str], list[list[str]]]:
    """Return headers and a line for each set."""
    headers = ["target", "set", "trained on", f"family in top {TOP}", "in library"]
    headers += [f"farther than {FAR}", "outside domain"]
    headers += [f"mean {low:.1f}-{high:.1f}" for low, high in pairwise(EDGES)]
    lines = [
        [row.target, row.set, f"{row.rows}", f"{row.family}", f"{row.known}", f"{row.far}"]
        + [f"{row.outside}"]
        + ["" if np.isnan(mean) else f"{mean:.2f}" for mean in row.means]
        for row in rows
    ]
    return headers, lines


def write_hits(file: Path, rows: Sequence[Screened]) -> None:
    """Write every hit of every set as CSV."""
    lines = [
        [row.set, row.target, rank, name, *(f"{number:.3f}" for number in numbers)]
        for row in rows
        for rank, (name, *numbers) in enumerate(row.hits, 1)
    ]
    write_csv(file, ["set", "target", "rank", "name", "prediction", "std", "distance"], lines)
