"""What the stand-in issuer keeps in the ledger: its clients, its key, and the assertions already used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.store.ledger import ClientRow, Ledger
from core.store.store import Store


def issuer_client(store: Store, client: str) -> ClientRow | None:
    """The client registered with the stand-in issuer, or None."""
    return store.read(lambda ledger: ledger.issuer_client(client))


def register_issuer_client(store: Store, row: ClientRow) -> None:
    """Register a client with the stand-in issuer, in place of an earlier one with its id."""
    store.write(lambda ledger: ledger.set_issuer_client(row))


def use_assertion(store: Store, client: str, jti: str, expires: datetime) -> bool:
    """Mark an assertion as used; False where it was used before, by whichever process."""

    def use(ledger: Ledger) -> bool:
        ledger.forget_assertions(store.clock())
        return ledger.use_assertion(client, jti, expires)

    return store.write(use)


def kept_secret(store: Store, name: str, make: Callable[[], str]) -> str:
    """The secret kept under ``name``; where there is none yet, what ``make`` gives, or another process did first."""
    kept = store.read(lambda ledger: ledger.secret(name))
    if kept is not None:
        return kept
    new = make()
    return store.write(lambda ledger: ledger.add_secret(name, new))
