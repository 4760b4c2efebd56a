"""Sets the process settings on which torch's speed depends.

With any text in the environment variable ``HITLIST_FLOAT32``, a CPU trains and predicts in float32
even if it has a unit for bfloat16. That is slower, but it shows whether a result depends on the
precision. GPUs ignore the variable.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gnn.errors import ModelError

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_LARGEST = 32 << 20
"""The largest threshold that glibc accepts, in bytes."""


def keep_memory() -> None:
    """Let glibc keep the memory of freed tensors instead of returning it and faulting it in again.

    This halves the time of a training step on a CPU (measured: 1.33 to 0.63 ms per molecule). It
    does nothing on other C libraries.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGEST)
    mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(_M_TOP_PAD, 4 * _LARGEST)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch work in a single thread within the block."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def pick_device(name: str) -> torch.device:
    """Return the device of a name; ``auto`` is a GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def find_device(name: str) -> torch.device:
    """Return the device of a name, ``auto``, ``cpu`` or ``cuda``; ModelError if it is missing."""
    if name not in ("auto", "cpu", "cuda"):
        raise ModelError(f"no device {name!r}; choose auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise ModelError("torch finds no GPU here; leave out --device, or install a GPU build")
    return pick_device(name)


def is_bfloat16_fast(device: torch.device) -> bool:
    """Tell whether bfloat16 is fast here: on every recent GPU, and on a CPU with its own unit."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_amx_tile_supported()) and not os.environ.get("HITLIST_FLOAT32")


def device_text(device: torch.device) -> str:
    """Return the name of a GPU; ``CPU`` for a processor."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def thread_count() -> int:
    """Return the number of threads that torch uses for one operation."""
    return torch.get_num_threads()
