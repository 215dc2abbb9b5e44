"""What the stand-in issuer keeps in the ledger: clients, scopes, keys, and the assertions already used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.domain.identifiers import parse_organisation_number
from core.errors import ErrorCode, InvalidInput
from core.store.ledger import ClientRow, Ledger
from core.store.store import Store
from core.store.tokens_ledger import IssuerScope, KeptKey


def issuer_client(store: Store, client: str) -> ClientRow | None:
    """The client registered with the stand-in issuer, or None."""
    return store.read(lambda ledger: ledger.issuer_client(client))


def issuer_clients(store: Store) -> tuple[ClientRow, ...]:
    """Every client registered with the stand-in issuer, in order of id."""

    def read(ledger: Ledger) -> tuple[ClientRow, ...]:
        found = (ledger.issuer_client(client) for client in ledger.tokens.issuer_clients())
        return tuple(row for row in found if row is not None)

    return store.read(read)


def register_issuer_client(store: Store, row: ClientRow) -> None:
    """Register a client with the stand-in issuer, in place of an earlier one with its id."""
    store.write(lambda ledger: ledger.set_issuer_client(row))


def remove_issuer_client(store: Store, client: str) -> None:
    """Take away a client's registration, where there is one: it gets no more tokens."""
    store.write(lambda ledger: ledger.tokens.remove_issuer_client(client))


def add_client_key(store: Store, client: str, key: Mapping[str, Any]) -> ClientRow | None:
    """Register one more key (a public JWK with a ``kid``) on a client, in place of one with its id.

    None where the client is not known.
    """
    return _with_keys(store, client, lambda keys: (*(each for each in keys if each["kid"] != key["kid"]), dict(key)))


def remove_client_key(store: Store, client: str, kid: str) -> ClientRow | None:
    """Take a key away from a client: what it signs gets no more tokens. None where the client is not known."""
    return _with_keys(store, client, lambda keys: tuple(each for each in keys if each["kid"] != kid))


Keys = tuple[dict[str, Any], ...]


def _with_keys(store: Store, client: str, change: Callable[[Keys], Keys]) -> ClientRow | None:
    def write(ledger: Ledger) -> ClientRow | None:
        row = ledger.issuer_client(client)
        if row is not None:
            row = replace(row, keys=change(row.keys))
            ledger.set_issuer_client(row)
        return row

    return store.write(write)


def register_issuer_scope(store: Store, row: IssuerScope) -> None:
    """Let the stand-in issuer know a scope: whose it is, and who may ask for it.

    A prefix (what stands before the colon) belongs to one organisation. Raises InvalidInput.
    """
    prefix, colon, rest = row.scope.partition(":")
    if not (prefix and colon and rest) or any(sign.isspace() for sign in row.scope):
        raise InvalidInput(ErrorCode.INVALID_WORLD, "a scope is a prefix, a colon and a name, without blanks")
    suppliers = (each.supplier for each in row.access if each.supplier)
    for number in (row.owner, *(each.consumer for each in row.access), *suppliers):
        parse_organisation_number(number)
    if row.longest_seconds is not None and row.longest_seconds < 1:
        raise InvalidInput(ErrorCode.INVALID_WORLD, "a token must live a second at least")

    def write(ledger: Ledger) -> bool:
        known = ledger.tokens.issuer_scopes()
        free = all(each.owner == row.owner for each in known if each.scope.partition(":")[0] == prefix)
        if free:
            ledger.tokens.set_issuer_scope(row)
        return free

    if not store.write(write):
        raise InvalidInput(ErrorCode.INVALID_WORLD, "the scope's prefix belongs to another organisation")


def issuer_scopes(store: Store, scopes: tuple[str, ...] | None = None) -> tuple[IssuerScope, ...]:
    """These scopes, or all, as far as the stand-in issuer knows them, in order."""
    return store.read(lambda ledger: ledger.tokens.issuer_scopes(scopes))


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


def kept_keys(store: Store, name: str, make: Callable[[], str]) -> tuple[KeptKey, ...]:
    """The keys kept under ``name``: the one that signs, and the one before it if any.

    Where there is none yet, one is made, or another process did so first.
    """
    kept = store.read(lambda ledger: ledger.tokens.signing_keys(name))
    return kept or _keep_key(store, KeptKey(name, 1, make()))


def rotate_key(store: Store, name: str, make: Callable[[], str]) -> tuple[KeptKey, ...]:
    """Put a new key in front of those kept under ``name``; the one that signed until now stays published."""
    kept = store.read(lambda ledger: ledger.tokens.signing_keys(name))
    number = kept[0].number + 1 if kept else 1
    return _keep_key(store, KeptKey(name, number, make()))


def _keep_key(store: Store, key: KeptKey) -> tuple[KeptKey, ...]:
    def keep(ledger: Ledger) -> tuple[KeptKey, ...]:
        ledger.tokens.add_signing_key(key, store.clock())
        return ledger.tokens.signing_keys(key.name)

    return store.write(keep)
