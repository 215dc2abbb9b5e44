"""What old services are in the new world, as facts: entered by the operator, from the tables of a migration."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.caller import Caller
from core.domain.change import key_of, put
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ServiceKind, ServiceSuccessor
from core.errors import ErrorCode, InvalidInput
from core.services.administration import require_operator
from core.store.store import Store, Written


def put_successor(store: Store, caller: Caller, row: ServiceSuccessor) -> ServiceSuccessor:
    """Enter what one action of an old service is in the new world, in place of a row with the same key.

    The caller is the operator. Raises NotAllowed, and InvalidInput `UNKNOWN_SERVICE` where the old service is not
    known or the new one is no resource of the register. Source: users-and-migration §4.1 row 2.
    """
    require_operator(caller)

    def command(snapshot: Snapshot) -> Written[ServiceSuccessor]:
        _check(snapshot, row)
        there = snapshot.vocabulary.get(("service_successor", key_of(row)))
        return Written(() if there == row else (put(row),), row)

    return store.change(caller.name, command)


def put_successors(store: Store, caller: Caller, rows: Iterable[ServiceSuccessor]) -> int:
    """Enter many rows at once; returns how many were new or changed. All or nothing. Raises as `put_successor`."""
    require_operator(caller)
    wanted = tuple(rows)

    def command(snapshot: Snapshot) -> Written[int]:
        for row in wanted:
            _check(snapshot, row)
        new = [row for row in wanted if snapshot.vocabulary.get(("service_successor", key_of(row))) != row]
        return Written(tuple(put(row) for row in new), len(new))

    return store.change(caller.name, command)


def _check(snapshot: Snapshot, row: ServiceSuccessor) -> None:
    services = snapshot.catalogue.services
    resource = services.get(row.resource)
    if row.service not in services:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no service `{row.service}`")
    if resource is None or resource.kind is not ServiceKind.RESOURCE:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no resource `{row.resource}`")
