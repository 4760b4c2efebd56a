"""Lists published results that are printed beside ours, each with its source.

A number holds for the rows that its authors measured on; if those differ from ours, the note says
how.
"""

from typing import NamedTuple


class Published(NamedTuple):
    """One published number."""

    benchmark: str
    """``moleculeace``, ``kinase``, ``tox21``, ``herg``, ``ames``, ``dili`` or ``ld50_zhu``."""
    metric: str
    model: str
    low: float
    high: float
    """The same as ``low``, or the other end of a range of models."""
    source: str
    note: str = ""

    @property
    def text(self) -> str:
        """Return the number as text: ``0.671``, or ``0.861 to 0.880``."""
        return f"{self.low:.3f}" + ("" if self.high == self.low else f" to {self.high:.3f}")


ACE = "van Tilborg et al. 2022, doi 10.1021/acs.jcim.2c01073"
CHEMELEON = "Burns et al. 2025, arXiv 2506.15792"
KINASE = "Luukkonen et al. 2023, doi 10.1021/acs.jcim.3c00132"
TDC = "TDC ADMET leaderboard, doi 10.1038/s41589-022-01131-2"
_HELD_BACK = "66 kinases, the held-back test rows, recomputed from the authors' predictions"
_SPLITS = "scaffold splits that differ in detail"
_TEST = "official test rows"

PUBLISHED = (
    Published("moleculeace", "rmse", "support vector machine on ECFP", 0.671, 0.671, ACE),
    Published("moleculeace", "rmse", "best graph network", 0.914, 0.914, ACE),
    Published("moleculeace", "rmse", "CheMeleon", 0.666, 0.666, CHEMELEON),
    Published("moleculeace", "rmse", "its network from scratch", 0.832, 0.832, CHEMELEON),
    Published("kinase", "r2", "multi-task D-MPNN", 0.428, 0.428, KINASE, _HELD_BACK),
    Published("kinase", "r2", "multi-task gradient boosting", 0.426, 0.426, KINASE, _HELD_BACK),
    Published("kinase", "r2", "random forest", 0.337, 0.337, KINASE, _HELD_BACK),
    Published("kinase", "r2", "single-task D-MPNN", 0.255, 0.255, KINASE, _HELD_BACK),
    Published("kinase", "rmse", "multi-task D-MPNN", 0.784, 0.784, KINASE, _HELD_BACK),
    Published("kinase", "rmse", "multi-task gradient boosting", 0.794, 0.794, KINASE, _HELD_BACK),
    Published("kinase", "rmse", "random forest", 0.850, 0.850, KINASE, _HELD_BACK),
    Published("kinase", "rmse", "single-task D-MPNN", 0.900, 0.900, KINASE, _HELD_BACK),
    Published("kinase", "r2 without mode", "multi-task D-MPNN", 0.331, 0.331, KINASE, _HELD_BACK),
    Published(
        "kinase", "r2 without mode", "multi-task gradient boosting", 0.288, 0.288, KINASE,
        _HELD_BACK,
    ),
    Published("kinase", "r2 without mode", "random forest", 0.184, 0.184, KINASE, _HELD_BACK),
    Published(
        "tox21", "auroc", "D-MPNN to Uni-Mol", 0.759, 0.796,
        "Uni-Mol, Zhou et al. 2023, and the results it lists", _SPLITS,
    ),
    Published("herg", "auroc", "leaders", 0.861, 0.880, TDC, _TEST),
    Published("ames", "auroc", "leaders", 0.863, 0.871, TDC, _TEST),
    Published("dili", "auroc", "leaders", 0.925, 0.936, TDC, _TEST),
    Published("ld50_zhu", "mae", "leader", 0.552, 0.552, TDC, _TEST),
)  # fmt: skip


def published(benchmark: str, metric: str) -> list[Published]:
    """Return the published numbers for a benchmark and a metric, in the order above."""
    return [one for one in PUBLISHED if (one.benchmark, one.metric) == (benchmark, metric)]
