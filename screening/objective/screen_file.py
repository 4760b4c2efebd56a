"""Finds a screen's TOML file, reads it with clear errors, and writes it back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import read_toml
from chem.errors import InputError
from chem.records.message_text import did_you_mean
from screening.objective.plate_settings import Lab
from screening.objective.retention import Retention
from screening.objective.schedule import Schedule
from screening.objective.screen_settings import Limit, Notify, Screen, suggest
from screening.objective.selection import ACQUISITION, Selection
from screening.objective.terms import (
    Liability,
    Objective,
    OffTarget,
    Primary,
    SelectiveOver,
    Window,
)

TERMS: dict[str, type[BaseModel]] = {
    "primary": Primary,
    "off_targets": OffTarget,
    "selective_over": SelectiveOver,
    "liabilities": Liability,
    "windows": Window,
}
"""Tables that may be given several times, ``[[primary]]``."""
TABLES: dict[str, type[BaseModel]] = {"selection": Selection, "lab": Lab}
"""Tables that may be given once, such as ``[selection]``, or left out."""
_OPERATION: dict[str, type[BaseModel]] = {
    "schedule": Schedule,
    "notify": Notify,
    "retention": Retention,
}
"""Tables that may be given once and change no result: a screen is written without them."""
_ONCE = {**TABLES, **_OPERATION}
_IF_GIVEN = ("min_rows", "max_drop", "decisions")
"""Keys of a screen that have no default value."""
_IF_FILLED = ("hide_decided",)
"""Keys of tables that are written only with a value, for the sake of hashes of earlier versions."""
_KEYS = [
    key
    for field in Screen.model_fields
    for key in (Objective.model_fields if field == "objective" else (field,))
]
"""The keys of a file, in the order of its table."""


def find_screen(name_or_path: str, shipped: Path) -> Path:
    """Find the file of a screen: by the path of a TOML file, or by its name in ``shipped``.

    Raises InputError that lists the screens in the folder ``shipped`` if there is neither.
    """
    given = Path(name_or_path)
    if given.suffix == ".toml" or len(given.parts) > 1:
        given = named_path(given)
        if given.is_file():
            return given
        raise InputError(f'no screen file "{name_or_path}"; give the path of a .toml file')
    names = sorted(file.stem for file in shipped.glob("*.toml"))
    if name_or_path in names:
        return shipped / f"{name_or_path}.toml"
    hint = did_you_mean(name_or_path, {name: f'"{name}"' for name in names})
    raise InputError(
        f'unknown screen "{_one_line(name_or_path)}";{f" {hint}" if hint else ""} shipped screens: '
        f"{', '.join(names) or 'none'}; or give the path of a .toml file"
    )


def load_screen(path: Path) -> Screen:
    """Read and check a screen.

    Raises InputError, one line with the file, the key, what was found and what is expected.
    """
    try:
        table = read_toml(path)
    except OSError as error:
        raise InputError(f"cannot read the screen {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a text file in UTF-8: a screen is a TOML file") from error
    except ValueError as error:
        raise InputError(f"{path} is not valid TOML: {_one_line(str(error))}") from error
    try:
        return _screen_of(table)
    except ValidationError as error:
        raise InputError(f"{path}: {describe_error(error)}") from error


def _screen_of(table: dict[str, Any]) -> Screen:
    """Check a file's table. A file has no ``[objective]``: its terms are tables of their own.

    Raises pydantic's ValidationError.
    """
    if "objective" in table:
        unknown = InitErrorDetails(type="extra_forbidden", loc=("objective",), input=table)
        raise ValidationError.from_exception_data("Screen", [unknown])
    return Screen.model_validate(table)


def dump_screen(screen: Screen) -> str:
    """Write a screen as TOML text, with every default written out; ``load_screen`` reads it back.

    Keys that have no value are named in a comment below their table, such as a budget that was not
    given, or the number of controls if the plate's outer columns set it. ``min_rows``, ``max_drop``
    and ``decisions`` are written only if they are given, so that the hashes of screens without them
    are those of earlier versions. Tables that change no result, such as ``[schedule]``, are left
    out.
    """
    lines = ["# The screen as it ran, every default written out."]
    for key in ("name", "title", "library", *_IF_GIVEN, "bundles", "hits", "exhaustive"):
        value = getattr(screen, key)
        if key not in _IF_GIVEN or value is not None:
            lines.append(f"{key} = {_toml(value)}")
    lines += _dump_wanted(screen.objective, screen.filters)
    for name in TABLES:
        if (table := getattr(screen, name)) is not None:
            lines += ["", f"[{name}]", *_pairs(_given(table)), *_left_out(table)]
    return "\n".join(lines) + "\n"


def dump_scored(screen: Screen, limits: Iterable[Limit]) -> str:
    """Return the part of a screen that its scores follow from: models, objective, and filters.

    Keys of ledgers are hashes of this text, those of earlier versions too. They hashed a whole
    screen with stand-ins, which therefore stay the first lines. Lines of risks (``cost_ratio``)
    and what sets of targets stand for change no score, and are left out.
    """
    lines = ["# The screen as it ran, every default written out."]
    lines += [f'{key} = "any"' for key in ("name", "title", "library")]
    lines += [f"bundles = {_toml(screen.bundles)}", "hits = 1", "exhaustive = false"]
    scored = screen.objective.as_scored()
    lines += _dump_wanted(scored, {limit.name: limit.value for limit in limits})
    return "\n".join(lines) + "\n"


def _dump_wanted(objective: Objective, filters: Mapping[str, float]) -> list[str]:
    lines = []
    for group in TERMS:
        for term in getattr(objective, group):
            lines += ["", f"[[{group}]]", *_pairs(_given(term))]
    return [*lines, "", "[filters]", *_pairs(filters.items())] if filters else lines


def hash_screen(screen: Screen) -> str:
    """Return the SHA-256 of the resolved screen.

    Comments and spacing of its file do not count, nor does ``decisions``: a run that hides
    compounds records the decisions themselves. Nor does what sets of targets stand for, which
    follows from the models.
    """
    sets = tuple(term.changed(stands_for="") for term in screen.objective.selective_over)
    hashed = screen.changed(decisions=None, selective_over=sets)
    return sha256(dump_screen(hashed).encode()).hexdigest()


def _given(term: BaseModel) -> list[tuple[str, Any]]:
    """Return the keys of one table that have a value.

    TOML has no null, and an empty label means the default label.
    """
    given = [
        (key, value)
        for key, value in term
        if value is not None and value != "" and (value or key not in _IF_FILLED)
    ]
    return sorted(given, key=lambda item: item[0] == "weight")


def _left_out(table: BaseModel) -> list[str]:
    """Return a comment with the keys that have no value, or nothing if there are none.

    The keys of an acquisition are not named: earlier versions had none, and the hashes of their
    screens stay the same.
    """
    names = [
        key for key, value in table if (value is None or value == "") and key not in ACQUISITION
    ]
    return [f"# left out: {', '.join(names)}"] if names else []


def _pairs(items: Iterable[tuple[str, Any]]) -> list[str]:
    return [f"{_key(key)} = {_toml(value)}" for key, value in items]


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "a").replace("-", "a").isalnum()
    return key if bare else _toml(key)


def _toml(value: object) -> str:
    if isinstance(value, str):
        # JSON's escapes are TOML's, but TOML also wants DEL escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)


def describe_error(error: ValidationError) -> str:
    """Describe the first mistake in one line, and say how many more there are."""
    # A file's terms stand beside its other keys.
    flat = [{**one, "loc": _flat(one["loc"], one["type"])} for one in error.errors()]
    problems = _causes(flat)
    first = min(problems, key=lambda p: p["type"] != "extra_forbidden")
    loc, kind = first["loc"], first["type"]
    where = _place(loc)
    if kind == "extra_forbidden":
        allowed = list({**TERMS, **_ONCE}[str(loc[0])].model_fields) if loc[1:] else _KEYS
        text = f"unknown key {where};{suggest(str(loc[-1]), allowed)} allowed: {', '.join(allowed)}"
    elif kind == "missing":
        text = f"the key {where} is missing"
    elif kind == "value_error":
        text = f"{where}: {first['ctx']['error']}" if loc else str(first["ctx"]["error"])
    else:
        found = json.dumps(first["input"], ensure_ascii=False, default=str)
        found = found if len(found) <= 60 else found[:57] + "..."
        text = f"{where}: found {found}; {_wanted(first)}"
    more = f" (and {len(problems) - 1} more)" if problems[1:] else ""
    return _one_line(text) + more


def _flat(loc: tuple[int | str, ...], kind: str) -> tuple[int | str, ...]:
    """Return a place without the word objective, unless a file has a table of that name."""
    if loc[:1] != ("objective",) or (len(loc) == 1 and kind == "extra_forbidden"):
        return loc
    return loc[1:]


def _causes(problems: Sequence[Any]) -> list[Any]:
    """Leave out problems that only follow from another one: they are no second mistake.

    A table with a mistake is missing from its list, which is then too short. A misspelt key is
    missing under its right name.
    """
    unknown = [problem["loc"] for problem in problems if problem["type"] == "extra_forbidden"]

    def follows(problem: Any) -> bool:
        loc = problem["loc"]
        if problem["type"] == "too_short":
            return any(other["loc"][: len(loc)] == loc for other in problems if other != problem)
        return problem["type"] == "missing" and any(
            key[:-1] == loc[:-1] and get_close_matches(str(key[-1]), [str(loc[-1])])
            for key in unknown
        )

    return [problem for problem in problems if not follows(problem)]


def _wanted(problem: Any) -> str:
    ctx = problem.get("ctx", {})
    if problem["type"] == "string_pattern_mismatch" and problem["loc"][-1] == "task":
        return "a task is written <bundle>_<task>, such as activity_EGFR"
    if problem["type"] == "string_pattern_mismatch":
        return f"expected letters, digits and -_. only (pattern {ctx['pattern']})"
    if problem["type"] in ("tuple_type", "model_type") and problem["loc"][0] in TERMS:
        return f"write it as a [[{problem['loc'][0]}]] table"
    if problem["type"] == "model_type" and problem["loc"][0] in _ONCE:
        return f"write it as a [{problem['loc'][0]}] table"
    message: str = problem["msg"]
    for ours, theirs in (("it", "Input"), ("the list", "Tuple"), ("list", "tuple")):
        message = message.replace(theirs, ours)
    return message.replace("dictionary", "table")


def _place(loc: tuple[int | str, ...]) -> str:
    """Name a place as ``[[primary]] 2, "zero"``; tables of one kind are counted from 1."""
    if len(loc) >= 2 and isinstance(loc[1], int):
        rest = "".join(f', "{key}"' for key in loc[2:])
        table = f"[[{loc[0]}]] {loc[1] + 1}" if loc[0] in TERMS else f"{loc[0]}, item {loc[1] + 1}"
        return table + rest
    if len(loc) >= 2:
        item = f", item {loc[2] + 1}" if loc[2:] and isinstance(loc[2], int) else ""
        return f'[{loc[0]}] "{loc[1]}"{item}'
    if loc and loc[0] in _ONCE:
        return f"[{loc[0]}]"
    return f'"{loc[0]}"' if loc else "the screen"


def _one_line(text: str) -> str:
    return " ".join(text.split())
