"""The published kinases and numbers that the models are set beside."""

import numpy as np

from data.catalogue.published_results import PUBLISHED, published
from flows.model_benchmark.kinase_metrics import most_frequent, published_genes


def test_published_numbers_have_a_source_and_a_place() -> None:
    assert all(one.source and one.low <= one.high for one in PUBLISHED)
    assert [one.low for one in published("moleculeace", "rmse")] == [0.671, 0.914, 0.666, 0.832]
    assert published("kinase", "r2 without mode")[0].text == "0.331"
    assert published("herg", "auroc")[0].text == "0.861 to 0.880"


def test_the_published_kinases() -> None:
    genes = published_genes()
    assert len(genes) == 66
    assert {"EGFR", "JAK1", "CDK2", "ABL1"} <= set(genes)
    assert most_frequent(np.array([5, 5, 7, 7, np.nan, np.nan, np.nan], np.float32)) == 5
