"""The stand-in's codes that need data: scopes and whose they are, certificates, keys, delegation of a scope.

Source: pdp-and-tokens §2.2, §2.3, §2.5, §7. The other codes: tests/doors/rest/test_stand_in.py.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from jwt.algorithms import RSAAlgorithm

from tests.doors.rest.tokens.conftest import Room
from tests.doors.rest.vendor import API_SCOPE, CLIENT, FACIL, OTHER, SYSTEM, VENDOR, jwk, key, system_user_detail

OpenRoom = Callable[..., Room]
ADMIN = "/demo/issuer"
OWNER = "310000906"


def asked(room: Room, header: Any = None, **changes: Any) -> httpx.Response:
    return room.vendor.ask_token(room.vendor.sign(room.vendor.claims(**changes), header))


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """Status, error and sentence of a refused token."""
    document = response.json()
    return response.status_code, document["error"], document["error_description"]


def know_scope(room: Room, **changes: Any) -> None:
    """Tell the stand-in of the vendor's scope."""
    body = {"scope": API_SCOPE, "owner": OWNER, "consumers": [VENDOR], **changes}
    assert room.vendor.http.put(f"{ADMIN}/scopes", json=body).status_code == 204


def claims_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    read: dict[str, Any] = jwt.decode(response.json()["access_token"], options={"verify_signature": False})
    return read


# -- scopes ----------------------------------------------------------------------------------------


def test_a_scope_that_was_never_told_of_is_everybodys(open_room: OpenRoom) -> None:
    assert asked(open_room()).json()["expires_in"] == 120


def test_a_scope_for_another_kind_of_client_is_mp_201(open_room: OpenRoom) -> None:
    room = open_room()
    know_scope(room, integrationTypes=["idporten"])
    status, error, text = refusal(asked(room))
    assert (status, error) == (400, "invalid_scope")
    assert "(MP-201)" in text


def test_a_scope_that_is_not_granted_is_mp_250_until_it_is(open_room: OpenRoom) -> None:
    room = open_room()
    know_scope(room, consumers=[OTHER])
    status, error, text = refusal(asked(room))
    assert (status, error) == (403, "access_denied")
    assert "(MP-250)" in text
    know_scope(room)
    assert asked(room).status_code == 200


def test_a_scope_may_always_be_asked_for_by_its_owner(open_room: OpenRoom) -> None:
    room = open_room()
    know_scope(room, owner=VENDOR, consumers=[])
    assert asked(room).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "seconds"), [(API_SCOPE, 30), (f"{API_SCOPE} altinn:authorization/authorize", 30), (None, 120)]
)
def test_the_shortest_lived_scope_decides_how_long_a_token_lives(
    open_room: OpenRoom, scopes: str | None, seconds: int
) -> None:
    room = open_room()
    know_scope(room, atMaxAge=30)
    answer = asked(room, scope=scopes or "altinn:authorization/authorize")
    claims = claims_of(answer)
    assert (answer.json()["expires_in"], claims["exp"] - claims["iat"]) == (seconds, seconds)


def test_a_scope_with_a_longer_life_alone_gives_it(open_room: OpenRoom) -> None:
    room = open_room()
    know_scope(room, atMaxAge=600)
    assert asked(room).json()["expires_in"] == 600
    assert asked(room, scope=f"{API_SCOPE} altinn:authorization/authorize").json()["expires_in"] == 120


@pytest.mark.parametrize("claim", ["consumer_org", "iss_onbehalfof"])
def test_a_scope_delegated_to_a_supplier(open_room: OpenRoom, claim: str) -> None:
    room = open_room()
    know_scope(room, consumers=[FACIL])
    status, error, text = refusal(asked(room, **{claim: FACIL}))
    assert (status, error) == (403, "access_denied")
    assert "(MP-251)" in text
    know_scope(room, consumers=[FACIL], delegations=[{"consumer": FACIL, "supplier": VENDOR}])
    claims = claims_of(asked(room, **{claim: FACIL}))
    assert (claims["consumer"]["ID"], claims["supplier"]["ID"]) == (f"0192:{FACIL}", f"0192:{VENDOR}")
    assert claims["delegation_source"]


def test_delegated_scopes_and_system_users_exclude_each_other(open_room: OpenRoom) -> None:
    room = open_room()
    both = asked(room, consumer_org=FACIL, authorization_details=[system_user_detail(FACIL)])
    assert "(MP-302)" in refusal(both)[2]
    for wrong in ({"consumer_org": FACIL, "iss_onbehalfof": FACIL}, {"consumer_org": "0192:" + FACIL}):
        assert refusal(asked(room, **wrong))[1] == "invalid_request"


# -- certificates ----------------------------------------------------------------------------------


def certificate(
    subject: str, signer: str, *, authority: bool = False, ends: int = 365, **more: Any
) -> x509.Certificate:
    """A certificate for the key of that name; ``more`` are attributes of the subject, or ``purpose``."""
    purpose = more.pop("purpose", None)
    named = [x509.NameAttribute(NameOID.COMMON_NAME, subject)]
    named += [x509.NameAttribute(getattr(NameOID, kind), value) for kind, value in more.items()]
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, signer)])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(named))
        .issuer_name(issuer)
        .public_key(key(subject).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=ends))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if purpose is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return made.sign(key(signer), hashes.SHA256())


def chain(*certificates: x509.Certificate) -> dict[str, Any]:
    """The header that names the key by certificates."""
    return {"x5c": [base64.b64encode(each.public_bytes(serialization.Encoding.DER)).decode() for each in certificates]}


ROOT = certificate("root", "root", authority=True)
MIDDLE = certificate("middle", "root", authority=True)
PEM = ROOT.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    "header",
    [
        chain(certificate("vendor", "root", SERIAL_NUMBER=VENDOR)),
        chain(certificate("vendor", "root", ORGANIZATION_IDENTIFIER=f"NTRNO-{VENDOR}")),
        chain(certificate("vendor", "middle", SERIAL_NUMBER=VENDOR), MIDDLE),
    ],
    ids=["older", "newer", "with a middle one"],
)
def test_an_enterprise_certificate_signs_for_its_organisation(open_room: OpenRoom, header: dict[str, Any]) -> None:
    assert claims_of(asked(open_room(authorities=PEM), header))["client_amr"] == "virksomhetssertifikat"


CERTIFICATES: dict[str, tuple[str, dict[str, Any]]] = {
    "not trusted": ("MP-120", chain(certificate("vendor", "stranger", SERIAL_NUMBER=VENDOR))),
    "middle one missing": ("MP-120", chain(certificate("vendor", "middle", SERIAL_NUMBER=VENDOR))),
    "a web server's": (
        "MP-120",
        chain(certificate("vendor", "root", SERIAL_NUMBER=VENDOR, purpose=ExtendedKeyUsageOID.SERVER_AUTH)),
    ),
    "an authority's": ("MP-120", chain(certificate("vendor", "root", authority=True, SERIAL_NUMBER=VENDOR))),
    "run out": ("MP-121", chain(certificate("vendor", "root", ends=30, SERIAL_NUMBER=VENDOR))),
    "another organisation's": ("MP-122", chain(certificate("vendor", "root", SERIAL_NUMBER=FACIL))),
    "no organisation's": ("MP-122", chain(certificate("vendor", "root"))),
    "two organisations'": (
        "MP-122",
        chain(certificate("vendor", "root", SERIAL_NUMBER=VENDOR, ORGANIZATION_IDENTIFIER=f"NTRNO-{FACIL}")),
    ),
    "a person's": ("MP-122", chain(certificate("vendor", "root", SERIAL_NUMBER=VENDOR, SURNAME="Nordmann"))),
    "no list": ("MP-123", {"x5c": "x"}),
    "an empty list": ("MP-123", {"x5c": []}),
    "no certificate": ("MP-123", {"x5c": ["bm90IGEgY2VydA=="]}),
    "no text": ("MP-123", {"x5c": [1]}),
    "another's key": ("MP-124", chain(certificate("stranger", "root", SERIAL_NUMBER=VENDOR))),
    "kid beside it": ("MP-100", {**chain(certificate("vendor", "root", SERIAL_NUMBER=VENDOR)), "kid": "fjell-1"}),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_does_not_do_has_its_code(open_room: OpenRoom, name: str) -> None:
    code, header = CERTIFICATES[name]
    status, error, text = refusal(asked(open_room(authorities=PEM), header))
    assert (status, error) == (400, "invalid_grant")
    assert f"({code})" in text


def test_without_authorities_no_certificate_does(open_room: OpenRoom) -> None:
    header = chain(certificate("vendor", "root", SERIAL_NUMBER=VENDOR))
    assert "(MP-120)" in refusal(asked(open_room(), header))[2]


# -- keys, and running the stand-in ----------------------------------------------------------------


def test_a_key_counts_for_a_year_after_it_was_posted(open_room: OpenRoom) -> None:
    room = open_room()
    room.clock.move(days=365)
    assert asked(room).status_code == 200
    room.clock.move(seconds=1)
    assert "(MP-121)" in refusal(asked(room))[2]
    posted = room.vendor.http.post(f"{ADMIN}/clients/{CLIENT}/keys", json=jwk("vendor", "fjell-2"))
    assert [each["kid"] for each in posted.json()["keys"]] == ["fjell-1", "fjell-2"]
    assert asked(room, {"kid": "fjell-2"}).status_code == 200


def test_a_key_that_is_taken_away_signs_no_more(open_room: OpenRoom) -> None:
    room = open_room()
    left = room.vendor.http.delete(f"{ADMIN}/clients/{CLIENT}/keys/fjell-1")
    assert left.json()["keys"] == []
    assert "(MP-100)" in refusal(asked(room))[2]


def test_a_client_is_registered_and_taken_away(open_room: OpenRoom) -> None:
    room = open_room()
    body = {"organisation": OTHER, "scopes": [API_SCOPE], "jwks": {"keys": [jwk("other", "o-1")]}}
    assert room.vendor.http.put(f"{ADMIN}/clients/other", json=body).status_code == 204
    listed = {each["client"]: each for each in room.vendor.http.get(f"{ADMIN}/clients").json()}
    assert listed["other"]["organisation"] == OTHER
    assertion = room.vendor.sign(room.vendor.claims(iss="other"), {"kid": "o-1"}, "other")
    assert room.vendor.ask_token(assertion).status_code == 200
    assert room.vendor.http.delete(f"{ADMIN}/clients/other").status_code == 204
    assertion = room.vendor.sign(room.vendor.claims(iss="other"), {"kid": "o-1"}, "other")
    assert "(MP-100)" in refusal(room.vendor.ask_token(assertion))[2]


@pytest.mark.parametrize(
    "body",
    [
        {"organisation": "123", "scopes": [], "jwks": {"keys": [jwk("other", "o-1")]}},
        {"organisation": OTHER, "scopes": [], "jwks": {"keys": [jwk("weak", "o-1", 1024)]}},
        {"organisation": OTHER, "scopes": [], "jwks": {"keys": [jwk("other", "o-1"), jwk("vendor", "o-1")]}},
        {"organisation": OTHER, "scopes": [], "jwks": {"keys": [{"kty": "oct", "k": "AAAA", "kid": "o-1"}]}},
        {"organisation": OTHER, "scopes": [], "jwks": []},
        {"organisation": OTHER, "scopes": []},
    ],
    ids=["number", "weak key", "kid twice", "secret key", "no set", "nothing"],
)
def test_a_client_that_is_not_well_described_is_not_registered(open_room: OpenRoom, body: dict[str, Any]) -> None:
    room = open_room()
    assert room.vendor.http.put(f"{ADMIN}/clients/other", json=body).status_code == 400
    assert [each["client"] for each in room.vendor.http.get(f"{ADMIN}/clients").json()] == [CLIENT]


def test_a_private_key_is_not_taken_in(open_room: OpenRoom) -> None:
    room = open_room()
    private = {**json.loads(RSAAlgorithm.to_jwk(key("vendor"))), "kid": "fjell-3"}
    assert room.vendor.http.post(f"{ADMIN}/clients/{CLIENT}/keys", json=private).status_code == 400
    (client,) = room.vendor.http.get(f"{ADMIN}/clients").json()
    assert [each["kid"] for each in client["keys"]] == ["fjell-1"]


def test_a_scopes_prefix_belongs_to_one_organisation(open_room: OpenRoom) -> None:
    room = open_room()
    know_scope(room)
    wrong: tuple[dict[str, Any], ...] = (
        {"scope": "skatteetaten:annet", "owner": OTHER},
        {"scope": "no-prefix", "owner": OWNER},
        {"scope": "a:b c", "owner": OWNER},
        {"scope": "x:y", "owner": "123"},
        {"scope": "x:y", "owner": OWNER, "consumers": ["x"]},
        {"scope": "x:y", "owner": OWNER, "atMaxAge": 0},
        {"owner": OWNER},
    )
    for body in wrong:
        assert room.vendor.http.put(f"{ADMIN}/scopes", json=body).status_code == 400, body
    (known,) = room.vendor.http.get(f"{ADMIN}/scopes").json()
    assert (known["scope"], known["consumers"]) == (API_SCOPE, [VENDOR])


def test_the_stand_in_is_run_from_this_machine_only(open_room: OpenRoom) -> None:
    room = open_room()
    transport = room.vendor.http._transport
    assert isinstance(transport, httpx.WSGITransport)
    away = httpx.Client(
        transport=httpx.WSGITransport(app=transport.app, remote_addr="192.0.2.7"), base_url=room.vendor.http.base_url
    )
    assert away.get(f"{ADMIN}/clients").status_code == 403
    # A proxy on this machine, and a page whose own name was made to lead here.
    for headers in ({"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}, {"Host": "page.example"}):
        assert room.vendor.http.get(f"{ADMIN}/clients", headers=headers).status_code == 403
    for host in ("localhost:8080", "127.0.0.1", "[::1]:8080"):
        assert room.vendor.http.get(f"{ADMIN}/clients", headers={"Host": host}).status_code == 200
    # A page in a browser here can post a form unasked, but not JSON.
    assert room.vendor.http.post(f"{ADMIN}/keys/altinn/rotate", data={"a": "b"}).status_code == 403
    for path in (f"{ADMIN}/keys/nobody/rotate", f"{ADMIN}/clients/nobody/keys"):
        assert room.vendor.http.post(path, json=jwk("vendor", "x")).status_code == 404
    assert room.vendor.http.delete(f"{ADMIN}/clients/nobody/keys/x").status_code == 404


# -- the signing key -------------------------------------------------------------------------------


def test_a_new_signing_key_is_used_by_every_process_and_the_one_before_stays_published(open_room: OpenRoom) -> None:
    first, second = open_room(), open_room()
    assert first.issuer is not None
    old = first.vendor.token("altinn:authorization/authorize")

    def answer(room: Room, token: str) -> int:
        return room.vendor.call("POST", "/brobygger/v1/tokens/revoke", token, data={"token": "x"}).status_code

    assert answer(second, old) == 200
    kid = first.vendor.http.post(f"{ADMIN}/keys/maskinporten/rotate", json={}).json()["kid"]
    published = [each["kid"] for each in second.vendor.http.get("/jwk").json()["keys"]]
    assert published == [kid, jwt.get_unverified_header(old)["kid"]]
    new = second.vendor.token("altinn:authorization/authorize")
    assert jwt.get_unverified_header(new)["kid"] == kid
    for room in (first, second):
        for token in (old, new):
            assert answer(room, token) == 200
    first.vendor.http.post(f"{ADMIN}/keys/maskinporten/rotate", json={})
    # The key before the last is gone, and what it signed with it: also where the token was remembered.
    for room in (first, second):
        assert answer(room, old) == 401
        assert answer(room, new) == 200


# -- what the log says -----------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["on no standing system", "vendor", "no system user", "not a party", "is deleted"])
def test_the_log_says_why_there_is_no_system_user_and_the_answer_does_not(
    open_room: OpenRoom, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    room = open_room()
    owner = "313000362" if why == "not a party" else FACIL
    if why != "on no standing system":
        assert room.vendor.register().status_code == 200
    if why == "vendor":
        know = {"organisation": OTHER, "scopes": [API_SCOPE], "jwks": {"keys": [jwk("vendor", "fjell-1")]}}
        room.vendor.http.put(f"{ADMIN}/clients/{CLIENT}", json=know)
    if why == "is deleted":
        token = room.vendor.token("altinn:authentication/systemregister.write")
        assert room.vendor.call("DELETE", f"/systemregister/vendor/{SYSTEM}", token).status_code == 200
    with caplog.at_level(logging.INFO):
        answer = asked(room, authorization_details=[system_user_detail(owner)])
    document = answer.json()
    assert (answer.status_code, document["error"]) == (400, "invalid_altinn_customer_configuration")
    assert document["error_description"] == "The values for the system user are not valid (MP-303)"
    assert any("MP-303" in each.getMessage() and why in each.getMessage() for each in caplog.records), caplog.text
