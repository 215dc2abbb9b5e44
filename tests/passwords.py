"""Hashes that are quick to verify, for tests that are about something else than hashing."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher


@cache
def quick_secret(password: str) -> str:
    """A hash that the core verifies like any other, only quicker: its cost stands in it."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(password)
