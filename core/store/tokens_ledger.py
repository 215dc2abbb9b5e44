"""The ledger's part for tokens: those taken back, the keys that sign, and the stand-in's clients and scopes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from core.store.tables import issuer_client
from core.store.tables_tokens import issuer_scope, issuer_scope_access, revoked_token, signing_key, token_epoch

_EPOCH = 1
_KEPT_KEYS = 2


@dataclass(frozen=True, slots=True)
class RevokedToken:
    """A token that was taken back before its time: the issuer and the id (``jti``) it names itself by.

    ``expires`` is when it would have run out; from then on nothing need be remembered of it.
    """

    issuer: str
    jti: str
    expires: datetime
    revoked: datetime
    by: str


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A private key (PEM) that signs tokens, or did until lately: the highest number of its name signs."""

    name: str
    number: int
    pem: str


@dataclass(frozen=True, slots=True)
class ScopeAccess:
    """The scope is granted to ``consumer``; with a ``supplier``, the consumer has delegated it to that one."""

    consumer: str
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class IssuerScope:
    """A scope as the stand-in issuer knows it. Organisations are numbers.

    ``longest_seconds`` caps the life of tokens with it (``at_max_age``); ``integration_types`` are the kinds
    of client it is for.
    """

    scope: str
    owner: str
    longest_seconds: int | None = None
    integration_types: tuple[str, ...] = ("maskinporten",)
    access: tuple[ScopeAccess, ...] = ()

    def is_granted(self, consumer: str) -> bool:
        """Whether the organisation may ask for the scope: its owner may, and those it is granted to."""
        return consumer == self.owner or ScopeAccess(consumer) in self.access

    def is_delegated(self, consumer: str, supplier: str) -> bool:
        """Whether the consumer has let the supplier use the scope in its place."""
        return ScopeAccess(consumer, supplier) in self.access


class TokensLedger:
    """Tokens in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- tokens taken back, and when to look anew ----------------------------------------------

    def revoke(self, row: RevokedToken) -> None:
        """Take a token back. Again changes nothing but the time until which that is known."""
        table = revoked_token
        self._connection.execute(delete(table).where(table.c.issuer == row.issuer, table.c.jti == row.jti))
        values = {name: getattr(row, name) for name in RevokedToken.__slots__}
        self._connection.execute(table.insert(), values)
        self.raise_epoch()

    def revoked(self, after: datetime) -> tuple[RevokedToken, ...]:
        """The tokens taken back that have not run out ``after``, by issuer and id."""
        table = revoked_token
        wanted = select(table).where(table.c.expires > after).order_by(table.c.issuer, table.c.jti)
        return tuple(RevokedToken(*row) for row in self._connection.execute(wanted))

    def forget_revoked(self, before: datetime) -> None:
        """Drop the tokens that have run out and are refused for that."""
        self._connection.execute(delete(revoked_token).where(revoked_token.c.expires <= before))

    def raise_epoch(self) -> None:
        """Make everybody who remembers tokens or keys look anew."""
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        new = make(token_epoch).values(id=_EPOCH, value=1)
        self._connection.execute(
            new.on_conflict_do_update(index_elements=["id"], set_={"value": token_epoch.c.value + 1})
        )

    # -- keys that sign -----------------------------------------------------------------------

    def signing_keys(self, name: str) -> tuple[KeptKey, ...]:
        """The keys kept under ``name``, the newest first."""
        table = signing_key
        wanted = select(table.c.name, table.c.number, table.c.pem).where(table.c.name == name)
        return tuple(KeptKey(*row) for row in self._connection.execute(wanted.order_by(table.c.number.desc())))

    def add_signing_key(self, key: KeptKey, since: datetime) -> None:
        """Keep a key, unless another has its number; only the newest two of a name stay."""
        values = {"name": key.name, "number": key.number, "pem": key.pem, "since": since}
        self._connection.execute(self._insert_key().values(**values))
        old = signing_key.c.number <= key.number - _KEPT_KEYS
        self._connection.execute(delete(signing_key).where(signing_key.c.name == key.name, old))
        self.raise_epoch()

    def _insert_key(self) -> Insert:
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        return make(signing_key).on_conflict_do_nothing(index_elements=["name", "number"])

    # -- the stand-in's clients and scopes ----------------------------------------------------

    def issuer_clients(self) -> tuple[str, ...]:
        """The ids of the clients registered with the stand-in issuer, in order."""
        found = self._connection.execute(select(issuer_client.c.client).order_by(issuer_client.c.client))
        return tuple(found.scalars())

    def remove_issuer_client(self, client: str) -> None:
        """Take a client's registration away."""
        self._connection.execute(delete(issuer_client).where(issuer_client.c.client == client))

    def issuer_scopes(self, scopes: tuple[str, ...] | None = None) -> tuple[IssuerScope, ...]:
        """These scopes, or all, as far as the stand-in issuer knows them, in order."""
        table, granted = issuer_scope, issuer_scope_access
        wanted, access = select(table).order_by(table.c.scope), select(granted)
        if scopes is not None:
            wanted, access = wanted.where(table.c.scope.in_(scopes)), access.where(granted.c.scope.in_(scopes))
        by_scope: dict[str, list[ScopeAccess]] = {}
        for each in self._connection.execute(access.order_by(granted.c.consumer, granted.c.supplier)):
            by_scope.setdefault(each.scope, []).append(ScopeAccess(each.consumer, each.supplier))
        return tuple(
            IssuerScope(
                row.scope,
                row.owner,
                row.longest_seconds,
                tuple(json.loads(row.integration_types)),
                tuple(by_scope.get(row.scope, ())),
            )
            for row in self._connection.execute(wanted)
        )

    def set_issuer_scope(self, row: IssuerScope) -> None:
        """Register a scope, in place of an earlier one with its name."""
        for table in (issuer_scope, issuer_scope_access):
            self._connection.execute(delete(table).where(table.c.scope == row.scope))
        values = {"scope": row.scope, "owner": row.owner, "longest_seconds": row.longest_seconds}
        types = json.dumps(row.integration_types)
        self._connection.execute(issuer_scope.insert(), {**values, "integration_types": types})
        if row.access:
            given = [{"scope": row.scope, "consumer": each.consumer, "supplier": each.supplier} for each in row.access]
            self._connection.execute(issuer_scope_access.insert(), given)
