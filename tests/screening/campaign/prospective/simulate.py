"""Campaigns of known truth: compounds of a few series, errors that go together or do not."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from screening.campaign.campaign import EVENT, LOG, RESULTS
from screening.campaign.event import FIRST, ErrorCurve, Event, Registered, write_line
from screening.campaign.prospective.comparison import Comparison
from screening.campaign.replaced import read_as
from screening.campaign.tables import (
    COMPOUNDS,
    FINDINGS,
    WELLS,
    CompoundRow,
    FindingRow,
    WellRow,
    cell_texts,
)
from screening.hits.hit_files import write_csv
from screening.results.evaluate import Options

Floats = npt.NDArray[np.float64]
NAN = float("nan")
HALF = 1.6448536269514722
"""Half the width of an interval of a registered standard deviation of 1."""
CURVE = ErrorCurve(similarities=[0.15, 0.35, 0.55, 0.85], series=[0.02, 0.08, 0.33, 0.68])
"""Nearly that of the shipped bundle of activities."""
SCAFFOLDS = (
    "{}Nc1ncnc2cc(OC)c(OC)cc12",
    "{}C(=O)Nc1ccc2[nH]ncc2c1",
    "{}c1nc(-c2ccncc2)c(-c2ccc(F)cc2)[nH]1",
    "{}S(=O)(=O)N1CCN(c2ccccc2C#N)CC1",
)
GROUPS = (
    *("C", "CC", "CCC", "CCCC", "CC(C)", "OCC", "OCCC", "COCC", "NCC", "CN(C)CC", "FC(F)(F)C"),
    *("C1CC1", "C1CCC1", "C1CCCC1", "C1CCCCC1", "c1ccccc1", "c1ccc(F)cc1", "c1ccc(Cl)cc1"),
    *("Cc1ccccc1", "COc1ccccc1", "N#Cc1ccccc1", "Brc1ccccc1", "Clc1cccc(Cl)c1", "c1ccncc1"),
    *("c1ccsc1", "c1ccoc1", "Fc1ccc(F)cc1", "CCc1ccccc1", "Oc1ccccc1", "CC(C)(C)"),
)


def structure(series: int, member: int) -> str:
    """Return a SMILES; members of one series are similar."""
    group = GROUPS[member % len(GROUPS)]
    # The bond goes to the last atom of a chain, and to the first one of a ring.
    return SCAFFOLDS[series].format(f"{group}" if "1" not in group else f"C({group})")


def make_event(number: int = 1, **other: Any) -> Event:
    """Return an event of one plate."""
    registered = Registered(unit="pActivity", level=6.5, correlations=CURVE)
    found: dict[str, Any] = {
        "number": f"{number:03d}",
        "time": f"2026-{number:02d}-15T12:00:00Z",
        "run": f"run{number}",
        "run_name": f"week{number}",
        "screen": "kinase",
        "task": "activity_EGFR",
        "target": "EGFR",
        "kind": "plates",
        "plates": [f"EGFR_P{number}"],
        "ranks": [],
        "supersedes": [],
        "withdraws": [],
        "options": read_as(Options()),
        "inputs": [],
        "registered": registered,
        "files": {},
        "summary": "",
    }
    return Event(**{**found, **other})


def make_row(
    rank: int = 1, value: float = 6.0, predicted: float = 6.0, **other: Any
) -> CompoundRow:
    """Return a row of compounds.csv; its registered standard deviation is 0.5."""
    found: dict[str, Any] = {
        "compound_id": f"CPD-{rank:03d}",
        "key": f"KEY{rank}",
        "smiles": structure(rank % 4, rank // 4),
        "target": "EGFR",
        "unit": "pActivity",
        "qualifier": "=",
        "agreement": "",
        "problem": "",
        "replicates": "",
        "wells": "",
        "rank": rank,
        "value": value,
        "sd": 0.1,
        "standard_error": 0.05,
        "n": 2,
        "concentration_uM": NAN,
        "top": NAN,
        "bottom": NAN,
        "hill": NAN,
        "r2": NAN,
        "predicted": predicted,
        "predicted_lo": predicted - 0.5 * HALF,
        "predicted_hi": predicted + 0.5 * HALF,
    }
    return CompoundRow(**{**found, **other})


def compare_rows(*rows: CompoundRow, event: Event | None = None) -> list[Comparison]:
    event = event or make_event()
    return [Comparison(event, row, int(event.number) - 1) for row in rows]


class Kept(NamedTuple):
    """An event, and the rows of its compounds."""

    event: Event
    rows: list[CompoundRow]


def write_campaign(folder: Path, events: Sequence[Kept]) -> Path:
    """Write a campaign as `hitlist results` does, without runs and plates."""
    before = FIRST
    log = ""
    for event, rows in events:
        own = folder / RESULTS / event.number
        own.mkdir(parents=True)
        write_csv(own / WELLS, WellRow._fields, [], 6)
        write_csv(own / COMPOUNDS, CompoundRow._fields, [cell_texts(row) for row in rows], 10)
        write_csv(own / FINDINGS, FindingRow._fields, [])
        names = (WELLS, COMPOUNDS, FINDINGS)
        files = {name: sha256((own / name).read_bytes()).hexdigest() for name in names}
        ranks = [row.rank for row in rows if row.qualifier]
        whole = event.model_copy(update={"files": files, "ranks": ranks})
        line, before = write_line(whole, before)
        (own / EVENT).write_text(line, encoding="utf-8")
        log += line
    (folder / LOG).write_text(log, encoding="utf-8")
    return folder


def plates_of(
    errors: Floats, plates: int, curve: ErrorCurve | None = CURVE, seed: int = 0
) -> list[Comparison]:
    """Return compounds of four series on some plates, with errors [n] in standard deviations."""
    draw = np.random.default_rng(seed)
    each = len(errors) // plates
    found = []
    registered = Registered(unit="pActivity", level=6.5, correlations=curve)
    for at, error in enumerate(errors.tolist()):
        plate, rank = at // each, at % each + 1
        event = make_event(plate + 1, registered=registered)
        predicted = float(draw.uniform(5, 8))
        smiles = structure(at % 4, at // 4)
        row = make_row(rank, predicted + 0.5 * error, predicted, smiles=smiles, key=f"KEY{at}")
        found.append(Comparison(event, row, plate))
    return found
