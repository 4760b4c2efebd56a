"""Draws molecules for pages: lines and letters by element, and the place of each atom.

A picture has no colours of its own. Each mark names its element, and the page defines the colour of
nitrogen on a light and on a dark ground. The places of atoms let a page draw over the picture.

A spreadsheet needs a finished picture: ``draw_png`` returns one with RDKit's colours on white.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.Draw import rdMolDraw2D

from chem.structure.valid_smiles import read_molecule

COLORED = {
    7: "N",
    8: "O",
    9: "F",
    15: "P",
    16: "S",
    17: "Cl",
    35: "Br",
    53: "I",
}
"""Elements that pages give a colour, by atomic number; all others are drawn like carbon."""
STAR = 200
"""The code of ``*``, whose atomic number is that of no colour. While RDKit draws, colours encode
elements: the blue value is the atomic number."""
TENTHS = 10
"""Coordinates are whole tenths of a pixel: shorter than decimals, and finer than the eye sees."""
BOND = 30.0
"""Length of a bond in pixels, unless the molecule would not fit."""

Style = Literal["line", "dash", "fill"]

_PATH = re.compile(r"<path\s([^>]*)/>", flags=re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)='([^']*)'", flags=re.DOTALL)
_COLOR = re.compile(r"(?:fill|stroke):?='?#([0-9A-F]{6})|(?:fill|stroke):#([0-9A-F]{6})")
_STEP = re.compile(r"([MLQZ])([^MLQZ]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Mark(NamedTuple):
    """All lines, all dashed lines or all letters of one element."""

    element: str
    """A symbol of ``COLORED``, or ``C`` for every other element."""
    style: Style
    """``fill`` for letters and wedges."""
    path: str
    """An SVG path in tenths of a pixel; made of digits, signs, blanks and ``MmlqZ`` alone."""


class Depiction(NamedTuple):
    """A drawn molecule."""

    width: int
    """Pixels."""
    height: int
    marks: tuple[Mark, ...]
    atoms: tuple[tuple[int, int], ...]
    """x and y of each atom in the order of the SMILES, in tenths of a pixel."""

    def svg(self) -> str:
        """Return one ``<svg>`` element that can be put into a page as it is.

        It carries no ids, styles or colours. Marks have their element as class and are drawn in
        the current colour: ``.N { color: blue }`` colours nitrogen.
        """
        box = f"0 0 {self.width * TENTHS} {self.height * TENTHS}"
        size = f"width='{self.width}' height='{self.height}'"
        paths = "".join(
            f"<path class='{mark.element} {mark.style}' {_PAINT[mark.style]} d='{mark.path}'/>"
            for mark in self.marks
        )
        return f"<svg xmlns='http://www.w3.org/2000/svg' {size} viewBox='{box}'>{paths}</svg>"


_LINE = f"fill='none' stroke='currentColor' stroke-width='{TENTHS}' stroke-linecap='round'"
_PAINT: dict[Style, str] = {
    "line": _LINE,
    "dash": f"{_LINE} stroke-dasharray='{2 * TENTHS} {2 * TENTHS}'",
    "fill": "fill='currentColor'",
}


def depict(smiles: str, width: int = 240, height: int = 160) -> Depiction:
    """Draw a molecule; ``width`` and ``height`` are in CSS pixels, the background is transparent.

    Centres of a stereo group carry its name: ``&1`` beside a wedge means both configurations,
    ``o1`` means one of them, not known which. The same SMILES gives the same picture. It takes
    about 1 ms, and 3 kB for a drug.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    mol = read_molecule(smiles)
    with rdBase.BlockLogs():
        marks, atoms = draw_marks(rdMolDraw2D.MolDraw2DSVG(width, height), mol)
    return Depiction(width, height, marks, atoms)


def draw_marks(
    drawing: rdMolDraw2D.MolDraw2DSVG, mol: Chem.Mol, more: Mapping[int, str] | None = None
) -> tuple[tuple[Mark, ...], tuple[tuple[int, int], ...]]:
    """Draw a molecule; return its marks and the places of its atoms, in tenths of a pixel.

    more: names of further elements that get a colour, by atomic number; 0 is ``*``.
    """
    colored = {number or STAR: name for number, name in (COLORED | dict(more or {})).items()}
    codes = {0 if code == STAR else code: (0.0, 0.0, code / 255) for code in colored}
    options = drawing.drawOptions()
    options.clearBackground = False  # type: ignore[assignment]
    options.setAtomPalette({-1: (0.0, 0.0, 0.0), **codes})
    _set_options(options, 0.06)
    rdMolDraw2D.PrepareAndDrawMolecule(drawing, mol)
    drawing.FinishDrawing()
    places = [drawing.GetDrawCoords(at) for at in range(mol.GetNumAtoms())]
    atoms = tuple((_tenths(place.x), _tenths(place.y)) for place in places)
    return _marks(drawing.GetDrawingText(), colored), atoms


def draw_png(smiles: str, width: int, height: int) -> bytes:
    """Draw a molecule as a PNG file with RDKit's colours on a white ground.

    The same SMILES gives the same bytes with one version of RDKit, whose wheel holds the drawing
    library and the fonts. It takes about 3 ms, and 8 kB for a drug at 225 by 150 pixels.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    mol = read_molecule(smiles)
    with rdBase.BlockLogs():
        drawing = rdMolDraw2D.MolDraw2DCairo(width, height)
        _set_options(drawing.drawOptions(), 0.03)
        rdMolDraw2D.PrepareAndDrawMolecule(drawing, mol)
        drawing.FinishDrawing()
    return bytes(drawing.GetDrawingText())


def _set_options(options: rdMolDraw2D.MolDrawOptions, padding: float) -> None:
    """Set the options that all drawings share; RDKit's stub mistypes each option."""
    options.bondLineWidth = 1  # type: ignore[assignment]
    options.fixedBondLength = BOND / 1.5  # type: ignore[assignment]  # bonds are 1.5 long
    options.padding = padding  # type: ignore[assignment]
    options.stereoGroupAndLabel = "&"  # type: ignore[assignment]  # as the CXSMILES has it
    options.stereoGroupOrLabel = "o"  # type: ignore[assignment]


def _marks(svg: str, colored: Mapping[int, str]) -> tuple[Mark, ...]:
    """Gather RDKit's paths by element and style, lines before letters."""
    paths: dict[tuple[str, Style], list[str]] = {}
    for found in _PATH.finditer(svg):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        style: Style = "fill"
        if "fill:none" in attributes.get("style", ""):
            if "class" not in attributes:
                continue  # a joint between two bonds: the round line ends replace it
            style = "dash" if "stroke-dasharray" in attributes["style"] else "line"
        path = _relative(attributes["d"])
        paths.setdefault((_element(found[1], colored), style), []).append(path)
    order = ("line", "dash", "fill")
    return tuple(
        Mark(element, style, "".join(parts))
        for (element, style), parts in sorted(paths.items(), key=lambda x: order.index(x[0][1]))
    )


def _element(attributes: str, colored: Mapping[int, str]) -> str:
    color = _COLOR.search(attributes)
    code = int(color[1] or color[2], 16) if color else 0
    return colored.get(code, "C")


def _relative(path: str) -> str:
    """Write a path in whole tenths, each point as a step from the previous one."""
    x = y = 0
    written = []
    for command, text in _STEP.findall(path):
        numbers = [_tenths(float(number)) for number in _NUMBER.findall(text)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "M":
            [(x, y)] = points
            written.append(f"M{x} {y}")
        elif points:
            steps = [str(step) for px, py in points for step in (px - x, py - y)]
            written.append(command.lower() + " ".join(steps))
            x, y = points[-1]
        else:
            written.append("Z")
    return re.sub(r" (?=-)", "", "".join(written))


def _tenths(pixels: float) -> int:
    return round(pixels * TENTHS)
