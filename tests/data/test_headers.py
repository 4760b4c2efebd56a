import pytest

from data.headers import understand


@pytest.mark.parametrize(
    ("header", "kind", "unit", "task"),
    [
        ("IC50 nM", "concentration", "nM", "pIC50"),
        ("IC50 (nM)", "concentration", "nM", "pIC50"),
        ("IC50_nM", "concentration", "nM", "pIC50"),
        ("IC50nM", "concentration", "nM", "pIC50"),
        ("IC50/nM", "concentration", "nM", "pIC50"),
        ("IC 50 [uM]", "concentration", "µM", "pIC50"),
        ("ic50, nm", "concentration", "nM", "pic50"),
        ("Ki uM", "concentration", "µM", "pKi"),
        ("Ki [µM]", "concentration", "µM", "pKi"),
        ("Kd (M)", "concentration", "M", "pKd"),
        ("EC50 [nmol/L]", "concentration", "nM", "pEC50"),
        ("EGFR IC50 (nM)", "concentration", "nM", "EGFR_pIC50"),
        ("exp_mean [nM]", "concentration", "nM", "exp_mean"),
        ("IC50", "concentration", "", "pIC50"),
        ("pIC50", "pactivity", "pActivity", "pIC50"),
        ("pKi", "pactivity", "pActivity", "pKi"),
        ("EGFR_pIC50", "pactivity", "pActivity", "EGFR_pIC50"),
        ("pChEMBL Value", "pactivity", "pActivity", "pChEMBL_Value"),
        ("inhibition %", "percent", "%", "inhibition"),
        ("% inhibition", "percent", "%", "inhibition"),
        ("Inhibition at 10 uM (%)", "percent", "%", "Inhibition_at_10_uM"),
        ("active", "class", "", "active"),
        ("is_active", "class", "", "is_active"),
    ],
)
def test_headers_of_measurements(header: str, kind: str, unit: str, task: str) -> None:
    measure = understand(header)
    assert measure is not None
    assert (measure.kind, measure.unit, measure.task) == (kind, unit, task)
    assert measure.column == header


@pytest.mark.parametrize(
    "header",
    [
        "y",
        "cliff_mol",
        "MW",
        "purity %",
        "IC50 SD (nM)",
        "IC50 error nM",
        "conc uM",
        "tested dose (uM)",
        "M",
        "batch",
        "",
        "%",
        "kinase",
        "kids",
    ],
)
def test_other_headers(header: str) -> None:
    assert understand(header) is None


def test_what_is_left_is_less_of_the_effect() -> None:
    residual, inhibited = understand("residual activity %"), understand("% inhibition")
    assert residual is not None
    assert inhibited is not None
    assert (residual.direction, inhibited.direction) == ("down", "up")
