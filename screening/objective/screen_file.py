"""Finds a screen's TOML file, reads it with clear errors, and writes it back."""

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from chem.disk.allowed_roots import named_path
from chem.disk.safe_open import read_toml
from chem.errors import InputError
from chem.records.text import did_you_mean
from screening.objective.lab_settings import Lab
from screening.objective.screen_settings import Screen, suggest
from screening.objective.selection import Selection
from screening.objective.terms import Liability, OffTarget, Primary, Window

TERMS: dict[str, type[BaseModel]] = {
    "primary": Primary,
    "off_targets": OffTarget,
    "liabilities": Liability,
    "windows": Window,
}
"""Tables that may be given several times, ``[[primary]]``."""
TABLES: dict[str, type[BaseModel]] = {"selection": Selection, "lab": Lab}
"""Tables that may be given once, such as ``[selection]``, or left out."""


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
        return Screen.model_validate(table)
    except ValidationError as error:
        raise InputError(f"{path}: {describe_error(error)}") from error


def dump_screen(screen: Screen) -> str:
    """Write a screen as TOML text, with every default written out; ``load_screen`` reads it back.

    Keys that have no value are named in a comment below their table, such as a budget that was not
    given, or the number of controls if the plate's outer columns set it.
    """
    lines = ["# The screen as it ran, every default written out."]
    for key in ("name", "title", "library", "bundles", "hits", "exhaustive"):
        lines.append(f"{key} = {_toml(getattr(screen, key))}")
    for group in TERMS:
        for term in getattr(screen, group):
            lines += ["", f"[[{group}]]", *_pairs(_given(term))]
    if screen.filters:
        lines += ["", "[filters]", *_pairs(screen.filters.items())]
    for name in TABLES:
        if (table := getattr(screen, name)) is not None:
            lines += ["", f"[{name}]", *_pairs(_given(table)), *_left_out(table)]
    return "\n".join(lines) + "\n"


def hash_screen(screen: Screen) -> str:
    """Return the SHA-256 of the resolved screen; comments and spacing of its file do not count."""
    return sha256(dump_screen(screen).encode()).hexdigest()


def _given(term: BaseModel) -> list[tuple[str, Any]]:
    """Return the keys of one table that have a value.

    TOML has no null, and an empty label means the default label.
    """
    given = [(key, value) for key, value in term if value is not None and value != ""]
    return sorted(given, key=lambda item: item[0] == "weight")


def _left_out(table: BaseModel) -> list[str]:
    """Return a comment with the keys that have no value, or nothing if there are none."""
    names = [key for key, value in table if value is None or value == ""]
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
    problems = _causes(error.errors())
    first = min(problems, key=lambda p: p["type"] != "extra_forbidden")
    loc, kind = first["loc"], first["type"]
    where = _place(loc)
    if kind == "extra_forbidden":
        allowed = list(
            {**TERMS, **TABLES}[str(loc[0])].model_fields if loc[1:] else Screen.model_fields
        )
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
    if problem["type"] == "model_type" and problem["loc"][0] in TABLES:
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
    if loc and loc[0] in TABLES:
        return f"[{loc[0]}]"
    return f'"{loc[0]}"' if loc else "the screen"


def _one_line(text: str) -> str:
    return " ".join(text.split())
