"""Requests as people at the asked organisation see them: reading, what waits, and passing one on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.change import put
from core.domain.identifiers import PartyId
from core.domain.package_check import holdings_reached
from core.domain.party import Party
from core.domain.snapshot import Snapshot
from core.domain.system import RequestStatus, SystemUserKind, SystemUserRequest
from core.errors import ErrorCode, NotAllowed
from core.services.administration import manages_accesses, require_access_management
from core.services.package_checks import known_party
from core.services.requests import no_such_request
from core.store.store import Store, Written, utc_now


@dataclass(frozen=True, slots=True)
class RequestForPerson:
    """A request as one person may see it; with ``may_only_escalate`` the person can pass it on, and no more."""

    request: SystemUserRequest
    owner: Party
    may_only_escalate: bool


def party_request(
    snapshot: Snapshot,
    caller: Caller,
    party: PartyId,
    request_id: str,
    kind: SystemUserKind,
    *,
    at: datetime | None = None,
) -> SystemUserRequest:
    """A request that was made to ``party``, for somebody who may read its accesses.

    Raises NotAllowed, and NotFound alike for an unknown request and one made to another party. Source:
    rest-systemuser §5.6 (Q10, Q11).
    """
    require_access_management(snapshot, caller, party, at or utc_now(), action="read")
    request = snapshot.requests.get(request_id)
    if request is None or request.kind is not kind or request.owner != party:
        raise no_such_request()
    return request


def request_for_person(
    snapshot: Snapshot, caller: Caller, request_id: str, kind: SystemUserKind, *, at: datetime | None = None
) -> RequestForPerson:
    """A request by its id alone, for a person who manages the asked party's accesses or is related to it.

    Raises NotFound, and NotAllowed (`NOT_RELATED`) for anybody else. Source: rest-systemuser §5.6 (Q12, Q13).
    """
    now = at or utc_now()
    request = snapshot.requests.get(request_id)
    if request is None or request.kind is not kind:
        raise no_such_request()
    owner = known_party(snapshot, request.owner)
    manages = manages_accesses(snapshot, caller, owner.id, now)
    if not manages and not is_related(snapshot, caller, owner, now):
        raise NotAllowed(ErrorCode.NOT_RELATED, f"the caller has nothing to do with {owner.masked_number}")
    return RequestForPerson(request, owner, not manages)


def pending_requests(
    snapshot: Snapshot,
    caller: Caller,
    party: PartyId,
    owner_number: str,
    kind: SystemUserKind,
    *,
    at: datetime | None = None,
) -> tuple[SystemUserRequest, ...]:
    """The requests to ``party`` that wait for an answer, oldest first; of those for agents the escalated ones.

    ``owner_number`` must be the party's own; for any other organisation there is nothing to see. The caller
    manages the party's accesses. Raises NotAllowed. Source: rest-systemuser §5.6 (Q20, Q21), §12.3 row 36.
    """
    require_access_management(snapshot, caller, party, at or utc_now())
    if known_party(snapshot, party).number != owner_number:
        return ()
    requests = (snapshot.requests.get(each) for each in snapshot.requests_of_owner.get(party) or ())
    waiting = [request for request in requests if request is not None and _waits(request, kind)]
    return tuple(sorted(waiting, key=lambda request: (request.created, request.id)))


def escalate_request(store: Store, caller: Caller, party: PartyId, request_id: str, kind: SystemUserKind) -> bool:
    """Pass a request on to those who manage the party's accesses; whether it was passed on.

    The caller is any person who is related to the party. It is not passed on (and nothing is written) for
    somebody who is not, nor where ``party`` was not asked, nor where the request has been answered: that
    last is ours, the platform looks at none of it but the relation. Doing it twice is as doing it once.
    Source: rest-systemuser §5.6 (Q18, Q19), §12.3 row 36.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[bool]:
        request = snapshot.requests.get(request_id)
        owner = snapshot.party(party)
        if request is None or owner is None or request.owner != party or request.kind is not kind:
            return Written((), False)
        if request.status is not RequestStatus.NEW or not is_related(snapshot, caller, owner, now):
            return Written((), False)
        return Written(() if request.escalated else (put(replace(request, escalated=True)),), True)

    return store.change(caller.name, command)


def is_related(snapshot: Snapshot, caller: Caller, party: Party, at: datetime) -> bool:
    """Whether the caller is a person with anything at the party, alone or by a key role; or the operator.

    What the platform asks is whether the party is among the person's actors.
    """
    if caller.kind is CallerKind.OPERATOR:
        return True
    if caller.kind is not CallerKind.PERSON or caller.party is None:
        return False
    return any(True for _ in holdings_reached(snapshot, caller.party, party, at))


def _waits(request: SystemUserRequest, kind: SystemUserKind) -> bool:
    escalated = kind is SystemUserKind.STANDARD or request.escalated
    return request.kind is kind and request.status is RequestStatus.NEW and escalated
