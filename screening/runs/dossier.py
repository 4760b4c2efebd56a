"""Replays one compound of a run: its record, its standardization and every model's prediction."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.assess.alerts import flag_atoms
from chem.assess.costly_properties import compute_costly_properties
from chem.features.properties import PROPERTIES
from chem.structure.standardize import trace
from gnn.models.runtime import find_device
from screening.evidence.collect_evidence import NEIGHBOURS, explained_tasks
from screening.evidence.evidence import Evidence, Flag
from screening.evidence.neighbours import nearest_measured
from screening.evidence.shapley import Explaining, explain
from screening.objective.objective import FLOOR, beyond, evaluate
from screening.prepare.prepared import to_graphs
from screening.rank.library_records import IDENTITY
from screening.rank.structure_columns import key_text, stereo_word
from screening.reason.measurements import Contradiction
from screening.reason.reason import contradictions, reason
from screening.reason.sentence import HitFacts
from screening.runs.past_run import PastRun
from screening.runs.record_outcome import outcome_of
from screening.score.card_facts import drug_quantiles, error_correlations
from screening.score.worker_models import load_predictor
from screening.storage.schema import ACCEPTED, GRAPH, read_extra
from screening.storage.store import Store
from screening.text.words import describe_objective

_READ = ("row", "status", "stage", "code", "detail", "smiles", *IDENTITY)


class TermScore(NamedTuple):
    """One term of the score."""

    label: str
    wanted: str
    """The values with desirability 1 and with desirability 0, in words."""
    worth: float
    """The desirability, 0 to 1."""
    share: float
    """The share of the term's weight in all weights, 0 to 1."""
    factor: float
    """The factor in the score: the desirability, raised by ``FLOOR``, to the power of the share
    (see :func:`screening.objective.objective.combine`)."""


class Evaluation(NamedTuple):
    """The predictions, the score and the evidence of an accepted compound."""

    predictions: Mapping[str, float]
    """Every column of every bundle."""
    properties: Mapping[str, float]
    """The values of ``PROPERTIES`` and ``qed``."""
    score: float
    terms: tuple[TermScore, ...]
    taken_by: tuple[str, ...]
    """The names of the filters that remove it."""
    evidence: Evidence
    said: str
    """The reason that the hit list gives for it, or would give."""
    contradictions: Mapping[str, Contradiction]
    """The measurements that contradict its predictions, by primary target."""


class Dossier(NamedTuple):
    """All that is known of one record."""

    row: int
    compound_id: str
    name: str
    input_smiles: str
    """The SMILES of the library; empty if the record is a molblock."""
    extra: Mapping[str, str]
    """The library's own columns."""
    smiles: str
    """The standardized SMILES; empty if the record was rejected."""
    steps: tuple[tuple[str, str], ...]
    """Each change of the standardizer, with the SMILES after it; "" if that is not known, as for a
    molblock, and for a run that was made under another standardization."""
    stereo: str
    """The stereochemistry that the standardized structure states, a word of ``STEREO_WORDS``; empty
    if the record was rejected."""
    key: str
    """The registration key as text; empty if the record was rejected."""
    outcome: str
    """The outcome of the record in the run, in a sentence."""
    evaluation: Evaluation | None
    """The evaluation; None if the record was rejected."""


def find_rows(past: PastRun, compound_id: str) -> list[int]:
    """Return the rows of the records that have exactly this id."""
    store = Store(past.prepared.store.url)  # hashes are checked later, for the found row alone
    found: list[int] = []
    for name in past.prepared.partitions:
        table = store.read_table(name, ["row", "compound_id"])
        found += table.filter(pc.equal(table["compound_id"], compound_id))["row"].to_pylist()
    return found


def find_named(past: PastRun, name: str) -> list[tuple[str, str]]:
    """Return the id and the name of each record with this name, in lower or upper case."""
    store = Store(past.prepared.store.url)
    wanted = name.strip().lower()
    found: dict[tuple[str, str], None] = {}
    for partition in past.prepared.partitions if wanted else ():
        table = store.read_table(partition, ["compound_id", "name"])
        same = table.filter(pc.equal(pc.utf8_lower(table["name"]), wanted)).to_pydict()
        found |= dict.fromkeys(zip(same["compound_id"], same["name"], strict=True))
    return list(found)


def id_of(past: PastRun, row: int) -> str:
    """Return the id of a row; raise InputError for a row that the library does not have."""
    return str(past.read_record(row, ["compound_id"])["compound_id"][0].as_py())


def open_dossier(past: PastRun, row: int) -> Dossier:
    """Replay one record of a run.

    Raises InputError for a row that the library does not have, and for a run that is overwritten
    meanwhile.
    """
    table = past.read_record(row, [*_READ, *PROPERTIES, *GRAPH])
    record = table.select([*_READ, *PROPERTIES]).to_pylist()[0]
    accepted = record["status"] == ACCEPTED
    evaluation = _evaluate(past, table, record["smiles"]) if accepted else None
    # A quarantined record must not be replayed here, because it could hang or crash.
    traces = evaluation and record["input_smiles"] and not past.told_of_older
    traced = trace(record["input_smiles"], "smiles") if traces else {}
    steps = tuple((change, traced.get(change, "")) for change in record["changes"])
    outcome = outcome_of(past, record, evaluation.taken_by if evaluation else ())
    past.check_unchanged()  # so all that was read is of one run
    return Dossier(
        row=row,
        compound_id=record["compound_id"],
        name=record["name"],
        input_smiles=record["input_smiles"],
        extra=read_extra(record["extra"]),
        smiles=record["smiles"],
        steps=steps,
        stereo=stereo_word(record["smiles"]),
        key=key_text(record["key"]),
        outcome=outcome,
        evaluation=evaluation,
    )


def _evaluate(past: PastRun, table: pa.Table, smiles: str) -> Evaluation:
    screen = past.screen
    # The same cached models as those of explaining: loading them again would take a second.
    predictor = load_predictor(past.models._replace(device=find_device(past.device).type))
    said = {name: float(v[0]) for name, v in predictor.predict(to_graphs(table)).items()}
    properties = {name: float(table[name][0].as_py()) for name in PROPERTIES}
    frame = pd.DataFrame({name: [value] for name, value in {**properties, **said}.items()})
    evaluated = evaluate(frame, screen.objective)
    costly_properties = compute_costly_properties([smiles])[0]
    taken = [limit.name for limit in screen.limits if beyond(frame, evaluated, limit)[0]]
    costly = screen.costly_limits
    taken += [limit.name for limit in costly if limit.takes(costly_properties.number(limit.column))]
    worth = [
        TermScore(one.label, one.wanted, d, one.share, (FLOOR + (1 - FLOOR) * d) ** one.share)
        for one in describe_objective(screen)
        for d in evaluated[one.column].tolist()
    ]
    tasks = explained_tasks(screen)
    work = Explaining(past.models, tasks)
    primaries = [term.task for term in screen.objective.primary]
    evidence = Evidence(
        neighbours=nearest_measured([smiles], past.bundles, primaries, NEIGHBOURS)[0],
        contributions=explain(work, [smiles])[0],
        flags=tuple(Flag(*alert) for alert in flag_atoms(smiles)),
    )
    score = float(evaluated["score"].iloc[0])
    properties["qed"] = costly_properties.qed
    term_columns = {str(name): value for name, value in evaluated.iloc[0].items()}
    hit: dict[str, Any] = {**properties, **said, **term_columns, "smiles": smiles}
    hit["alerts"] = "; ".join(f"{flag.source} {flag.name}" for flag in evidence.flags)
    facts = HitFacts(
        *(hit, screen, past.units, past.limits, evidence.neighbours, evidence.flags),
        *(drug_quantiles(past.bundles), error_correlations(past.bundles)),
    )
    told = (reason(facts), contradictions(facts))
    return Evaluation(said, properties, score, tuple(worth), tuple(taken), evidence, *told)
