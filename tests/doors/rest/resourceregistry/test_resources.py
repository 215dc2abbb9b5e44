"""The resource registry, read by anybody: what a service is, and what it demands."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core import OPERATOR, ServiceOwner, register_service_owner
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import ACCOUNTANT

BASE = "/resourceregistry/api/v1/resource"
MVA = "skd-eksempel-mva"
ACTION = "urn:oasis:names:tc:xacml:1.0:action:action-id"
PACKAGE = "urn:altinn:accesspackage"


def get(house: House, path: str, **query: Any) -> httpx.Response:
    """A call without a token."""
    return house.vendor.http.get(BASE + path, params=query)


def found(response: httpx.Response) -> Any:
    """The body of a call that went well."""
    assert response.status_code == 200, response.text
    return response.json()


def test_the_list_has_every_modern_resource_and_no_legacy_service(shared: House) -> None:
    listed = [each["identifier"] for each in found(get(shared, "/resourcelist"))]
    assert listed == sorted(listed)
    assert {MVA, "app_skd_skjema", "altinn_access_management"} < set(listed)
    assert not [each for each in listed if each.startswith(("asmx:", "svc:"))]
    without = [each["identifier"] for each in found(get(shared, "/resourcelist", includeApps="False"))]
    assert without == [each for each in listed if not each.startswith("app_")]
    assert get(shared, "/resourcelist", includeApps="x").status_code == 400


def test_one_resource(house: House) -> None:
    assert found(get(house, f"/{MVA}")) == {
        "identifier": MVA,
        "title": {"nb": "Mva-melding", "nn": "Mva-melding", "en": "Mva-melding"},
        "description": {"nb": "", "nn": "", "en": ""},
        "rightDescription": {"nb": "", "nn": "", "en": ""},
        "status": "Completed",
        "resourceReferences": [],
        "delegable": True,
        "visible": True,
        "hasCompetentAuthority": {
            "name": {"nb": "skd", "nn": "skd", "en": "skd"},
            "organization": None,
            "orgcode": "skd",
        },
        "keywords": [],
        "accessListMode": "Disabled",
        "selfIdentifiedUserEnabled": False,
        "enterpriseUserEnabled": False,
        "resourceType": "GenericAccessResource",
        "authorizationReference": [{"id": "urn:altinn:resource", "value": MVA}],
    }
    assert found(get(house, "/skd-med-liste"))["accessListMode"] == "Enabled"


def test_the_owner_is_named_where_it_is_registered(house: House) -> None:
    owner = ServiceOwner("skd", "310000205", "Skatteetaten", 4711)
    register_service_owner(house.store, OPERATOR, owner)
    assert found(get(house, f"/{MVA}"))["hasCompetentAuthority"] == {
        "name": {"nb": "Skatteetaten", "nn": "Skatteetaten", "en": "Skatteetaten"},
        "organization": "310000205",
        "orgcode": "skd",
    }


def test_the_rules_one_by_one(shared: House) -> None:
    rules = found(get(shared, f"/{MVA}/policy/rules"))
    assert rules[0] == {
        "subject": [{"type": PACKAGE, "value": "merverdiavgift"}],
        "action": {"type": ACTION, "value": "read"},
        "resource": [{"type": "urn:altinn:resource", "value": MVA}],
    }
    told = [(rule["action"]["value"], rule["subject"][0]["value"]) for rule in rules]
    assert told == [
        ("read", "merverdiavgift"),
        ("read", "regnskapsforer-lonn"),
        ("read", ACCOUNTANT),
        ("sign", "skattegrunnlag"),
        ("write", "merverdiavgift"),
        ("write", ACCOUNTANT),
    ]


def test_the_rights_each_with_all_who_have_it(shared: House) -> None:
    rights = found(get(shared, f"/{MVA}/policy/rights"))
    assert [right["rightKey"] for right in rights] == [f"{MVA}:read", f"{MVA}:sign", f"{MVA}:write"]
    assert rights[1] == {
        "action": {"type": ACTION, "value": "sign"},
        "resource": [{"type": "urn:altinn:resource", "value": MVA}],
        "subjects": [{"subjectAttributes": [{"type": PACKAGE, "value": "skattegrunnlag"}]}],
        "rightKey": f"{MVA}:sign",
        "subjectTypes": [PACKAGE],
    }


def test_the_packages_a_resource_demands_and_the_resources_a_package_opens(shared: House) -> None:
    subjects = found(get(shared, f"/{MVA}/policy/subjects"))
    assert subjects["links"] == {}
    assert subjects["data"][0] == {"type": PACKAGE, "value": "merverdiavgift", "urn": f"{PACKAGE}:merverdiavgift"}
    assert [each["value"] for each in subjects["data"]] == [
        "merverdiavgift",
        "regnskapsforer-lonn",
        ACCOUNTANT,
        "skattegrunnlag",
    ]
    asked = [each["urn"] for each in subjects["data"]] + [f"{PACKAGE}:finnes-ikke"]
    answer = found(shared.vendor.http.post(f"{BASE}/bysubjects", json=asked))
    assert [each["subject"]["urn"] for each in answer["data"]] == asked[:-1]
    assert all(MVA in [resource["value"] for resource in each["resources"]] for each in answer["data"])
    urn = f"urn:altinn:resource:{MVA}"
    assert answer["data"][3]["resources"] == [{"type": "urn:altinn:resource", "value": MVA, "urn": urn}]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'"x"', b"[" * 10_000], ids=range(5))
def test_a_body_that_is_no_list_of_texts_is_refused(shared: House, body: bytes) -> None:
    answer = shared.vendor.http.post(f"{BASE}/bysubjects/", content=body)
    assert answer.status_code == 400
    many = shared.vendor.http.post(f"{BASE}/bysubjects", json=["x"] * 1001)
    assert many.status_code == 400


def test_a_search_by_id_title_and_type(shared: House) -> None:
    def identifiers(**query: str) -> list[str]:
        return [each["identifier"] for each in found(get(shared, "/search", **query))]

    assert identifiers(title="MVA-meld") == [MVA]
    assert identifiers(id="bare") == ["skd-bare-mva"]
    assert identifiers(resourceType="altinnapp") == ["app_skd_skjema"]
    assert identifiers(id="finnes-ikke") == []
    assert len(identifiers()) == len(found(get(shared, "/resourcelist")))


@pytest.mark.parametrize("rest", ["", "/policy/rules", "/policy/rights", "/policy/subjects"])
@pytest.mark.parametrize("resource", ["finnes-ikke", "asmx:212%2F4348"])
def test_what_is_no_modern_resource_is_not_found(shared: House, resource: str, rest: str) -> None:
    assert get(shared, f"/{resource}{rest}").status_code == 404
