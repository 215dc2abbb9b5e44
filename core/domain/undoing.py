"""Taking back what a step of a plan did: restored where it is still as it was left, told where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.domain.cascade import dependants_of, dependants_of_edits
from core.domain.change import KIND_OF, Edit, Fact, Operation, put, remove
from core.domain.change_request import ChangeRequest
from core.domain.connections import given
from core.domain.delegation import ClientDelegation, Connection, PackageDelegation, RightDelegation
from core.domain.move import Touched
from core.domain.present import present
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, System, SystemUser, SystemUserKind, SystemUserLink, SystemUserRequest


class Obstacle(StrEnum):
    """Why something stays."""

    CHANGED_SINCE = "changed-since"
    IN_USE = "in-use"


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking back writes, and what stays because of others.

    ``left`` is what stays and why, fact by fact; ``came_along`` counts the facts of others that end because what
    they flowed from ends; ``kept`` those that others have added to what was ours, and that stay.
    """

    edits: tuple[Edit, ...]
    left: tuple[tuple[Touched, Obstacle], ...]
    came_along: int
    kept: int


def undo(snapshot: Snapshot, touched: Iterable[Touched], at: datetime) -> Undoing:
    """How to make the facts as they were before one step, last changed first.

    A system user goes with everything its approval brought; it stays, and all of that with it, where clients, links or
    change requests of others are on it. An entry of the system register goes only where no system user and no request
    is left of it. What a party gave ends with what flowed from it. Where others have added to a client delegation or a
    system, theirs stays.
    """
    work = _Work(snapshot, at)
    for each in reversed(tuple(touched)):
        work.take(each)
    return work.finish()


_RESTS_ON_USER = (ClientDelegation, SystemUserLink, ChangeRequest, Connection)
_OF_USER = (Generation, PackageDelegation, RightDelegation)
_SETS: dict[type, tuple[str, ...]] = {
    ClientDelegation: ("packages", "resources", "rights"),
    System: ("rights", "packages", "client_ids"),
}


class _Work:
    def __init__(self, snapshot: Snapshot, at: datetime) -> None:
        self._snapshot = snapshot
        self._at = at
        self._edits: dict[tuple[str, object], Edit] = {}
        self._left: list[tuple[Touched, Obstacle]] = []
        self._came_along = 0
        self._kept = 0

    def take(self, each: Touched) -> None:
        """Take one fact back, or leave it."""
        now = present(self._snapshot, each.fact)
        # What others have taken away meanwhile is not put back: neither as we made it nor as it was before us.
        if now == each.before or (now is None and each.after is not None):
            return
        obstacle = self._restore(each, now)
        if obstacle is not None:
            self._left.append((each, obstacle))

    def finish(self) -> Undoing:
        """Everything, with what ends because its ground ends."""
        own = tuple(self._edits.values())
        for edit in dependants_of_edits(self._snapshot, own, self._at):
            self._came_along += self._add(edit)
        order = sorted(self._edits.values(), key=lambda edit: edit.operation is Operation.PUT)
        return Undoing(tuple(order), tuple(self._left), self._came_along, self._kept)

    def _add(self, edit: Edit) -> bool:
        kind = KIND_OF[type(edit.fact)]
        key = (kind.name, kind.key(edit.fact))
        known = self._edits.get(key)
        if known is None or known.operation is Operation.PUT:
            self._edits[key] = edit
        return known is None

    def _restore(self, each: Touched, now: Fact | None) -> Obstacle | None:
        user = _user_of(self._snapshot, each.fact)
        if user is not None:
            return self._with_user(each, user)
        if each.before is None and now is not None and self._is_in_use(now):
            return Obstacle.IN_USE
        if now == each.after or _same_request(now, each.after):
            self._add(remove(each.fact) if each.before is None else put(each.before))
            return None
        merged = _without_ours(now, each)
        if merged is None:
            return Obstacle.CHANGED_SINCE
        self._kept += 1
        self._add(merged)
        return None

    def _with_user(self, each: Touched, user: SystemUser) -> Obstacle | None:
        """A fact of a system user that is there: it goes with the user, or stays with it."""
        dependants = dependants_of(self._snapshot, (user,), self._at)
        if any(isinstance(edit.fact, _RESTS_ON_USER) for edit in dependants):
            return Obstacle.IN_USE
        for edit in (*dependants, remove(user)):
            self._add(edit)
        if isinstance(each.fact, SystemUserRequest):
            self._add(remove(each.fact) if each.before is None else put(each.before))
        return None

    def _is_in_use(self, fact: Fact) -> bool:
        if isinstance(fact, System):
            requests = any(self._snapshot.requests_of_system.get((fact.id, kind)) for kind in SystemUserKind)
            return bool(self._snapshot.users_of_system.get(fact.id) or requests)
        if isinstance(fact, Connection):
            return any(not self._is_removed(other) for other in given(self._snapshot, fact.giver, fact.receiver))
        return False

    def _is_removed(self, fact: Fact) -> bool:
        kind = KIND_OF[type(fact)]
        edit = self._edits.get((kind.name, kind.key(fact)))
        return edit is not None and edit.operation is Operation.REMOVE


def _user_of(snapshot: Snapshot, fact: Fact) -> SystemUser | None:
    """The system user that the fact came with, where it is there."""
    identity: str | None = None
    if isinstance(fact, (SystemUser, SystemUserRequest)):
        identity = fact.id
    elif isinstance(fact, Generation):
        identity = fact.system_user
    elif isinstance(fact, (PackageDelegation, RightDelegation)):
        identity = fact.receiver
    entry = None if identity is None else snapshot.users.get(identity)
    return None if entry is None else entry.user


def _same_request(now: Fact | None, after: Fact | None) -> bool:
    """Whether it is the request we made, whatever was answered to it."""
    if not (isinstance(now, SystemUserRequest) and isinstance(after, SystemUserRequest)):
        return False
    return replace(now, status=after.status, escalated=after.escalated) == after


def _without_ours(now: Fact | None, each: Touched) -> Edit | None:
    """The fact as others have made it, less what we added; None where that cannot be told apart."""
    names = _SETS.get(type(each.fact))
    if names is None or now is None or each.after is None or (each.before is None and isinstance(now, System)):
        return None
    values = {name: _less(getattr(now, name), _added(each, name)) for name in names}
    if isinstance(now, ClientDelegation) and not any(values.values()):
        return remove(now)
    return put(replace(now, **values))


def _added(each: Touched, name: str) -> frozenset[Any]:
    before = frozenset() if each.before is None else frozenset(getattr(each.before, name))
    return frozenset(getattr(each.after, name)) - before


def _less(values: Any, ours: frozenset[Any]) -> Any:
    return type(values)(value for value in values if value not in ours)
