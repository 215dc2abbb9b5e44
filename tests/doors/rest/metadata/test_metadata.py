"""Packages and roles to look up: anonymous, in three languages, every path. Source: packages-and-roles §3 and §4."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core import id_of, package_details
from tests.doors.rest.conftest import House

BASE = "/accessmanagement/api/v1/meta/info"
VAT = "merverdiavgift"
UNKNOWN = "00000000-0000-4000-8000-00000000dead"


def get(house: House, path: str, language: str = "", **query: Any) -> httpx.Response:
    """A call without a token."""
    headers = {"Accept-Language": language} if language else {}
    return house.vendor.http.get(BASE + path, params=query or None, headers=headers)


def found(response: httpx.Response) -> Any:
    """The body of a call that went well."""
    assert response.status_code == 200, response.text
    return response.json()


def test_a_package_by_its_id_by_its_urn_and_by_its_code(shared: House) -> None:
    known = package_details()[VAT]
    by_id = found(get(shared, f"/accesspackages/package/{known.id}"))
    assert by_id == {
        "id": known.id,
        "name": known.name,
        "urn": f"urn:altinn:accesspackage:{VAT}",
        "description": "",
        "isDelegable": True,
        "isAssignable": True,
        "area": {
            "id": id_of(known.area),
            "name": known.area_name,
            "urn": known.area,
            "description": "",
            "icon": "",
        },
        "resources": by_id["resources"],
    }
    assert [each["refId"] for each in by_id["resources"]] == [
        "app_skd_skjema",
        "skd-bare-mva",
        "skd-begge-nivaa",
        "skd-eksempel-mva",
        "skd-med-liste",
        "skd-skjema-scope",
    ]
    for name in (f"urn:altinn:accesspackage:{VAT}", VAT):
        assert found(get(shared, f"/accesspackages/package/urn/{name}")) == by_id
    assert found(get(shared, f"/accesspackages/package/{known.id}/resources")) == by_id["resources"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "nb"),
        ("nn", "nn"),
        ("nn-NO,nb;q=0.5", "nn"),
        ("en-GB", "en"),
        ("de, en;q=0.7", "en"),
        ("no", "nb"),
        ("de", "nb"),
    ],
)
def test_names_come_in_the_language_asked_for(shared: House, asked: str, told: str) -> None:
    known = package_details()[VAT]
    names = {"nb": known.name, "nn": known.name_nn, "en": known.name_en}
    answer = get(shared, f"/accesspackages/package/urn/{VAT}", asked)
    assert (answer.json()["name"], answer.headers["Content-Language"]) == (names[told], told)


def test_the_hierarchy_from_the_top_and_from_the_middle(shared: House) -> None:
    tree = found(get(shared, "/accesspackages/export"))
    packages = [package["urn"] for group in tree for area in group["areas"] for package in area["packages"]]
    assert len(packages) == len(set(packages)) == 7
    flat = found(get(shared, "/accesspackages/group/"))
    assert flat == [{**group, "areas": []} for group in tree]
    for group in tree:
        assert found(get(shared, f"/accesspackages/group/{group['id']}")) == {**group, "areas": []}
        assert found(get(shared, f"/accesspackages/group/{group['id']}/areas")) == group["areas"]
        for area in group["areas"]:
            assert found(get(shared, f"/accesspackages/area/{area['id']}")) == area
            assert found(get(shared, f"/accesspackages/area/{area['id']}/packages")) == area["packages"]


def test_a_search_finds_by_any_language_and_tells_where(shared: House) -> None:
    known = package_details()[VAT]
    for term in (known.name, known.name_nn, known.name_en, known.name[2:7].upper(), VAT):
        best = found(get(shared, "/accesspackages/search", term=term))[0]
        assert best["object"]["id"] == known.id
        assert best["fields"][0]["score"] == best["score"]
    exact = found(get(shared, "/accesspackages/search", term=known.name))[0]
    assert (exact["score"], exact["fields"][0]["field"]) == (1.0, "Name")


def test_a_search_in_resources_by_owner_and_by_type(shared: House) -> None:
    assert get(shared, "/accesspackages/search", term="Mva-melding").status_code == 204
    by_resource = found(get(shared, "/accesspackages/search", term="Mva-melding", searchInResources="true"))
    assert [each["object"]["urn"].rpartition(":")[2] for each in by_resource] == [
        VAT,
        "regnskapsforer-lonn",
        "regnskapsforer-med-signeringsrettighet",
        "skattegrunnlag",
    ]
    everything = len(found(get(shared, "/accesspackages/search", term="a")))
    assert len(found(get(shared, "/accesspackages/search", term="a", typeName="Organisasjon"))) == everything
    assert get(shared, "/accesspackages/search", term="a", typeName="person").status_code == 204
    assert get(shared, "/accesspackages/search", term="a", resourceProviderCode="nav").status_code == 204
    assert len(found(get(shared, "/accesspackages/search", term="a", resourceProviderCode=["nav", "SKD"]))) > 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/accesspackages/package/{UNKNOWN}", 404),
        (f"/accesspackages/package/{UNKNOWN}/resources", 404),
        ("/accesspackages/package/urn/urn:altinn:accesspackage:finnes-ikke", 404),
        (f"/accesspackages/group/{UNKNOWN}", 404),
        (f"/accesspackages/group/{UNKNOWN}/areas", 404),
        (f"/accesspackages/area/{UNKNOWN}", 404),
        (f"/accesspackages/area/{UNKNOWN}/packages", 404),
        (f"/roles/{UNKNOWN}", 404),
        (f"/roles/{UNKNOWN}/packages", 404),
        ("/roles/lookup?key=Code&value=finnes-ikke", 404),
        ("/accesspackages/package/x", 400),
        ("/accesspackages/group/x", 400),
        ("/accesspackages/area/x", 400),
        ("/roles/x", 400),
        ("/accesspackages/search", 400),
        ("/accesspackages/search?term=a&typeName=planet", 400),
        ("/roles/lookup?key=Code", 400),
        ("/roles/lookup?key=Farge&value=x", 400),
    ],
    ids=range(18),
)
def test_what_is_not_there_and_what_cannot_be_read(shared: House, path: str, status: int) -> None:
    assert get(shared, path).status_code == status


def test_roles_with_all_their_names(shared: House) -> None:
    roles = {each["code"]: each for each in found(get(shared, "/roles"))}
    accountant = roles["regnskapsforer"]
    assert accountant == {
        "id": accountant["id"],
        "name": "Regnskapsfører",
        "code": "regnskapsforer",
        "description": "",
        "isKeyRole": False,
        "urn": "urn:altinn:external-role:ccr:regnskapsforer",
        "legacyRoleCode": "REGN",
        "legacyUrn": "urn:altinn:rolecode:regn",
        "isResourcePolicyAvailable": True,
        "provider": accountant["provider"],
    }
    assert roles["daglig-leder"]["isKeyRole"] is True
    assert found(get(shared, f"/roles/{accountant['id']}")) == accountant
    for key in found(get(shared, "/roles/lookup/keys")):
        member = key[0].lower() + key[1:]
        assert found(get(shared, "/roles/lookup", key=key, value=accountant[member])) == accountant


def test_what_a_role_carries(shared: House) -> None:
    roles = {each["code"]: each["id"] for each in found(get(shared, "/roles"))}
    carried = found(get(shared, f"/roles/{roles['regnskapsforer']}/packages"))
    told = [(each["package"]["urn"].rpartition(":")[2], each["hasAccess"], each["canDelegate"]) for each in carried]
    assert told == [("regnskapsforer-lonn", True, False), ("regnskapsforer-med-signeringsrettighet", True, False)]
    assert all(each["entityVariant"] is None and each["role"]["code"] == "regnskapsforer" for each in carried)
    assert found(get(shared, f"/roles/{roles['systeminnsendingsrettighet']}/packages")) == []
