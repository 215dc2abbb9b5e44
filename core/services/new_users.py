"""What is written for a new system user: itself, its first generation, and what its owner gives it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import Edit, put
from core.domain.delegation import PackageDelegation, RightDelegation
from core.domain.identifiers import PartyId, ServiceId
from core.domain.system import Generation, SystemUser, SystemUserKind
from core.domain.vocabulary import ANY_ACTION, Right


def edits_of_new_user(
    user: SystemUser, rights: Iterable[Right], packages: Iterable[str], caller: Caller, at: datetime
) -> Iterator[Edit]:
    """The system user under a first ceiling of ``rights`` and ``packages``.

    A standard one is given all of it at once; an agent's takes effect client by client. Source: rest-systemuser §5.6.
    """
    asked_rights, asked_packages = tuple(rights), tuple(packages)
    yield put(user)
    yield put(Generation(user.id, 1, frozenset(asked_packages), frozenset(asked_rights), at))
    if user.kind is SystemUserKind.STANDARD:
        yield from given_by_owner(user.owner, user.id, asked_rights, asked_packages, caller)


def given_by_owner(
    owner: PartyId, user: str, rights: Iterable[Right], packages: Iterable[str], caller: Caller
) -> Iterator[Edit]:
    """What the owner gives its standard system user: one delegation for each package and each service."""
    for package in dict.fromkeys(packages):
        yield put(PackageDelegation(str(uuid.uuid4()), owner, user, package, caller.name))
    for service, actions in actions_by_service(rights).items():
        yield put(RightDelegation(str(uuid.uuid4()), owner, user, service, actions, caller.name))


def actions_by_service(rights: Iterable[Right]) -> dict[ServiceId, frozenset[str]]:
    """The actions of each service; ``*`` swallows the others."""
    found: dict[ServiceId, set[str]] = defaultdict(set)
    for right in rights:
        found[right.service].add(right.action)
    return {
        service: frozenset({ANY_ACTION}) if ANY_ACTION in actions else frozenset(actions)
        for service, actions in found.items()
    }
