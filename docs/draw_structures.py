"""Draws the examples of structures.md: each record as it comes, and what is judged of it.

Run it from the repository's root after a rule has changed: ``python docs/draw_structures.py``.
"""

from pathlib import Path

from chem.output.depict import depict
from chem.records.records import Failure
from chem.structure.standardize import standardize

EXAMPLES = {
    "salt": ("C[N+](C)(C)CCO.O=C([O-])c1ccccc1O", "choline salicylate"),
    "larger_counterion": (
        "NCCS.O=C(O)CC(O)(CC(=O)O)C(=O)O",
        "cysteamine dihydrogen citrate",
    ),
    "racemate": (
        "N[C@@H]1C[C@H]1c1ccccc1.N[C@H]1C[C@@H]1c1ccccc1.OS(=O)(=O)O",
        "tranylcypromine sulfate, drawn as two enantiomers",
    ),
    "mixture": (
        "COc1cc(Cc2cnc(N)nc2N)cc(OC)c1OC.Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1",
        "trimethoprim and sulfamethoxazole",
    ),
}
FOLDER = Path(__file__).parent / "structures"
HEIGHT = 170
WIDE, NARROW = 360, 220
COLORS = {"N": "#2347c5", "O": "#c5232b", "S": "#8a6d00", "Cl": "#1a7f37", "F": "#1a7f37"}


def draw(smiles: str, title: str) -> str:
    """Return an SVG: the record on the left, an arrow, and the parent or the refusal."""
    result = standardize(smiles, "smiles")
    width = WIDE + 60 + NARROW
    if isinstance(result, Failure):
        right = _text(WIDE + 60, 90, f"refused: {result.code}")
    else:
        right = _place(depict(result.smiles, NARROW, HEIGHT - 30).svg(), WIDE + 60)
        right += _text(WIDE + 60, HEIGHT - 8, ", ".join(result.changes))
    styles = "".join(f".{element}{{color:{color}}}" for element, color in COLORS.items())
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{HEIGHT}'>"
        f"<style>{styles}text{{font:13px sans-serif}}</style>"
        f"<rect width='{width}' height='{HEIGHT}' fill='white'/>"
        + _place(depict(smiles, WIDE, HEIGHT - 30).svg(), 0)
        + _text(10, HEIGHT - 8, title)
        + f"<path d='M{WIDE + 8} 75h36m-8-6l8 6l-8 6' fill='none' stroke='black'/>"
        + right
        + "</svg>\n"
    )


def _place(svg: str, x: int) -> str:
    return svg.replace("<svg ", f"<svg x='{x}' ", 1)


def _text(x: int, y: int, words: str) -> str:
    return f"<text x='{x}' y='{y}'>{words}</text>"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, (smiles, title) in EXAMPLES.items():
        (FOLDER / f"{name}.svg").write_text(draw(smiles, title), encoding="utf-8")
