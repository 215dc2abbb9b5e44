"""Tokens taken back before their time: by whichever process, seen by all with their next question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.caller import Caller
from core.store.ledger import Ledger
from core.store.store import Store
from core.store.tokens_ledger import RevokedToken


@dataclass(frozen=True, slots=True)
class TokenState:
    """What was taken back, as (issuer, id), and the number that rises when that or a key of ours changes."""

    epoch: int
    revoked: frozenset[tuple[str, str]]


class _Known:
    """The state last read. Replaced whole, so that no reader sees half of it."""

    def __init__(self) -> None:
        self.state: TokenState | None = None


def token_state(store: Store) -> TokenState:
    """The present state, as new as the newest commit anywhere. Costs one small read. Raises Unavailable."""
    epoch = store.token_epoch()
    known = store.companion(_Known)
    state = known.state
    if state is None or state.epoch != epoch:
        # Read after the number: what comes in between is read twice, and never missed.
        rows = store.read(lambda ledger: ledger.tokens.revoked(store.clock()))
        state = TokenState(epoch, frozenset((row.issuer, row.jti) for row in rows))
        known.state = state
    return state


def revoke_token(store: Store, caller: Caller, issuer: str, jti: str, expires: datetime) -> RevokedToken:
    """Refuse the token with this id of this issuer from now on, until it has run out. Raises Unavailable.

    ``expires`` is the token's own end, or later. Tokens are self-contained, and elsewhere they live on
    (pdp-and-tokens §2.6): this stops them here.
    """
    now = store.clock()
    row = RevokedToken(issuer, jti, expires, now, caller.name)

    def revoke(ledger: Ledger) -> None:
        ledger.tokens.forget_revoked(now)
        ledger.tokens.revoke(row)

    store.write(revoke)
    return row


def revoked_tokens(store: Store) -> tuple[RevokedToken, ...]:
    """The tokens taken back that have not run out, by issuer and id. Raises Unavailable."""
    return store.read(lambda ledger: ledger.tokens.revoked(store.clock()))
