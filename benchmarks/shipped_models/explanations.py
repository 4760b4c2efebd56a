"""Compares atom contributions to mutagenicity with the groups that are known to cause it.

The molecules are those of the Ames set that are predicted to be mutagens and have a toxicophore.
They include the model's training molecules: the question is not whether the prediction is right,
but whether its explanation names the group that chemistry holds responsible.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.assess.alerts import flag_atoms
from chem.errors import InputError
from chem.features.graphs import atom_states, written_graphs
from data.public_sets.sets import load_activities
from flows.model_benchmark.predicting import Predictions, open_bundle, predict_smiles
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from gnn.card.card import Card, Explanation
from gnn.explain.attribution import Attributor, partial_molecules
from gnn.features.graph_arrays import GraphArrays, collect, join_graphs

TASK = "ames"
SET = "tdc_ames"
SOURCE = "KAZIUS"
ANY = "any"
FEWEST = 20
"""The least number of molecules of a group."""
NOTE = (
    "explanations: measured on molecules of tdc_ames that are predicted positive and hold a "
    "toxicophore, training molecules among them; contributions are Shapley values of the "
    "ensemble's output times what calibration keeps of it, so that base and contributions add up "
    "to the calibrated log odds"
)
_DRAWS = 2000
_BLOCK = 64

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Case(NamedTuple):
    """One molecule of n atoms and the groups that it has."""

    graph: GraphArrays
    groups: dict[str, Bools]
    """[n] the atoms of each group; never all atoms of the molecule."""


class Finding(NamedTuple):
    """The figures of one group in one molecule."""

    auroc: float
    hetero: float
    top: float
    top_chance: float
    lost: float
    lost_others: float


def measure_explanations(
    name: str, report: Report, most: int | None = None, fewest: int = FEWEST
) -> list[Explanation]:
    """Measure a bundle that predicts Ames mutagenicity, all groups together and group by group.

    Args:
        name: The name or folder of the bundle.
        report: A callback for progress.
        most: The number of rows of the Ames set; by default all of them.
        fewest: The least number of molecules of a group.

    Raises:
        InputError: The bundle does not have that task, or the set is not available.
    """
    bundle = open_bundle(name)
    if TASK not in {task.name for task in bundle.card.tasks}:
        raise InputError(f"bundle {name} has no task {TASK}; name one that predicts it")
    table = load_activities(SET)
    report(f"predicting {SET}", 0, None)
    said = predict_smiles(bundle, [str(smiles) for smiles in table.smiles[:most]])
    cases = find_cases(said)
    attributor = Attributor([bundle], [f"{bundle.card.name}_{TASK}"])
    found: dict[str, list[Finding]] = defaultdict(list)
    for start in range(0, len(cases), _BLOCK):
        report("explaining mutagens", start, len(cases))
        some = cases[start : start + _BLOCK]
        said_of = zip(some, _explain(attributor, some), _losses(attributor, some), strict=True)
        for case, contributions, lost in said_of:
            for group, atoms in case.groups.items():
                found[group].append(_finding(contributions, atoms, case.graph, lost[group]))
    ordered = sorted(found, key=lambda group: (group != ANY, -len(found[group]), group))
    return [_average(group, found[group]) for group in ordered if len(found[group]) >= fewest]


def find_cases(said: Predictions) -> list[Case]:
    """Return the molecules that are predicted positive and have a toxicophore."""
    cases = []
    positive = np.flatnonzero(said.columns[TASK] >= 0.5)
    texts = [said.smiles[row] for row in positive]
    for smiles, written in zip(texts, written_graphs(texts), strict=True):
        groups = {
            alert.name: np.isin(written.atoms, alert.atoms)
            for alert in flag_atoms(smiles, [SOURCE])
        }
        if groups:
            groups[ANY] = np.any(list(groups.values()), axis=0)
        kept = {name: atoms for name, atoms in groups.items() if atoms.any() and not atoms.all()}
        if kept:
            cases.append(Case(collect([written.graph]), kept))
    return cases


def _explain(attributor: Attributor, cases: Sequence[Case]) -> list[Floats]:
    """Return the contributions [n] of each molecule."""
    graphs = collect([case.graph[:4] for case in cases])
    atoms = attributor.explain(graphs).atoms[:, 0].astype(np.float64)
    return np.split(atoms, graphs.atom_offsets[1:-1])


def _losses(
    attributor: Attributor, cases: Sequence[Case]
) -> Iterator[dict[str, tuple[float, float]]]:
    """Yield for each molecule the loss of log odds without a group, and without other atoms."""
    coalitions = []
    for case in cases:
        masks = [np.ones(len(case.graph.atoms), bool)]
        for atoms in case.groups.values():
            masks += [~atoms, ~other_piece(case.graph, atoms)]
        coalitions.append(partial_molecules(case.graph, np.stack(masks)))
    said = attributor.values(join_graphs(coalitions))[:, 0]
    ends = np.cumsum([coalition.molecules for coalition in coalitions])
    for case, whole in zip(cases, np.split(said, ends[:-1]), strict=True):
        lost = (whole[0] - whole[1:]).reshape(-1, 2).tolist()
        yield {group: (one, other) for group, (one, other) in zip(case.groups, lost, strict=True)}


def other_piece(graph: GraphArrays, group: Bools) -> Bools:
    """Return [n] as many bonded atoms outside a group as it has, or all atoms outside it."""
    bonds = list(zip(graph.begin.tolist(), graph.end.tolist(), strict=True))
    outside = [atom for atom in range(len(group)) if not group[atom]]
    rank = {atom: place for place, atom in enumerate(outside)}
    piece = np.zeros(len(group), bool)
    waiting: list[int] = []
    while piece.sum() < min(group.sum(), len(outside)):
        # The start is in the middle of the others, so that it is rarely the end of a chain.
        left = [atom for atom in outside if not piece[atom]]
        atom = waiting.pop(0) if waiting else left[len(left) // 2]
        if piece[atom]:
            continue
        piece[atom] = True
        around = [b if a == atom else a for a, b in bonds if atom in (a, b)]
        waiting += sorted((a for a in around if a in rank and not piece[a]), key=rank.__getitem__)
    return piece


def _finding(
    contributions: Floats, group: Bools, graph: GraphArrays, lost: tuple[float, float]
) -> Finding:
    hetero = np.array([_elements()[token] != "C" for token in graph.atoms], np.float64)
    count = int(group.sum())
    return Finding(
        stands_out(contributions, group),
        stands_out(hetero, group),
        share_of_top(contributions, group),
        count / len(group),
        *lost,
    )


def stands_out(values: Floats, group: Bools) -> float:
    """Return the share of pairs in which an atom of the group has more than another (AUROC)."""
    inside, others = values[group][:, None], values[~group]
    return float(((inside > others) + 0.5 * (inside == others)).mean())


def share_of_top(values: Floats, group: Bools) -> float:
    """Return the group's share of the n atoms with the largest values, n being the group's size.

    Ties count in part.
    """
    count = int(group.sum())
    edge = np.sort(values)[-count]
    above, at = values > edge, values == edge
    room = (count - above.sum()) / at.sum()
    return float(((above & group).sum() + room * (at & group).sum()) / count)


@cache
def _elements() -> dict[int, str]:
    """Return the element of each token; an unseen state does not count as carbon."""
    known = {int(row["token"]): row["element"] for row in atom_states().rows}
    return {0: "", **known}


def _average(group: str, findings: Sequence[Finding]) -> Explanation:
    values = np.array(findings, np.float64)
    rows = np.random.default_rng(0).integers(0, len(values), (_DRAWS, len(values)))
    low, high = np.percentile(values[:, 0][rows].mean(axis=1), [2.5, 97.5])
    means = [round(float(mean), 4) for mean in values.mean(axis=0)]
    named = dict(zip(Finding._fields, means, strict=True))
    return Explanation(
        task=TASK,
        group=group,
        molecules=len(findings),
        low=round(float(low), 4),
        high=round(float(high), 4),
        **named,
    )


def explained_card(card: Card, found: Sequence[Explanation]) -> Card:
    """Return a card with the measures of how well contributions point at known groups."""
    notes = [*(note for note in card.notes if note != NOTE), NOTE]
    return card.model_copy(update={"explanations": tuple(found), "notes": notes})


def write_explanations(file: Path, lines: Sequence[tuple[str, Explanation]]) -> None:
    """Write the findings of some bundles as CSV, one line for each bundle and group."""
    headers = ["bundle", *Explanation.model_fields]
    write_csv(file, headers, ([bundle, *one.model_dump().values()] for bundle, one in lines))
