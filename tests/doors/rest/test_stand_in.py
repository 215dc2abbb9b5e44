"""The stand-in issuer: each refusal with its code, in the order of the checks. Source: pdp-and-tokens §2.5, §7."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import API_SCOPE, CLIENT, FACIL, GRANT_TYPE, VENDOR, Vendor, key, system_user_detail


def certificate(organisation: str) -> str:
    """A certificate that names the organisation, signed by nobody in particular."""
    name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, organisation)])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("vendor").public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365))
        .sign(key("vendor"), hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def detail(**changes: Any) -> list[dict[str, Any]]:
    return [{**system_user_detail(FACIL), **changes}]


def asked(vendor: Vendor, header: dict[str, Any] | None = None, **changes: Any) -> httpx.Response:
    return vendor.ask_token(vendor.sign(vendor.claims(**changes), header))


REFUSALS: dict[str, tuple[str, str, Callable[[Vendor], httpx.Response]]] = {
    "no form": ("invalid_request", "MP-011", lambda v: v.http.post("/token", json={"assertion": "x"})),
    "no assertion": ("invalid_request", "MP-011", lambda v: v.http.post("/token", data={"grant_type": GRANT_TYPE})),
    "other grant": (
        "unsupported_grant_type",
        "MP-011",
        lambda v: v.http.post("/token", data={"grant_type": "client_credentials", "assertion": "x"}),
    ),
    "unreadable": ("invalid_grant", "MP-100", lambda v: v.ask_token("not.a.token")),
    "unknown client": ("invalid_grant", "MP-100", lambda v: asked(v, iss="somebody-else")),
    "unknown key": ("invalid_grant", "MP-100", lambda v: asked(v, {"kid": "fjell-2"})),
    "kid and x5c": ("invalid_grant", "MP-100", lambda v: asked(v, {"kid": "fjell-1", "x5c": [certificate(VENDOR)]})),
    "malformed certificate": ("invalid_grant", "MP-123", lambda v: asked(v, {"x5c": ["bm90IGEgY2VydA=="]})),
    "other's certificate": ("invalid_grant", "MP-122", lambda v: asked(v, {"x5c": [certificate(FACIL)]})),
    "untrusted certificate": ("invalid_grant", "MP-120", lambda v: asked(v, {"x5c": [certificate(VENDOR)]})),
    "wrong signature": ("invalid_grant", "MP-124", lambda v: v.ask_token(v.sign(v.claims(), name="stranger"))),
    "wrong audience": ("invalid_grant", "MP-110", lambda v: asked(v, aud="https://test.maskinporten.no/")),
    "too long": ("invalid_grant", "MP-130", lambda v: asked(v, exp=v.claims()["iat"] + 121)),
    "no iat": ("invalid_grant", "MP-130", lambda v: asked(v, iat=None)),
    "unregistered scope": ("invalid_scope", "MP-200", lambda v: asked(v, scope="nav:eksempel")),
    "on behalf of": ("access_denied", "MP-251", lambda v: asked(v, consumer_org=FACIL)),
    "unknown type": (
        "invalid_authorization_details",
        "MP-301",
        lambda v: asked(v, authorization_details=detail(type="urn:altinn:consent")),
    ),
    "unknown field": (
        "invalid_authorization_details",
        "MP-302",
        lambda v: asked(v, authorization_details=detail(systemuserid="x")),
    ),
    "two details": (
        "invalid_authorization_details",
        "MP-302",
        lambda v: asked(v, authorization_details=detail() + detail()),
    ),
    "no system user": (
        "invalid_altinn_customer_configuration",
        "MP-303",
        lambda v: asked(v, authorization_details=detail()),
    ),
    "no organisation": (
        "invalid_altinn_customer_configuration",
        "MP-303",
        lambda v: asked(v, authorization_details=detail(systemuser_org={"ID": "310000205"})),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_has_its_code(shared: House, case: str) -> None:
    error, code, ask = REFUSALS[case]
    response = ask(shared.vendor)
    assert response.status_code == (403 if code == "MP-251" else 400)
    assert response.json()["error"] == error
    assert f"({code})" in response.json()["error_description"]
    assert response.headers["Cache-Control"] == "no-store"


def test_an_assertion_is_used_once(shared: House) -> None:
    assertion = shared.vendor.sign(shared.vendor.claims())
    assert shared.vendor.ask_token(assertion).status_code == 200
    again = shared.vendor.ask_token(assertion)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert "MP-012" in again.json()["error_description"]


def test_an_expired_assertion_and_an_old_key(house: House) -> None:
    vendor = house.vendor
    assertion = vendor.sign(vendor.claims())
    house.clock.move(seconds=100)
    assert "MP-130" in vendor.ask_token(assertion).json()["error_description"]
    house.clock.move(days=366)
    assert "MP-121" in asked(vendor).json()["error_description"]


def test_the_clocks_may_differ_by_ten_seconds(shared: House) -> None:
    now = shared.vendor.claims()["iat"]
    assert asked(shared.vendor, iat=now + 10, exp=now + 100).status_code == 200
    late = asked(shared.vendor, iat=now + 11, exp=now + 100)
    assert late.status_code == 400
    assert "lies after the server's now" in late.json()["error_description"]


@pytest.mark.parametrize("suffix", ["/", "", "/token"])
def test_three_audiences_are_ours(shared: House, suffix: str) -> None:
    base = str(shared.vendor.http.base_url).rstrip("/")
    assert asked(shared.vendor, aud=base + suffix).status_code == 200


def test_the_token_says_who_and_nothing_more(shared: House) -> None:
    answer = asked(shared.vendor, resource="https://api.example.no").json()
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 120, API_SCOPE)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims.pop("jti")
    assert claims == {
        "iss": f"{shared.vendor.http.base_url}",
        "client_id": CLIENT,
        "client_amr": "private_key_jwt",
        "token_type": "Bearer",
        "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"},
        "scope": API_SCOPE,
        "iat": claims["exp"] - 120,
        "exp": claims["exp"],
        "aud": "https://api.example.no",
    }


def test_metadata_and_keys_verify_the_tokens(shared: House) -> None:
    metadata = shared.vendor.http.get("/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == str(shared.vendor.http.base_url)
    keys = jwt.PyJWKSet.from_dict(shared.vendor.http.get(metadata["jwks_uri"]).json())
    token = asked(shared.vendor).json()["access_token"]
    found = keys[jwt.get_unverified_header(token)["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False}
    assert jwt.decode(token, found, algorithms=["RS256"], issuer=metadata["issuer"], options=options)


def test_the_keys_outlive_a_restart(shared: House) -> None:
    from rest import create_stand_in

    again = create_stand_in(shared.store, str(shared.vendor.http.base_url))
    assert (again.jwks(), again.altinn.jwks()) == (shared.issuer.jwks(), shared.issuer.altinn.jwks())
    assert again.jwks() != again.altinn.jwks()


def test_a_refused_system_user_points_at_the_usual_causes(shared: House) -> None:
    refused = asked(shared.vendor, authorization_details=detail()).json()
    page = shared.vendor.http.get(refused["error_uri"])
    assert page.status_code == 200
    assert "externalRef differs" in page.text


def test_a_weak_key_is_not_registered(shared: House) -> None:
    from tests.doors.rest.vendor import jwk

    with pytest.raises(ValueError, match="2048 bits"):
        shared.issuer.register_client("weak", VENDOR, (API_SCOPE,), {"keys": [jwk("weak", "weak-1", 1024)]})


def test_a_test_token_is_only_for_a_person_who_is_there(shared: House) -> None:
    for parameters in ({"pid": "14869910008"}, {"pid": "12345678901"}, {"partyId": "50000001"}, {}):
        assert shared.vendor.http.get("/api/GetPersonalToken", params=parameters).status_code == 404
    by_id = shared.vendor.http.get("/api/GetPersonalToken", params={"partyId": "50000021", "ttl": "60"})
    claims = jwt.decode(by_id.text, options={"verify_signature": False})
    assert claims["urn:altinn:partyid"] == 50000021
    assert claims["exp"] - claims["iat"] == 60
