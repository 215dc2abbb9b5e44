"""Requests: the order of their checks, their key, and who may read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.identifiers import ServiceId
from core.domain.new_records import NewRequest
from core.domain.system import RequestStatus, SystemUserKind
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, GatewayError, InvalidInput, NotFound
from core.services.approvals import approve_request, reject_request
from core.services.requests import (
    request_system_user,
    vendor_request,
    vendor_request_by_reference,
    withdraw_request,
)
from core.services.systems import delete_system
from tests.core.systems.world import (
    A06,
    CITIZEN,
    EXPLICIT,
    FACIL,
    MVA,
    OTHER_VENDOR,
    OWN_MANAGER,
    OWNDATA,
    PAYROLL,
    REPRESENTATIVE,
    SIGNING,
    SYSTEM,
    VAT,
    House,
    numbered,
    vendor,
)

STANDARD, AGENT = SystemUserKind.STANDARD, SystemUserKind.AGENT
WANTED = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), packages=(VAT,))


def refusal(house: House, **changed: Any) -> GatewayError:
    with pytest.raises(GatewayError) as refused:
        request_system_user(house.store, vendor(), replace(WANTED, **changed))
    return refused.value


def test_a_request_is_new_and_has_the_defaults(house: House) -> None:
    outcome = request_system_user(house.store, vendor(), replace(WANTED, packages=(VAT, VAT)))
    request = outcome.request
    assert outcome.created
    assert (request.status, request.packages) == (RequestStatus.NEW, (VAT,))
    assert (request.external_ref, request.title, request.owner) == (numbered(OWNDATA), "Fjellregnskap", OWNDATA)
    assert vendor_request(house.now, vendor(), request.id, STANDARD) == request


@pytest.mark.parametrize("external_ref", [None, "", " ", numbered(OWNDATA)])
def test_every_way_to_leave_out_the_reference_is_the_same_key(house: House, external_ref: str | None) -> None:
    first = request_system_user(house.store, vendor(), WANTED)
    again = request_system_user(house.store, vendor(), replace(WANTED, external_ref=external_ref, packages=("nei",)))
    assert (again.created, again.request) == (False, first.request)


def test_another_reference_is_another_request(house: House) -> None:
    first = request_system_user(house.store, vendor(), WANTED)
    second = request_system_user(house.store, vendor(), replace(WANTED, external_ref="kunde-4711"))
    assert second.created
    assert second.request.id != first.request.id


def test_the_answered_request_is_answered_until_it_is_withdrawn(house: House) -> None:
    first = request_system_user(house.store, vendor(), WANTED).request
    reject_request(house.store, OWN_MANAGER, OWNDATA, first.id, STANDARD)
    again = request_system_user(house.store, vendor(), WANTED)
    assert (again.created, again.request.status) == (False, RequestStatus.REJECTED)
    withdraw_request(house.store, vendor(), first.id)
    assert request_system_user(house.store, vendor(), WANTED).created


def test_a_system_user_under_the_reference_is_a_conflict(house: House) -> None:
    house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    assert refusal(house).code is ErrorCode.SYSTEM_USER_EXISTS
    assert refusal(house, kind=AGENT).code is ErrorCode.SYSTEM_USER_EXISTS


@pytest.mark.parametrize(("first", "second"), [(STANDARD, AGENT), (AGENT, STANDARD)])
def test_a_request_of_the_other_kind_is_a_conflict_both_ways(
    house: House, first: SystemUserKind, second: SystemUserKind
) -> None:
    request = request_system_user(house.store, vendor(), replace(WANTED, kind=first)).request
    assert refusal(house, kind=second).code is ErrorCode.REQUEST_PENDING
    reject_request(house.store, OWN_MANAGER, OWNDATA, request.id, first)
    assert refusal(house, kind=second).code is ErrorCode.REQUEST_REJECTED


def test_an_unknown_a_foreign_and_a_deleted_system_are_answered_alike(house: House) -> None:
    house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    with pytest.raises(NotFound) as foreign:
        request_system_user(house.store, vendor(OTHER_VENDOR), WANTED)
    assert foreign.value.code is ErrorCode.SYSTEM_NOT_FOUND
    unknown = refusal(house, system="310000108_nei")
    assert unknown.code is ErrorCode.SYSTEM_NOT_FOUND
    delete_system(house.store, vendor(), SYSTEM)
    assert refusal(house, external_ref="ny").code is ErrorCode.SYSTEM_NOT_FOUND


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"owner_number": "310009997"}, ErrorCode.ORGANISATION_NOT_FOUND),
        ({"redirect_url": "https://app.fjell.example/annet"}, ErrorCode.REDIRECT_NOT_REGISTERED),
        ({"redirect_url": "https://app.fjell.example:444/retur"}, ErrorCode.REDIRECT_NOT_REGISTERED),
        ({"redirect_url": "https://x@app.fjell.example/retur"}, ErrorCode.REDIRECT_NOT_REGISTERED),
        ({"redirect_url": "retur"}, ErrorCode.REDIRECT_NOT_REGISTERED),
        ({"packages": ()}, ErrorCode.NOTHING_REQUESTED),
        ({"packages": (), "kind": AGENT}, ErrorCode.AGENT_NEEDS_PACKAGES),
        ({"rights": (Right(EXPLICIT, "*"),)}, ErrorCode.RIGHT_OUTSIDE_SYSTEM),
        ({"packages": (VAT, "nei")}, ErrorCode.PACKAGE_OUTSIDE_SYSTEM),
        ({"packages": (SIGNING,)}, ErrorCode.PACKAGE_NOT_ASSIGNABLE),
        ({"packages": (REPRESENTATIVE,)}, ErrorCode.PACKAGE_NOT_ASSIGNABLE),
        ({"packages": (CITIZEN,)}, ErrorCode.PACKAGE_NOT_ASSIGNABLE),
        ({"packages": ("tilgangsstyrer",), "kind": AGENT}, ErrorCode.PACKAGE_NOT_DELEGABLE),
        ({"external_ref": "x" * 256}, ErrorCode.INVALID_EXTERNAL_REFERENCE),
        ({"title": "x" * 256}, ErrorCode.INVALID_EXTERNAL_REFERENCE),
    ],
)
def test_each_rule_is_kept(house: House, changed: dict[str, Any], code: ErrorCode) -> None:
    assert refusal(house, **changed).code is code
    assert list(house.now.requests.values()) == []


def test_a_person_is_no_owner_and_the_number_is_not_repeated(house: House) -> None:
    party = house.now.party("outsider")
    assert party is not None
    refused = refusal(house, owner_number=party.number)
    assert refused.code is ErrorCode.ORGANISATION_NOT_FOUND
    assert party.number not in refused.message


def test_the_checks_come_in_the_stated_order(house: House) -> None:
    wrong: dict[str, Any] = {"owner_number": "310009997", "redirect_url": "nei", "packages": (), "rights": ()}
    order = [refusal(house, **wrong).code]
    for mended in (
        {"owner_number": numbered(OWNDATA)},
        {"redirect_url": None},
        {"rights": (Right(ServiceId("nei"), "*"),)},
    ):
        wrong |= mended
        order.append(refusal(house, **wrong).code)
    assert order == [
        ErrorCode.ORGANISATION_NOT_FOUND,
        ErrorCode.REDIRECT_NOT_REGISTERED,
        ErrorCode.NOTHING_REQUESTED,
        ErrorCode.RIGHT_OUTSIDE_SYSTEM,
    ]


def test_the_refusal_names_what_is_outside(house: House) -> None:
    refused = refusal(house, packages=("nei", VAT, "heller-ikke"))
    assert dict(refused.details) == {"packages": "nei, heller-ikke"}


def test_what_is_registered_may_be_asked_for(house: House) -> None:
    new = replace(
        WANTED,
        kind=AGENT,
        packages=(PAYROLL,),
        rights=(Right(A06, "read"), Right(MVA, "*")),
        redirect_url="https://APP.fjell.example:443/retur?kunde=1#her",
        title="  Lønn  ",
    )
    request = request_system_user(house.store, vendor(), new).request
    assert (request.title, request.rights) == ("Lønn", new.rights)


def test_a_request_is_read_by_its_vendor_and_as_its_kind(house: House) -> None:
    request = request_system_user(house.store, vendor(), replace(WANTED, external_ref="a/b")).request
    key = (SYSTEM, numbered(OWNDATA), "a/b")
    assert vendor_request_by_reference(house.now, vendor(), *key, STANDARD) == request
    codes = []
    for caller, id_, kind in (
        (vendor(), request.id, AGENT),
        (vendor(), "nei", STANDARD),
        (vendor(OTHER_VENDOR), request.id, STANDARD),
    ):
        with pytest.raises(NotFound) as refused:
            vendor_request(house.now, caller, id_, kind)
        codes.append(refused.value.code)
    assert codes == [ErrorCode.REQUEST_NOT_FOUND, ErrorCode.REQUEST_NOT_FOUND, ErrorCode.SYSTEM_NOT_FOUND]
    with pytest.raises(NotFound) as foreign:
        vendor_request_by_reference(house.now, vendor(OTHER_VENDOR), *key, STANDARD)
    assert foreign.value.code is ErrorCode.SYSTEM_NOT_FOUND
    with pytest.raises(NotFound) as missing:
        vendor_request_by_reference(house.now, vendor(), SYSTEM, numbered(FACIL), None, STANDARD)
    assert missing.value.code is ErrorCode.REQUEST_NOT_FOUND


def test_only_the_vendor_withdraws_and_others_learn_nothing(house: House) -> None:
    request = request_system_user(house.store, vendor(), WANTED).request
    with pytest.raises(NotFound) as foreign:
        withdraw_request(house.store, vendor(OTHER_VENDOR), request.id)
    assert foreign.value.code is ErrorCode.REQUEST_NOT_FOUND
    assert withdraw_request(house.store, vendor(), request.id) == request
    with pytest.raises(NotFound):
        withdraw_request(house.store, vendor(), request.id)


def test_withdrawing_an_accepted_request_leaves_the_system_user(house: House) -> None:
    user = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=STANDARD)
    withdraw_request(house.store, vendor(), user.id)
    assert house.answer(user, MVA, "write", OWNDATA)[0] == "Permit"
    assert refusal(house).code is ErrorCode.SYSTEM_USER_EXISTS


def test_a_request_of_a_system_that_was_deleted_cannot_be_approved(house: House) -> None:
    request = request_system_user(house.store, vendor(), WANTED).request
    delete_system(house.store, vendor(), SYSTEM)
    with pytest.raises(NotFound) as refused:
        approve_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD)
    assert refused.value.code is ErrorCode.SYSTEM_NOT_FOUND


def test_errors_are_of_the_right_branch(house: House) -> None:
    assert isinstance(refusal(house, packages=()), InvalidInput)
    request_system_user(house.store, vendor(), WANTED)
    assert isinstance(refusal(house, kind=AGENT), Conflict)
