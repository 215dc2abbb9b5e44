"""Counts of old calls, written in the background: every few seconds, and once more when the process ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from core import GatewayError, Store, write_census

_LOGGER = logging.getLogger("brobygger")


def start_census(store: Store, seconds: float) -> Callable[[], None] | None:
    """Write the counts every ``seconds``, in a thread of its own; what is returned stops it after a last time.

    That is called by itself when the process ends. Zero turns it off: nothing is counted then.
    """
    if seconds <= 0:
        return None
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(seconds):
            _write(store)

    thread = threading.Thread(target=work, name="census", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join()
        _write(store)

    # A server's workers are children of multiprocessing, which run this at their end, and nothing of atexit's.
    return Finalize(None, end, exitpriority=1)


def _write(store: Store) -> None:
    try:
        write_census(store)
    except GatewayError as error:
        _LOGGER.warning("counts wait", extra={"facts": {"code": str(error.code)}})
    except Exception:
        _LOGGER.exception("counts could not be written")
