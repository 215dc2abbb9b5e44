"""What a change began, changed or ended, and what made it: noted when it is written, told by the change feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from core.domain.change import KIND_OF, Change, Fact, Operation
from core.domain.change_request import ChangeRequest
from core.domain.delegation import ClientDelegation, Connection, PackageDelegation, RightDelegation, RoleGrant
from core.domain.party import RegisterRole
from core.domain.party_file import party_of, receiver_of
from core.domain.present import present
from core.domain.snapshot import Snapshot
from core.domain.system import (
    EnterpriseSystem,
    EnterpriseUser,
    Generation,
    System,
    SystemUser,
    SystemUserLink,
    SystemUserRequest,
)
from core.domain.vocabulary import RIGHTHOLDER


class Event(StrEnum):
    """What became of a thing."""

    BEGAN = "began"
    CHANGED = "changed"
    ENDED = "ended"


FED: Mapping[type, str] = {
    kind: KIND_OF[kind].name.replace("_", "-")
    for kind in (
        RegisterRole, RoleGrant, PackageDelegation, RightDelegation, ClientDelegation, Connection, System, SystemUser,
        Generation, SystemUserRequest, ChangeRequest, SystemUserLink, EnterpriseSystem, EnterpriseUser,
    )
}  # fmt: skip
"""The kinds of facts whose changes are told, and what each is called there."""

KEY = "key"
"""What a key is called: a Maskinporten client that may get tokens for a system, or a password of the old world."""


class Note(NamedTuple):
    """What a change cannot tell by itself: the fact it took the place of, and the change that made it come along."""

    sequence: int
    before: Fact | None
    cause: int | None


class Noted(NamedTuple):
    """A change with what was noted on it."""

    change: Change
    before: Fact | None
    cause: Change | None

    @property
    def event(self) -> Event | None:
        """What became of the fact; None where it was put again as it was."""
        if self.change.operation is Operation.REMOVE:
            return Event.ENDED
        if self.before is None:
            return Event.BEGAN
        if self.before == self.change.fact:
            return None
        ended = isinstance(self.change.fact, System) and self.change.fact.deleted
        return Event.ENDED if ended else Event.CHANGED


def notes_on(snapshot: Snapshot, changes: Iterable[Change]) -> Iterator[Note]:
    """The notes on the changes of one transaction. ``snapshot`` is from before them."""
    told = [(each, present(snapshot, each.fact)) for each in changes if type(each.fact) in FED]
    causes: dict[tuple[object, ...], int] = {}
    for each, before in told:
        if before is not None:
            causes.update((key, each.sequence) for key in _carried(each))
    for each, before in told:
        if before is not None:
            replaced = before if each.operation is Operation.PUT else None
            cause = _cause(snapshot, each, causes) if causes else None
            if replaced is not None or cause is not None:
                yield Note(each.sequence, replaced, cause)


# -- what made it come along ----------------------------------------------------------------------

_HELD = (RegisterRole, RoleGrant, PackageDelegation, RightDelegation)
_ROLE, _HAND, _CONNECTION, _USER = "register role", "by hand", "connection", "system user"


def _carried(each: Change) -> Iterator[tuple[object, ...]]:
    """Under which keys those that rested on the changed fact look for what ended them."""
    fact = each.fact
    if isinstance(fact, RegisterRole):
        yield (_ROLE, fact.party, fact.holder, fact.role)
    elif isinstance(fact, (RoleGrant, PackageDelegation, RightDelegation)):
        yield (_HAND, party_of(fact), receiver_of(fact))
    elif each.operation is Operation.REMOVE and isinstance(fact, SystemUser):
        yield (_USER, fact.id)
    elif each.operation is Operation.REMOVE and isinstance(fact, Connection):
        yield (_CONNECTION, fact.giver, fact.receiver)


def _cause(snapshot: Snapshot, each: Change, causes: Mapping[tuple[object, ...], int]) -> int | None:
    """The change in the same transaction that took away what this one rested on."""
    found = (causes.get(key) for key in _rests_on(snapshot, each.fact))
    return next((cause for cause in found if cause is not None and cause != each.sequence), None)


def _rests_on(snapshot: Snapshot, fact: Fact) -> Iterator[tuple[object, ...]]:
    if isinstance(fact, ClientDelegation):
        yield (_USER, fact.system_user)
        yield (_CONNECTION, fact.provider, fact.system_user)
        for party in _sources(snapshot, fact.client):
            yield (_HAND, party, fact.provider) if fact.ground == RIGHTHOLDER else (
                _ROLE, party, fact.provider, fact.ground,
            )  # fmt: skip
    elif isinstance(fact, (PackageDelegation, RightDelegation)):
        yield (_USER, fact.receiver)
        yield (_CONNECTION, fact.giver, fact.receiver)
    elif isinstance(fact, (Generation, SystemUserLink, ChangeRequest)):
        yield (_USER, fact.system_user)
    elif isinstance(fact, Connection):
        yield (_USER, fact.receiver)


def _sources(snapshot: Snapshot, client: str) -> Iterator[str]:
    """The client, and those it inherits from: its main unit, or the enterprises it has a role at."""
    yield client
    party = snapshot.party(client)
    if party is not None and party.main_unit is not None:
        yield party.main_unit
    yield from (role.party for role in snapshot.represents.get(client) or ())


# -- whom it concerns -----------------------------------------------------------------------------


class Concern(NamedTuple):
    """Whom a fact concerns: a system user, a system, and parties, the one it is about first."""

    system_user: str | None
    system: str | None
    parties: tuple[str, ...]


def concern_of(fact: Fact) -> Concern:
    """Whom the fact concerns by itself; the owner and the system of a system user are looked up by the reader."""
    if isinstance(fact, ClientDelegation):
        # The agent may be a person too.
        return Concern(fact.system_user, None, (fact.client, fact.provider, fact.system_user))
    if isinstance(fact, _HELD):
        return Concern(receiver_of(fact), None, (party_of(fact), receiver_of(fact)))
    if isinstance(fact, Connection):
        return Concern(fact.receiver, None, (fact.giver, fact.receiver))
    if isinstance(fact, SystemUser):
        return Concern(fact.id, fact.system, (fact.owner,))
    if isinstance(fact, ChangeRequest):
        return Concern(fact.system_user, fact.system, ())
    if isinstance(fact, (Generation, SystemUserLink)):
        return Concern(fact.system_user, None, ())
    if isinstance(fact, SystemUserRequest):
        return Concern(None, fact.system, (fact.owner,))
    if isinstance(fact, System):
        return Concern(None, fact.id, ())
    return Concern(None, None, (fact.owner,)) if isinstance(fact, (EnterpriseSystem, EnterpriseUser)) else NOBODY


NOBODY = Concern(None, None, ())
"""A fact that concerns nobody in particular."""
