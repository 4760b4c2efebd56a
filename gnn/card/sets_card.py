"""Defines what a card tells of its training sets: shared molecules, and the check of leaks."""

from gnn.card.strict import Strict


class Overlap(Strict):
    """Two training sets that share molecules."""

    first: str
    second: str
    molecules: int
    """Number of molecules that both have, by standardized SMILES, by which rows are merged."""


class HeldBack(Strict):
    """The molecules that one set holds back, looked for among the rows that are trained on."""

    set: str
    molecules: int
    """Number of molecules that it holds back, by standardized SMILES."""
    trained_on: int
    """Number of those that are trained on, by any set. Not 0 stops the training."""
    other_drawings: int
    """Number of the others of which another set trains on another drawing: another stereoisomer,
    tautomer or charge, or an isomer that differs in the place of a double bond
    (:func:`chem.structure.equivalence.drawing_blind_key`)."""
