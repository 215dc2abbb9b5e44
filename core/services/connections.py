"""Taking a party on as rightholder, and ending that with everything that was given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.domain.caller import Caller
from core.domain.cascade import dependants_of
from core.domain.change import Edit, put, remove
from core.domain.connections import (
    ConnectionView,
    connection,
    connection_between,
    connections_from,
    connections_to,
    given,
    is_connected,
)
from core.domain.delegation import Connection
from core.domain.identifiers import PartyId, ServiceId
from core.domain.package_check import PackageCheck, RightCheck, check_packages, check_rights, package_party_type
from core.domain.party import Party, PartyKind
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import RIGHTHOLDER, Right
from core.errors import Conflict, ErrorCode, Fix, InvalidInput, NotAllowed, NotFound
from core.services.administration import require_access_management
from core.services.package_checks import known_party
from core.store.store import Store, Written


def connect(store: Store, caller: Caller, giver: PartyId, receiver: PartyId) -> Connection:
    """Take ``receiver``, a person or an organisation, on as rightholder of ``giver``; twice gives what is there.

    Nothing is given by it. The caller is a person who manages the giver's accesses. Raises NotAllowed, NotFound,
    and InvalidInput `RECEIVER_NOT_ALLOWED` where the two are the same. Source: pdp-and-tokens §14.6.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[Connection]:
        require_access_management(snapshot, caller, giver, now)
        refuse_receiver(snapshot, giver, receiver)
        there = connection(snapshot, giver, receiver)
        if there is not None:
            return Written((), there)
        new = Connection(giver, receiver, RIGHTHOLDER, caller.name, now)
        return Written((put(new),), new)

    return store.change(caller.name, command)


def disconnect(
    store: Store, caller: Caller, party: PartyId, giver: PartyId, receiver: PartyId, *, cascade: bool
) -> tuple[Edit, ...]:
    """End a connection, and with ``cascade`` everything that was given over it and all that flowed from that.

    Returns what was written, nothing where the two were not connected. From the moment this returns nothing is
    permitted on it, and connecting anew revives nothing. The caller is a person who manages the accesses of
    ``party``, which is one of the two. Raises NotAllowed, NotFound, and Conflict `CONNECTION_IN_USE` where
    something is given and ``cascade`` is not wanted. Source: pdp-and-tokens §11 row 5 and §14.6.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[Edit, ...]]:
        require_side(snapshot, caller, party, giver, receiver, now)
        there, facts = connection(snapshot, giver, receiver), given(snapshot, giver, receiver)
        if facts and not cascade:
            raise Conflict(ErrorCode.CONNECTION_IN_USE, "something is given over the connection")
        ended = (*(() if there is None else (remove(there),)), *(remove(fact) for fact in facts))
        edits = (*ended, *dependants_of(snapshot, facts, now))
        return Written(edits, edits)

    return store.change(caller.name, command)


def require_side(
    snapshot: Snapshot, caller: Caller, party: PartyId, giver: PartyId, receiver: PartyId, at: datetime
) -> None:
    """The caller manages the accesses of ``party``, and it is one of the two. Raises NotAllowed, NotFound.

    Ownership comes first: of parties that the caller has nothing to do with, nothing is told.
    """
    require_access_management(snapshot, caller, party, at)
    if party not in {giver, receiver}:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "the party is neither the giver nor the receiver")
    known_party(snapshot, giver, "giver")
    if receiver not in snapshot.users:
        known_party(snapshot, receiver, "receiver")


def require_connection(snapshot: Snapshot, giver: PartyId, receiver: PartyId, at: datetime) -> None:
    """The two are connected. Raises InvalidInput with what would help."""
    if not is_connected(snapshot, giver, receiver, at):
        party = known_party(snapshot, giver, "giver")
        fix = Fix(
            ErrorCode.NOT_CONNECTED,
            RIGHTHOLDER,
            party.masked_number,
            "the receiver is connected to the party first",
            "a person with tilgangsstyrer there",
        )
        raise InvalidInput(
            ErrorCode.NOT_CONNECTED, "the two are not connected", fixes=(fix,), details={"which": "receiver"}
        )


def refuse_receiver(snapshot: Snapshot, giver: PartyId, receiver: PartyId) -> None:
    """The receiver is a known party and not the giver itself. Raises NotFound, InvalidInput."""
    if receiver in snapshot.users:
        raise InvalidInput(
            ErrorCode.RECEIVER_NOT_ALLOWED,
            "a system user is given its rights by approval",
            details={"which": "receiver"},
        )
    known_party(snapshot, receiver, "receiver")
    if receiver == giver:
        raise InvalidInput(
            ErrorCode.RECEIVER_NOT_ALLOWED, "a party gives itself nothing", details={"which": "receiver"}
        )


def person_named(snapshot: Snapshot, number: str, last_name: str) -> Party:
    """The person with this national identity number and last name, case ignored.

    Raises NotFound alike for a number that nobody has and for a name that is not that person's.
    Source: pdp-and-tokens §14.3.
    """
    found = snapshot.party_numbered(number.strip())
    names = found.name.casefold().split() if found is not None and found.kind is PartyKind.PERSON else []
    wanted = last_name.casefold().split()
    if found is None or not wanted or names[-len(wanted) :] != wanted:
        raise NotFound(ErrorCode.PERSON_NOT_FOUND, "no person has this number and last name")
    return found


# -- reading ------------------------------------------------------------------------------------


def list_connections(
    snapshot: Snapshot,
    caller: Caller,
    party: PartyId,
    giver: PartyId | None,
    receiver: PartyId | None,
    *,
    at: datetime,
    start: str = "",
) -> Iterable[ConnectionView]:
    """What ``party`` has given, or has been given, at ``at``, in order of the other's id from ``start`` on.

    The caller is a person who manages the party's accesses. Where neither ``giver`` nor ``receiver`` is named, what
    was given. Raises NotAllowed. Source: pdp-and-tokens §14.6.
    """
    require_access_management(snapshot, caller, party, at, action="read")
    if giver is None and receiver != party:
        giver = party
    elif receiver is None and giver != party:
        receiver = party
    if party not in {giver, receiver}:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "the party is neither the giver nor the receiver")
    if giver is None:
        return connections_to(snapshot, party, at, start)
    if receiver is None:
        return connections_from(snapshot, party, at, start)
    found = connection_between(snapshot, giver, receiver, at)
    return () if found is None else (found,)


def packages_giveable(
    snapshot: Snapshot, caller: Caller, party: PartyId, packages: tuple[str, ...], at: datetime
) -> tuple[PackageCheck, ...]:
    """Whether the caller may give each package on behalf of ``party``; every one of its kind where none is named.

    The caller is a person who manages the party's accesses. Raises NotAllowed. Source: pdp-and-tokens §14.6.
    """
    require_access_management(snapshot, caller, party, at)
    kind = package_party_type(known_party(snapshot, party))
    known = snapshot.catalogue.packages
    asked = packages or tuple(sorted(code for code, package in known.items() if package.party_type == kind))
    return check_packages(snapshot, caller.party, party, asked, at)


def rights_giveable(
    snapshot: Snapshot, caller: Caller, party: PartyId, service: str, at: datetime
) -> tuple[RightCheck, ...]:
    """Whether the caller may give each action on the service on behalf of ``party``, in order of action.

    The caller is a person who manages the party's accesses. Raises NotAllowed, and InvalidInput
    `UNKNOWN_SERVICE`. Source: pdp-and-tokens §14.6.
    """
    require_access_management(snapshot, caller, party, at)
    found = snapshot.catalogue.services.get(ServiceId(service))
    if found is None:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no service `{service[:64]}`")
    rights = [Right(found.id, action) for action in sorted(snapshot.catalogue.actions.get(found.id, ()))]
    return check_rights(snapshot, caller.party, party, rights, at)
