"""GetRoles, GetReportees and their kin: what is told, and to whom."""

from __future__ import annotations

import re

import pytest

from tests.doors.soap.svc.logons.conftest import (
    AGENCY,
    FIRM_NUMBER,
    NUMBER,
    OWN_SYSTEM,
    PASSWORD,
    SYSTEM_PASSWORD,
    USER_NAME,
    Door,
    told,
)

PATH = "/AuthorizationExternal/AdministrationExternal.svc"
GIVER_NUMBER = "310000302"
_NS = "http://www.altinn.no/services/Authorization/Administration/2010/10"


def roles(**search: str) -> str:
    members = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in search.items())
    return (
        f'<GetRoles xmlns="{_NS}"><roleSearchBE xmlns:c="http://schemas.altinn.no/services/Authorization/'
        f'Administration/2009/10">{members}</roleSearchBE></GetRoles>'
    )


def reportees(person: str, **others: str) -> str:
    members = "".join(f"<{name}>{value}</{name}>" for name, value in {"userSSN": person, **others}.items())
    return f'<GetReportees xmlns="{_NS}">{members}</GetReportees>'


def _codes(text: str) -> list[str]:
    return re.findall(r"RoleCode>([^<]+)<", text)


def test_a_system_sees_what_its_owner_has_at_a_party(door: Door) -> None:
    answer = door.secured(PATH, roles(CoveredByParty=FIRM_NUMBER, OfferedByParty=GIVER_NUMBER))
    assert answer.status_code == 200
    assert _codes(answer.text) == ["systeminnsendingsrettighet"]
    assert (told(answer, "OfferedBy"), told(answer, "CoveredBy"), told(answer, "DelegatedBy")) == (
        GIVER_NUMBER,
        FIRM_NUMBER,
        GIVER_NUMBER,
    )
    assert _codes(door.secured(PATH, roles(CoveredByParty=FIRM_NUMBER, RoleCodeFilter="DAGL")).text) == []
    assert len(_codes(door.secured(PATH, roles(CoveredByParty=FIRM_NUMBER)).text)) == 1


def test_a_person_sees_their_register_roles_by_a_system_of_their_own(door: Door) -> None:
    for user, password in ((str(OWN_SYSTEM), SYSTEM_PASSWORD), (USER_NAME, PASSWORD)):
        answer = door.secured(
            PATH, roles(CoveredByUser=NUMBER, OfferedByParty=GIVER_NUMBER), user=user, password=password
        )
        assert _codes(answer.text) == ["DAGL"]
        assert told(answer, "RoleTypeSource") == "Enhetsregisteret"


def test_of_others_only_a_service_owner_is_told(door: Door) -> None:
    body = roles(CoveredByUser=NUMBER, OfferedByParty=GIVER_NUMBER)
    refusal = door.secured(PATH, body)
    assert (refusal.status_code, told(refusal, "ErrorID")) == (500, "5")
    nobody = door.secured(PATH, roles(CoveredByUser="01817010136", OfferedByParty=GIVER_NUMBER))
    assert told(nobody, "AltinnErrorMessage") == told(refusal, "AltinnErrorMessage")
    assert _codes(door.secured(PATH, body, user=str(AGENCY)).text) == ["DAGL"]
    assert door.secured(PATH, reportees(NUMBER)).status_code == 500
    assert door.secured(PATH, reportees(NUMBER), user=str(AGENCY)).status_code == 200


@pytest.mark.parametrize("search", [{}, {"CoveredByUser": NUMBER, "CoveredByParty": FIRM_NUMBER}])
def test_exactly_one_receiver_must_be_named(door: Door, search: dict[str, str]) -> None:
    assert told(door.secured(PATH, roles(OfferedByParty=GIVER_NUMBER, **search)), "ErrorID") == "30004"


def test_reportees_of_the_caller_and_of_the_person(door: Door) -> None:
    own = door.secured(PATH, reportees(""))
    assert set(re.findall(r"OrganizationNumber>(\d+)<", own.text)) == {FIRM_NUMBER, GIVER_NUMBER}
    assert re.findall(r"ReporteeType>(\w+)<", own.text) == ["Organization"] * 2
    assert (
        len(re.findall(r"OrganizationNumber>(\d+)<", door.secured(PATH, reportees("", maximumReporteeCount="1")).text))
        == 1
    )


def test_temporary_keys_and_retired_operations_are_faults_that_explain(door: Door) -> None:
    key = (
        f'<GetReporteeByTempKey xmlns="{_NS}"><tempKey>00000000-0000-4000-8000-000000000001</tempKey>'
        "</GetReporteeByTempKey>"
    )
    assert "temporary keys" in told(door.secured(PATH, key), "AltinnErrorMessage")
    policy = f'<ImportAuthorizationPolicy xmlns="{_NS}"><authorizationRulesXml/></ImportAuthorizationPolicy>'
    assert "resource registry" in told(door.secured(PATH, policy), "AltinnErrorMessage")
