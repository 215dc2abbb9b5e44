"""The whole gateway takes a 50 MB file in, and gives it out again, in little memory: what the benchmark measures."""

from __future__ import annotations

from benchmarks.attachment_memory import measure

MOST = 32.0
"""MB of a worker above idle. By hand the benchmark aims at 20; here other tests may run beside it."""


def test_a_large_file_passes_through_in_little_memory() -> None:
    peaks = measure(50 * 1024 * 1024)
    assert len(peaks) == 4
    assert max(peak.above_idle for peak in peaks) < MOST, peaks
