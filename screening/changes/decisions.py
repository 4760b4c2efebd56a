"""Reads ``decisions.csv``: what people decided about compounds.

It alters a hit list only if the screen's selection hides compounds by their decisions
(``screening.decided.recall``).

The file has a header with the columns ``decision`` and ``compound_id`` or ``inchikey`` or both, and
optionally ``comment``, ``date`` and ``by``. Each line decides about one compound.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import MOST_SETTINGS, read_regular
from chem.errors import InputError
from chem.records.message_text import counted, did_you_mean, one_line
from chem.structure.inchi_key import inchi_key
from screening.objective.screen_settings import Screen
from screening.report.change_sentences import tell_away, tell_decision, tell_unknown
from screening.text.cells import unescape_cell

DECISIONS = "decisions.csv"
"""The name of the file in a folder of runs."""
WORDS = ("order", "later", "no")
"""All decisions, in the order in which they are listed everywhere."""
COLUMNS = ("compound_id", "inchikey", "decision", "comment", "date", "by")
MOST_NAMED = 5
"""The most compounds named whose decisions fit no hit."""
_MOST_COMMENT = 500
_INCHI_KEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")
_SEPARATORS = (",", ";", "\t")


class ContradictionError(InputError):
    """Two lines that decide differently about a compound; their dates do not tell the newer."""


class Decision(NamedTuple):
    """One line of the file. Texts are empty where the line has none."""

    compound_id: str
    inchikey: str
    decision: str
    """A word of ``WORDS``."""
    comment: str
    date: str
    """``YYYY-MM-DD``."""
    by: str
    key: str = ""
    """The registration key of the compound, if its ID is none of a hit and was looked up."""

    def told_of(self, compound_id: str) -> str:
        """Return the comment, with who decided and when, and the ID if the compound has another."""
        source = ", ".join(text for text in (self.by, self.date) if text)
        renamed = f"decided as {self.named}" if self.key and self.named != compound_id else ""
        about = "; ".join(text for text in (source, renamed) if text)
        return " ".join(text for text in (self.comment, f"({about})" if about else "") if text)

    @property
    def named(self) -> str:
        """The compound as the line names it."""
        return self.compound_id or self.inchikey


class FoundCompound(NamedTuple):
    """A compound that a decision names, and that is no hit under that name."""

    key: str
    """The registration key, as text; empty for a record that was rejected."""
    name: str
    last_hit: str
    """The date of the last run that had it as a hit; empty if it was none in any."""
    rejected: str = ""
    """The code of the reason why the library's record was rejected, such as ``mixture``."""

    @property
    def told(self) -> str:
        """Return what is known beside the decision, such as ``, last a hit on 2026-01-31``."""
        if self.rejected:
            return f", its record was rejected ({self.rejected.replace('_', ' ')})"
        return f", last a hit on {self.last_hit}" if self.last_hit else ""


@dataclass
class Decisions:
    """All decisions of a file, found by a compound's ID, InChIKey or registration key.

    Raises ContradictionError if two lines decide differently about an ID or an InChIKey, and their
    dates do not tell which is newer.
    """

    lines: tuple[Decision, ...] = ()
    path: Path | None = None
    """The file, for messages; None for decisions that a run recorded."""
    numbers: tuple[int, ...] = ()
    """The number of each line in the file; empty for decisions that a run recorded."""
    used: set[int] = field(default_factory=set)
    """The positions of the lines that were asked for by ``of``."""
    told: set[int] = field(default_factory=set)
    """The positions of the lines that ``of`` returned."""
    known: Mapping[str, FoundCompound] = field(default_factory=dict)
    """The compounds that were looked up, by the ID or InChIKey in the file."""

    def __post_init__(self) -> None:
        self._by_id = self._newest_of([one.compound_id for one in self.lines])
        self._by_key = self._newest_of([one.inchikey for one in self.lines])
        self._counting = {*self._by_id.values(), *self._by_key.values()}
        self._by_registration: dict[str, set[int]] = {}
        for at in self._counting:
            if key := self.lines[at].key:
                self._by_registration.setdefault(key, set()).add(at)

    def with_known(self, known: Mapping[str, FoundCompound]) -> "Decisions":
        """Return the decisions with the keys of compounds that were looked up, none asked for."""
        keys = [known[one.named].key if one.named in known else one.key for one in self.lines]
        lines = tuple(one._replace(key=key) for one, key in zip(self.lines, keys, strict=True))
        return Decisions(lines, self.path, self.numbers, known=known)

    def of(self, compound_id: str, smiles: str, key: str = "") -> Decision | None:
        """Return the newest decision about a compound; None if there is none.

        key: The registration key of the compound, as text.

        Raises ContradictionError if two lines name it in two ways (by its ID, its InChIKey, or an
        ID of another run), decide differently, and their dates do not tell which is newer.
        """
        found = {self._by_id.get(compound_id), *self._by_registration.get(key, ())}
        if self._by_key:
            found.add(self._by_key.get(inchi_key(smiles)))
        at = sorted(place for place in found if place is not None)
        if not at:
            return None
        newest = self.newest(at)
        self.used.update(at)
        self.told.add(newest)
        return self.lines[newest]

    def _newest_of(self, names: Sequence[str]) -> dict[str, int]:
        """Return the position of the newest line for each name that is not empty."""
        places: dict[str, list[int]] = {}
        for at, name in enumerate(names):
            if name:
                places.setdefault(name, []).append(at)
        return {name: self.newest(at) for name, at in places.items()}

    def newest(self, places: Sequence[int]) -> int:
        """Return the position of the newest line about one compound: by date, then the later.

        Raises ContradictionError if two lines decide differently, and their dates do not tell.
        """
        newest = max(places, key=lambda at: (self.lines[at].date, at))
        one = self.lines[newest]
        for at in places:
            other = self.lines[at]
            if other.decision != one.decision and other.date in ("", one.date):
                first, second = sorted((at, newest))
                raise ContradictionError(
                    f"{self._lines_told(first, second)}: found {self.lines[first].decision} and "
                    f"{self.lines[second].decision} for {one_line(one.named, 60)}; give both lines "
                    "their dates, or remove one"
                )
        return newest

    def _lines_told(self, first: int, second: int) -> str:
        if self.path is None:
            return "decisions that the run recorded"
        return f"{self.path}, lines {self.numbers[first]} and {self.numbers[second]}"

    def unused(self) -> list[Decision]:
        """Return the decisions about compounds that nobody asked for."""
        return [self.lines[at] for at in sorted(self._counting - self.used)]

    def away(self) -> list[str]:
        """Return the compounds that nobody asked for, and that are known, each in words."""
        return [
            tell_decision(one.named, self.known[one.named].name, one.decision)
            + self.known[one.named].told
            for one in self.unused()
            if one.named in self.known
        ]

    def unknown(self) -> list[str]:
        """Return the IDs and InChIKeys that nobody asked for, and that were found nowhere."""
        return [one.named for one in self.unused() if one.named not in self.known]

    def summary(self) -> list[str]:
        """Return how many decisions are about compounds that were asked for, and about others."""
        words = Counter(self.lines[at].decision for at in self.told)
        told = ", ".join(f"{words[word]:,} {word}" for word in WORDS if words[word])
        lines = [f"decisions about these hits: {told}"] if told else []
        away, unknown = self.away(), self.unknown()
        lines += [tell_away(away, len(away))] if away else []
        return [*lines, *([tell_unknown(unknown, len(unknown))] if unknown else [])]


def decisions_file(run: Path, screen: Screen) -> Path:
    """Return the path of the decisions that belong to a run; the file need not exist.

    It is the file that the run's screen names, or ``decisions.csv`` in the folder of runs.
    """
    if screen.decisions is None:
        return run.absolute().parent / DECISIONS
    return run / screen.decisions  # a full path stays as it is


def find_decisions(run: Path, screen: Screen) -> Decisions:
    """Read the decisions that belong to a run; none if no file is named and none is there.

    Raises InputError as :func:`read_decisions` does.
    """
    path = decisions_file(run, screen)
    if screen.decisions is None and not path.exists():
        return Decisions()
    return read_decisions(path)


def read_decisions(path: Path) -> Decisions:
    """Read a file of decisions.

    Raises InputError, one line with the file, the line, what was found and what is expected.
    """
    try:
        text = read_regular(named_path(path), MOST_SETTINGS).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8; save it as CSV in UTF-8") from None
    try:
        rows = list(_rows(path, text))
    except csv.Error as error:
        raise InputError(f"{path}: is not a table ({error}); save it as CSV in UTF-8") from None
    numbers, lines = [at for at, _ in rows], [one for _, one in rows]
    return Decisions(tuple(lines), path, tuple(numbers))


def _rows(path: Path, text: str) -> Iterator[tuple[int, Decision]]:
    """Yield each line that is not empty, checked, with its number."""
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    header = [name.strip().lower() for name in next(reader, [])]
    _check_header(path, header)
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path}, line {reader.line_num}"
        if len(cells) != len(header):
            raise InputError(
                f"{where}: found {counted(len(cells), 'cell')}, expected {len(header)} as in the "
                f"first line; quote a comment that has a {_NAMES[separator]}"
            )
        texts = (" ".join(unescape_cell(cell).split()) for cell in cells)
        given = dict(zip(header, texts, strict=True))
        yield reader.line_num, _decision(where, given)


_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}


def _check_header(path: Path, header: Sequence[str]) -> None:
    for name in header:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            raise InputError(
                f"{path}: unknown column {one_line(name, 60)!r};{f' {hint}' if hint else ''} "
                f"allowed: {', '.join(COLUMNS)}"
            )
        if header.count(name) > 1:
            raise InputError(f"{path}: the column {name} is there twice; remove one")
    if "decision" not in header or not {"compound_id", "inchikey"} & set(header):
        raise InputError(
            f"{path}: found the columns {', '.join(header) or 'none'}, expected decision, and "
            "compound_id or inchikey"
        )


def _decision(where: str, given: dict[str, str]) -> Decision:
    """Check the cells of a line."""
    one = Decision(*(given.get(name, "") for name in COLUMNS))
    word = one.decision.lower()
    if word not in WORDS:
        hint = did_you_mean(word, WORDS)
        raise InputError(
            f"{where}: found the decision {one_line(one.decision, 60)!r}, expected "
            f"{', '.join(WORDS[:-1])} or {WORDS[-1]}{f'; {hint}' if hint else ''}"
        )
    if not one.named:
        raise InputError(f"{where}: names no compound; give its compound_id or its inchikey")
    if one.inchikey and not _INCHI_KEY.fullmatch(one.inchikey):
        raise InputError(
            f"{where}: found the inchikey {one_line(one.inchikey, 60)!r}, expected one such as "
            "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"
        )
    if len(one.comment) > _MOST_COMMENT:
        raise InputError(
            f"{where}: found a comment of {len(one.comment):,} characters, expected at most "
            f"{_MOST_COMMENT}"
        )
    if one.date and not _is_date(one.date):
        raise InputError(
            f"{where}: found the date {one_line(one.date, 60)!r}, expected one such as 2026-01-31"
        )
    return one._replace(decision=word)


def _is_date(text: str) -> bool:
    try:
        return len(text) == len("2026-01-31") and bool(date.fromisoformat(text))
    except ValueError:
        return False
