"""Brown-outs: planned by the operator, and held against every call once its caller is known."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from math import ceil

from core.domain.brown_out import PLANNED, BrownOut, brown_out_for
from core.domain.caller import Caller, CallerKind
from core.domain.change import put, remove
from core.domain.snapshot import Snapshot
from core.errors import BrownedOut, ErrorCode, InvalidInput, NotFound
from core.services.administration import require_operator
from core.store.store import Store, Written


def add_brown_out(
    store: Store,
    caller: Caller,
    begins: datetime,
    ends: datetime,
    *,
    callers: Iterable[str] = (),
    allowed: Iterable[str] = (),
    operations: Iterable[str] = (),
) -> BrownOut:
    """Plan a brown-out; see `BrownOut` for what each part means.

    Callers are named as the change log names them: ``enterprise-system:4711``, ``enterprise-user:<id>``,
    ``person-login:<party id>``, ``service-owner:<system number>``. Raises InvalidInput for times in the wrong
    order, one that is over already, and a system or user that is not there, NotAllowed for anybody but the operator.
    """
    require_operator(caller)
    planned = BrownOut(str(uuid.uuid4()), begins, ends, _sorted(callers), _sorted(allowed), _sorted(operations))
    if begins >= ends or ends <= store.clock():
        raise InvalidInput(ErrorCode.INVALID_BROWN_OUT, "a brown-out ends after it begins, and not in the past")

    def command(snapshot: Snapshot) -> Written[BrownOut]:
        strange = next((name for name in (*planned.callers, *planned.allowed) if not _is_known(snapshot, name)), None)
        if strange is not None:
            raise InvalidInput(ErrorCode.INVALID_BROWN_OUT, f"there is no caller {strange}")
        return Written((put(planned),), planned)

    return store.change(caller.name, command)


def end_brown_out(store: Store, caller: Caller, brown_out: str) -> BrownOut:
    """End a brown-out now; one that has not begun is taken out of the plan. Returns it as it stands then.

    One that is over stays as it is. Raises NotFound, NotAllowed for anybody but the operator.
    """
    require_operator(caller)
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[BrownOut]:
        found = next((each for each in planned_brown_outs(snapshot) if each.id == brown_out), None)
        if found is None:
            raise NotFound(ErrorCode.BROWN_OUT_NOT_FOUND, "there is no brown-out with this id")
        if now <= found.begins:
            return Written((remove(found),), found)
        if now >= found.ends:
            return Written((), found)
        ended = replace(found, ends=now)
        return Written((put(ended),), ended)

    return store.change(caller.name, command)


def planned_brown_outs(snapshot: Snapshot) -> tuple[BrownOut, ...]:
    """Every brown-out, those that are over among them, in the order in which they begin."""
    return tuple(sorted(snapshot.brown_outs.get(PLANNED) or (), key=lambda each: (each.begins, each.id)))


def refuse_in_brown_out(store: Store, caller: Caller, operations: Collection[str]) -> None:
    """Raises BrownedOut where ``caller`` is turned away now from an operation that goes by ``operations``.

    Asked when the caller has just logged on, on the facts that were read for that, and before anything is done:
    what it sent is stored nowhere, and the id of its batch stays free.
    """
    planned = store.seen().brown_outs.get(PLANNED)
    if not planned:
        return
    now = store.clock()
    found = brown_out_for(planned, caller.name, operations, now)
    if found is not None:
        raise BrownedOut(found.id, max(ceil((found.ends - now).total_seconds()), 1))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in names}))


def _is_known(snapshot: Snapshot, name: str) -> bool:
    kind, _, known = name.partition(":")
    if kind in (CallerKind.ENTERPRISE_SYSTEM, CallerKind.SERVICE_OWNER):
        return known.isascii() and known.isdigit() and int(known) in snapshot.enterprise_systems
    if kind == CallerKind.ENTERPRISE_USER:
        return known in snapshot.enterprise_users
    if kind == CallerKind.PERSON_LOGIN:
        return known in snapshot.person_logins
    return False
