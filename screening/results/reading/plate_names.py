"""Finds the plate of the plan that a text of a file means: by its name, a barcode or a number."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chem.errors import InputError
from chem.records.message_text import did_you_mean

_NUMBER = re.compile(r"(?:plate|p)?\W{0,2}0{0,3}([1-9]\d{0,3})", re.IGNORECASE)
_NUMBER_IN_TEXT = re.compile(
    r"\bplate\W{0,3}(?:no|nr|number)?\W{0,3}0{0,3}([1-9]\d{0,3})\b", re.IGNORECASE
)


class PlateNames(NamedTuple):
    """The plates of a plan, and the user's other names for them."""

    names: tuple[str, ...]
    others: Mapping[str, str]
    """Plates by another name, such as a barcode."""

    @classmethod
    def of(cls, names: Sequence[str], given: Sequence[str] = ()) -> "PlateNames":
        """Return the names of a plan; ``given`` are texts such as ``BC0017=kinase_P1``.

        Raises:
            InputError: A text has no ``=``, or names a plate that the plan does not have.
        """
        others = {}
        for text in given:
            other, sign, name = (part.strip() for part in text.rpartition("="))
            if not sign or not other:
                raise InputError(
                    f"--plate {text!r}: expected the name in the file and that of the plan, such "
                    f"as BC0017={names[0]}"
                )
            if name not in names:
                hint = did_you_mean(name, names, f"the run has {', '.join(names)}")
                raise InputError(f"--plate {text!r} names a plate that the run lacks; {hint}")
            others[other] = name
        return cls(tuple(names), others)

    def exact(self, text: str) -> tuple[str, str]:
        """Return the plate that a whole cell means, and what told it; the cell itself if none.

        >>> PlateNames.of(["kinase_P1"]).exact("Plate 01")
        ('kinase_P1', "the number 'Plate 01'")
        """
        plain = text.strip()
        for name in self.names:
            if name.lower() == plain.lower():
                return name, ""
        for other, name in self.others.items():
            if other.lower() == plain.lower():
                return name, "--plate"
        if (found := _NUMBER.fullmatch(plain)) and (name := self._numbered(found[1])):
            return name, f"the number {plain!r}"
        return plain, ""

    def within(self, text: str) -> tuple[str, str]:
        """Return the plate whose name stands in a text as a word, and what told it; or nothing.

        >>> PlateNames.of(["kinase_P1", "kinase_P2"]).within("Plate: kinase_p2 (read 1)")
        ('kinase_P2', "'Plate: kinase_p2 (read 1)'")
        """
        known = {name: name for name in self.names} | dict(self.others)
        found = [
            word
            for word in known
            if re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE)
        ]
        if found:
            return known[max(found, key=len)], repr(text[:60])
        return "", ""

    def numbered(self, text: str) -> tuple[str, str]:
        """Return the plate of a number in a text, such as ``Plate Number: 2``; or nothing."""
        if (found := _NUMBER_IN_TEXT.search(text)) and (name := self._numbered(found[1])):
            return name, f"the number in {text[:60]!r}"
        return "", ""

    def _numbered(self, number: str) -> str:
        return next((name for name in self.names if name.endswith(f"_P{number}")), "")
