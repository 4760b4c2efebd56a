import pytest

from data.assay.headers.headers import understand


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
    assert measure.role == "value"
    assert (measure.kind, measure.unit, measure.task) == (kind, unit, task)
    assert measure.column == header


@pytest.mark.parametrize(
    ("header", "transform", "unit"),
    [
        ("log IC50 (nM)", "log10", "nM"),
        ("log10 Ki [M]", "log10", "M"),
        ("log10(IC50/uM)", "log10", "µM"),
        ("LogEC50_M", "log10", "M"),
        ("IC50 (log nM)", "log10", "nM"),
        ("LN_IC50", "ln", ""),
        ("ln(Ki/nM)", "ln", "nM"),
        ("log IC50", "log10", ""),
        ("-log10 Ki [M]", "-log10", "pActivity"),
        ("-log(IC50 nM)", "-log10", "nM"),
        ("−log10 IC50 (µM)", "-log10", "µM"),
        ("neg log IC50 (M)", "-log10", "pActivity"),
        ("log(1/IC50)", "-log10", ""),
        ("pEC50 (-log M)", "-log10", "pActivity"),
        ("pIC50 (nM)", "-log10", "nM"),
        ("p(IC50)", "", "pActivity"),
        ("IC50 (10-6 M)", "", "µM"),
        ("IC50 [10^-9 M]", "", "nM"),
        ("IC₅₀ (nmol·L⁻¹)", "", "nM"),
        ("IC50（nM）", "", "nM"),
        ("IC50\u00a0(µM)", "", "µM"),
        ("nM IC50", "", "nM"),
        ("meanIC50nM", "", "nM"),
        ("MIC (µg/mL)", "", "µg/mL"),
        ("IC50 mg/L", "", "µg/mL"),
        ("Inhibition constant (nM)", "", "nM"),
        ("half-maximal inhibitory concentration (uM)", "", "µM"),
    ],
)
def test_transforms_and_units(header: str, transform: str, unit: str) -> None:
    found = understand(header)
    assert (found.role, found.transform, found.unit, found.doubt) == ("value", transform, unit, "")
    assert found.kind == ("pactivity" if "p" in found.unit or transform == "-log10" else found.kind)


@pytest.mark.parametrize(
    ("header", "condition", "direction"),
    [
        ("Inhibition at 20 uM", "20 µM", "up"),
        ("% growth @ 10 µM", "10 µM", "down"),
        ("Growth inhibition at 10 uM (%)", "10 µM", "up"),
        ("Inh_10uM", "10 µM", "up"),
        ("% inh (1µM)", "1 µM", "up"),
        ("residual activity @100 nM", "100 nM", "down"),
        ("PI 10 µM", "10 µM", "up"),
        ("% of control @ 1 uM", "1 µM", "down"),
        ("percentInhibition10uM", "10 µM", "up"),
        ("Cell viability at 64 ug/mL (%)", "64 µg/mL", "down"),
        ("viability loss (%)", "", "up"),
        ("% inhibition of control specific binding", "", "up"),
        ("activity (% of control)", "", "down"),
        ("% dead cells 72 h", "72 h", "up"),
        ("inhibition @ 10-6 M", "10-6 M", "up"),
        ("Hemmung bei 10 µM (%)", "10 µM", "up"),
        ("% remaining (microsomes)", "", "up"),
    ],
)
def test_a_dose_is_a_condition_and_per_cent_has_a_direction(
    header: str, condition: str, direction: str
) -> None:
    found = understand(header)
    assert (found.role, found.kind, found.doubt) == ("value", "percent", "")
    assert (found.condition, found.direction) == (condition, direction)
    assert found.unit in ("", "%")


@pytest.mark.parametrize(
    "header",
    [
        "Activity at 0.457 uM",
        "Relative activity (%)",
        "% binding",
        "IC50 (ug/mL) nM",
        "IC50 1 uM",
        "IC50 (%)",
        "IC50/EC50 (nM)",
        "IC50 x 10^6 (M)",
        "Inhibition (uM)",
        "log2 IC50 (nM)",
        "pIC50 log10",
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(header: str) -> None:
    assert understand(header).doubt


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Qualifier", "relation"),
        ("IC50 Operator", "relation"),
        ("standard_relation", "relation"),
        ("Standard Units", "unit"),
        ("Standard Type", "type"),
        ("Standard Value", "generic"),
        ("Data Validity Comment", "comment"),
        ("Potential Duplicate", "flag"),
        ("Compound Conc", "dose"),
        ("conc uM", "dose"),
        ("tested dose (uM)", "dose"),
        ("y", "generic"),
    ],
)
def test_columns_beside_a_value(header: str, role: str) -> None:
    assert understand(header).role == role


@pytest.mark.parametrize(
    "header",
    [
        "cliff_mol",
        "MW",
        "purity %",
        "IC50 SD (nM)",
        "IC50 error nM",
        "IC50 95% CI (nM)",
        "IC50 max (nM)",
        "M",
        "batch",
        "",
        "%",
        "kinase",
        "kids",
        "solubility at 50 uM",
        "Cmax (nM)",
        "Wavelength (nm)",
        "Km (uM)",
        "kon (M-1-s-1)",
        "IC50 (mg/kg)",
        "dG (kcal/mol)",
        "1/IC50",
        "IC50 ratio",
        "predicted pIC50",
        "pKa",
        "logP",
        "ΔpIC50",
        "Hill slope",
        "PUBCHEM_ACTIVITY_SCORE",
    ],
)
def test_other_headers(header: str) -> None:
    found = understand(header)
    assert found.role == "other"
    assert found.reason


def test_a_name_is_no_dose_no_replicate_and_no_pki() -> None:
    assert understand("IC50 MCF-7 µM").condition == ""
    assert understand("JAK 2 IC50 (nM)").replicate == ""
    assert understand("Ki 5-HT1A (nM)").replicate == ""
    assert understand("PKB IC50 (nM)").kind == "concentration"
    assert understand("IC50 2 (nM)").replicate == "2"
    assert understand("% Inhibition % 2").replicate == "2"
    assert understand("IC50 (nM) at 1 mM ATP").unit == "nM"


def test_what_is_left_is_less_of_the_effect() -> None:
    residual, inhibited = understand("residual activity %"), understand("% inhibition")
    assert (residual.direction, inhibited.direction) == ("down", "up")
