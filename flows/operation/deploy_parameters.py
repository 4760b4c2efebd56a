"""Reads parameters of a flow from the command line, and checks them as a run would."""

import json
from collections.abc import Sequence
from typing import Any

from prefect import Flow
from prefect.exceptions import ParameterTypeError

from chem.errors import InputError
from chem.records.message_text import did_you_mean
from flows.prefect_support.time_limit import limit_seconds


def read_parameters(given: Sequence[str], flow: Flow[..., Any]) -> dict[str, Any]:
    """Return parameters that are given as ``NAME=VALUE``.

    A value is JSON where the parameter is no text, such as ``40``, ``true`` or ``null``.

    Raises:
        InputError: a parameter is unknown, or its value is of another type.
    """
    known = flow.parameters.properties
    found: dict[str, Any] = {}
    for text in given:
        name, is_given, value = text.partition("=")
        if not is_given:
            raise InputError(f'--param "{text}": write it as NAME=VALUE, such as hits=40')
        if name == "screen":
            raise InputError("--param screen: name the screen before the options")
        if name not in known:
            hint = did_you_mean(name, known, f"known are {', '.join(known)}")
            raise InputError(f'--param: a screen has no parameter "{name}"; {hint}')
        found[name] = _value(value, known[name])
    try:
        flow.validate_parameters({key: one for key, one in found.items() if one is not None})
    except ParameterTypeError as error:
        told = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise InputError(f"--param: {'; '.join(told[1:3]) or told[0]}") from None
    limit_seconds(found.get("max_runtime"))
    return found


def _value(text: str, schema: dict[str, Any]) -> Any:
    kinds = {schema.get("type"), *(one.get("type") for one in schema.get("anyOf", ()))}
    if "string" in kinds and text != "null":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
