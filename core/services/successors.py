"""What old services are in the new world, as facts: entered by the operator, from the tables of a migration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.domain.caller import Caller
from core.domain.change import key_of, put, remove
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right, ServiceKind, ServiceSuccessor
from core.errors import ErrorCode, InvalidInput
from core.services.administration import require_operator
from core.store.store import Store, Written


def put_successors(store: Store, caller: Caller, rows: Iterable[ServiceSuccessor]) -> int:
    """Say what actions of old services are in the new world, in place of all that was said about these actions.

    Returns how many rows were entered, changed or removed; all or nothing. The caller is the operator. Raises
    NotAllowed, and InvalidInput `UNKNOWN_SERVICE` where an old service is not known or the new one is no resource of
    the register. Source: users-and-migration §4.1 row 2.
    """
    require_operator(caller)
    wanted = tuple(rows)

    def command(snapshot: Snapshot) -> Written[int]:
        for row in wanted:
            _check(snapshot, row)
        new = [row for row in wanted if snapshot.vocabulary.get(("service_successor", key_of(row))) != row]
        edits = (*(put(row) for row in new), *(remove(row) for row in _replaced(snapshot, wanted)))
        return Written(edits, len(edits))

    return store.change(caller.name, command)


def _replaced(snapshot: Snapshot, wanted: Iterable[ServiceSuccessor]) -> Iterator[ServiceSuccessor]:
    """What is said about the same actions by rows that are not among those wanted."""
    kept = {key_of(row) for row in wanted}
    for right in sorted({Right(row.service, row.action) for row in wanted}):
        yield from (row for row in snapshot.catalogue.successors.get(right, ()) if key_of(row) not in kept)


def _check(snapshot: Snapshot, row: ServiceSuccessor) -> None:
    services = snapshot.catalogue.services
    resource = services.get(row.resource)
    if row.service not in services:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no service `{row.service}`")
    if resource is None or resource.kind is not ServiceKind.RESOURCE:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no resource `{row.resource}`")
