"""Which roles one party has at another, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.domain.answers import holds
from core.domain.identifiers import PartyId
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Role, RoleKind

_PRIVATE_PERSON = "PRIV"
"""The code under which the vocabulary lists what every person holds for themselves."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """``covered_by`` has ``role`` at ``offered_by``.

    ``registered``: it comes from a role in Enhetsregisteret, or is what every person holds for themselves;
    else it was given by the hand of ``offered_by``.
    """

    offered_by: Party
    covered_by: Party
    role: Role
    registered: bool


def list_roles(
    snapshot: Snapshot, covered_by: PartyId, offered_by: PartyId | None = None, *, at: datetime, role: str | None = None
) -> tuple[HeldRole, ...]:
    """The roles ``covered_by`` has in its own name: at ``offered_by``, or at every party; or one of them only.

    Roles that a register role confers are among them; what somebody has by a key role at another party is
    that party's, and is not. Legacy roles end with ``old_roles_until``. Codes are compared without regard to
    case. In order of party, then of code.
    """
    holder = snapshot.party(covered_by)
    if holder is None:
        return ()
    parties = (offered_by,) if offered_by is not None else _parties(snapshot, holder)
    givers = sorted((party for party in map(snapshot.party, parties) if party is not None), key=lambda party: party.id)
    return tuple(held for giver in givers for held in _held(snapshot, giver, holder, at, role))


def _held(snapshot: Snapshot, giver: Party, holder: Party, at: datetime, wanted: str | None) -> Iterator[HeldRole]:
    until = snapshot.terms.old_roles_until
    ended = until is not None and at >= until
    registered: dict[str, bool] = {}
    for code, by_register in _codes(snapshot, giver, holder, at):
        registered[code] = registered.get(code, False) or by_register
    for code in sorted(registered):
        role = snapshot.catalogue.roles.get(code)
        if role is None or (ended and role.kind is RoleKind.LEGACY):
            continue
        if wanted is None or code.casefold() == wanted.casefold():
            yield HeldRole(giver, holder, role, registered[code])


def _parties(snapshot: Snapshot, holder: Party) -> set[str]:
    return {holder.id, *(snapshot.reach.get(holder.id) or ())}


def _codes(snapshot: Snapshot, giver: Party, holder: Party, at: datetime) -> Iterator[tuple[str, bool]]:
    if giver.id == holder.id and holder.kind is PartyKind.PERSON:
        for code in snapshot.catalogue.roles_brought_by(_PRIVATE_PERSON) - {_PRIVATE_PERSON}:
            yield code, True
    for held in snapshot.holdings(giver.id, holder.id):
        if holds(held, at):
            for code in held.roles:
                yield code, isinstance(held.fact, RegisterRole)
