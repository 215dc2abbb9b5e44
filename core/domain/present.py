"""A fact as it stands: what the snapshot has now under the key of a fact that is in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.domain.change import KIND_OF, Edit, Fact, Operation
from core.domain.change_request import ChangeRequest
from core.domain.delegation import ClientDelegation, Connection, PackageDelegation, RightDelegation, RoleGrant
from core.domain.party import Party, RegisterRole
from core.domain.party_file import party_of
from core.domain.snapshot import Snapshot
from core.domain.system import (
    AuthorityRow,
    EnterpriseSystem,
    EnterpriseUser,
    Generation,
    PersonLogin,
    System,
    SystemUser,
    SystemUserLink,
    SystemUserRequest,
)


def present(snapshot: Snapshot, fact: Fact) -> Fact | None:
    """The fact with the same key as it is in the snapshot, or None."""
    find: Callable[[Snapshot, Any], Fact | None] = _FINDERS.get(type(fact), _word)
    return find(snapshot, fact)


def differences(snapshot: Snapshot, edits: Iterable[Edit]) -> tuple[tuple[Fact | None, Fact | None], ...]:
    """What ``edits`` make of the snapshot, fact by fact: before and after, in the order they come first.

    A fact that ends as it began is left out.
    """
    found: dict[tuple[str, object], tuple[Fact | None, Fact | None]] = {}
    for edit in edits:
        kind = KIND_OF[type(edit.fact)]
        key = (kind.name, kind.key(edit.fact))
        before = found[key][0] if key in found else present(snapshot, edit.fact)
        found[key] = (before, edit.fact if edit.operation is Operation.PUT else None)
    return tuple((before, after) for before, after in found.values() if before != after)


def _word(snapshot: Snapshot, fact: Fact) -> Fact | None:
    kind = KIND_OF[type(fact)]
    return snapshot.vocabulary.get((kind.name, kind.key(fact)))


def _party_fact(snapshot: Snapshot, fact: Any) -> Fact | None:
    file = snapshot.files.get(party_of(fact))
    if file is None:
        return None
    facts: Iterable[Fact] = file.delegations if type(fact) is ClientDelegation else (held.fact for held in file.own)
    return next((each for each in facts if type(each) is type(fact) and each.id == fact.id), None)  # type: ignore[union-attr]


def _user(snapshot: Snapshot, fact: SystemUser) -> Fact | None:
    entry = snapshot.users.get(fact.id)
    return None if entry is None else entry.user


def _generation(snapshot: Snapshot, fact: Generation) -> Fact | None:
    entry = snapshot.users.get(fact.system_user)
    return None if entry is None else entry.generations.get(fact.number)


def _connection(snapshot: Snapshot, fact: Connection) -> Fact | None:
    known = snapshot.connections.get(fact.giver) or ()
    return next((each for each in known if (each.receiver, each.role) == (fact.receiver, fact.role)), None)


def _link(snapshot: Snapshot, fact: SystemUserLink) -> Fact | None:
    known = snapshot.links.get(fact.enterprise_system) or ()
    return next((each for each in known if each.system_user == fact.system_user), None)


_FINDERS: Mapping[type, Callable[[Snapshot, Any], Fact | None]] = {
    **dict.fromkeys((RegisterRole, RoleGrant, PackageDelegation, RightDelegation, ClientDelegation), _party_fact),
    Party: lambda snapshot, fact: snapshot.party(fact.id),
    SystemUser: _user,
    Generation: _generation,
    Connection: _connection,
    SystemUserLink: _link,
    System: lambda snapshot, fact: snapshot.systems.get(fact.id),
    SystemUserRequest: lambda snapshot, fact: snapshot.requests.get(fact.id),
    ChangeRequest: lambda snapshot, fact: snapshot.change_requests.get(fact.id),
    EnterpriseSystem: lambda snapshot, fact: snapshot.enterprise_systems.get(fact.id),
    EnterpriseUser: lambda snapshot, fact: snapshot.enterprise_users.get(fact.id),
    PersonLogin: lambda snapshot, fact: snapshot.person_logins.get(fact.party),
    AuthorityRow: lambda snapshot, fact: snapshot.authorities.get((fact.enterprise_system, fact.reportee)),
}
