"""check_delegation for the old world: may this person give this role on the reportee's behalf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import PartyId
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.party_file import Held
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ADMINISTRATION_RULE, SUBMISSION_GIVER_RULE
from core.errors import Fix

_PRIVATE_PERSON = "PRIV"
"""The code under which the vocabulary lists what every person holds for themselves."""


class RoleCheckReason(StrEnum):
    """Why a role may, or may not, be given."""

    ROLE_ACCESS = "role-access"
    MISSING_ADMINISTRATION = "missing-administration"
    ROLE_UNKNOWN = "role-unknown"
    ROLE_NOT_DELEGABLE = "role-not-delegable"
    ROLE_NOT_HELD = "role-not-held"
    REPORTEE_UNKNOWN = "reportee-unknown"


@dataclass(frozen=True, slots=True)
class DelegationCheck:
    """Whether something may be given away, the reasons, and what would help."""

    what: str
    allowed: bool
    reasons: tuple[RoleCheckReason, ...]
    fixes: tuple[Fix, ...] = ()


def check_delegation(
    snapshot: Snapshot, giver: PartyId, reportee: PartyId, role: str, *, at: datetime
) -> DelegationCheck:
    """Whether the person ``giver`` may give ``role`` on behalf of ``reportee``.

    The person must have an administration right there, and can give only what they hold there. Nobody is
    recorded as holding the submission role, so a rule row of our own lets those with a general manager's
    register role count as holding it, and a person for themselves. Source: design of the old world's
    delegation rule; the rule rows carry their own sources.
    """
    party = snapshot.party(reportee)
    known = snapshot.catalogue.roles.get(role)
    if party is None:
        return DelegationCheck(role, False, (RoleCheckReason.REPORTEE_UNKNOWN,))
    if known is None:
        return DelegationCheck(role, False, (RoleCheckReason.ROLE_UNKNOWN,))
    if not known.delegable:
        return DelegationCheck(role, False, (RoleCheckReason.ROLE_NOT_DELEGABLE,))
    held = frozenset(_roles_held(snapshot, giver, party, at))
    reasons = tuple(_obstacles(snapshot, held, role))
    if not reasons:
        return DelegationCheck(role, True, (RoleCheckReason.ROLE_ACCESS,))
    return DelegationCheck(role, False, reasons, tuple(_fix(snapshot, reason, role, party) for reason in reasons))


def _obstacles(snapshot: Snapshot, held: frozenset[str], role: str) -> Iterator[RoleCheckReason]:
    catalogue = snapshot.catalogue
    if held.isdisjoint(catalogue.rule_roles(ADMINISTRATION_RULE)):
        yield RoleCheckReason.MISSING_ADMINISTRATION
    counts_as_holder = role == snapshot.terms.submission_role and not held.isdisjoint(
        catalogue.rule_roles(SUBMISSION_GIVER_RULE) | {_PRIVATE_PERSON}
    )
    if role not in held and not counts_as_holder:
        yield RoleCheckReason.ROLE_NOT_HELD


def _roles_held(snapshot: Snapshot, person: PartyId, party: Party, at: datetime) -> Iterator[str]:
    """Every role, register and legacy, that the person has at the party, one key-role link included."""
    if person == party.id and party.kind is PartyKind.PERSON:
        yield from snapshot.catalogue.roles_brought_by(_PRIVATE_PERSON)
    for held in snapshot.holdings(party.id, person):
        yield from _live_roles(snapshot, held, at)
    for link in snapshot.represents.get(person) or ():
        if _is_live_key_role(snapshot, link, at):
            for held in snapshot.holdings(party.id, link.party):
                if held.nests:
                    yield from _live_roles(snapshot, held, at)


def _live_roles(snapshot: Snapshot, held: Held, at: datetime) -> Iterator[str]:
    terms = snapshot.terms
    if held.window is None or held.window.holds(at):
        for role in held.roles:
            yield terms.submission_role if role in terms.submission_role_aliases else role


def _is_live_key_role(snapshot: Snapshot, link: RegisterRole, at: datetime) -> bool:
    begun = link.valid_from is None or link.valid_from <= at
    ended = link.valid_to is not None and link.valid_to <= at
    return begun and not ended and snapshot.catalogue.is_key_role(link.role)


def _fix(snapshot: Snapshot, reason: RoleCheckReason, role: str, party: Party) -> Fix:
    administration = "/".join(sorted(snapshot.catalogue.rule_roles(ADMINISTRATION_RULE)))
    missing = administration if reason is RoleCheckReason.MISSING_ADMINISTRATION else role
    return Fix(
        code=reason,
        missing=missing,
        party=party.masked_number,
        ground="given by somebody who holds it there, or conferred by a register role",
        giver=f"a person with {administration} at {party.masked_number} who holds {missing}",
    )
