"""What works beside the server outlives what nobody foresaw, says so in the log, and stops when it is told."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable

import pytest

from brobygger import application, counting, guarding
from core import Store


def _breaks_at_first(reached: threading.Event) -> Callable[[Store], tuple[()]]:
    calls = itertools.count()

    def work(_store: Store) -> tuple[()]:
        if next(calls) == 0:
            raise ZeroDivisionError("310000205")
        reached.set()
        return ()

    return work


@pytest.mark.parametrize("what", ["archiver", "census", "authority-guard"])
def test_a_thread_outlives_what_nobody_foresaw(
    what: str, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reached = threading.Event()
    work = _breaks_at_first(reached)
    monkeypatch.setattr(application, "archive_submissions", work)
    monkeypatch.setattr(counting, "write_census", work)
    monkeypatch.setattr(guarding, "settle_authority", work)
    started = {
        "archiver": lambda: application.start_archiver(sqlite_store, 0.001),
        "census": lambda: counting.start_census(sqlite_store, 0.001),
        "authority-guard": lambda: guarding.start_guard(sqlite_store, 0.001),
    }
    with caplog.at_level(logging.ERROR):
        running = started[what]()
        thread = next(each for each in threading.enumerate() if each.name == what)
        assert reached.wait(20)
    assert len(caplog.records) == 1
    if isinstance(running, threading.Event):
        running.set()
    elif running is not None:
        running()
    thread.join(20)
    assert not thread.is_alive()
