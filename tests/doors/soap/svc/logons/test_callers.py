"""Credentials of every binding, and the one answer when they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from core import (
    OPERATOR,
    AuthenticationFailed,
    CallerKind,
    ErrorCode,
    lock_system,
)
from soap.contract import ENDPOINTS
from soap.security import Certificate, Security
from soap.svc.call import Call
from soap.svc.faults import fault_for
from soap.svc.logons import acting_caller, system_caller
from tests.doors.soap.svc.logons.conftest import (
    EC_USER,
    FIRM_NUMBER,
    NUMBER,
    PASSWORD,
    SYSTEM_PASSWORD,
    USER_NAME,
    Door,
    told,
)
from tests.small_world import FIRM, MANAGER, SYSTEM

BASIC = "/authenticationexternal/systemauthentication.svc"
WS = "/authorizationexternal/administrationexternal.svc"
EC2 = "/authorizationexternal/administrationexternalec2.svc"
SYSTEM_PAIR = {"systemUserName": str(SYSTEM), "systemPassword": SYSTEM_PASSWORD}
REPORTEES = (
    '<GetReportees xmlns="http://www.altinn.no/services/Authorization/Administration/2010/10">'
    "<userSSN>{person}</userSSN></GetReportees>"
)


def call_of(door: Door, path: str, security: Security | None = None) -> Call:
    endpoint = ENDPOINTS[path]
    return Call(door.store, endpoint, next(iter(endpoint.operations.values())), security or Security())


def refused(door: Door, path: str, values: Mapping[str, str], security: Security | None = None) -> AuthenticationFailed:
    with pytest.raises(AuthenticationFailed) as error:
        acting_caller(call_of(door, path, security), values)
    return error.value


@pytest.mark.parametrize(
    "values", [SYSTEM_PAIR, {name[0].upper() + name[1:]: value for name, value in SYSTEM_PAIR.items()}]
)
def test_basic_has_the_pair_in_the_body_or_in_the_headers(door: Door, values: dict[str, str]) -> None:
    caller = system_caller(call_of(door, BASIC), values)
    assert (caller.kind, caller.enterprise_system, caller.party) == (CallerKind.ENTERPRISE_SYSTEM, SYSTEM, FIRM)


def test_a_person_may_log_a_system_on_with_their_own_user_name(door: Door) -> None:
    caller = system_caller(call_of(door, BASIC), {"systemUserName": USER_NAME, "systemPassword": PASSWORD})
    assert (caller.kind, caller.party) == (CallerKind.PERSON_LOGIN, MANAGER)


def test_ws_has_the_pair_in_the_header_only(door: Door) -> None:
    assert system_caller(call_of(door, WS, Security(str(SYSTEM), SYSTEM_PASSWORD)), {}).enterprise_system == SYSTEM
    assert refused(door, WS, SYSTEM_PAIR).code is ErrorCode.AUTHENTICATION_FAILED


@pytest.mark.parametrize(
    "names", [("userName", "password"), ("userName", "userPassword"), ("systemUserName", "systemPassword")]
)
def test_ec_has_a_certificate_and_the_pair_of_the_enterprise_user(door: Door, names: tuple[str, str]) -> None:
    security = Security(certificate=Certificate(FIRM_NUMBER, "A1", "CN=Regnskapsfirmaet"))
    values = dict(zip(names, (EC_USER, PASSWORD), strict=True))
    caller = acting_caller(call_of(door, EC2, security), values)
    assert (caller.kind, caller.party) == (CallerKind.ENTERPRISE_USER, FIRM)
    other = Security(certificate=Certificate("310000604", "A2", "CN=Den Fremmede"))
    for wrong in (other, Security()):
        assert refused(door, EC2, values, wrong).code is ErrorCode.AUTHENTICATION_FAILED


@pytest.mark.parametrize(
    "left_out", [{}, {"userSSN": "", "userPassword": None, "userPinCode": "", "authMethod": "AltinnPin"}]
)
def test_a_system_acts_alone_where_no_person_is_named(door: Door, left_out: dict[str, str]) -> None:
    assert acting_caller(call_of(door, BASIC), {**SYSTEM_PAIR, **left_out}).person is None


def test_a_person_acts_through_a_system_with_a_code(door: Door) -> None:
    code = door.sms_code()
    person = {"userSSN": NUMBER, "userPassword": PASSWORD, "userPinCode": code, "authMethod": "SMSPin"}
    assert acting_caller(call_of(door, BASIC), {**SYSTEM_PAIR, **person}).person == MANAGER
    ws = Security(str(SYSTEM), SYSTEM_PASSWORD)
    assert acting_caller(call_of(door, WS, ws), person).person == MANAGER
    faults = {
        (fault.error_id, fault.message)
        for changes in (
            {"userSSN": "01817010136"},
            {"userPassword": "galt1234"},
            {"userPinCode": "x"},
            {"userPinCode": ""},
        )
        for fault in [fault_for(refused(door, BASIC, {**SYSTEM_PAIR, **person, **changes}), "guid")]
    }
    assert faults == {(989, "Incorrect username/password/pin given for user")}
    door.clock.move(minutes=31)
    over = fault_for(refused(door, BASIC, {**SYSTEM_PAIR, **person}), "guid")
    assert (over.error_id, over.message) == (989, "Pin session time has time out for user. Request new")


def test_every_refusal_of_a_system_is_the_same_bytes_but_for_the_guid(door: Door) -> None:
    body = REPORTEES.format(person=NUMBER)
    answers = [
        door.secured(WS, body, user="1"),
        door.secured(WS, body, user="nobody"),
        door.secured(WS, body, password="galt1234"),
        door.secured(WS, body, user=USER_NAME, password="galt1234"),
    ]
    lock_system(door.store, OPERATOR, SYSTEM)
    answers.append(door.secured(WS, body))
    assert {answer.status_code for answer in answers} == {500}
    assert told(answers[0], "ErrorID") == "5"
    assert len({re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "guid", answer.text) for answer in answers}) == 1
