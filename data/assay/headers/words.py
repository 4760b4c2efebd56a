"""Lists the words of assay headers: quantities, effects in per cent, statistics, others."""

import re

_FIFTY = "ic|ec|xc|ac|cc|gi|gr|ed|lc|tc|dc|sc|rc|ki"
_NAMES = rf"(?:abs|rel|q)?(?:{_FIFTY})\d{{2}}|mic(?:\d{{2}})?|mbc|mec|ki(?:app)?|kd(?:app)?|kb"
_NAMES += "|potency|affinity"
QUANTITY = re.compile(f"({_NAMES})", re.IGNORECASE)
"""A concentration that has an effect or binds."""
GLUED = re.compile(f"({_NAMES})(.+)", re.IGNORECASE)
PACTIVITY = re.compile(f"p({_NAMES}|activity|act|affinity|aff|chembl|a2)", re.IGNORECASE)
SPACED_50 = re.compile(rf"(?<![^\W_])(p?(?:abs|rel)?(?:{_FIFTY}))[\s_-]+(\d0)(?!\d)", re.IGNORECASE)
ENZYME_NAMES = {"PKB", "PKD", "PKI"}
"""Protein kinases whose names look like pKb, pKd and pKi."""

PHRASES = [
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"\b(?:inhibition|inhibitory|inhibitor) constant", "Ki"),
        (r"(?<![^\W_])CI[\s_-]?50(?![^\W_]|\s*%)", "IC50"),  # French, Spanish, Portuguese
        (r"(?<![^\W_])CE[\s_-]?50(?![^\W_]|\s*%)", "EC50"),
        (r"\b(?:dissociation|binding) constant", "Kd"),
        (r"\bmini?m\w* inhibitory conc\w*", "MIC"),
        (r"\bconc\w* (?:for|of|giving|causing) 50\s*% inhibition", "IC50"),
        (r"(?<![^\W_])50\s*% inhibit(?:ory|ion) conc\w*", "IC50"),
        (r"\b(?:half[\s-]*max\w* )?inhibitory conc\w*(?:\s*50)?", "IC50"),
        (r"\b(?:half[\s-]*max\w* )?effective conc\w*(?:\s*50)?", "EC50"),
    )
]
"""Quantities that are written out."""

PERCENT = {"%", "percent", "pct", "perc", "prct", "prcnt", "percentage"}
FRACTION = {"fraction", "fractional", "frac"}

LOSS = {"inhibition", "inhib", "inh", "inhibited", "displacement", "displaced", "kill", "killing"}
LOSS |= {"killed", "mortality", "death", "dead", "lysis", "suppression", "reduction", "loss"}
LOSS |= {"degradation", "degraded", "antagonism", "antagonist", "blockade", "block", "knockdown"}
LOSS |= {"inhibición", "inibição", "inibizione", "mortalité", "mortalität", "verdrängung"}
LOSS |= {"hemmung", "inhibitory", "decrease", "depletion", "quenching", "neutralization"}
"""Effects whose larger numbers are more effect, even beside a word such as growth or control."""
GAIN = {"activation", "agonism", "agonist", "stimulation", "effect", "efficacy", "response"}
GAIN |= {"emax", "dmax", "imax", "cytotoxicity", "toxicity", "induction", "occupancy"}
LEFT = {"residual", "remaining", "viability", "viable", "survival", "surviving", "poc", "survivors"}
"""Words for what is left: an inhibitor lowers it."""
LEFT |= {"restaktivität", "viabilität", "überleben", "vitalität", "viabilité", "survie"}
LEFT |= {"viabilidad", "supervivencia", "résiduelle", "residuelle", "restwachstum", "alive"}
LEFT_BEHIND = {"remaining", "residual"}
"""Words for a remainder that do not say of what."""
STABILITY = {"stability", "microsomal", "microsomes", "microsome", "hlm", "rlm", "mlm", "parent"}
COMPOUND = {"hepatocyte", "hepatocytes", "s9", "plasma", "serum", "blood", "compound", "drug"}
"""Words of assays in which the compound itself remains."""
SOLVENT = {"dmso", "vehicle"}
LEFT_OF = {"control", "ctrl", "ctl", "growth", "proliferation", "dmso", "vehicle", "confluence"}
LEFT_OF |= {"untreated", "t/c", "kontrolle", "wachstum", "croissance", "contrôle", "témoin"}
LIVES = LEFT | {"growth", "proliferation", "confluence", "grows", "grown"}
"""Words for which 1 usually says that nothing was inhibited."""
UNSAID = {"activity", "act", "binding", "signal", "intensity", "expression", "rate"}
UNSAID |= {"aktivität", "activité", "actividad"}
"""Words whose per cent may be a remainder or a gain."""
LEFT_OF_WHAT = (LEFT - LEFT_BEHIND) | LEFT_OF | UNSAID
LEFT_OF_WHAT |= {"enzyme", "enzymatic", "kinase", "cells", "cell", "growth", "bacteria"}
"""Words for things that an inhibitor reduces."""
NEGATED = {"not", "non", "no", "inactive", "inactives", "inactivity", "nonactive", "negative"}
NEGATED |= {"nontoxic", "nonbinder", "nonbinding", "noninhibitor", "nonhit", "nonblocker"}
NEGATED |= {"nonmutagenic", "noncarcinogenic", "safe", "decoy", "decoys", "resistant", "inaktiv"}
"""Words for which 1 usually says that the compound did nothing."""
CLASS = {"active", "activity", "class", "label", "outcome", "hit", "toxic", "binder", "inhibitor"}
CLASS |= {"isactive", "flag", "hitc", "hitcall"}

RISK = re.compile(
    r"(?!detox)[a-z]*tox(?:ic|icity|icities|icology|in|21)?|mutagen\w*|teratogen\w*|clastogen\w*"
    r"|carcino\w*|ames|(?:ik)?p?herg[a-z0-9]*|kcnh2|dili|risks?|liabilit(?:y|ies)|irritan\w*"
    r"|irritation|corrosi\w*|sensiti[sz](?:er|ation)|h(?:a)?emoly\w*|phospholipidosis|qt|qtc|bsep"
    r"|adverse|safety|nav1\.?5|cav1\.?2|p?(?:cc|tc|ld|td)50"
    r"|cyp(?:1a2|2b6|2c8|2c9|2c19|2d6|2e1|3a4|3a5)"
)
"""A word for a risk, in lower case: being unlike measured compounds does not make one safe."""

RELATION = {"relation", "relationship", "qualifier", "qual", "operator", "op", "modifier", "mod"}
RELATION |= {"censored", "prefix", "sign", "symbol", "censoring", "censor", "inequality"}
RELATION |= {"comparator"}
OF_RELATIONS = RELATION | {"mode", "right", "left", "is", "than", "greater", "less", "gt", "lt"}
OF_RELATIONS |= {"limit", "limits", "bound", "bounds", "type"}
"""Words in the names of relation columns that do not name the values to which they belong."""
UNIT = {"unit", "units", "uom", "einheit", "einheiten"}
TYPE = {"type", "endpoint", "parameter", "typ"}
COMMENT = {"comment", "comments", "remark", "remarks", "note", "notes", "bemerkung"}
FLAG_BAD = {"exclude", "excluded", "outlier", "invalid", "duplicate", "flag", "flagged", "reject"}
FLAG_BAD |= {"masked", "ignore"}
FLAG_GOOD = {"valid", "validity", "include", "included", "use", "pass", "passed", "qc", "quality"}
DOSE_NAMES = {"dose", "conc", "concentration", "concentrations", "konzentration", "dosis"}
DOSE = DOSE_NAMES | {"tested", "screening", "substrate", "atp"}
GENERIC = {"value", "values", "result", "results", "measurement", "reading", "wert", "y", "data"}
SIGNALS = {"ppm", "ppb", "rfu", "rlu", "cpm"}
"""Units that are recognized without a slash or a bracket."""
PLAIN = {"standard", "published", "activity", "assay", "measured", "experimental", "endpoint"}
PLAIN |= {"parameter", "bioactivity"}
"""Words that add nothing beside a word such as value."""
MEAN = {"mean", "avg", "average", "median", "geomean", "mittelwert", "averaged", "consensus"}
REPLICATE = {"rep", "replicate", "replica", "run", "exp", "experiment", "trial", "repeat", "n"}

NO_VALUE: dict[str, set[str]] = {
    "a statistic, not the value": {
        *("sd", "std", "stdev", "stddev", "sem", "se", "stderr", "error", "err", "ci", "ci95"),
        *("cv", "mad", "var", "variance", "range", "iqr", "lower", "upper", "uncertainty", "n"),
        *("count", "counts", "replicates", "confidence", "rank", "percentile", "pvalue"),
        *("95ci", "lcl", "ucl", "deviation", "outliers"),
    },
    "a quality of the curve, not the value": {
        *("hill", "slope", "nh", "hillslope", "curve", "r2", "rsq", "zprime", "zfactor", "chi2"),
        *("bottom", "baseline", "asymptote", "fit"),
    },
    "a ratio, not a potency": {"ratio", "fold", "selectivity", "si", "window", "shift", "delta"},
    "a prediction, not a measurement": {
        *("pred", "predicted", "prediction", "calc", "calculated", "computed", "docking"),
        *("vina", "glide", "simulated", "estimated"),
    },
    "a score": {"score"},
    "an efficiency, not a potency": {"le", "lle", "lipe", "bei", "sei", "fq", "ligand_efficiency"},
    "a length, no potency": {"zone", "diameter"},
    "no measurement": {"date", "datum", "batch", "lot", "url", "doi", "barcode", "well", "plate"},
}
"""Reason why a column with such a word is no measurement, whatever else its header says."""
OTHER_QUANTITY: dict[str, set[str]] = {
    "a solubility": {"solubility", "sol", "solub", "kinsol", "aqsol", "logs"},
    "a lipophilicity": {"logp", "logd", "clogp", "alogp", "xlogp", "mlogp", "slogp", "logd7"},
    "an acidity or a pH": {"pka", "pkb1", "ph"},
    "a clearance or a half-life": {
        *("clearance", "clint", "cl", "life", "halflife", "t1/2", "thalf", "thalflife", "tmax"),
        *("cmax", "mrt", "vd", "vss", "bioavailability", "pk", "exposure"),
    },
    "a stability": {"stability", "microsomal", "hepatocyte", "hepatocytes", "microsomes"},
    "a permeability": {"permeability", "papp", "caco", "pampa", "mdck", "efflux", "er"},
    "a protein binding": {"ppb", "fu", "unbound", "bound", "plasma", "albumin", "fup"},
    "a mass or an amount": {
        *("mw", "weight", "mass", "amount", "molweight", "mwt", "fw", "quantity", "volume"),
        *("exact_mass", "tpsa", "psa", "stock"),
    },
    "a purity or a yield": {
        *("purity", "yield", "recovery", "hplc", "lcms", "ee", "water", "humidity"),
    },
    "a time": {"time", "incubation", "hours", "days", "age"},
    "an area under a curve": {"auc", "aac", "auroc", "auprc"},
    "a temperature": {"temp", "temperature", "tm", "dtm", "melting", "dsf", "mp"},
    "an energy": {"energy", "dg", "ddg", "deltag", "kcal", "enthalpy", "entropy", "dh"},
    "a rate constant": {"kon", "koff", "kinact", "kcat", "vmax", "km", "kobs", "k_on", "k_off"},
    "an animal dose": {"ld50", "noael"},
    "a length": {"wavelength", "emission", "excitation", "lambda", "size", "diameter", "thickness"},
    "a price": {"price", "cost", "preis", "prix"},
}
"""Quantities that are no potency and no effect, unless the header also names one of those."""


def find_reason(words: set[str], table: dict[str, set[str]]) -> str:
    """Return the first reason in a table that one of the words gives, or an empty text."""
    return next((reason for reason, known in table.items() if words & known), "")
