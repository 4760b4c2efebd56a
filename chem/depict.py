"""Pictures of molecules for reports."""

import re

from rdkit import Chem, rdBase
from rdkit.Chem.Draw import rdMolDraw2D

from chem.errors import InputError

_NOISE = (
    re.compile(r"<!--.*?-->", flags=re.DOTALL),
    re.compile(r"\s+(?:class|xmlns:rdkit|xmlns:xlink|xml:space|baseProfile|version)='[^']*'"),
    re.compile(r"(?:fill|stroke)-opacity:1;?|fill-rule:evenodd;?|stroke-miterlimit:10;?"),
    re.compile(r"stroke-linecap:butt;?|stroke-linejoin:miter;?"),
)


def depict(smiles: str, width: int = 240, height: int = 160) -> str:
    """Draw a molecule as an ``<svg>`` element to put into a page as it is.

    ``width`` and ``height`` are in CSS pixels; the background is transparent, so heteroatoms are
    coloured for a light page. The element carries no ids and no style sheet, so that many fit into
    one page, and is the same text for the same SMILES.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None:
            raise InputError(f"found {smiles!r}, expected a SMILES that RDKit can read")
        drawing = rdMolDraw2D.MolDraw2DSVG(width, height)
        options = drawing.drawOptions()  # RDKit's stub mistypes each option
        options.clearBackground = False  # type: ignore[assignment]
        options.bondLineWidth = 1  # type: ignore[assignment]
        options.padding = 0.04  # type: ignore[assignment]
        rdMolDraw2D.PrepareAndDrawMolecule(drawing, mol)
        drawing.FinishDrawing()
    return _compact(drawing.GetDrawingText())


def _compact(svg: str) -> str:
    """Drop the prolog, comments, per-atom classes, namespaces and styles that are defaults."""
    svg = svg[svg.index("<svg") :]
    for noise in _NOISE:
        svg = noise.sub("", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()
