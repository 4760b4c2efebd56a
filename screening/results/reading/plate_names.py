"""Finds the plate of the plan that a text of a file means: by its name, a barcode or a number."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.records.message_text import did_you_mean

_NUMBER = re.compile(r"(?:plate|p)?\W{0,2}0{0,3}([1-9]\d{0,3})", re.IGNORECASE)
_NUMBER_IN_TEXT = re.compile(
    r"\bplate\W{0,3}(?:no|nr|number)?\W{0,3}0{0,3}([1-9]\d{0,3})\b", re.IGNORECASE
)
_NUMBER_IN_FILE_NAME = re.compile(
    r"(?<![^\W_])(?:plate|p)[\W_]{0,3}0{0,3}([1-9]\d{0,3})(?![^\W_])", re.IGNORECASE
)
_LIKE_OURS = re.compile(r"(?<![^\W_])[^\W\d_]\w*_P\d+(?![^\W_])", re.IGNORECASE)
"""A text like the name of a run's plate, such as ``KDR_P1``."""
_LABEL = re.compile(
    r"\bbarcode\b|\bplate\s*(?:(?:id|name|number|no|nr|label)\b|[:=#]|\d)", re.IGNORECASE
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

    def exact(self, text: str, file: Path) -> tuple[str, str]:
        """Return the plate that a whole cell of a file means, and what told it; else the cell.

        >>> PlateNames.of(["kinase_P1"]).exact("Plate 01", Path("reader.csv"))
        ('kinase_P1', "the number 'Plate 01'")

        Raises:
            InputError: The cell is a number, and the name of the file means another plate.
        """
        plain = text.strip()
        for name in self.names:
            if name.lower() == plain.lower():
                return name, ""
        for other, name in self.others.items():
            if other.lower() == plain.lower():
                return name, "--plate"
        if (found := _NUMBER.fullmatch(plain)) and (name := self._numbered(found[1])):
            self._compare_with_file(name, plain, file)
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

    def numbered(self, text: str, file: Path) -> tuple[str, str]:
        """Return the plate of a number in a text, such as ``Plate Number: 2``; or nothing.

        Raises:
            InputError: The name of the file means another plate.
        """
        if (found := _NUMBER_IN_TEXT.search(text)) and (name := self._numbered(found[1])):
            self._compare_with_file(name, found[0], file)
            return name, f"the number in {text[:60]!r}"
        return "", ""

    def in_file_name(self, file: Path) -> list[str]:
        """Return the plates whose names stand in the name of a file; ``_`` parts words there.

        >>> PlateNames.of(["EGFR_P1", "EGFR_P2"]).in_file_name(Path("2026-01-05_EGFR_P2.csv"))
        ['EGFR_P2']

        Raises:
            InputError: It has none of them, but a name like those of another run.
        """
        if found := self._parts(file.stem):
            return found
        if other := self.other_run(file.stem):
            raise InputError(
                f"{file}: found {other} in the name of the file, expected "
                f"{', '.join(self.names)}; name the right run, rename the file, or give "
                f"--plate {other}={self.names[0]}"
            )
        return []

    def other_run(self, text: str) -> str:
        """Return a word like the name of a plate, which is none of the plan; or nothing.

        >>> PlateNames.of(["EGFR_P1"]).other_run("Barcode: KDR_P1")
        'KDR_P1'
        """
        words: list[str] = _LIKE_OURS.findall(text)
        return next((word for word in words if not self._parts(word)), "")

    def _parts(self, text: str) -> list[str]:
        known = {name: name for name in self.names} | dict(self.others)
        found = {
            plate: None
            for word, plate in known.items()
            if re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text, re.IGNORECASE)
        }
        return list(found)

    def _compare_with_file(self, plate: str, written: str, file: Path) -> None:
        """Refuse a number if the name of the file means other plates.

        Readers count from 1 in every file, so a number tells less than a name.
        """
        meant = self.in_file_name(file) or [
            name
            for number in _NUMBER_IN_FILE_NAME.findall(file.stem)
            if (name := self._numbered(number))
        ]
        if meant and plate not in meant:
            raise InputError(
                f"{file}: found the number {written!r}, which would be {plate}, but the name of "
                f"the file means {meant[0]}; say which plate it is, such as "
                f"--plate '{written}={meant[0]}'"
            )

    def _numbered(self, number: str) -> str:
        return next((name for name in self.names if name.endswith(f"_P{number}")), "")


def find_label(texts: Sequence[str]) -> str:
    """Return the first text that speaks of a plate's name or barcode, or else the first, quoted.

    >>> find_label(["Luminescence", "Barcode: BC-77"])
    "'Barcode: BC-77'"
    """
    found = next(filter(_LABEL.search, texts), next(iter(texts), ""))
    return repr(found[:60]) if found else ""
