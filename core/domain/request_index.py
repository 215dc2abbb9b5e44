"""Requests and change requests in the next snapshot: found by id, by reference, and listed in order of id."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from core.domain.change import Operation
from core.domain.change_request import ChangeRequest
from core.domain.own_facts import reached
from core.domain.sharded import ShardedDraft
from core.domain.snapshot import Reference
from core.domain.system import SystemUserRequest

Maps = Callable[[str], ShardedDraft[Any, Any]]


class RequestIndex:
    """Takes in requests and change requests; their lists are put in order at the end."""

    def __init__(self, maps: Maps) -> None:
        self._maps = maps
        self._listed: dict[tuple[str, Any], dict[str, Operation]] = {}

    def on_request(self, operation: Operation, request: SystemUserRequest) -> None:
        """A request for a system user came, changed or went."""
        requests, references = self._maps("requests"), self._maps("request_references")
        before: SystemUserRequest | None = requests.get(request.id)
        if before is not None:
            references.remove(Reference(before.system, before.owner, before.external_ref))
            self._list("requests_of_system", (before.system, before.kind), before.id, Operation.REMOVE)
            self._list("requests_of_owner", before.owner, before.id, Operation.REMOVE)
        _set(requests, operation, request.id, request)
        _set(references, operation, Reference(request.system, request.owner, request.external_ref), request.id)
        self._list("requests_of_system", (request.system, request.kind), request.id, operation)
        self._list("requests_of_owner", request.owner, request.id, operation)

    def on_change_request(self, operation: Operation, change: ChangeRequest) -> None:
        """A change request came, changed or went."""
        changes = self._maps("change_requests")
        before: ChangeRequest | None = changes.get(change.id)
        if before is not None:
            self._list("change_requests_of_system", before.system, before.id, Operation.REMOVE)
            self._list("change_requests_of_user", before.system_user, before.id, Operation.REMOVE)
        _set(changes, operation, change.id, change)
        self._list("change_requests_of_system", change.system, change.id, operation)
        self._list("change_requests_of_user", change.system_user, change.id, operation)

    def close(self) -> None:
        """Put the lists in order."""
        for (name, key), changed in self._listed.items():
            lists = self._maps(name)
            before: tuple[str, ...] = lists.get(key) or ()
            gained = [each for each, operation in changed.items() if operation is Operation.PUT]
            lost = [each for each, operation in changed.items() if operation is Operation.REMOVE]
            after = reached(
                before,
                [each for each in gained if not _is_in(before, each)],
                [each for each in lost if _is_in(before, each)],
            )
            _set(lists, Operation.PUT if after else Operation.REMOVE, key, after)

    def _list(self, name: str, key: object, item: str, operation: Operation) -> None:
        self._listed.setdefault((name, key), {})[item] = operation


def _set(into: ShardedDraft[Any, Any], operation: Operation, key: object, value: object) -> None:
    if operation is Operation.PUT:
        into.put(key, value)
    else:
        into.remove(key)


def _is_in(ordered: tuple[str, ...], item: str) -> bool:
    place = bisect_left(ordered, item)
    return place < len(ordered) and ordered[place] == item
