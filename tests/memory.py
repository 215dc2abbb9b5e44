"""How much memory a process takes at its peak, as Linux counts it (``/proc``)."""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path

MEGABYTE = 1024 * 1024


def resident(process: int | str = "self") -> int:
    """Bytes in memory now."""
    return _status(process, "VmRSS")


def peak(process: int | str = "self") -> int:
    """Most bytes in memory since `forget_peak`, or since the start."""
    return _status(process, "VmHWM")


def give_back() -> None:
    """Hand memory that is free in this process back to the system, so that its next use is seen."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def forget_peak(process: int | str = "self") -> None:
    """Begin to look for the peak anew."""
    Path(f"/proc/{process}/clear_refs").write_text("5", "ascii")


def _status(process: int | str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("ascii"), re.MULTILINE)
    assert found is not None, f"there is no {name} on this system"
    return int(found[1]) * 1024
