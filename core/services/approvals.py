"""The owner's side of requests for system users: approving and rejecting them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import Edit, put
from core.domain.identifiers import PartyId
from core.domain.snapshot import Reference, Snapshot
from core.domain.system import RequestStatus, SystemUser, SystemUserKind, SystemUserRequest
from core.errors import Conflict, ErrorCode, NotAllowed
from core.services.administration import require_access_management, standing_system
from core.services.new_users import edits_of_new_user
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
        system = standing_system(snapshot, request.system)
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


def _unanswered(snapshot: Snapshot, party: PartyId, request_id: str, kind: SystemUserKind) -> SystemUserRequest:
    request = snapshot.requests.get(request_id)
    if request is None or request.kind is not kind:
        raise no_such_request()
    if request.owner != party:
        raise NotAllowed(ErrorCode.NOT_THE_REQUESTED_PARTY, "the request was made to another party")
    if request.status is not RequestStatus.NEW:
        raise Conflict(ErrorCode.REQUEST_NOT_NEW, f"the request has been answered: {request.status}")
    return request


def _approved(request: SystemUserRequest, user: SystemUser, caller: Caller, at: datetime) -> Iterator[Edit]:
    yield put(replace(request, status=RequestStatus.ACCEPTED))
    yield from edits_of_new_user(user, request.rights, request.packages, caller, at)
