"""Damage that is drawn by a seed, and the law that whatever reads it has to keep.

``HITLIST_FUZZ`` says how many mutants there are of a format of libraries (``make fuzz``: 100,000),
and 1/20 of it how many there are of a file that commands read back.
"""

import json
import os
import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chem.errors import InputError
from gnn.errors import ModelError

SECONDS, MEMORY = 5, 1_000_000_000
"""CPU time of one mutant, and bytes by which it may raise the peak of the process."""
PIECES = (
    *(b'"', b",", b";", b"\t", b"\r", b"\n", b"\0", b"\xff", b"<", b">", b"|", b" ", b"-", b"{"),
    *(b"$$$$\n", b"M  END\n", b"\xef\xbb\xbf", b"\xff\xfe", b"99999999999", b"nan", b"[[[[", b"}"),
)
_DEEP = "@deep@"
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, 1e308, -1e308, 1e-320),
    *(float("nan"), float("inf"), float("-inf"), "", "x", "\0", "\ud800", "a\nb", "é" * 3000),
    *("../..", "/dev/zero", "/nowhere", "s3://a:b@c/d", "file://host/x", "memory://x", "nan", "1"),
    *([], {}, [[]], {"": {}}, [None], ["x"] * 500, {"sha256": 1}, _DEEP),
)


def mutants(gate: int, share: int = 1) -> int:
    """Return how many mutants there are: ``gate`` of them unless the environment says more."""
    told = os.environ.get("HITLIST_FUZZ")
    return max(int(told) // share, 1) if told else gate


def rewrite(path: Path, content: bytes) -> None:
    """Write a new file in the place of an old one.

    To cut an old one to nothing and fill it again takes a file system longer than most readings.
    """
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Flip bits, cut, repeat and put in pieces: one to six changes."""
    found = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(found) + 1)
        match rng.randrange(5):
            case 0 if at < len(found):
                found[at] ^= 1 << rng.randrange(8)
            case 1:
                found[at:at] = rng.choice(PIECES)
            case 2:
                del found[at : at + rng.randint(1, 30)]
            case 3:
                found[at:at] = found[at : at + rng.randint(1, 60)]
            case _:
                found[at : at + 1] = bytes([rng.randrange(256)])
    return bytes(found)


def mutate_value(value: Any, rng: random.Random) -> Any:
    """Return a JSON value with one to three members dropped, swapped, retyped or made strange."""
    found = [deepcopy(value)]
    for _ in range(rng.randint(1, 3)):
        places = list(_places(found))
        holder, key = rng.choice(places)
        match rng.randrange(6):
            case 0 if holder is not found:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[rng.choice((f"{key}x", "", "\ud800", "x" * 300))] = holder.pop(key)
            case 2:
                other, at = rng.choice(places)
                if at in other if isinstance(other, dict) else at < len(other):
                    holder[key] = deepcopy(other[at])
            case 3 if isinstance(holder[key], int | float):
                holder[key] *= rng.choice((-1, 0, 2, 10**6, 1e300))
            case 4 if isinstance(holder[key], list | str):
                holder[key] = holder[key] * rng.choice((0, 2, 50))
            case _:
                holder[key] = deepcopy(rng.choice(STRANGE))
    return found[0]


def to_json(value: Any, rng: random.Random) -> bytes:
    """Write a value as JSON, now and then with a key that is there twice."""
    text = json.dumps(value, ensure_ascii=rng.random() < 0.9)
    if rng.random() < 0.1 and '{"' in text:
        at = text.index('{"') + 1
        text = (
            f"{text[:at]}{text[at:].partition(':')[0]}: {json.dumps(rng.choice(STRANGE))}, "
            + (text[at:])
        )
    depth = rng.choice((50, 900, 100_000))
    deep = "[" * depth + "]" * depth
    return text.replace(json.dumps(_DEEP), deep).encode("utf-8", "surrogatepass")


def to_toml(value: Any, rng: random.Random) -> bytes:
    """Write a table as TOML, now and then with a key that is there twice or is very deep."""
    value = value if isinstance(value, dict) else {"x": value}
    lines = [f"{_key(key)} = {_toml(one)}" for key, one in value.items() if one is not None]
    if rng.random() < 0.1 and lines:
        lines.append(rng.choice(lines))
    if rng.random() < 0.05:
        lines.append(".".join(["a"] * rng.choice((5, 3000))) + " = 1")
    depth = rng.choice((50, 900, 20_000))
    deep = "[" * depth + "]" * depth
    text = "\n".join(lines).replace(json.dumps(_DEEP), deep)
    return text.encode("utf-8", "surrogatepass")


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else json.dumps(key)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {_toml(one)}" for key, one in value.items() if one is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value if one is not None) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every holder of a value with its key or place."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in items:
        yield value, key
        if isinstance(one, dict | list):
            yield from _places(one)


def peak() -> int:
    """Return the bytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def held(what: str) -> Iterator[None]:
    """Hold what runs inside to the law: done, or refused in one line; soon, and in little room."""
    before, start = peak(), time.process_time()
    try:
        yield
    except (InputError, ModelError) as error:
        if "\n" in str(error):
            pytest.fail(f"{what}: {error!r}"[:3000])
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}"[:3000]) from error
    assert time.process_time() - start < SECONDS, what
    assert peak() - before < MEMORY, what
