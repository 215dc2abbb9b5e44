"""The state machines of requests and change requests: every state, every event. Source: rest-systemuser §9.1, §9.2."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core.domain.change_request import ChangeStatus, NewChange
from core.domain.new_records import NewRequest
from core.domain.system import RequestStatus, SystemUserKind
from core.errors import ErrorCode, GatewayError
from core.services.approvals import approve_request, reject_request
from core.services.change_approvals import approve_change, reject_change
from core.services.change_requests import request_change, withdraw_change
from core.services.party_requests import escalate_request
from core.services.requests import request_system_user, withdraw_request
from core.services.system_users import remove_system_user
from tests.core.systems.world import (
    OWN_HELPER,
    OWN_MANAGER,
    OWNDATA,
    SYSTEM,
    TAX,
    VAT,
    House,
    numbered,
    person,
    vendor,
)

STANDARD = SystemUserKind.STANDARD
NEW, ACCEPTED, REJECTED = RequestStatus.NEW, RequestStatus.ACCEPTED, RequestStatus.REJECTED
UNKNOWN, ANSWERED, EXISTS = ErrorCode.REQUEST_NOT_FOUND, ErrorCode.REQUEST_NOT_NEW, ErrorCode.SYSTEM_USER_EXISTS
NO_USER = ErrorCode.SYSTEM_USER_NOT_FOUND
GONE = "gone"

Outcome = object
"""What an event comes to: an error code, what it returns, or the state."""


def told(action: Callable[[], object]) -> object:
    """What the action returned, or the code it was refused with."""
    try:
        return action()
    except GatewayError as error:
        return error.code


@dataclass
class Request:
    """A request on its way through its states."""

    house: House
    id: str = ""

    def ask(self) -> object:
        """Ask anew under the same reference: whether it is a new one, and its status."""
        wanted = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), packages=(VAT,))
        outcome = request_system_user(self.house.store, vendor(), wanted)
        self.id = outcome.request.id if outcome.created or not self.id else self.id
        return outcome.created, outcome.request.status

    def approve(self) -> object:
        """Approve it."""
        return approve_request(self.house.store, OWN_MANAGER, OWNDATA, self.id, STANDARD).id == self.id

    def reject(self) -> object:
        """Reject it."""
        return reject_request(self.house.store, OWN_MANAGER, OWNDATA, self.id, STANDARD).status

    def escalate(self) -> object:
        """Somebody with something at the party passes it on."""
        return escalate_request(self.house.store, OWN_HELPER, OWNDATA, self.id, STANDARD)

    def escalate_unrelated(self) -> object:
        """Somebody with nothing at the party tries to pass it on."""
        return escalate_request(self.house.store, person("outsider"), OWNDATA, self.id, STANDARD)

    def withdraw(self) -> object:
        """The vendor takes it back."""
        return withdraw_request(self.house.store, vendor(), self.id).id == self.id

    def remove_user(self) -> object:
        """The owner removes the system user."""
        return remove_system_user(self.house.store, OWN_MANAGER, OWNDATA, self.id).id == self.id

    def state(self) -> object:
        """Where it is, and whether it was passed on."""
        found = self.house.now.requests.get(self.id)
        return GONE if found is None else (found.status, found.escalated)


PATHS: dict[str, tuple[str, ...]] = {
    "none": (),
    "new": ("ask",),
    "escalated": ("ask", "escalate"),
    "accepted": ("ask", "approve"),
    "rejected": ("ask", "reject"),
    "withdrawn": ("ask", "withdraw"),
    "withdrawn after approval": ("ask", "approve", "withdraw"),
    "user removed": ("ask", "approve", "remove_user"),
}
STATES: dict[str, object] = {
    "none": GONE,
    "new": (NEW, False),
    "escalated": (NEW, True),
    "accepted": (ACCEPTED, False),
    "rejected": (REJECTED, False),
    "withdrawn": GONE,
    "withdrawn after approval": GONE,
    "user removed": GONE,
}
_ON_NOTHING: dict[str, tuple[object, object]] = {
    "ask": ((True, NEW), (NEW, False)),
    "approve": (UNKNOWN, GONE),
    "reject": (UNKNOWN, GONE),
    "escalate": (False, GONE),
    "escalate_unrelated": (False, GONE),
    "withdraw": (UNKNOWN, GONE),
    "remove_user": (NO_USER, GONE),
}
TABLE: dict[str, dict[str, tuple[object, object]]] = {
    "none": _ON_NOTHING,
    "withdrawn": _ON_NOTHING,
    "user removed": _ON_NOTHING,
    "withdrawn after approval": {**_ON_NOTHING, "ask": (EXISTS, GONE), "remove_user": (True, GONE)},
    "new": {
        "ask": ((False, NEW), (NEW, False)),
        "approve": (True, (ACCEPTED, False)),
        "reject": (REJECTED, (REJECTED, False)),
        "escalate": (True, (NEW, True)),
        "escalate_unrelated": (False, (NEW, False)),
        "withdraw": (True, GONE),
        "remove_user": (NO_USER, (NEW, False)),
    },
    "escalated": {
        "ask": ((False, NEW), (NEW, True)),
        "approve": (True, (ACCEPTED, True)),
        "reject": (REJECTED, (REJECTED, True)),
        "escalate": (True, (NEW, True)),
        "escalate_unrelated": (False, (NEW, True)),
        "withdraw": (True, GONE),
        "remove_user": (NO_USER, (NEW, True)),
    },
    "accepted": {
        "ask": (EXISTS, (ACCEPTED, False)),
        "approve": (ANSWERED, (ACCEPTED, False)),
        "reject": (ANSWERED, (ACCEPTED, False)),
        "escalate": (False, (ACCEPTED, False)),
        "escalate_unrelated": (False, (ACCEPTED, False)),
        "withdraw": (True, GONE),
        "remove_user": (True, GONE),
    },
    "rejected": {
        "ask": ((False, REJECTED), (REJECTED, False)),
        "approve": (ANSWERED, (REJECTED, False)),
        "reject": (ANSWERED, (REJECTED, False)),
        "escalate": (False, (REJECTED, False)),
        "escalate_unrelated": (False, (REJECTED, False)),
        "withdraw": (True, GONE),
        "remove_user": (NO_USER, (REJECTED, False)),
    },
}


def test_the_table_of_requests_is_whole() -> None:
    assert set(TABLE) == set(PATHS)
    assert {frozenset(row) for row in TABLE.values()} == {frozenset(_ON_NOTHING)}


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("event", _ON_NOTHING)
def test_a_request_does_what_its_state_allows(house: House, state: str, event: str) -> None:
    request = Request(house, "" if state != "none" else str(uuid.UUID(int=7)))
    for step in PATHS[state]:
        getattr(request, step)()
    assert request.state() == STATES[state]
    before = house.now.sequence
    result, after = TABLE[state][event]
    got = told(getattr(request, event))
    if state == "none" and event == "ask":
        request.id = next(iter(house.now.requests))
    assert (got, request.state()) == (result, after)
    if isinstance(result, ErrorCode) or result is False:
        assert house.now.sequence == before


# -- change requests ------------------------------------------------------------------------------

FRESH, TAKEN, DECLINED = ChangeStatus.NEW, ChangeStatus.ACCEPTED, ChangeStatus.REJECTED


@dataclass
class Change:
    """A change request on its way through its states; it asks for the tax package."""

    house: House
    user: str
    id: str

    def ask(self) -> object:
        """Ask with the same correlation id: whether it is a new one, and its status."""
        outcome = request_change(self.house.store, vendor(), NewChange(self.id, self.user, required_packages=(TAX,)))
        return outcome.created, outcome.change.status

    def ask_for_nothing(self) -> object:
        """Ask with four empty lists."""
        outcome = request_change(self.house.store, vendor(), NewChange(self.id, self.user))
        return outcome.created, outcome.change.status

    def approve(self) -> object:
        """Approve it."""
        return approve_change(self.house.store, OWN_MANAGER, OWNDATA, self.id).status

    def reject(self) -> object:
        """Reject it."""
        return reject_change(self.house.store, OWN_MANAGER, OWNDATA, self.id).status

    def withdraw(self) -> object:
        """The vendor takes it back."""
        return withdraw_change(self.house.store, vendor(), self.id).id == self.id

    def remove_user(self) -> object:
        """The owner removes the system user."""
        return remove_system_user(self.house.store, OWN_MANAGER, OWNDATA, self.user).id == self.user

    def state(self) -> object:
        """Where it is."""
        found = self.house.now.change_requests.get(self.id)
        return GONE if found is None else found.status

    def has_tax(self) -> bool:
        """Whether the system user has what the change asks for."""
        entry = self.house.now.users.get(self.user)
        return entry is not None and TAX in entry.latest.packages


NOTHING = (False, ChangeStatus.NO_CHANGE_NEEDED)
CHANGE_PATHS: dict[str, tuple[str, ...]] = {
    "none": (),
    "new": ("ask",),
    "accepted": ("ask", "approve"),
    "rejected": ("ask", "reject"),
    "withdrawn": ("ask", "withdraw"),
    "withdrawn after approval": ("ask", "approve", "withdraw"),
}
_NO_CHANGE: dict[str, tuple[object, object]] = {
    "ask": ((True, FRESH), FRESH),
    "ask_for_nothing": (NOTHING, GONE),
    "approve": (UNKNOWN, GONE),
    "reject": (UNKNOWN, GONE),
    "withdraw": (UNKNOWN, GONE),
    "remove_user": (True, GONE),
}


def _answered(status: ChangeStatus) -> dict[str, tuple[object, object]]:
    return {
        "ask": ((False, status), status),
        "ask_for_nothing": (NOTHING, status),
        "approve": (ANSWERED, status),
        "reject": (ANSWERED, status),
        "withdraw": (True, GONE),
        "remove_user": (True, GONE),
    }


CHANGE_TABLE: dict[str, dict[str, tuple[object, object]]] = {
    "none": _NO_CHANGE,
    "withdrawn": _NO_CHANGE,
    "withdrawn after approval": _NO_CHANGE,
    "new": {**_answered(FRESH), "approve": (TAKEN, TAKEN), "reject": (DECLINED, DECLINED)},
    "accepted": _answered(TAKEN),
    "rejected": _answered(DECLINED),
}


@pytest.mark.parametrize("state", CHANGE_PATHS)
@pytest.mark.parametrize("event", _NO_CHANGE)
def test_a_change_request_does_what_its_state_allows(house: House, state: str, event: str) -> None:
    user = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    change = Change(house, user.id, str(uuid.uuid4()))
    for step in CHANGE_PATHS[state]:
        getattr(change, step)()
    before, had = house.now.sequence, change.has_tax()
    assert had == ("approve" in CHANGE_PATHS[state])
    result, after = CHANGE_TABLE[state][event]
    assert (told(getattr(change, event)), change.state()) == (result, after)
    if isinstance(result, ErrorCode) or result == NOTHING:
        assert house.now.sequence == before
    if event != "remove_user":
        assert change.has_tax() == (had or (state, event) == ("new", "approve"))
