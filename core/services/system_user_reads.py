"""System users as their owners, their vendors and the register of parties read them."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.caller import Caller
from core.domain.delegation import PackageDelegation, RightDelegation
from core.domain.identifiers import PartyId
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import SystemUser, SystemUserKind
from core.domain.system_change import NumberedUser, StreamedUser, UserStream
from core.domain.vocabulary import Right
from core.errors import ErrorCode, NotFound
from core.services.administration import no_such_user, require_access_management, require_overview
from core.services.package_checks import is_person, known_party
from core.services.systems import vendor_system
from core.store.store import Store


@dataclass(frozen=True, slots=True)
class UserAccess:
    """A system user and what it has: a standard one its owner's delegations, an agent its newest ceiling. Sorted."""

    user: SystemUser
    rights: tuple[Right, ...]
    packages: tuple[str, ...]


def users_of_vendor_system(
    store: Store, caller: Caller, system_id: str, start: int, limit: int
) -> tuple[NumberedUser, ...]:
    """The system users of the caller's system from the ordinal ``start`` on, at most ``limit``, in the order they came.

    Ordinals never change and rise with each new system user, so that pages neither lose nor double any while
    others write. Raises NotFound, NotAllowed. Source: rest-systemuser §4.3.
    """
    vendor_system(store.snapshot(), caller, system_id)
    return store.read(lambda ledger: ledger.register.users_of_system(system_id, start, limit))


def system_users_of_party(store: Store, caller: Caller, party: PartyId, kind: SystemUserKind) -> tuple[UserAccess, ...]:
    """The party's system users of one kind, in the order they came.

    The caller may read the party's accesses (standard) or see its system users (agents). Raises NotAllowed.
    Source: rest-systemuser §4.4.
    """
    found = store.read(lambda ledger: ledger.register.users_of_owner(party))
    snapshot, now = store.snapshot(), store.clock()
    if kind is SystemUserKind.STANDARD:
        require_access_management(snapshot, caller, party, now, action="read")
    else:
        require_overview(snapshot, caller, party, now)
    # The facts are newer than the rows: whoever is missing among them has gone meanwhile.
    entries = (snapshot.users.get(user.id) for user in found if user.kind is kind)
    wanted = (entry for entry in entries if entry is not None)
    return tuple(_access(store, snapshot, entry) for entry in wanted)


def system_user_of_party(store: Store, caller: Caller, party: PartyId, system_user: str) -> UserAccess:
    """One system user of the party. The caller may see the party's system users.

    Raises NotAllowed, then NotFound alike for one that is unknown or another party's. Source: rest-systemuser §4.4.
    """
    snapshot = store.snapshot()
    require_overview(snapshot, caller, party, store.clock())
    return _access(store, snapshot, _of_party(snapshot, party, system_user))


def delegations_of_system_user(store: Store, caller: Caller, party: PartyId, system_user: str) -> UserAccess:
    """What a system user of the party has. The caller may read the party's accesses.

    Raises NotAllowed, then NotFound: for one that is unknown or another party's, then for a party that is no
    organisation. Source: rest-systemuser §4.4 with §12.3 row 38.
    """
    snapshot = store.snapshot()
    require_access_management(snapshot, caller, party, store.clock(), action="read")
    if is_person(known_party(snapshot, party)):
        raise NotFound(ErrorCode.ORGANISATION_NOT_FOUND, "a person has no organisation number")
    return _access(store, snapshot, _of_party(snapshot, party, system_user))


def stream_of_system_users(store: Store, after: int, limit: int) -> UserStream:
    """System users whose newest change comes after ``after``, removed ones too, in order of that change.

    One that is changed while somebody reads comes again, later, as it is then. Source: rest-systemuser §4.9.
    """
    return store.read(
        lambda ledger: UserStream(ledger.register.users_after(after, limit), ledger.register.newest_user_change())
    )


def streamed_system_user(store: Store, system_user: str) -> StreamedUser | None:
    """One system user as the stream has it; None where there is none or it was removed. Source: as the stream."""
    found = store.read(lambda ledger: ledger.register.user(system_user))
    return None if found is None or found.removed else found


def _of_party(snapshot: Snapshot, party: PartyId, system_user: str) -> UserEntry:
    entry = snapshot.users.get(system_user)
    if entry is None or entry.user.owner != party:
        raise no_such_user()
    return entry


def _access(store: Store, snapshot: Snapshot, entry: UserEntry) -> UserAccess:
    user = entry.user
    if user.kind is SystemUserKind.AGENT:
        ceiling = entry.latest if entry.generations else None
        rights, packages = (ceiling.rights, ceiling.packages) if ceiling is not None else (frozenset(), frozenset())
        return UserAccess(user, tuple(sorted(rights)), tuple(sorted(packages)))
    now = store.clock()
    given = (held for held in snapshot.holdings(user.owner, user.id) if held.window is None or held.window.holds(now))
    grants = tuple(held for held in given if isinstance(held, (PackageDelegation, RightDelegation)))
    return UserAccess(
        user,
        tuple(sorted({right for grant in grants for right in grant.rights})),
        tuple(sorted({package for grant in grants for package in grant.packages})),
    )
