"""Change requests on the owner's side: reading, approving in one transaction, rejecting."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import Edit, put, remove
from core.domain.change_request import (
    ChangeRequest,
    ChangeStatus,
    actions_after,
    ceiling_after,
    packages_after,
    services_of,
)
from core.domain.delegation import PackageDelegation, RightDelegation
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party, Window
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import Generation, SystemUserKind
from core.domain.vocabulary import ANY_ACTION, Right
from core.errors import Conflict, ErrorCode, NotAllowed
from core.services.administration import manages_accesses, no_such_user, require_access_management, standing_system
from core.services.change_requests import check_change, offered_actions
from core.services.generations import move_edits
from core.services.package_checks import known_party, refuse_unless_giveable
from core.services.requests import no_such_request
from core.services.right_delegations import right_delegations
from core.store.store import Store, Written, utc_now


def approve_change(store: Store, caller: Caller, party: PartyId, change_id: str) -> ChangeRequest:
    """Approve a change request on behalf of ``party``: all of it is written in one transaction, or nothing is.

    The caller is a person who manages the party's accesses. For a standard system user the caller must be
    able to give everything that is new to it; what is unwanted is taken from what was really given. An agent
    gets its next generation, and every client moves to it whose relation carries what is new; the others
    stay where they are until they qualify. Raises NotAllowed, NotFound, Conflict, InvalidInput,
    DelegationRefused. Source: rest-systemuser §6.3 (C8), §6.4, §12.3 row 37; agents are ours (§12.1 row 21).
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[ChangeRequest]:
        require_access_management(snapshot, caller, party, now)
        change = _unanswered(snapshot, party, change_id)
        system = standing_system(snapshot, change.system)
        entry = _user_of(snapshot, change)
        check_change(snapshot, system, entry, change)
        successor = ceiling_after(entry.latest, change, offered_actions(snapshot, change), now)
        is_agent = entry.user.kind is SystemUserKind.AGENT
        changed = _agents if is_agent else _standards
        accepted = replace(change, status=ChangeStatus.ACCEPTED)
        return Written((put(accepted), *changed(snapshot, caller, entry, change, successor, now)), accepted)

    return store.change(caller.name, command)


def reject_change(store: Store, caller: Caller, party: PartyId, change_id: str) -> ChangeRequest:
    """Reject a change request on behalf of ``party``; the system user stays as it is.

    The caller is a person who manages the party's accesses. Raises NotAllowed, NotFound, Conflict. Source:
    rest-systemuser §6.3 (C9), §12.3 row 37.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[ChangeRequest]:
        require_access_management(snapshot, caller, party, now)
        rejected = replace(_unanswered(snapshot, party, change_id), status=ChangeStatus.REJECTED)
        return Written((put(rejected),), rejected)

    return store.change(caller.name, command)


# -- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeForPerson:
    """A change request with the party whose system user it is about."""

    change: ChangeRequest
    owner: Party


def party_change(
    snapshot: Snapshot, caller: Caller, party: PartyId, change_id: str, *, at: datetime | None = None
) -> ChangeRequest:
    """A change request that was made to ``party``, for somebody who may read its accesses.

    Raises NotAllowed, and NotFound alike for an unknown one and one made to another party. Source:
    rest-systemuser §6.3 (C6).
    """
    require_access_management(snapshot, caller, party, at or utc_now(), action="read")
    change = snapshot.change_requests.get(change_id)
    if change is None or _user_of(snapshot, change).user.owner != party:
        raise no_such_request()
    return change


def change_for_person(
    snapshot: Snapshot, caller: Caller, change_id: str, *, at: datetime | None = None
) -> ChangeForPerson:
    """A change request by its id alone, for a person who could approve it.

    The person manages the party's accesses, and may give the packages that are new to a standard system
    user. Raises NotFound, NotAllowed (`NOT_RELATED`), DelegationRefused. Source: rest-systemuser §6.3 (C7).
    """
    now = at or utc_now()
    change = snapshot.change_requests.get(change_id)
    if change is None:
        raise no_such_request()
    entry = _user_of(snapshot, change)
    owner = known_party(snapshot, entry.user.owner)
    if not manages_accesses(snapshot, caller, owner.id, now):
        raise NotAllowed(ErrorCode.NOT_RELATED, f"the caller does not manage the accesses of {owner.masked_number}")
    if entry.user.kind is SystemUserKind.STANDARD:
        new = _new_packages(change, _packages(snapshot, entry), now)
        refuse_unless_giveable(snapshot, caller, owner.id, now, packages=new)
    return ChangeForPerson(change, owner)


def _unanswered(snapshot: Snapshot, party: PartyId, change_id: str) -> ChangeRequest:
    change = snapshot.change_requests.get(change_id)
    if change is None:
        raise no_such_request()
    if _user_of(snapshot, change).user.owner != party:
        raise NotAllowed(ErrorCode.NOT_THE_REQUESTED_PARTY, "the change was asked of another party")
    if change.status is not ChangeStatus.NEW:
        raise Conflict(ErrorCode.REQUEST_NOT_NEW, f"the change request has been answered: {change.status}")
    return change


def _user_of(snapshot: Snapshot, change: ChangeRequest) -> UserEntry:
    entry = snapshot.users.get(change.system_user)
    if entry is None or not entry.generations:
        raise no_such_user()
    return entry


# -- what is written ----------------------------------------------------------------------------


def _agents(
    snapshot: Snapshot, caller: Caller, entry: UserEntry, change: ChangeRequest, successor: Generation, at: datetime
) -> Iterator[Edit]:
    if successor != entry.latest:
        yield put(successor)
        yield from move_edits(snapshot, caller, entry, successor, at)


def _standards(
    snapshot: Snapshot, caller: Caller, entry: UserEntry, change: ChangeRequest, successor: Generation, at: datetime
) -> Iterator[Edit]:
    """The ceiling that follows, and what the owner gives and takes back to reach it."""
    given = _packages(snapshot, entry)
    new = _new_packages(change, given, at)
    plans = [_plan(snapshot, entry, change, service, at) for service in services_of(change)]
    rights = [Right(plan.service, action) for plan in plans for action in sorted(plan.new)]
    refuse_unless_giveable(snapshot, caller, entry.user.owner, at, rights=rights, packages=new)
    if successor != entry.latest:
        yield put(successor)
    ended = (each for each in given if each.package in change.unwanted_packages or each.package in new)
    yield from (remove(each) for each in ended)
    for package in new:
        yield put(PackageDelegation(str(uuid.uuid4()), entry.user.owner, entry.user.id, package, caller.name))
    for plan in plans:
        yield from plan.edits(entry, caller)


def _packages(snapshot: Snapshot, entry: UserEntry) -> tuple[PackageDelegation, ...]:
    """Every package the owner gave the system user, also what has run out."""
    facts = snapshot.grounds(entry.user.owner)
    return tuple(fact for fact in facts if isinstance(fact, PackageDelegation) and fact.receiver == entry.user.id)


def _new_packages(change: ChangeRequest, given: Iterable[PackageDelegation], at: datetime) -> list[str]:
    has = {each.package for each in given if Window(each.valid_from, each.valid_to).holds(at)}
    return sorted(packages_after(has, change) - has)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What happens to the single rights on one service: ``new`` is what must be given, ``after`` what there shall be.

    ``live`` is what was given and is in force; ``ended`` what has run out or is given twice.
    """

    service: ServiceId
    live: RightDelegation | None
    ended: tuple[RightDelegation, ...]
    new: frozenset[str]
    after: frozenset[str]

    def edits(self, entry: UserEntry, caller: Caller) -> Iterator[Edit]:
        """The edits that bring it about."""
        user = entry.user
        yield from (remove(each) for each in self.ended)
        if not self.after:
            if self.live is not None:
                yield remove(self.live)
        elif self.live is None:
            yield put(RightDelegation(str(uuid.uuid4()), user.owner, user.id, self.service, self.after, caller.name))
        elif self.live.actions != self.after:
            yield put(replace(self.live, actions=self.after, given_by=caller.name))


def _plan(snapshot: Snapshot, entry: UserEntry, change: ChangeRequest, service: ServiceId, at: datetime) -> _Plan:
    given = right_delegations(snapshot, entry.user.owner, entry.user.id, service)
    live = [each for each in given if Window(each.valid_from, each.valid_to).holds(at)]
    has = frozenset(action for each in live for action in each.actions)
    after = actions_after(has, change, service, snapshot.catalogue.actions.get(service, ()))
    new = frozenset[str]() if ANY_ACTION in has else after - has
    first = live[0] if live else None
    return _Plan(service, first, tuple(each for each in given if each is not first), new, after)
