"""Reads parameters of a flow from the command line, and checks them before a night meets them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chem.errors import InputError
from chem.records.message_text import did_you_mean
from flows.prefect_support.time_limit import limit_seconds

_KINDS: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "null": type(None)}
"""The kinds of values that a flow here takes, by their names in a schema."""
_WORDS = {"string": "a text", "integer": "a whole number", "boolean": "true or false"}


def read_parameters(
    given: Sequence[str], schema: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return parameters that are given as ``NAME=VALUE``.

    Args:
        given: the words of the command line.
        schema: the properties of the flow's parameters, by name.

    Raises:
        InputError: a parameter is unknown, or its value is of another kind.
    """
    found: dict[str, Any] = {}
    for text in given:
        name, is_given, value = text.partition("=")
        if not is_given:
            raise InputError(f'--param "{text}": write it as NAME=VALUE, such as hits=40')
        if name == "screen":
            raise InputError("--param screen: name the screen before the options")
        if name not in schema:
            hint = did_you_mean(name, list(schema), f"known are {', '.join(schema)}")
            raise InputError(f'--param: a screen has no parameter "{name}"; {hint}')
        found[name] = _value(name, value, schema[name])
    limit_seconds(found.get("max_runtime"))
    return found


def _value(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    kinds = [kind for one in (schema, *schema.get("anyOf", ())) if (kind := one.get("type"))]
    if text == "null":
        return None
    if "string" in kinds:
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if type(value) not in [_KINDS.get(kind) for kind in kinds]:
        words = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
        raise InputError(f'--param {name}: found "{text}", expected {words}, or null for none')
    return value
