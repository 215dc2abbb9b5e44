"""GetAuthenticationChallenge on the wire: every status, and answers a client can read."""

from __future__ import annotations

import re

import pytest

from core import OPERATOR, lock_person_login, register_person_login
from tests.doors.soap.svc.logons.conftest import NUMBER, PASSWORD, USER_NAME, Door, told
from tests.small_world import MANAGER


def test_a_code_of_a_letter_is_named_where_clients_look_for_it(door: Door) -> None:
    door.letter()
    answer = door.challenge("AltinnPin")
    message = told(answer, "Message")
    assert answer.status_code == 200
    assert told(answer, "Status") == "Ok"
    assert message.split()[2] == re.findall(r"\d+", message)[0] == "1"
    assert message.endswith("03.02.2026.")


def test_times_have_seven_decimals_and_an_offset(door: Door) -> None:
    answer = door.challenge()
    assert told(answer, "ValidFrom") == "2026-02-03T10:15:30.1234560+01:00"
    assert told(answer, "ValidTo") == "2026-02-03T10:45:30.1234560+01:00"
    assert "SMS" in told(answer, "Message")
    assert not re.findall(r"\d", told(answer, "Message"))


def test_the_members_stand_in_the_order_of_the_contract(door: Door) -> None:
    names = re.findall(r"<a:(\w+)>", door.challenge().text)
    assert names == ["Message", "Status", "ValidFrom", "ValidTo"]


@pytest.mark.parametrize(
    ("method", "changes", "status"),
    [
        ("AltinnPin", {}, "NoPinFound"),
        ("TaxPin", {}, "InvalidPinType"),
        ("", {}, "InvalidPinType"),
        ("SMSPin", {"UserPassword": "galt1234"}, "InvalidCredentials"),
        ("SMSPin", {"UserSSN": "01817010136"}, "InvalidCredentials"),
        ("SMSPin", {"UserSSN": ""}, "InvalidCredentials"),
        ("SMSPin", {"UserSSN": USER_NAME, "SystemUserName": USER_NAME}, "Ok"),
    ],
)
def test_what_is_wrong_with_the_person_is_no_fault(
    door: Door, method: str, changes: dict[str, str], status: str
) -> None:
    answer = door.challenge(method, **changes)
    assert answer.status_code == 200
    assert told(answer, "Status") == status
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{7}\+01:00", told(answer, "ValidTo"))


def test_without_a_telephone_there_is_no_code_by_sms(door: Door) -> None:
    register_person_login(door.store, OPERATOR, MANAGER, PASSWORD)
    assert told(door.challenge(), "Status") == "NoPhoneNumber"


def test_a_locked_person_is_told_so(door: Door) -> None:
    lock_person_login(door.store, OPERATOR, MANAGER)
    assert told(door.challenge(), "Status") == "UserLockedOut"


def test_unknown_and_wrong_people_are_answered_with_the_same_bytes(door: Door) -> None:
    wrong = door.challenge(UserPassword="galt1234")
    unknown = door.challenge(UserSSN="01817010136")
    assert wrong.content == unknown.content


@pytest.mark.parametrize("system", ["1", "not-a-number", ""])
def test_an_unknown_system_is_fault_5(door: Door, system: str) -> None:
    answer = door.challenge(SystemUserName=system)
    assert answer.status_code == 500
    assert (told(answer, "ErrorID"), told(answer, "AltinnErrorMessage")) == ("5", "Wrong username/password supplied.")
    assert NUMBER not in answer.text
    assert PASSWORD not in answer.text


def test_a_request_without_its_members_is_no_breakdown(door: Door) -> None:
    answer = door._client.post(
        "/AuthenticationExternal/SystemAuthentication.svc",
        content=b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetAuthenticationChallenge '
        b'xmlns="http://www.altinn.no/services/Authentication/SystemAuthentication/2009/10"/></s:Body></s:Envelope>',
        headers={"Content-Type": "text/xml; charset=utf-8"},
    )
    assert told(answer, "Status") == "InvalidPinType"
