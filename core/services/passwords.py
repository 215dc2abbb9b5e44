"""Passwords of systems and people: argon2 hashes, and a cache that spares hashing on every call."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.errors import ErrorCode, InvalidInput

MINIMUM_LENGTH = 7
"""Shortest password the later platform took, with at least one letter and one digit (soap-svc §5.1)."""


def check_password_rule(password: str) -> None:
    """At least seven characters, with a letter and a digit. Raises InvalidInput. Source: the old platform."""
    has_letter = any(character.isalpha() for character in password)
    has_digit = any(character.isdigit() for character in password)
    if len(password) < MINIMUM_LENGTH or not (has_letter and has_digit):
        raise InvalidInput(
            ErrorCode.INVALID_PASSWORD,
            f"a password has at least {MINIMUM_LENGTH} characters, with both a letter and a digit",
        )


class PasswordChecker:
    """Hashes and verifies passwords; remembers, for a while and only as keyed digests, which were right.

    A digest is made of the password *and* the hash it was verified against, with a key that exists only
    in this process: when the password is changed the old digest matches nothing any more.
    """

    def __init__(self, *, remembered: int = 10_000) -> None:
        self._hasher = PasswordHasher()
        self._key = secrets.token_bytes(32)
        self._remembered = remembered
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()
        # Verified in place of a missing hash, so that an unknown system takes as long as a wrong password.
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """The argon2 hash to keep."""
        return self._hasher.hash(password)

    def recalls(self, kept: str, password: str) -> bool:
        """Whether ``password`` was verified against ``kept`` before: the quick way, for who is not refused."""
        return self._is_remembered(self._digest(kept, password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` is the one ``kept`` was made of; False, as slowly, where nothing is kept."""
        digest = self._digest(kept or self._decoy, password)
        if kept is not None and self._is_remembered(digest):
            return True
        try:
            self._hasher.verify(kept or self._decoy, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        if kept is None:
            return False
        self._remember(digest)
        return True

    def _digest(self, kept: str, password: str) -> bytes:
        message = kept.encode() + b"\0" + password.encode()
        return hashlib.blake2b(message, key=self._key, digest_size=32).digest()

    def _is_remembered(self, digest: bytes) -> bool:
        with self._lock:
            if digest not in self._right:
                return False
            self._right.move_to_end(digest)
            return True

    def _remember(self, digest: bytes) -> None:
        with self._lock:
            self._right[digest] = None
            while len(self._right) > self._remembered:
                self._right.popitem(last=False)
