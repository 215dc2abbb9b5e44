"""Requests: a vendor asks an organisation to approve a system user."""

from __future__ import annotations

import uuid
from bisect import bisect_left
from itertools import islice

from core.domain.caller import Caller
from core.domain.change import put, remove
from core.domain.identifiers import mask_number
from core.domain.new_records import NewRequest, RequestOutcome
from core.domain.party import Party, PartyKind
from core.domain.snapshot import Reference, Snapshot
from core.domain.system import RequestStatus, System, SystemUserKind, SystemUserRequest
from core.errors import Conflict, ErrorCode, InvalidInput, NotFound
from core.services.administration import is_vendors, no_such_system, system_of_vendor
from core.services.external_ids import external_ref_or_default
from core.services.request_check import check_redirect, check_wanted
from core.store.store import Store, Written

_LONGEST_TITLE = 255

_CLASH = {
    RequestStatus.NEW: (ErrorCode.REQUEST_PENDING, "a request that is not answered yet; reuse or withdraw it"),
    RequestStatus.ACCEPTED: (ErrorCode.REQUEST_ACCEPTED, "a request that was accepted"),
    RequestStatus.REJECTED: (ErrorCode.REQUEST_REJECTED, "a request that was rejected; withdraw it first"),
}


def request_system_user(store: Store, caller: Caller, new: NewRequest) -> RequestOutcome:
    """Ask for a system user; the same (system, owner, external reference) again gives the request that is there.

    The request that is there is answered whatever its status, and the new contents are not compared. One
    rule holds for both kinds: a request or system user of the other kind is a conflict. Order of checks:
    the caller's standing system, a system user or request under the reference, the owner, the redirect
    address, then what is asked for. Raises NotFound, Conflict, InvalidInput. Source: rest-systemuser §5.3
    with §12.1 rows 3 to 6 and §12.3 row 39.
    """
    title = (new.title or "").strip()
    if len(title) > _LONGEST_TITLE:
        raise InvalidInput(
            ErrorCode.INVALID_EXTERNAL_REFERENCE,
            f"a title has at most {_LONGEST_TITLE} signs",
            details={"field": "title"},
        )
    reference = external_ref_or_default(new.external_ref, new.owner_number)
    request_id, now = str(uuid.uuid4()), store.clock()

    def command(snapshot: Snapshot) -> Written[RequestOutcome]:
        system = system_of_vendor(snapshot, caller, new.system)
        owner = snapshot.party_numbered(new.owner_number)
        known = _existing(snapshot, Reference(system.id, owner.id, reference), new.kind) if owner is not None else None
        if known is not None:
            return Written((), RequestOutcome(known, False))
        customer = _organisation(owner, new.owner_number)
        check_redirect(system, new.redirect_url)
        check_wanted(snapshot.catalogue, system, new.kind, new.rights, new.packages)
        request = SystemUserRequest(
            id=request_id,
            kind=new.kind,
            system=system.id,
            owner=customer.id,
            external_ref=reference,
            title=title or _title(system),
            rights=tuple(dict.fromkeys(new.rights)),
            packages=tuple(dict.fromkeys(new.packages)),
            status=RequestStatus.NEW,
            escalated=False,
            redirect_url=new.redirect_url,
            created=now,
        )
        return Written((put(request),), RequestOutcome(request, True))

    return store.change(caller.name, command)


def vendor_request(snapshot: Snapshot, caller: Caller, request_id: str, kind: SystemUserKind) -> SystemUserRequest:
    """A request of the caller by its id.

    Raises NotFound: `REQUEST_NOT_FOUND` for an unknown id and one of the other kind, `SYSTEM_NOT_FOUND`
    where the system is another vendor's. Source: rest-systemuser §5.4.
    """
    request = snapshot.requests.get(request_id)
    if request is None or request.kind is not kind:
        raise no_such_request()
    _check_owned(snapshot, caller, request.system)
    return request


def vendor_request_by_reference(
    snapshot: Snapshot, caller: Caller, system: str, owner_number: str, external_ref: str | None, kind: SystemUserKind
) -> SystemUserRequest:
    """A request of the caller by the caller's own key.

    Raises NotFound: `SYSTEM_NOT_FOUND` where the system is unknown or another vendor's, else
    `REQUEST_NOT_FOUND`. Source: rest-systemuser §5.4.
    """
    _check_owned(snapshot, caller, system)
    owner = snapshot.party_numbered(owner_number)
    if owner is None:
        raise no_such_request()
    reference = Reference(system, owner.id, external_ref_or_default(external_ref, owner_number))
    request = snapshot.requests.get(snapshot.request_references.get(reference) or "")
    if request is None or request.kind is not kind:
        raise no_such_request()
    return request


def requests_of_system(
    snapshot: Snapshot,
    caller: Caller,
    system: str,
    kind: SystemUserKind,
    start: str | None,
    most: int,
    *,
    owner_number: str | None = None,
) -> tuple[SystemUserRequest, ...]:
    """At most ``most`` requests of one kind for the caller's system in order of id, from the id ``start`` on.

    With ``owner_number`` only those to that organisation, which is ours. Raises NotFound where the system is
    unknown or another vendor's. Source: rest-systemuser §5.4 (Q7, Q8), §12.4 rows 44 and 51.
    """
    _check_owned(snapshot, caller, system)
    owner = None if owner_number is None else snapshot.party_numbered(owner_number)
    if owner_number is None:
        ids = snapshot.requests_of_system.get((system, kind)) or ()
    else:
        ids = (snapshot.requests_of_owner.get(owner.id) if owner is not None else None) or ()
    found = (snapshot.requests.get(ids[place]) for place in range(bisect_left(ids, start or ""), len(ids)))
    wanted = (each for each in found if each is not None and (each.system, each.kind) == (system, kind))
    return tuple(islice(wanted, most))


def withdraw_request(store: Store, caller: Caller, request_id: str) -> SystemUserRequest:
    """Take back a request of the caller, whatever its status; its reference is free unless a system user has it.

    Raises NotFound alike for an unknown id and another vendor's request. Source: rest-systemuser §5.5,
    §12.3 row 35.
    """

    def command(snapshot: Snapshot) -> Written[SystemUserRequest]:
        request = snapshot.requests.get(request_id)
        if request is None:
            raise no_such_request()
        try:
            _check_owned(snapshot, caller, request.system)
        except NotFound:
            raise no_such_request() from None
        return Written((remove(request),), request)

    return store.change(caller.name, command)


def no_such_request() -> NotFound:
    """The error for a request that is not there, or is not the caller's to see."""
    return NotFound(ErrorCode.REQUEST_NOT_FOUND, "there is no such request for a system user")


def refuse_taken(snapshot: Snapshot, reference: Reference) -> None:
    """No system user has the reference. Raises Conflict."""
    if reference in snapshot.user_references:
        raise Conflict(
            ErrorCode.SYSTEM_USER_EXISTS,
            f"`{reference.system}` has a system user there under the external reference `{reference.external_ref}`",
        )


def _existing(snapshot: Snapshot, reference: Reference, kind: SystemUserKind) -> SystemUserRequest | None:
    refuse_taken(snapshot, reference)
    request = snapshot.requests.get(snapshot.request_references.get(reference) or "")
    if request is not None and request.kind is not kind:
        code, what = _CLASH[request.status]
        raise Conflict(code, f"the external reference belongs to {what}")
    return request


def _organisation(owner: Party | None, number: str) -> Party:
    if owner is None or owner.kind is PartyKind.PERSON:
        raise NotFound(
            ErrorCode.ORGANISATION_NOT_FOUND, f"there is no organisation {mask_number(number)} in the register"
        )
    return owner


def _title(system: System) -> str:
    return system.name.get("nb") or system.id


def _check_owned(snapshot: Snapshot, caller: Caller, system_id: str) -> None:
    system = snapshot.systems.get(system_id)
    if system is None or not is_vendors(caller, system):
        raise no_such_system(system_id)
