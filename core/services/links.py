"""Linking enterprise systems to the system users that take their place, one for each ground."""

from __future__ import annotations

from core.domain.caller import Caller
from core.domain.change import put, remove
from core.domain.party_file import SOLE_PROPRIETOR
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem, SystemUser, SystemUserLink
from core.errors import ErrorCode, NotAllowed, NotFound
from core.services.administration import no_such_user, require_operator
from core.store.store import Store, Written


def link_system_user(
    store: Store, caller: Caller, enterprise_system: int, system_user: str, ground: str
) -> SystemUserLink:
    """Make a system user one that answers for the enterprise system on ``ground``; twice gives what is there.

    The link carries the system user's external reference. The caller is the operator. Both must be of the same owner,
    or the system's owner is the person whose sole proprietorship owns the system user: whoever knows the system's
    password acts with the system user's rights after the cut-over. Raises NotAllowed, NotFound.
    Source: users-and-migration §4.1 rows 7, 8 and 22.
    """
    require_operator(caller)

    def command(snapshot: Snapshot) -> Written[SystemUserLink]:
        system = snapshot.enterprise_systems.get(enterprise_system)
        if system is None:
            raise NotFound(ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND, f"there is no enterprise system {enterprise_system}")
        entry = snapshot.users.get(system_user)
        if entry is None:
            raise no_such_user()
        if not _is_owners(snapshot, system, entry.user):
            raise NotAllowed(ErrorCode.NOT_THE_OWNER, "the system user is not of the enterprise system's owner")
        link = SystemUserLink(enterprise_system, system_user, ground, entry.user.external_ref)
        there = _link(snapshot, enterprise_system, system_user)
        return Written(() if there == link else (put(link),), link)

    return store.change(caller.name, command)


def unlink_system_user(store: Store, caller: Caller, enterprise_system: int, system_user: str) -> SystemUserLink | None:
    """End a link; returns it, or None where there was none. The caller is the operator. Raises NotAllowed."""
    require_operator(caller)

    def command(snapshot: Snapshot) -> Written[SystemUserLink | None]:
        there = _link(snapshot, enterprise_system, system_user)
        return Written(() if there is None else (remove(there),), there)

    return store.change(caller.name, command)


def _link(snapshot: Snapshot, enterprise_system: int, system_user: str) -> SystemUserLink | None:
    links = snapshot.links.get(enterprise_system) or ()
    return next((each for each in links if each.system_user == system_user), None)


def _is_owners(snapshot: Snapshot, system: EnterpriseSystem, user: SystemUser) -> bool:
    proprietor = snapshot.represents.get(system.owner) or ()
    return user.owner == system.owner or any(
        role.party == user.owner and role.role == SOLE_PROPRIETOR for role in proprietor
    )
