"""The guard over the change of authority, in the background: every second, at once when a difference is noticed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from core import GatewayError, Noticed, Store, settle_authority

_LOGGER = logging.getLogger("brobygger")

GUARD_SECONDS = 1.0
"""How long a difference waits at the most before it is written and counted."""

_PACE_SECONDS = 0.25
# A flood of differences is written four times a second, not once for each.


def start_guard(store: Store, seconds: float = GUARD_SECONDS) -> Callable[[], None]:
    """Watch the budgets in a thread of its own; what is returned stops it after a last time.

    That is called by itself when the process ends.
    """
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            if store.companion(Noticed).wait(seconds):
                stop.wait(_PACE_SECONDS)
            _settle(store)

    thread = threading.Thread(target=work, name="authority-guard", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        store.companion(Noticed).wake()
        thread.join()
        _settle(store)

    # A server's workers are children of multiprocessing, which run this at their end, and nothing of atexit's.
    return Finalize(None, end, exitpriority=1)


def _settle(store: Store) -> None:
    try:
        for made in settle_authority(store):
            facts = {
                "enterprise_system": made.enterprise_system,
                "from": str(made.came_from),
                "to": str(made.went_to),
                "cause": str(made.cause),
                "counted": made.counted,
            }
            _LOGGER.warning("authority fell back", extra={"facts": facts})
    except GatewayError as error:
        _LOGGER.warning("differences wait", extra={"facts": {"code": str(error.code)}})
    except Exception:
        _LOGGER.exception("authority could not be settled")
