"""What the short names of assays and alerts stand for, for people who did not choose them.

The assays of Tox21: Huang 2016, Front. Environ. Sci. 3, 85 (doi 10.3389/fenvs.2015.00085).
"""

from collections.abc import Mapping

ENDPOINTS: Mapping[str, str] = {
    "NR-AR": "activates the androgen receptor",
    "NR-AR-LBD": "activates the ligand-binding domain of the androgen receptor",
    "NR-AhR": "activates the aryl hydrocarbon receptor",
    "NR-Aromatase": "inhibits aromatase, which makes estrogens",
    "NR-ER": "activates the estrogen receptor",
    "NR-ER-LBD": "activates the ligand-binding domain of the estrogen receptor",
    "NR-PPAR-gamma": "activates PPAR gamma, a receptor of fat metabolism",
    "SR-ARE": "raises the cells' answer to oxidative stress",
    "SR-ATAD5": "damages DNA, seen by ATAD5 in cells",
    "SR-HSE": "raises the cells' heat shock answer",
    "SR-MMP": "lowers the membrane potential of mitochondria, a general stress of cells",
    "SR-p53": "activates p53, the cells' answer to damaged DNA",
    "herg": "blocks the hERG potassium channel of the heart: arrhythmia",
    "ames": "mutagenic in bacteria, the Ames test",
    "dili": "drug-induced liver injury in people",
    "ld50_zhu": "acute oral toxicity in rats",
}
"""By the task's name without its bundle."""
ALERTS: Mapping[str, str] = {
    "PAINS": "disturb many assays",
    "BRENK": "toxic, reactive or bad for pharmacokinetics",
    "NIH": "reactive, or avoided by the NIH's chemists",
    "KAZIUS": "go with mutagenicity in bacteria",
}
"""What the substructures of each collection of ``chem.assess.alerts`` are said to do."""


def endpoint(task: str) -> str:
    """Return what a task such as ``toxicity_herg`` tells, or "" where that is not known here.

    >>> endpoint("toxicity_ames"), endpoint("activity_EGFR")
    ('mutagenic in bacteria, the Ames test', '')
    """
    return ENDPOINTS.get(task.partition("_")[2], "")
