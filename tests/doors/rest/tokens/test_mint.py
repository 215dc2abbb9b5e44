"""The test-token generator: its parameters, and what its tokens say. Source: pdp-and-tokens §8.5, and the tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
import pytest

from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import FACIL, KARI, LOOKUP, PARTY_ID, READ, REGISTER, VENDOR

USER = "3f6d1f86-0f1f-4f67-9b0d-6a2d9f6f7b01"
ISSUED = ("iat", "nbf", "exp", "jti", "client_id")
Ask = Callable[..., str]


@pytest.fixture
def ask(shared: House) -> Ask:
    """A token of the generator's, asked for as its own clients ask."""

    def get(kind: str, **parameters: str) -> str:
        response = shared.vendor.http.get(f"/api/{kind}", params={"env": "tt02", **parameters}, auth=("me", "any"))
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        return response.text

    return get


def claims_of(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


def organisation(number: str) -> dict[str, str]:
    return {"authority": "iso6523-actorid-upis", "ID": f"0192:{number}"}


def test_an_enterprise_token_is_as_one_exchanged_from_maskinporten(shared: House, ask: Ask) -> None:
    source = "https://delegation.example/"
    more = {"supplierOrgNo": FACIL, "delegationSource": source, "clientId": "mine"}
    token = ask("GetEnterpriseToken", scopes=f"{REGISTER},{READ}", org="skd", orgNo=VENDOR, ttl="60", **more)
    claims = claims_of(token)
    assert claims["exp"] - claims["iat"] == 60
    assert {name: value for name, value in claims.items() if name not in {*ISSUED, "actual_iss"}} == {
        "iss": shared.issuer.altinn.issuer,
        "scope": f"{REGISTER} {READ}",
        "token_type": "Bearer",
        "consumer": organisation(VENDOR),
        "supplier": organisation(FACIL),
        "delegation_source": source,
        "urn:altinn:org": "skd",
        "urn:altinn:orgNumber": VENDOR,
        "urn:altinn:authenticatemethod": "maskinporten",
        "urn:altinn:authlevel": 3,
    }
    assert claims["client_id"] == "mine"
    assert shared.vendor.call("GET", "/systemregister/vendor", token).status_code == 200


def test_a_personal_token_is_for_a_person_who_is_there(ask: Ask) -> None:
    more = {"authLvl": "4", "userName": "kari", "consumerOrgNo": VENDOR}
    claims = claims_of(ask("GetPersonalToken", pid=KARI, scopes="altinn:enduser", **more))
    assert (claims["pid"], claims["urn:altinn:authlevel"], claims["acr"]) == (KARI, 4, "idporten-loa-high")
    assert (claims["urn:altinn:partyid"], claims["urn:altinn:username"]) == (50000021, "kari")
    assert claims["consumer"] == claims["client_orgno"] == organisation(VENDOR)
    assert (claims["client_amr"], claims["exp"] - claims["iat"]) == ("virksomhetssertifikat", 1800)


@pytest.mark.parametrize(
    "named", [{"partyId": "50000021"}, {"userId": "50000021"}, {"partyuuid": "CA110000-0000-4000-8000-000000000021"}]
)
def test_a_person_may_be_named_in_several_ways(ask: Ask, named: dict[str, str]) -> None:
    for kind in ("GetPersonalToken", "GetIdPortenToken"):
        assert claims_of(ask(kind, **named))["pid"] == KARI


def test_a_system_users_token_holds_a_list_and_need_not_name_the_system(shared: House, ask: Ask) -> None:
    token = ask("GetSystemUserToken", systemUserId=USER.upper(), systemUserOrg=FACIL, orgNo=VENDOR, scopes=LOOKUP)
    claims = claims_of(token)
    assert claims["authorization_details"] == [
        {"type": "urn:altinn:systemuser", "systemuser_id": [USER], "systemuser_org": organisation(FACIL)}
    ]
    assert (claims["consumer"], claims["urn:altinn:authlevel"]) == (organisation(VENDOR), 3)
    assert "nbf" in claims
    found = shared.vendor.call("GET", "/systemuser/byExternalId", token)
    assert found.status_code == 400, "the token is taken, and the parameters are missed"


def test_a_system_user_that_is_registered_names_its_owner_and_vendor(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    package = {"urn": "urn:altinn:accesspackage:merverdiavgift"}
    request = vendor.request(partyOrgNo=FACIL, rights=[], accessPackages=[package]).json()["id"]
    assert vendor.answer(KARI, FACIL, request).status_code == 200
    response = vendor.http.get("/api/GetSystemUserToken", params={"systemUserId": request})
    claims = claims_of(response.text)
    (detail,) = claims["authorization_details"]
    assert (detail["systemuser_org"], claims["consumer"]) == (organisation(FACIL), organisation(VENDOR))
    assert (detail["system_id"], claims["scope"]) == ("310000108_fjellregnskap", "altinn:enduser")


def test_a_platform_token_opens_no_door_for_callers(shared: House, ask: Ask) -> None:
    token = ask("GetPlatformToken", app="platform.authorization")
    assert claims_of(token)["urn:altinn:app"] == "platform.authorization"
    assert shared.vendor.call("GET", "/systemregister/vendor", token).status_code == 403


def test_a_token_can_be_shown_readably(ask: Ask) -> None:
    shown = ask("GetEnterpriseToken", scopes=READ, orgNo=VENDOR, dump="1")
    assert '"alg": "RS256"' in shown
    assert f'"scope": "{READ}"' in shown


MISSING, WRONG = "Parameter must be supplied", "Parameter was supplied with a invalid value"


@pytest.mark.parametrize(
    ("kind", "parameters", "told"),
    [
        ("GetEnterpriseToken", {}, {"scopes": MISSING, "orgNo": MISSING}),
        (
            "GetEnterpriseToken",
            {"scopes": "a;b", "orgNo": "1", "ttl": "x", "supplierOrgNo": "1", "delegationSource": "x", "org": "a b"},
            dict.fromkeys(("scopes", "orgNo", "ttl", "supplierOrgNo", "delegationSource", "org"), WRONG),
        ),
        (
            "GetPersonalToken",
            {"pid": "1", "authLvl": "9", "userId": "x"},
            dict.fromkeys(("authLvl", "pid", "userId"), WRONG),
        ),
        ("GetPlatformToken", {}, {"app": MISSING}),
        ("GetPlatformToken", {"app": "a b"}, {"app": WRONG}),
        ("GetSystemUserToken", {}, {"systemUserId": MISSING, "systemUserOrg": MISSING, "orgNo": MISSING}),
        (
            "GetSystemUserToken",
            {"systemUserId": "x"},
            {"systemUserId": WRONG, "systemUserOrg": MISSING, "orgNo": MISSING},
        ),
        ("GetIdPortenToken", {"scopes": "é", "partyuuid": "x"}, {"scopes": WRONG, "partyuuid": WRONG}),
    ],
    ids=range(8),
)
def test_every_wrong_parameter_is_told(
    shared: House, kind: str, parameters: dict[str, str], told: dict[str, str]
) -> None:
    answer = shared.vendor.http.get(f"/api/{kind}", params=parameters)
    assert (answer.status_code, answer.json()) == (400, told)


@pytest.mark.parametrize("kind", ["GetPersonalToken", "GetIdPortenToken"])
@pytest.mark.parametrize(
    "named", [{}, {"pid": "14869910008"}, {"pid": "12345678901"}, {"pid": FACIL}, {"partyId": str(PARTY_ID[FACIL])}]
)
def test_nobody_else_gets_a_token(shared: House, kind: str, named: dict[str, str]) -> None:
    answer = shared.vendor.http.get(f"/api/{kind}", params=named)
    assert answer.status_code == 404
    assert answer.text.startswith("No person")
