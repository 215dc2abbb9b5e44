"""Two at once about one change request: one goes first, and the second sees what it wrote."""

from __future__ import annotations

import uuid

import pytest

from core.domain.change_request import ChangeOutcome, ChangeStatus, NewChange
from core.domain.system import SystemUserKind
from core.errors import ErrorCode, GatewayError
from core.services.change_approvals import approve_change, reject_change
from core.services.change_requests import request_change
from core.services.system_users import remove_system_user
from tests.core.systems.test_races import at_once
from tests.core.systems.world import OWN_MANAGER, OWNDATA, TAX, VAT, House, vendor

ROUNDS = range(4)


def _user(house: House) -> str:
    return house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=SystemUserKind.STANDARD).id


@pytest.mark.parametrize("round_", ROUNDS)
def test_asking_twice_at_once_makes_one(house: House, round_: int) -> None:
    new = NewChange(str(uuid.uuid4()), _user(house), required_packages=(TAX,))
    results = at_once(*[lambda: request_change(house.store, vendor(), new)] * 3)
    assert sum(isinstance(each, ChangeOutcome) and each.created for each in results) == 1
    assert all(isinstance(each, ChangeOutcome) and each.change.id == new.id for each in results)


@pytest.mark.parametrize("round_", ROUNDS)
def test_one_answer_stands(house: House, round_: int) -> None:
    new = NewChange(str(uuid.uuid4()), _user(house), required_packages=(TAX,))
    request_change(house.store, vendor(), new)
    results = at_once(
        lambda: approve_change(house.store, OWN_MANAGER, OWNDATA, new.id),
        lambda: reject_change(house.store, OWN_MANAGER, OWNDATA, new.id),
        lambda: approve_change(house.store, OWN_MANAGER, OWNDATA, new.id),
    )
    refused = [each.code for each in results if isinstance(each, GatewayError)]
    assert refused == [ErrorCode.REQUEST_NOT_NEW] * 2
    stands, entry = house.now.change_requests.get(new.id), house.now.users.get(new.system_user)
    assert stands is not None
    assert entry is not None
    accepted = stands.status is ChangeStatus.ACCEPTED
    assert (set(entry.generations), TAX in entry.latest.packages) == ({1, 2} if accepted else {1}, accepted)


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_removed_system_user_is_not_changed(house: House, round_: int) -> None:
    new = NewChange(str(uuid.uuid4()), _user(house), required_packages=(TAX,))
    request_change(house.store, vendor(), new)
    at_once(
        lambda: approve_change(house.store, OWN_MANAGER, OWNDATA, new.id),
        lambda: remove_system_user(house.store, OWN_MANAGER, OWNDATA, new.system_user),
    )
    assert house.now.users.get(new.system_user) is None
    assert house.now.reach.get(new.system_user) is None
    assert house.now.change_requests.get(new.id) is None
