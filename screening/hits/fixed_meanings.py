"""The meanings of the columns that every hit list may have, whatever its screen."""

from collections.abc import Mapping
from typing import NamedTuple

from chem.assess.clusters import SIMILAR
from screening.reason.pick import HIT_PROBABILITY, KNOWLEDGE

GUARD = "In CSV files an apostrophe precedes text that a spreadsheet would run as a formula."
ECFP4 = "ECFP4, Rogers 2010 (doi 10.1021/ci100050t)"


class Meaning(NamedTuple):
    """The meaning of a column, apart from its format."""

    text: str
    """The explanation, in plain English."""
    unit: str = ""
    range: str = ""
    source: str = ""
    """Origin of the definition."""


IDENTITY: Mapping[str, Meaning] = {
    "rank": Meaning("Rank among the hits, best first.", "", "from 1"),
    "compound_id": Meaning(f"ID in the library, unchanged. {GUARD}", source="the library"),
    "smiles": Meaning(
        "Standardized structure, as in every file: the neutral parent without counterions, as a "
        "canonical SMILES. A part |…| after a blank adds stereochemistry. In hits.xlsx the first "
        "1,000 hits have a picture.",
        source="RDKit",
    ),
    "score": Meaning(
        "Score that orders the list: the weighted geometric mean of the columns d_…, in which each "
        "d counts as 0.01 + 0.99 d.",
        "",
        "0.01 to 1",
        "Derringer 1980 (doi 10.1080/00224065.1980.11980968)",
    ),
    "name": Meaning(f"Name in the library, unchanged. {GUARD}", source="the library"),
    "picked_by": Meaning("Rule of the selection that picked the compound.", source="screen.toml"),
    "list_rank": Meaning("Rank in the list before the selection.", "", "from 1", "screen.toml"),
    HIT_PROBABILITY: Meaning(
        "Probability that the compound is a hit: that every primary target has half of its "
        "desirability or more, or for a class that the compound is in it.",
        "",
        "0 to 1",
        "the model",
    ),
    KNOWLEDGE: Meaning(
        "What the result is expected to teach: further hits among the picks of later plates, when "
        "the compound was picked. Empty for controls, outside the domain, and beyond the 2,000 "
        "candidates that were compared.",
        "hits",
        "",
        "the model",
    ),
    "reason": Meaning(
        f"Potent: cautious value 7 or more; active: 6; uncertain: only the prediction is 6; weak: "
        f"5; a measurement decides. Similar: Tanimoto {SIMILAR:g} or more. Novel: no similar "
        f"training compound; extrapolated: no related one. All terms: docs/guide/hit-list.md.",
        source="screen.toml",
    ),
}
STRUCTURE: Mapping[str, Meaning] = {
    "scaffold": Meaning(
        "Bemis-Murcko scaffold: the rings and their linkers (SMILES). Empty without rings.",
        source="Bemis 1996 (doi 10.1021/jm9602928)",
    ),
    "cluster": Meaning(
        "Number of the cluster of similar hits. Each is similar to the first hit of its cluster.",
        "",
        "from 1",
        ECFP4,
    ),
    "stereo": Meaning(
        "Stereochemistry of the structure: none (no stereocentre), single, racemic (&1), "
        "one_of_two (o1), mixture, undefined (flat) or partly_undefined. The models ignore it: "
        "stereoisomers get equal predictions."
    ),
    "variant_of": Meaning(
        "Rank of the first hit that differs from this one only in stereochemistry or isotope "
        "labels, with the difference. Empty for all other hits."
    ),
    "key": Meaning(
        "Registration key. Equal keys are one compound in any tautomer, salt, charge state or "
        "drawing. Duplicates and listed compounds are found by it."
    ),
    "changes": Meaning(
        "Changes that standardization made from the input structure to the column smiles."
    ),
    "row": Meaning("Number of the record in the library, from 1.", "", "from 1", "the library"),
    "input_smiles": Meaning(
        "Structure in the library (SMILES). Empty if the library has a molblock.",
        source="the library",
    ),
}
