"""Two at once: the store lets one go first, and what the second sees is what the first wrote."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from core.domain.identifiers import PartyId
from core.domain.new_records import NewRequest, RequestOutcome
from core.domain.system import RequestStatus, SystemUserKind
from core.errors import ErrorCode, GatewayError
from core.services.approvals import approve_request, reject_request
from core.services.clients import add_client
from core.services.package_delegations import give_package, withdraw_package
from core.services.requests import request_system_user, withdraw_request
from core.store.store import Store
from tests.core.systems.world import (
    CLIENT_BOSS,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NOW,
    OWN_MANAGER,
    OWNDATA,
    SYSTEM,
    VAT,
    House,
    numbered,
    person,
    vendor,
)

STANDARD = SystemUserKind.STANDARD
WANTED = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), packages=(VAT,))
ROUNDS = range(6)


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each action returned or raised, when all were let go at the same moment."""
    gate = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(index: int, action: Callable[[], object]) -> None:
        gate.wait(10)
        try:
            results[index] = action()
        except GatewayError as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.parametrize("two_processes", [False, True], ids=["one store", "two stores"])
def test_two_requests_for_one_key_make_one(house: House, house_url: str, two_processes: bool) -> None:  # noqa: FBT001
    other = Store(house_url, clock=lambda: NOW) if two_processes else house.store
    try:
        for round_ in ROUNDS:
            new = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), f"runde-{round_}", packages=(VAT,))
            outcomes = at_once(
                lambda new=new: request_system_user(house.store, vendor(), new),
                lambda new=new: request_system_user(other, vendor(), new),
            )
            made = [each for each in outcomes if isinstance(each, RequestOutcome)]
            assert sorted(each.created for each in made) == [False, True]
            assert made[0].request.id == made[1].request.id
    finally:
        if two_processes:
            other.close()


def test_an_answer_is_given_once(house: House) -> None:
    request = request_system_user(house.store, vendor(), WANTED).request
    approved, rejected = at_once(
        lambda: approve_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD),
        lambda: reject_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD),
    )
    (error,) = [each for each in (approved, rejected) if isinstance(each, GatewayError)]
    assert error.code is ErrorCode.REQUEST_NOT_NEW
    known = house.now.requests.get(request.id)
    assert known is not None
    exists = house.now.users.get(request.id) is not None
    assert exists is (known.status is RequestStatus.ACCEPTED)


def test_approving_and_withdrawing_a_request_leave_all_or_nothing(house: House) -> None:
    for round_ in ROUNDS:
        new = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), f"runde-{round_}", packages=(VAT,))
        request = request_system_user(house.store, vendor(), new).request
        approved, withdrawn = at_once(
            lambda request=request: approve_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD),
            lambda request=request: withdraw_request(house.store, vendor(), request.id),
        )
        assert not isinstance(withdrawn, GatewayError)
        assert house.now.requests.get(request.id) is None
        if isinstance(approved, GatewayError):
            assert approved.code is ErrorCode.REQUEST_NOT_FOUND
        permitted = house.decision(request.id, MVA, "write", OWNDATA).permitted
        assert permitted is not isinstance(approved, GatewayError)


def test_who_loses_the_power_to_give_while_approving_gave_before_or_not_at_all(house: House) -> None:
    helper = PartyId("own-helper")
    for round_ in ROUNDS:
        give_package(house.store, OWN_MANAGER, OWNDATA, helper, VAT)
        new = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), f"runde-{round_}", packages=(VAT,))
        request = request_system_user(house.store, vendor(), new).request
        approved, _ = at_once(
            lambda request=request: approve_request(house.store, person(helper), OWNDATA, request.id, STANDARD),
            lambda: withdraw_package(house.store, OWN_MANAGER, OWNDATA, helper, VAT),
        )
        changes = house.store.changes_since(0, limit=100_000)
        accepted = next((each.sequence for each in changes if _accepts(each.fact, request.id)), None)
        taken = max(each.sequence for each in changes if getattr(each.fact, "receiver", None) == helper)
        if isinstance(approved, GatewayError):
            assert approved.code is ErrorCode.DELEGATION_REFUSED
            assert accepted is None
        else:
            assert accepted is not None
            assert accepted < taken


def _accepts(fact: object, request: str) -> bool:
    return getattr(fact, "id", None) == request and getattr(fact, "status", None) is RequestStatus.ACCEPTED


def test_adding_a_client_while_the_package_is_withdrawn_leaves_no_live_delegation(house: House) -> None:
    user = house.agent(VAT)
    for _ in ROUNDS:
        give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
        added, taken = at_once(
            lambda: add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U),
            lambda: withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT),
        )
        assert not isinstance(taken, GatewayError)
        if isinstance(added, GatewayError):
            assert added.code is ErrorCode.CLIENT_NOT_FOUND
        give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
        assert not house.decision(user, MVA, "write", CLIENT_U).permitted
        withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
