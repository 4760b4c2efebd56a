"""The panel of a screen: the targets of one bundle with a known protein, by kinase group.

A hit's predictions on a whole panel show its selectivity better than those on a few off-targets.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from data.catalogue.panel import kinase_panel
from gnn.bundle.column_names import COLUMN_ENDINGS
from gnn.bundle.mutant_values import TaskMutant, mutants_of
from screening.objective.screen_settings import Screen
from screening.score.predicted_columns import PACTIVITY

if TYPE_CHECKING:
    from gnn.bundle.bundle import Bundle

FEWEST = 20
"""The fewest proteins of a panel: a share of fewer targets says little about selectivity."""
GROUPS = ("TK", "TKL", "STE", "CK1", "AGC", "CAMK", "CMGC", "Other", "Atypical")
"""The groups of human kinases, in the order of the tree of Manning et al. 2002 (doi
10.1126/science.1075762)."""
NO_GROUP = "no kinase group"
"""The group of a protein that the kinase catalogue does not have."""


class PanelTarget(NamedTuple):
    """One target of a panel."""

    task: str
    """Its predicted column, such as ``activity_EGFR``."""
    name: str
    """Its name in the bundle, such as ``EGFR``."""
    group: str
    """One of ``GROUPS``, or ``NO_GROUP``."""
    family: str
    """Its family within the group, such as ``EGFR``; empty if unknown."""


class TargetPanel(NamedTuple):
    """The targets of one bundle, by group and otherwise in the order of the bundle."""

    bundle: str
    targets: tuple[PanelTarget, ...]
    mutants: tuple[TaskMutant, ...] = ()
    """Mutants of the targets, if the bundle has any; they are no targets of their own."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The predicted columns of all targets, four each."""
        return tuple(f"{one.task}{end}" for one in self.targets for end in COLUMN_ENDINGS)


def panel_of(screen: Screen, bundles: "Sequence[Bundle]") -> TargetPanel | None:
    """Return the panel of the first primary target whose bundle has one; None if none has.

    A panel has the bundle's tasks that are a pActivity on a known protein (a UniProt accession on
    the card), and at least ``FEWEST`` different proteins.
    """
    for term in screen.objective.primary:
        for bundle in bundles:
            panel = bundle_panel(bundle)
            activities = [task.name for task in bundle.card.tasks if task.unit == PACTIVITY]
            own = {f"{bundle.card.name}_{name}" for name in activities}
            if panel is not None and term.task in own:
                return panel
    return None


def bundle_panel(bundle: "Bundle") -> TargetPanel | None:
    """Return the panel of a bundle; None if it has too few proteins."""
    card, known = bundle.card, kinase_panel()
    targets, proteins = [], set()
    for task in card.tasks:
        if task.kind != "regression" or task.unit != PACTIVITY or not task.uniprot:
            continue
        kinase = known.get(task.uniprot)
        group = kinase.group if kinase and kinase.group in GROUPS else NO_GROUP
        family = kinase.family if kinase else ""
        targets.append(PanelTarget(f"{card.name}_{task.name}", task.name, group, family))
        proteins.add(task.uniprot)
    if len(proteins) < FEWEST:
        return None
    order = (*GROUPS, NO_GROUP)
    by_group = tuple(sorted(targets, key=lambda one: order.index(one.group)))
    names = {one.task for one in targets}
    mutants = tuple(one for one in mutants_of(bundle) if one.task in names)
    return TargetPanel(card.name, by_group, mutants)
