"""Giving and withdrawing legacy roles on a reportee's behalf."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from core.domain.caller import Caller, CallerKind
from core.domain.cascade import dependants_of
from core.domain.change import put, remove
from core.domain.delegation import RoleGrant
from core.domain.identifiers import PartyId, parse_person_number
from core.domain.party import Party, PartyKind
from core.domain.role_check import RoleCheckReason, check_delegation
from core.domain.snapshot import Snapshot
from core.errors import DelegationRefused, ErrorCode, InvalidInput, NotAllowed, NotFound, Refusal
from core.store.store import Store, Written

MOST_WRONG_NAMES = 3
"""More wrong guesses at a person's number and name than this, and the giver must wait."""

WAIT = timedelta(hours=1)


def give_role(
    store: Store,
    caller: Caller,
    reportee: PartyId,
    receiver: str,
    role: str,
    *,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> RoleGrant:
    """Give ``role`` from ``reportee`` to ``receiver``: an organisation, or an enterprise user's id.

    A person is reached by `give_role_to_person` only, where the name is checked. Giving what is given
    already returns the grant that is there. The caller is a person with an administration right at the
    reportee who holds the role, or the operator. Raises NotFound, InvalidInput, DelegationRefused.
    """

    def command(snapshot: Snapshot) -> Written[RoleGrant]:
        party = snapshot.party(receiver)
        is_person = party is not None and party.kind is PartyKind.PERSON
        if (party is None and receiver not in snapshot.enterprise_users) or (
            is_person and caller.kind is not CallerKind.OPERATOR
        ):
            raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the receiver is not a known organisation or enterprise user")
        return _give(snapshot, caller, reportee, receiver, role, window=(valid_from, valid_to), at=store.clock())

    return store.change(caller.name, command)


def give_role_to_person(
    store: Store, caller: Caller, reportee: PartyId, number: str, family_name: str, role: str
) -> RoleGrant:
    """Give ``role`` from ``reportee`` to the person with this national identity number and family name.

    The name is compared without regard to case and accents. A wrong name and an unknown number are
    answered alike, and after a few wrong guesses the caller must wait an hour. Raises NotFound, NotAllowed,
    InvalidInput, DelegationRefused.
    """
    subject = f"person-lookup:{caller.name}"
    now = store.clock()
    if store.read(lambda ledger: ledger.failures(subject, now - WAIT)) > MOST_WRONG_NAMES:
        raise NotAllowed(ErrorCode.TOO_MANY_ATTEMPTS, "too many wrong numbers or names; wait an hour")
    person = _person(store.snapshot(), number, family_name)
    if person is None:
        store.write(lambda ledger: ledger.count_failure(subject, now, now - WAIT))
        raise NotFound(ErrorCode.PERSON_NOT_FOUND, "no person has that number and family name")
    store.write(lambda ledger: ledger.clear_failures(subject))
    return store.change(
        caller.name,
        lambda snapshot: _give(snapshot, caller, reportee, person.id, role, at=store.clock()),
    )


def revoke_role(store: Store, caller: Caller, grant: str) -> RoleGrant:
    """Withdraw a role grant; from the moment this returns, nothing is permitted on it.

    The caller is a person with an administration right at the reportee, or the operator.
    Raises NotFound, DelegationRefused.
    """
    found = store.find("role_grant", grant)
    if not isinstance(found, RoleGrant):
        raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"there is no role grant `{grant}`")

    def command(snapshot: Snapshot) -> Written[RoleGrant]:
        if found not in snapshot.grounds(found.reportee):
            raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"there is no role grant `{grant}`")
        _check_administration(snapshot, caller, found.reportee, found.role, store.clock())
        return Written((remove(found), *dependants_of(snapshot, (found,), store.clock())), found)

    return store.change(caller.name, command)


def list_role_grants(
    snapshot: Snapshot, *, reportee: PartyId | None = None, receiver: str | None = None
) -> tuple[RoleGrant, ...]:
    """The role grants that ``reportee`` has given, or ``receiver`` has got, or every one."""
    if reportee is not None:
        parties: Iterable[str] = (reportee,)
    elif receiver is not None:
        parties = snapshot.reach.get(receiver) or ()
    else:
        parties = sorted(snapshot.files)
    return tuple(
        fact
        for party in parties
        for fact in snapshot.grounds(party)
        if isinstance(fact, RoleGrant) and (receiver is None or fact.receiver == receiver)
    )


def _give(
    snapshot: Snapshot,
    caller: Caller,
    reportee: PartyId,
    receiver: str,
    role: str,
    *,
    at: datetime,
    window: tuple[datetime | None, datetime | None] = (None, None),
) -> Written[RoleGrant]:
    if snapshot.party(reportee) is None:
        raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the reportee is not a known party")
    code = snapshot.terms.submission_role if role in snapshot.terms.submission_role_aliases else role
    if code not in snapshot.catalogue.roles:
        raise InvalidInput(ErrorCode.UNKNOWN_ROLE, f"`{role}` is not a role")
    _check_giving(snapshot, caller, reportee, code, at)
    for grant in list_role_grants(snapshot, reportee=reportee, receiver=receiver):
        if (grant.role, grant.valid_from, grant.valid_to) == (code, *window):
            return Written((), grant)
    new = RoleGrant(str(uuid.uuid4()), reportee, receiver, code, caller.name, *window)
    return Written((put(new),), new)


def _check_giving(snapshot: Snapshot, caller: Caller, reportee: PartyId, role: str, at: datetime) -> None:
    if caller.kind is CallerKind.OPERATOR:
        return
    check = check_delegation(snapshot, caller.party or PartyId(""), reportee, role, at=at)
    if not check.allowed:
        refusals = tuple(Refusal(role, reason, check.fixes) for reason in check.reasons)
        raise DelegationRefused(f"`{role}` may not be given on this reportee's behalf", refusals)


def _check_administration(snapshot: Snapshot, caller: Caller, reportee: PartyId, role: str, at: datetime) -> None:
    if caller.kind is CallerKind.OPERATOR:
        return
    check = check_delegation(snapshot, caller.party or PartyId(""), reportee, role, at=at)
    if RoleCheckReason.MISSING_ADMINISTRATION in check.reasons:
        refusal = Refusal(role, RoleCheckReason.MISSING_ADMINISTRATION, check.fixes)
        raise DelegationRefused("the caller administers nothing for this reportee", (refusal,))


def _person(snapshot: Snapshot, number: str, family_name: str) -> Party | None:
    try:
        found = snapshot.party_numbered(parse_person_number(number))
    except InvalidInput:
        return None
    if found is None or _folded(found.name.split()[-1] if found.name.split() else "") != _folded(family_name):
        return None
    return found


def _folded(name: str) -> str:
    """A name without case, accents and outer space; æ, ø and å stay letters of their own."""
    kept = {"å": "\ue000", "Å": "\ue000"}
    plain = "".join(kept.get(letter, letter) for letter in unicodedata.normalize("NFC", name))
    marks_off = "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))
    return marks_off.casefold().strip()
