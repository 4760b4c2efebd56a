"""Which statement about stereochemistry a structure makes."""

from rdkit import Chem, rdBase

STEREO_WORDS: dict[str, str] = {
    "none": "there is nothing to draw: no stereocentre, no double bond with two sides",
    "single": "one stereoisomer: every centre and double bond is drawn, and meant as drawn",
    "racemic": "both enantiomers together (an AND group, &1)",
    "one_of_two": "one enantiomer, and it is not known which (an OR group, o1)",
    "mixture": "several stereoisomers together, as AND groups of part of the centres",
    "undefined": "flat: there are centres or double bonds, and none is drawn",
    "partly_undefined": "some centres or double bonds are drawn, and some are not",
}
"""Word to meaning."""


def describe_stereo(smiles: str) -> str:
    """Return one of ``STEREO_WORDS`` for a standardized SMILES or CXSMILES."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    elements = list(Chem.FindPotentialStereo(mol, cleanIt=False))
    drawn = sum(one.specified == Chem.StereoSpecified.Specified for one in elements)
    if not elements:
        return "none"
    if drawn == 0:
        return "undefined"
    return "single" if drawn == len(elements) else "partly_undefined"
