"""The owner's side of system users: approving, rejecting and removing them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.cascade import dependants_of
from core.domain.change import Edit, put, remove
from core.domain.delegation import PackageDelegation, RightDelegation
from core.domain.identifiers import PartyId, ServiceId
from core.domain.snapshot import Reference, Snapshot
from core.domain.system import Generation, RequestStatus, System, SystemUser, SystemUserKind, SystemUserRequest
from core.domain.vocabulary import ANY_ACTION, Right
from core.errors import Conflict, ErrorCode, NotAllowed, NotFound
from core.services.administration import no_such_system, require_access_management
from core.services.package_checks import refuse_unless_giveable
from core.services.request_check import check_wanted
from core.services.requests import no_such_request, refuse_taken
from core.store.store import Store, Written


def approve_request(store: Store, caller: Caller, party: PartyId, request_id: str, kind: SystemUserKind) -> SystemUser:
    """Approve a request on behalf of ``party``; the system user has the request's id.

    The caller is a person who manages the party's accesses. For a standard system user the caller must be
    able to give everything that was asked for, and it is given at once; an agent's packages take effect
    client by client. All of it is written in one transaction, or nothing is. Raises NotAllowed, NotFound,
    Conflict, InvalidInput, DelegationRefused. Source: rest-systemuser §5.6.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[SystemUser]:
        require_access_management(snapshot, caller, party, now)
        request = _unanswered(snapshot, party, request_id, kind)
        system = _standing(snapshot, request.system)
        refuse_taken(snapshot, Reference(request.system, request.owner, request.external_ref))
        check_wanted(snapshot.catalogue, system, kind, request.rights, request.packages)
        if kind is SystemUserKind.STANDARD:
            refuse_unless_giveable(snapshot, caller, party, now, rights=request.rights, packages=request.packages)
        user = SystemUser(request.id, kind, request.system, request.owner, request.external_ref, request.title, now)
        return Written(tuple(_approved(request, user, caller, now)), user)

    return store.change(caller.name, command)


def reject_request(
    store: Store, caller: Caller, party: PartyId, request_id: str, kind: SystemUserKind
) -> SystemUserRequest:
    """Reject a request on behalf of ``party``. Raises NotAllowed, NotFound, Conflict. Source: as `approve_request`."""
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[SystemUserRequest]:
        require_access_management(snapshot, caller, party, now)
        request = _unanswered(snapshot, party, request_id, kind)
        rejected = replace(request, status=RequestStatus.REJECTED)
        return Written((put(rejected),), rejected)

    return store.change(caller.name, command)


def remove_system_user(store: Store, caller: Caller, party: PartyId, system_user: str) -> SystemUser:
    """Remove a system user of ``party`` with everything it was given, and its request, so that its reference is free.

    The caller is a person who manages the party's accesses. From the moment this returns it may do nothing.
    Raises NotAllowed, NotFound. Source: rest-systemuser §4.7 with §12 rows 23 and 38, pdp-and-tokens §11 row 6.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[SystemUser]:
        require_access_management(snapshot, caller, party, now)
        entry = snapshot.users.get(system_user)
        if entry is None:
            raise NotFound(ErrorCode.SYSTEM_USER_NOT_FOUND, "there is no such system user")
        user = entry.user
        if user.owner != party:
            raise NotAllowed(ErrorCode.NOT_THE_REQUESTED_PARTY, "the system user belongs to another party")
        edits = (*dependants_of(snapshot, (user,), now), *_request_of(snapshot, user), remove(user))
        return Written(edits, user)

    return store.change(caller.name, command)


def _unanswered(snapshot: Snapshot, party: PartyId, request_id: str, kind: SystemUserKind) -> SystemUserRequest:
    request = snapshot.requests.get(request_id)
    if request is None or request.kind is not kind:
        raise no_such_request()
    if request.owner != party:
        raise NotAllowed(ErrorCode.NOT_THE_REQUESTED_PARTY, "the request was made to another party")
    if request.status is not RequestStatus.NEW:
        raise Conflict(ErrorCode.REQUEST_NOT_NEW, f"the request has been answered: {request.status}")
    return request


def _standing(snapshot: Snapshot, system_id: str) -> System:
    system = snapshot.systems.get(system_id)
    if system is None or system.deleted:
        raise no_such_system(system_id)
    return system


def _request_of(snapshot: Snapshot, user: SystemUser) -> Iterator[Edit]:
    reference = Reference(user.system, user.owner, user.external_ref)
    request = snapshot.requests.get(snapshot.request_references.get(reference) or "")
    if request is not None:
        yield remove(request)


def _approved(request: SystemUserRequest, user: SystemUser, caller: Caller, at: datetime) -> Iterator[Edit]:
    yield put(replace(request, status=RequestStatus.ACCEPTED))
    yield put(user)
    yield put(Generation(user.id, 1, frozenset(request.packages), frozenset(request.rights), at))
    if user.kind is SystemUserKind.STANDARD:
        yield from _given(request, caller)


def _given(request: SystemUserRequest, caller: Caller) -> Iterator[Edit]:
    """What the owner gives its standard system user: one delegation for each package and each service."""
    for package in request.packages:
        yield put(PackageDelegation(str(uuid.uuid4()), request.owner, request.id, package, caller.name))
    for service, actions in actions_by_service(request.rights).items():
        yield put(RightDelegation(str(uuid.uuid4()), request.owner, request.id, service, actions, caller.name))


def actions_by_service(rights: tuple[Right, ...]) -> dict[ServiceId, frozenset[str]]:
    """The actions of each service; ``*`` swallows the others."""
    found: dict[ServiceId, set[str]] = defaultdict(set)
    for right in rights:
        found[right.service].add(right.action)
    return {
        service: frozenset({ANY_ACTION}) if ANY_ACTION in actions else frozenset(actions)
        for service, actions in found.items()
    }
