"""Requests as people see them: who is related, who manages, and what each may do."""

from __future__ import annotations

import uuid

import pytest

from core.domain.caller import OPERATOR, Caller
from core.domain.change import put, remove
from core.domain.fold import build_snapshot
from core.domain.identifiers import PartyId
from core.domain.new_records import NewRequest
from core.domain.party import RegisterRole
from core.domain.system import SystemUserKind, SystemUserRequest
from core.errors import ErrorCode, GatewayError
from core.services.party_requests import (
    escalate_request,
    is_related,
    party_request,
    pending_requests,
    request_for_person,
)
from core.services.requests import request_system_user, requests_of_system, withdraw_request
from tests.core.systems.world import (
    CLIENT_BOSS,
    CLIENT_U,
    NOW,
    OTHER_VENDOR,
    OWN_HELPER,
    OWN_MANAGER,
    OWNDATA,
    SYSTEM,
    TAX,
    VAT,
    House,
    given,
    numbered,
    person,
    vendor,
)

STANDARD, AGENT = SystemUserKind.STANDARD, SystemUserKind.AGENT
OUTSIDER = person("outsider")
TOLD_MANAGER, TOLD_RELATED, TOLD_NOTHING = False, True, ErrorCode.NOT_RELATED


def asked(house: House, kind: SystemUserKind = STANDARD, owner: PartyId = OWNDATA) -> SystemUserRequest:
    """A new request under a reference of its own."""
    new = NewRequest(kind, SYSTEM, numbered(owner), str(uuid.uuid4()), packages=(VAT,))
    return request_system_user(house.store, vendor(), new).request


def seen(house: House, caller: Caller, request: SystemUserRequest) -> object:
    """Whether the caller may only escalate, or the code of the refusal."""
    try:
        return request_for_person(house.now, caller, request.id, request.kind, at=NOW).may_only_escalate
    except GatewayError as error:
        return error.code


@pytest.mark.parametrize("kind", SystemUserKind)
def test_a_person_sees_a_request_as_far_as_they_are_related(house: House, kind: SystemUserKind) -> None:
    request = asked(house, kind)
    for caller, told in (
        (OWN_MANAGER, TOLD_MANAGER),
        (OWN_HELPER, TOLD_MANAGER),
        (OPERATOR, TOLD_MANAGER),
        (OUTSIDER, TOLD_NOTHING),
        (CLIENT_BOSS, TOLD_NOTHING),
        (vendor(), TOLD_NOTHING),
    ):
        assert seen(house, caller, request) == told
    house.write(put(given(OWNDATA, "outsider", VAT)))
    assert seen(house, OUTSIDER, request) == TOLD_RELATED
    house.write(put(given(OWNDATA, CLIENT_U, TAX)))
    assert seen(house, CLIENT_BOSS, request) == TOLD_RELATED, "by a key role at an organisation that has something"
    house.write(remove(given(OWNDATA, "outsider", VAT)))
    assert seen(house, OUTSIDER, request) == TOLD_NOTHING


def test_what_has_run_out_relates_nobody(house: House) -> None:
    party = house.now.party(OWNDATA)
    assert party is not None
    house.write(put(given(OWNDATA, "outsider", VAT, valid_to=NOW)))
    assert not is_related(house.now, OUTSIDER, party, NOW)
    house.write(put(RegisterRole("later", OWNDATA, PartyId("outsider"), "REGN")))
    assert is_related(house.now, OUTSIDER, party, NOW)
    assert not is_related(house.now, Caller(OUTSIDER.kind), party, NOW)
    assert is_related(house.now, OPERATOR, party, NOW)


@pytest.mark.parametrize("kind", SystemUserKind)
def test_a_request_of_another_party_or_kind_is_unknown(house: House, kind: SystemUserKind) -> None:
    request = asked(house, kind)
    other = AGENT if kind is STANDARD else STANDARD
    assert party_request(house.now, OPERATOR, OWNDATA, request.id, kind, at=NOW) == request
    for party, wanted, name in ((CLIENT_U, kind, request.id), (OWNDATA, other, request.id), (OWNDATA, kind, "none")):
        with pytest.raises(GatewayError) as raised:
            party_request(house.now, OPERATOR, party, name, wanted, at=NOW)
        assert raised.value.code is ErrorCode.REQUEST_NOT_FOUND
    with pytest.raises(GatewayError) as raised:
        request_for_person(house.now, OWN_MANAGER, request.id, other, at=NOW)
    assert raised.value.code is ErrorCode.REQUEST_NOT_FOUND


def test_what_waits_is_listed_oldest_first_and_agents_when_passed_on(house: House) -> None:
    plain, agents = [asked(house) for _ in range(3)], [asked(house, AGENT) for _ in range(2)]
    assert escalate_request(house.store, OWN_HELPER, OWNDATA, agents[1].id, AGENT)
    asked(house, owner=CLIENT_U)

    def waiting(kind: SystemUserKind, number: str = numbered(OWNDATA)) -> list[str]:
        return [each.id for each in pending_requests(house.now, OWN_MANAGER, OWNDATA, number, kind, at=NOW)]

    assert waiting(STANDARD) == sorted(each.id for each in plain)
    assert waiting(AGENT) == [agents[1].id]
    assert waiting(STANDARD, numbered(CLIENT_U)) == []
    with pytest.raises(GatewayError) as raised:
        pending_requests(house.now, CLIENT_BOSS, OWNDATA, numbered(OWNDATA), STANDARD, at=NOW)
    assert raised.value.code is ErrorCode.MISSING_ADMINISTRATION


def test_the_lists_follow_every_change(house: House) -> None:
    made = [asked(house, kind) for kind in (STANDARD, AGENT, STANDARD)]
    withdraw_request(house.store, vendor(), made[0].id)
    escalate_request(house.store, OWN_MANAGER, OWNDATA, made[1].id, AGENT)
    snapshot = house.now
    assert [each.id for each in requests_of_system(snapshot, vendor(), SYSTEM, STANDARD, None, 9)] == [made[2].id]
    assert [each.escalated for each in requests_of_system(snapshot, vendor(), SYSTEM, AGENT, None, 9)] == [True]
    assert requests_of_system(snapshot, vendor(), SYSTEM, AGENT, made[1].id, 9)[0].id == made[1].id
    with pytest.raises(GatewayError) as raised:
        requests_of_system(snapshot, vendor(OTHER_VENDOR), SYSTEM, AGENT, None, 9)
    assert raised.value.code is ErrorCode.SYSTEM_NOT_FOUND
    rebuilt = build_snapshot(house.store.facts(), sequence=snapshot.sequence, terms=snapshot.terms)
    assert rebuilt == snapshot
