"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time

_PACKAGES = ("sqlalchemy", "lxml", "spyne", "granian", "cedarpy", "pycasbin")
_CALLS = 1_000_000
_SYNCS = 300


def facts() -> dict[str, str]:
    """CPU, cores, Python, versions, and two unit costs that place the machine: a call and a durable write."""
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return {
        "CPU": f"{_cpu()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} at the start",
        "system": platform.platform(),
        "Python": f"{platform.python_version()} ({platform.python_implementation()}), SQLite {sqlite3.sqlite_version}",
        "packages": versions,
        "one Python call": f"{function_call():.0f} ns",
        "one fdatasync": f"{sync():.0f} µs",
    }


def function_call() -> float:
    """Nanoseconds for calling a Python function, the best of five."""

    def called(one: int, _other: int) -> int:
        return one

    best = float("inf")
    for _ in range(5):
        begin = process_time()
        for number in range(_CALLS):
            called(number, number)
        best = min(best, process_time() - begin)
    return best / _CALLS * 1e9


def sync() -> float:
    """Microseconds for writing 4 KB and making it durable, the median."""
    times = []
    with tempfile.TemporaryFile(dir=Path.cwd()) as file:
        for _ in range(_SYNCS):
            begin = perf_counter()
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            times.append(perf_counter() - begin)
    return sorted(times)[len(times) // 2] * 1e6


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
