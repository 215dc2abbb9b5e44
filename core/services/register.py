"""What the registers tell: roles that begin and end, and what ends with them."""

from __future__ import annotations

from core.domain.caller import Caller
from core.domain.cascade import dependants_of
from core.domain.change import put, remove
from core.domain.party import RegisterRole
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, NotFound
from core.store.store import Store, Written


def record_register_role(store: Store, caller: Caller, role: RegisterRole) -> RegisterRole:
    """Take in a register role that has begun. Raises NotFound where a party of it is unknown."""

    def command(snapshot: Snapshot) -> Written[RegisterRole]:
        if snapshot.party(role.party) is None or snapshot.party(role.holder) is None:
            raise NotFound(ErrorCode.PARTY_NOT_FOUND, "a party of the register role is not known")
        return Written((put(role),), role)

    return store.change(caller.name, command)


def end_register_role(store: Store, caller: Caller, role: str) -> RegisterRole:
    """Take in that a register role has ended; every client delegation that flowed from it ends with it.

    Raises NotFound for an unknown id.
    """
    found = store.find("register_role", role)
    if not isinstance(found, RegisterRole):
        raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"there is no register role `{role}`")

    def command(snapshot: Snapshot) -> Written[RegisterRole]:
        if found not in snapshot.grounds(found.party):
            raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"there is no register role `{role}`")
        return Written((remove(found), *dependants_of(snapshot, (found,), store.clock())), found)

    return store.change(caller.name, command)
