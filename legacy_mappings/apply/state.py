"""The facts as text that two states can be compared by: nothing in it depends on when or how often they were made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from core import KIND_OF, EnterpriseUser, Fact, Party, PartyKind, Store, SystemUser, SystemUserRequest, to_plain

_TIMES = frozenset({"created", "since", "locked_until"})
_MADE_UP = {
    "register_role": frozenset({"id"}),
    "role_grant": frozenset({"id"}),
    "package_delegation": frozenset({"id"}),
    "right_delegation": frozenset({"id"}),
    "client_delegation": frozenset({"id"}),
    "system": frozenset({"internal_id"}),
    "system_user_request": frozenset({"id"}),
    "system_user": frozenset({"id"}),
    "enterprise_user": frozenset({"id"}),
}
"""Fields of each kind that are made up when the fact is, and say nothing."""

_PRIVATE = {
    "person_login": frozenset({"user_name", "phone"}),
}


def migration_state(store: Store) -> str:
    """Every live fact as one line of JSON, kind by kind, sorted by what it says.

    Sequence numbers, times of writing and made-up ids are left out; where other facts name such an id its business
    key stands instead: an organisation's number, a system user's system, owner and external reference. Two states with
    the same text permit the same. Of persons there is the party id, and never number or name; of a secret, a digest.
    Raises Unavailable.
    """
    return "".join(f"{line}\n" for line in state_lines(store.facts()))


def state_lines(facts: Iterable[Fact]) -> Iterator[str]:
    """The lines of `migration_state`, for facts that come kind by kind in the order of import."""
    names: dict[str, str] = {}
    for kind, group in groupby(facts, key=lambda fact: KIND_OF[type(fact)].name):
        some = list(group)
        # Parties point at parties: all of a kind must have their names before the first is written.
        names.update(_names(some, names))
        yield from sorted(_line(kind, fact, names) for fact in some)


def _names(facts: Iterable[Fact], known: dict[str, str]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        if isinstance(fact, Party) and fact.kind is not PartyKind.PERSON:
            yield fact.id, fact.number
        elif isinstance(fact, (SystemUser, SystemUserRequest)):
            # A system user has the id of its request.
            yield fact.id, f"{fact.system} {known.get(fact.owner, fact.owner)} {fact.external_ref}"
        elif isinstance(fact, EnterpriseUser):
            yield fact.id, f"{known.get(fact.owner, fact.owner)} {fact.name}"


def _line(kind: str, fact: Fact, names: dict[str, str]) -> str:
    left_out = _TIMES | _MADE_UP.get(kind, frozenset()) | _PRIVATE.get(kind, frozenset())
    if isinstance(fact, Party):
        left_out |= {"number", "name"} if fact.kind is PartyKind.PERSON else {"id"}
    plain = {name: _named(name, value, names) for name, value in to_plain(fact).items() if name not in left_out}
    return json.dumps({"fact": kind, **plain}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _named(field: str, value: Any, names: dict[str, str]) -> Any:
    if field == "secret":
        return hashlib.sha256(str(value).encode()).hexdigest()
    if not isinstance(value, str):
        return value
    if field == "given_by":
        who, colon, identity = value.partition(":")
        return f"{who}{colon}{names.get(identity, identity)}"
    return names.get(value, value)
