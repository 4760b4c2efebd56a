"""The compounds that a screen's decisions hide, as a run records them in ``decided.json``.

A run that is verified or looked at later takes its decisions from this file, and never from the
``decisions.csv`` of today. Later runs take from it how a compound was when it was decided about.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field

from chem.disk.bounded_read import parse_json, read_regular
from chem.errors import InputError
from screening.storage.json_shapes import Count, Shape, check_shape

DECIDED_FILE = "decided.json"
"""The file of a run; written only if the screen's selection hides compounds by decisions."""
_MOST_BYTES = 256_000_000


class ShownThen(Shape):
    """A compound as the run showed it on which somebody decided about it."""

    run: str
    """The name of the run's folder."""
    finished: str
    library: str
    """The library as the run's screen names it."""
    compound_id: str
    smiles: str
    standardizer: int = 0
    """The rules of standardization of the run; 0 if it does not tell them."""
    cells: dict[str, str]
    """The cells of the run's ``hits.csv`` that are compared, by column.

    Empty for a compound of another library if it is not known which run was decided about.
    """
    measured: dict[str, str] = Field(default_factory=dict)
    """The hashes of the bundles' measured compounds, by bundle."""


class DecidedCompound(Shape):
    """A compound with the newest decision about it, if that hides it."""

    compound_id: str
    """As the decision names it."""
    inchikey: str
    decision: Literal["order", "later", "no"]
    comment: str
    date: str
    by: str
    key: str = ""
    """The registration key; empty if no earlier run is known to have it as a hit."""
    then: ShownThen | None = None
    """None if no run is left that had it as a hit on or before the date of the decision.

    It may be a run on another library, if none on this one had it as a hit.
    """
    measured: str = ""
    """What was measured of it since, in words."""

    @property
    def why(self) -> str:
        """The reason why it is hidden, with the person, the date and the comment."""
        source = ", ".join(text for text in (self.by, self.date) if text)
        told = DECIDED + self.decision + (f" ({source})" if source else "")
        return f"{told}: {self.comment}" if self.comment else told


class DecidedCompounds(Shape):
    """All decisions that hide compounds in a run, and what is needed to tell what changed since."""

    file: str
    """The name of the file of decisions."""
    problem: str = ""
    """The reason why the file could not be read; no compound is hidden then."""
    library: str
    """The library as the run's screen names it."""
    price_column: str = ""
    """The library's own column with the price; empty if that is not clear."""
    stock_column: str = ""
    compounds: list[DecidedCompound] = Field(default_factory=list)
    unmatched: Count = 0
    """How many decisions hide nothing, because they give an InChIKey that no earlier hit has."""

    def is_elsewhere(self, one: DecidedCompound) -> bool:
        """Tell whether only runs on another library had a compound as a hit.

        Its ID may be another compound's here, so only the key names it.
        """
        return one.then is not None and one.then.library != self.library

    def is_comparable(self, one: DecidedCompound) -> bool:
        """Tell whether it is known how a compound was when it was decided about."""
        return one.then is not None and bool(one.then.cells)


DECIDED = "decided: "
"""The start of the reason of a compound that a decision hides; the decision follows."""


def decided_text(decided: DecidedCompounds) -> str:
    """Return the content of ``decided.json``."""
    return json.dumps(decided.model_dump(), indent=1, ensure_ascii=False) + "\n"


def read_decided(folder: Path, digest: str | None) -> DecidedCompounds | None:
    """Read what a run recorded; None for a run whose decisions hid nothing.

    digest: The hash of the file by the run's manifest; None if that does not name it.

    Raises InputError, one line, for a file that is not what the run wrote.
    """
    if digest is None:
        return None
    path = folder / DECIDED_FILE
    try:
        content = read_regular(path, _MOST_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error})") from None
    if sha256(content).hexdigest() != digest:
        raise InputError(f"{path} is not what the run wrote; run the screen again")
    try:
        return check_shape(DecidedCompounds, parse_json(content))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); run the screen again") from None
