"""Checks what scoring runs on: the GPU or the CPU, and processes of Dask (``--deep``)."""

import os
from collections.abc import Iterator
from pathlib import Path

from flows.doctor.finding import Finding, Look, fault, ok, skipped, warning

DRIVER = Path("/proc/driver/nvidia/version")
"""The file that exists if the machine has a driver for NVIDIA's GPUs."""
SECONDS = 60
"""The most seconds for the first answer of a Dask worker."""


def check_compute(look: Look) -> Iterator[Finding]:
    """Check the device, the threads, and with ``deep`` a cluster of one process."""
    from gnn.models.runtime import device_text, is_bfloat16_fast, pick_device, thread_count

    device = pick_device("auto")
    precision = "bfloat16" if is_bfloat16_fast(device) else "float32"
    if device.type == "cuda":
        yield ok("GPU", f"{device_text(device)}, {precision}")
    elif DRIVER.exists():
        yield warning(
            "GPU",
            "the machine has NVIDIA's driver, but torch finds no GPU; scores are computed on the "
            "CPU",
            "install a build of torch for this driver, or let the account use the device",
        )
    else:
        yield ok("GPU", f"none: scores are computed on the CPU, {precision}")
    given = os.environ.get("OMP_NUM_THREADS")
    told = f"OMP_NUM_THREADS={given}" if given else "OMP_NUM_THREADS is not set"
    yield ok("threads", f"{thread_count()} threads of {os.cpu_count()} cores ({told})")
    if not look.deep:
        yield skipped("Dask", "takes some seconds", "give --deep")
    else:
        yield _check_dask()


def _check_dask() -> Finding:
    from screening.dask_cluster.cluster import connect
    from screening.dask_cluster.lazy_client import started
    from screening.errors import WorkerLostError

    try:
        with connect(workers=1) as client:
            started(client).submit(int, 1).result(timeout=SECONDS)
    except (WorkerLostError, TimeoutError) as error:
        return fault(
            "Dask",
            f"no worker process answers: {error}",
            "look for too little memory or a full temporary folder",
        )
    return ok("Dask", "a worker process starts and answers")
