"""What must be remembered between messages: that a nonce or signature was used, and that a session was ended."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Protocol

from soap.security.refusals import SecurityRefused, invalid


class Memory(Protocol):
    """Shared by all workers, and bounded: a key may be forgotten once it has expired.

    Keys are short texts without anything secret or personal in them (a word and a SHA-256).
    """

    def use(self, key: str, expires: datetime) -> bool:
        """Remember ``key`` until ``expires``; True where it was there already.

        One step: of two calls at once only one is the first.
        """

    def knows(self, key: str) -> bool:
        """Whether ``key`` was used and has not expired."""


def key_of(kind: str, *parts: str | bytes) -> str:
    """The key for these parts: equal parts give equal keys, different ones different keys."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "big") + content)
    return f"{kind}:{digest.hexdigest()}"


def use_once(memory: Memory, key: str, expires: datetime) -> None:
    """Raises SecurityRefused where the key was used before."""
    if memory.use(key, expires):
        raise replayed()


def replayed() -> SecurityRefused:
    """The refusal of what came before."""
    return invalid("This message, or its nonce, has been received before.")
