"""The owner's side of system users: making one from a system that is offered, renaming and removing it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

from core.domain.caller import Caller
from core.domain.cascade import dependants_of
from core.domain.change import Edit, put, remove
from core.domain.identifiers import PartyId
from core.domain.party import Party
from core.domain.snapshot import Reference, Snapshot
from core.domain.system import SystemUser, SystemUserKind
from core.errors import ErrorCode, InvalidInput, NotAllowed, NotFound
from core.services.administration import no_such_user, require_access_management, standing_system
from core.services.new_users import edits_of_new_user
from core.services.package_checks import is_person, known_party, refuse_unless_giveable
from core.services.requests import refuse_taken
from core.store.store import Store, Written

LONGEST_TITLE = 255
"""Signs in the title of a system user at the most. Source: rest-systemuser §5.1."""


def create_system_user(store: Store, caller: Caller, party: PartyId, system_id: str, title: str) -> SystemUser:
    """Make a standard system user of ``party`` that is given everything its system lists.

    Its external reference is the party's organisation number. The caller is a person who manages the party's
    accesses and could give all of it. A system that is not offered to everybody can be chosen too, as with the
    platform; one that lists nothing cannot, by our own rule. Raises, in this order: NotAllowed, NotFound without a
    standing system, NotFound where the party is no organisation, Conflict, InvalidInput, DelegationRefused. All is
    written or nothing. Source: rest-systemuser §4.5.
    """
    name, now = _title(title), store.clock()

    def command(snapshot: Snapshot) -> Written[SystemUser]:
        require_access_management(snapshot, caller, party, now)
        system = standing_system(snapshot, system_id)
        owner = _organisation(snapshot, party)
        refuse_taken(snapshot, Reference(system.id, owner.id, owner.number))
        if not system.rights and not system.packages:
            raise InvalidInput(ErrorCode.NOTHING_REQUESTED, f"`{system.id}` lists no right and no access package")
        refuse_unless_giveable(snapshot, caller, owner.id, now, rights=system.rights, packages=system.packages)
        user_id = str(uuid.uuid4())
        user = SystemUser(user_id, SystemUserKind.STANDARD, system.id, owner.id, owner.number, name, now)
        return Written(tuple(edits_of_new_user(user, system.rights, system.packages, caller, now)), user)

    return store.change(caller.name, command)


def rename_system_user(
    store: Store, caller: Caller, system_user: str, title: str, party: PartyId | None = None
) -> SystemUser:
    """Give a system user a new title.

    The caller is a person who manages the accesses of its owner, which is ``party`` where that is named. Raises
    InvalidInput for a title that is empty or too long, and NotFound alike for an unknown system user and one that
    is not the caller's to change. Source: rest-systemuser §4.6 with §12.1 row 22.
    """
    name, now = _title(title), store.clock()

    def command(snapshot: Snapshot) -> Written[SystemUser]:
        entry = snapshot.users.get(system_user)
        if entry is None or (party is not None and entry.user.owner != party):
            raise no_such_user()
        try:
            require_access_management(snapshot, caller, entry.user.owner, now)
        except NotAllowed as refused:
            raise no_such_user() from refused
        renamed = replace(entry.user, title=name)
        return Written((put(renamed),), renamed)

    return store.change(caller.name, command)


def remove_system_user(
    store: Store,
    caller: Caller,
    party: PartyId,
    system_user: str,
    kind: SystemUserKind | None = None,
    *,
    facilitator: PartyId | None = None,
) -> SystemUser:
    """Remove a system user of ``party`` with everything it was given, and its request, so that its reference is free.

    The caller is a person who manages the party's accesses. From the moment this returns it may do nothing.
    Nothing is removed before everything has been checked. Raises NotAllowed, NotFound, and InvalidInput where it
    is not of ``kind`` or ``facilitator`` is named and not its owner. Source: rest-systemuser §4.7, §4.8 with §12 rows
    23 and 38, pdp-and-tokens §11 row 6.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[SystemUser]:
        require_access_management(snapshot, caller, party, now)
        entry = snapshot.users.get(system_user)
        if entry is None:
            raise no_such_user()
        user = entry.user
        if user.owner != party:
            raise NotAllowed(ErrorCode.NOT_THE_OWNER, "the system user belongs to another party")
        _refuse_other(user, kind)
        if facilitator is not None and facilitator != user.owner:
            raise InvalidInput(ErrorCode.FACILITATOR_MISMATCH, "the facilitator named does not own the system user")
        edits = (*dependants_of(snapshot, (user,), now), *_request_of(snapshot, user), remove(user))
        return Written(edits, user)

    return store.change(caller.name, command)


def _title(title: str) -> str:
    name = title.strip()
    if not name or len(name) > LONGEST_TITLE:
        sentence = f"a title has between 1 and {LONGEST_TITLE} signs"
        raise InvalidInput(ErrorCode.INVALID_EXTERNAL_REFERENCE, sentence, details={"field": "title"})
    return name


def _organisation(snapshot: Snapshot, party: PartyId) -> Party:
    found = known_party(snapshot, party)
    if is_person(found):
        raise NotFound(ErrorCode.ORGANISATION_NOT_FOUND, "a person has no organisation number")
    return found


def _refuse_other(user: SystemUser, kind: SystemUserKind | None) -> None:
    if kind is None or user.kind is kind:
        return
    if kind is SystemUserKind.STANDARD:
        raise InvalidInput(ErrorCode.NOT_STANDARD, "the system user works for clients and not for its owner")
    raise InvalidInput(ErrorCode.NOT_AN_AGENT, "the system user works for its owner and not for clients")


def _request_of(snapshot: Snapshot, user: SystemUser) -> Iterator[Edit]:
    reference = Reference(user.system, user.owner, user.external_ref)
    request = snapshot.requests.get(snapshot.request_references.get(reference) or "")
    if request is not None:
        yield remove(request)
