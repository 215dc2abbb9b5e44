"""Nonces and message ids: each may be used once, in whichever process it comes."""

from __future__ import annotations

from datetime import datetime

from core.store.store import Store


def use_nonce(store: Store, key: str, expires: datetime) -> bool:
    """Mark ``key`` as used until ``expires``; False where it was used before, by whichever process.

    Those that have expired are forgotten: what is that old must be refused by its age.
    """
    now = store.clock()
    return store.write(lambda ledger: ledger.logons.use_nonce(key, expires, now))


def nonce_is_used(store: Store, key: str) -> bool:
    """Whether ``key`` was used and has not expired."""
    now = store.clock()
    return store.read(lambda ledger: ledger.logons.knows_nonce(key, now))
