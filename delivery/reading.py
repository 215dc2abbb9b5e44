"""Reading what others answer: never more than a beginning, never for long, and nothing that unpacks to more."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

LONGEST_ANSWER = 64 * 1024
"""How much of an answer is read, in bytes."""

LONGEST_READING = 60.0
"""How long a body is waited for, in seconds, however slowly it comes."""

PLAIN = {"Accept-Encoding": "identity"}
"""Headers of a request whose answer is read by `beginning`."""


def beginning(answer: httpx.Response, clock: Callable[[], float] = time.monotonic) -> bytes:
    """The beginning of a body, empty for one that is packed although that was not asked for. Raises httpx.HTTPError.

    A few packed bytes may unpack to more than there is memory for.
    """
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return b""
    found = bytearray()
    ends = clock() + LONGEST_READING
    for block in answer.iter_bytes():
        found += block
        if len(found) >= LONGEST_ANSWER or clock() >= ends:
            break
    return bytes(found[:LONGEST_ANSWER])
