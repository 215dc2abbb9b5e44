"""Change requests on the vendor's side: asking for other packages and rights, reading, taking back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import put, remove
from core.domain.change_request import (
    ChangeOutcome,
    ChangeRequest,
    ChangeStatus,
    NewChange,
    ceiling_after,
    services_of,
)
from core.domain.identifiers import ServiceId
from core.domain.snapshot import Reference, Snapshot, UserEntry
from core.domain.system import System, SystemUserKind
from core.errors import Conflict, ErrorCode, InvalidInput, NotAllowed
from core.services.administration import is_vendors, no_such_system, no_such_user, system_of_vendor
from core.services.external_ids import external_ref_or_default
from core.services.package_checks import known_party
from core.services.request_check import check_redirect, check_wanted
from core.services.requests import no_such_request
from core.store.store import Store, Written


def request_change(store: Store, caller: Caller, new: NewChange, *, agents: bool = True) -> ChangeOutcome:
    """Ask that a system user of the caller's system shall have other packages and rights.

    The same id again gives what is there, whatever its status and without comparing. Where nothing is asked
    for, nothing is stored, and the status is `NO_CHANGE_NEEDED`. ``agents``: agent system users can be
    changed too, which the platform refuses. Order of checks: the system user, its vendor, the id, a standing
    system, the redirect address, then what is required. Raises NotFound, NotAllowed (`NOT_THE_VENDOR`),
    InvalidInput, and Conflict where the id names another vendor's change. Source: rest-systemuser §6.1,
    §12.1 rows 6, 14 and 21.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[ChangeOutcome]:
        entry = _user_of_vendor(snapshot, caller, new)
        change = _change(new, entry, now)
        if change.is_empty:
            return Written((), ChangeOutcome(replace(change, status=ChangeStatus.NO_CHANGE_NEEDED), False))
        known = snapshot.change_requests.get(new.id)
        if known is not None and _is_callers(snapshot, caller, known):
            return Written((), ChangeOutcome(known, False))
        if entry.user.kind is SystemUserKind.AGENT and not agents:
            raise no_such_user()
        if known is not None:
            raise _taken(known)
        system = system_of_vendor(snapshot, caller, change.system)
        known_party(snapshot, entry.user.owner)
        check_redirect(system, change.redirect_url)
        check_change(snapshot, system, entry, change)
        return Written((put(change),), ChangeOutcome(change, True))

    return store.change(caller.name, command)


def vendor_change(snapshot: Snapshot, caller: Caller, change_id: str) -> ChangeRequest:
    """A change request of the caller by its id.

    Raises NotFound: `REQUEST_NOT_FOUND`, or `SYSTEM_NOT_FOUND` where the system is another vendor's.
    Source: rest-systemuser §6.2 (C2).
    """
    change = snapshot.change_requests.get(change_id)
    if change is None:
        raise no_such_request()
    if not _is_callers(snapshot, caller, change):
        raise no_such_system(change.system)
    return change


def vendor_change_by_reference(
    snapshot: Snapshot, caller: Caller, system: str, owner_number: str, external_ref: str | None
) -> ChangeRequest:
    """The newest change request for the system user that the caller knows by its own key.

    Raises NotFound: `SYSTEM_NOT_FOUND` where the system is unknown or another vendor's, else
    `REQUEST_NOT_FOUND`. Source: rest-systemuser §6.2 (C3), §12.1 row 15.
    """
    _own_system(snapshot, caller, system)
    owner = snapshot.party_numbered(owner_number)
    if owner is None:
        raise no_such_request()
    reference = Reference(system, owner.id, external_ref_or_default(external_ref, owner_number))
    user = snapshot.user_references.get(reference)
    ids = snapshot.change_requests_of_user.get(user or "") or ()
    found = [change for each in ids if (change := snapshot.change_requests.get(each)) is not None]
    if not found:
        raise no_such_request()
    return max(found, key=lambda change: (change.created, change.id))


def changes_of_system(
    snapshot: Snapshot, caller: Caller, system: str, start: str | None, most: int
) -> tuple[ChangeRequest, ...]:
    """At most ``most`` change requests of the caller's system in order of id, from the id ``start`` on.

    Raises NotFound where the system is unknown or another vendor's. Source: rest-systemuser §6.2 (C4),
    §12.4 row 44.
    """
    _own_system(snapshot, caller, system)
    ids = snapshot.change_requests_of_system.get(system) or ()
    first = bisect_left(ids, start or "")
    found = (snapshot.change_requests.get(each) for each in ids[first : first + most])
    return tuple(change for change in found if change is not None)


def withdraw_change(store: Store, caller: Caller, change_id: str) -> ChangeRequest:
    """Take back a change request of the caller, whatever its status; its id is free again.

    What an accepted one has changed stays changed. Raises NotFound alike for an unknown id and another
    vendor's. Source: rest-systemuser §6.2 (C5), §12.3 row 35.
    """

    def command(snapshot: Snapshot) -> Written[ChangeRequest]:
        change = snapshot.change_requests.get(change_id)
        if change is None or not _is_callers(snapshot, caller, change):
            raise no_such_request()
        return Written((remove(change),), change)

    return store.change(caller.name, command)


# -- shared with the owner's side ---------------------------------------------------------------


def check_change(snapshot: Snapshot, system: System, entry: UserEntry, change: ChangeRequest) -> None:
    """What is required is listed by the system and fit for the kind of system user; an agent keeps something.

    Raises InvalidInput. Source: rest-systemuser §6.1 steps 13 and 14; the last is ours.
    """
    if change.required_rights or change.required_packages:
        check_wanted(snapshot.catalogue, system, entry.user.kind, change.required_rights, change.required_packages)
    after = ceiling_after(entry.latest, change, offered_actions(snapshot, change), change.created)
    if entry.user.kind is SystemUserKind.AGENT and not after.packages and not after.rights:
        raise InvalidInput(ErrorCode.AGENT_NEEDS_PACKAGES, "the change leaves the agent system user with nothing")


def offered_actions(snapshot: Snapshot, change: ChangeRequest) -> Mapping[ServiceId, tuple[str, ...]]:
    """All the actions of each service that the change is about."""
    return {service: snapshot.catalogue.actions.get(service, ()) for service in services_of(change)}


# -- the vendor's own ---------------------------------------------------------------------------


def _user_of_vendor(snapshot: Snapshot, caller: Caller, new: NewChange) -> UserEntry:
    entry = snapshot.users.get(new.system_user)
    if entry is None or not entry.generations:
        raise no_such_user()
    if new.id == new.system_user:
        raise InvalidInput(ErrorCode.CHANGE_ID_IS_SYSTEM_USER, "the change must have an id of its own")
    system = snapshot.systems.get(entry.user.system)
    if system is None or not is_vendors(caller, system):
        raise NotAllowed(ErrorCode.NOT_THE_VENDOR, "only the vendor of its system may ask for a change")
    return entry


def _change(new: NewChange, entry: UserEntry, at: datetime) -> ChangeRequest:
    return ChangeRequest(
        id=new.id,
        system_user=new.system_user,
        system=entry.user.system,
        required_rights=tuple(dict.fromkeys(new.required_rights)),
        unwanted_rights=tuple(dict.fromkeys(new.unwanted_rights)),
        required_packages=tuple(dict.fromkeys(new.required_packages)),
        unwanted_packages=tuple(dict.fromkeys(new.unwanted_packages)),
        status=ChangeStatus.NEW,
        redirect_url=new.redirect_url,
        created=at,
    )


def _is_callers(snapshot: Snapshot, caller: Caller, change: ChangeRequest) -> bool:
    system = snapshot.systems.get(change.system)
    return system is not None and is_vendors(caller, system)


def _own_system(snapshot: Snapshot, caller: Caller, system_id: str) -> None:
    system = snapshot.systems.get(system_id)
    if system is None or not is_vendors(caller, system):
        raise no_such_system(system_id)


def _taken(known: ChangeRequest) -> Conflict:
    if known.status is ChangeStatus.NEW:
        return Conflict(ErrorCode.REQUEST_PENDING, "the correlation id belongs to a change that is not answered yet")
    return Conflict(ErrorCode.CHANGE_ANSWERED, "the correlation id belongs to a change that has been answered")
