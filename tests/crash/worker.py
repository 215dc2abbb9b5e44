"""The worker in a process of its own, on a store that dies where it is told to: archives until it is killed."""

from __future__ import annotations

import os
import time

from core import Unavailable, archive_submissions
from tests.crash.points import DATABASE, Fate, MortalStore

_PAUSE = 0.02  # seconds between looks for waiting units
_AT_A_TIME = 20


def main() -> None:
    """Work until the signal."""
    store = MortalStore(os.environ[DATABASE], Fate(os.environ))
    while True:
        try:
            archived = archive_submissions(store, limit=_AT_A_TIME)
        except Unavailable:
            archived = 0  # the database is another process's just now
        if not archived:
            time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
