"""Texts that nothing can keep, and numbers that no error may tell: refused, or masked, in one place for every route."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import BASE, KARI, REGISTER

SYSTEMS = f"{BASE}/systemregister/vendor"


def refused(response: httpx.Response) -> list[str]:
    """The wrong members of a refusal of the framework's."""
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json; charset=utf-8")
    return list(response.json()["errors"])


@pytest.mark.parametrize(
    "address",
    [
        f"{SYSTEMS}/310000108_%00",
        f"{BASE}/systemuser/byExternalId?clientId=%00",
        "/broker/api/v1/filetransfer?resourceId=a%00b",
        "/resourceregistry/api/v1/resource/%00",
        "/accessmanagement/api/v1/meta/info/accesspackages/search?term=%00",
    ],
)
def test_no_address_holds_nul(shared: House, address: str) -> None:
    assert refused(shared.vendor.http.get(address)) == ["$"]


def test_an_escaped_percent_sign_is_no_nul(shared: House) -> None:
    found = shared.vendor.http.get("/resourceregistry/api/v1/resource/Search?title=%2500")
    assert (found.status_code, found.json()) == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "a\\u0000"}',
        b'{"a\\u0000": 1}',
        b'{"list": [{"deep": ["\\ud800"]}]}',
        b'{"id": "\xed\xa0\x80"}',
        b'{"id": NaN}',
        '{"id": "\\ud800"}'.encode("utf-16"),
        b"[" * 100_000,
    ],
)
def test_no_body_holds_a_text_that_cannot_be_kept(shared: House, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {shared.vendor.token(REGISTER)}"}
    response = shared.vendor.http.post(SYSTEMS, content=body, headers=headers)
    assert refused(response) == ["$", "registerNewSystem"]


def test_a_whole_pair_of_surrogates_is_a_letter(shared: House) -> None:
    headers = {"Authorization": f"Bearer {shared.vendor.token(REGISTER)}"}
    body = json.dumps({"id": "\U0001f600", "vendor": {"ID": "0192:310000108"}, "name": {}, "description": {}})
    response = shared.vendor.http.post(SYSTEMS, content=body, headers=headers)
    assert "AUTH.VLD-00001" in response.text


def test_a_number_of_more_than_64_bits_is_none(shared: House) -> None:
    headers = {"Authorization": f"Bearer {shared.vendor.personal_token(KARI, 'altinn:portal/enduser')}"}
    asked: dict[str, Any] = {
        "subject": {"kind": "enterprise-system", "id": 2**63},
        "party": {"number": "310000205"},
        "service": {"resource": "x"},
        "action": "read",
    }
    assert refused(shared.vendor.http.post("/brobygger/v1/explain", json=asked, headers=headers))[0] == "$"


def test_no_error_tells_a_persons_number_back(shared: House) -> None:
    headers = {"Authorization": f"Bearer {shared.vendor.personal_token(KARI, 'altinn:portal/enduser')}"}
    for address in (f"{BASE}/systemuser/{KARI}", f"{BASE}/systemuser/request/{KARI}"):
        response = shared.vendor.http.get(address, headers=headers)
        assert refused(response)
        assert KARI not in response.text


def test_what_reads_is_not_asked_for_with_head(shared: House) -> None:
    response = shared.vendor.http.head(f"{SYSTEMS}/310000108_fjellregnskap")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


def test_a_path_with_an_empty_part_leads_nowhere(shared: House) -> None:
    assert shared.vendor.http.get("/idporten/jwks").status_code == 200
    assert shared.vendor.http.get("/idporten//jwks").status_code == 404
