"""Tokens taken back: by whom, at once, in every process, and remembered no longer than needed."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from click.testing import CliRunner

from brobygger.cli import main
from core import OPERATOR, ErrorCode, Store, TokenState, Unavailable, revoke_token, revoked_tokens, token_state
from rest.tokens.bearer import InvalidToken
from tests.doors.rest.conftest import Clock
from tests.doors.rest.test_bearer import ISSUER, claims, signed, verifier
from tests.doors.rest.tokens.conftest import BASE, Room
from tests.doors.rest.vendor import API_SCOPE, AUTHORIZE, CLIENT, KARI, OTHER, VENDOR, jwk

OpenRoom = Callable[..., Room]
REVOKE = "/brobygger/v1/tokens/revoke"
ALL = "brobygger:tokens.revoke"


def revoke(room: Room, token: str, using: str) -> httpx.Response:
    return room.vendor.call("POST", REVOKE, using, data={"token": token})


def counts(room: Room, token: str) -> bool:
    """Whether the decision point takes the token."""
    answer = room.vendor.call("POST", "/authorization/api/v1/authorize", token, json={"Request": {}})
    assert answer.status_code in (200, 400, 401)
    return answer.status_code != 401


def test_a_token_taken_back_is_refused_by_every_process_with_the_next_call(open_room: OpenRoom) -> None:
    first, second = open_room(), open_room()
    token, other = first.vendor.token(AUTHORIZE), first.vendor.token(AUTHORIZE)
    assert counts(first, token)
    assert counts(second, token), "now both remember it"
    assert revoke(first, token, using=other).status_code == 200
    assert not counts(first, token)
    assert not counts(second, token)
    assert counts(second, other), "another of the same client's is not touched"


def test_what_it_was_exchanged_for_is_taken_back_with_it(open_room: OpenRoom) -> None:
    room = open_room()
    token = room.vendor.token(AUTHORIZE)
    exchanged = room.vendor.call("GET", "/exchange/maskinporten", token).text
    assert counts(room, exchanged)
    assert revoke(room, token, using=token).status_code == 200
    assert not counts(room, exchanged)
    assert room.vendor.call("GET", "/exchange/maskinporten", token).status_code == 401
    room.clock.move(minutes=29)
    assert not counts(room, exchanged), "it outlives the token it came from, and so does the word about it"


def test_an_exchanged_token_is_taken_back_alone(open_room: OpenRoom) -> None:
    room = open_room()
    token = room.vendor.token(AUTHORIZE)
    exchanged = room.vendor.call("GET", "/exchange/maskinporten", token).text
    assert revoke(room, exchanged, using=token).status_code == 200
    assert not counts(room, exchanged)
    assert counts(room, token)


def test_only_ones_own_may_be_taken_back_without_the_scope_for_all(open_room: OpenRoom) -> None:
    room = open_room()
    assert room.issuer is not None
    room.issuer.register_client("other", OTHER, (API_SCOPE,), {"keys": [jwk("other", "o-1")]})
    room.issuer.register_client("operator", VENDOR, (ALL,), {"keys": [jwk("vendor", "fjell-1")]})
    token = room.vendor.token(AUTHORIZE)
    assertion = room.vendor.sign(room.vendor.claims(iss="other"), {"kid": "o-1"}, "other")
    others = room.vendor.ask_token(assertion).json()["access_token"]
    assert revoke(room, token, using=others).status_code == 403
    assert counts(room, token)
    operators = room.vendor.token(ALL, iss="operator")
    assert revoke(room, token, using=operators).status_code == 200
    assert not counts(room, token)
    assert {row.by for row in revoked_tokens(room.store)} == {f"vendor:{VENDOR}"}


def test_what_is_no_token_is_no_error_and_a_missing_one_is(open_room: OpenRoom) -> None:
    room = open_room()
    token = room.vendor.token(AUTHORIZE)
    for garbage in ("x", token[:-4] + "AAAA"):
        assert revoke(room, garbage, using=token).status_code == 200
    assert revoked_tokens(room.store) == ()
    assert room.vendor.call("POST", REVOKE, token).status_code == 400
    assert room.vendor.http.post(REVOKE, data={"token": token}).status_code == 401


def test_a_token_without_an_id_cannot_be_taken_back(open_room: OpenRoom) -> None:
    room = open_room()
    assert room.issuer is not None
    now = int(room.clock().timestamp())
    consumer = {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"}
    claims = {"scope": AUTHORIZE, "iat": now, "exp": now + 60, "client_id": CLIENT, "consumer": consumer}
    token = room.issuer.altinn.sign(claims)
    refused = revoke(room, token, using=token)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["token"])


def test_a_person_may_take_a_token_back(open_room: OpenRoom) -> None:
    room = open_room()
    token = room.vendor.http.get("/api/GetPersonalToken", params={"pid": KARI, "scopes": ALL}).text
    assert revoke(room, token, using=token).status_code == 200
    assert room.vendor.call("POST", REVOKE, token, data={"token": "x"}).status_code == 401
    assert KARI not in str(revoked_tokens(room.store))


def test_what_was_taken_back_is_forgotten_when_it_has_run_out(open_room: OpenRoom) -> None:
    room = open_room()
    token = room.vendor.token(AUTHORIZE)
    revoke(room, token, using=token)
    assert {row.issuer for row in revoked_tokens(room.store)} == {f"{BASE}/", f"{BASE}/authentication/api/v1/openid/"}
    room.clock.move(minutes=40)
    assert revoked_tokens(room.store) == ()
    later = room.vendor.token(AUTHORIZE)
    revoke(room, later, using=later)
    assert len(room.store.read(lambda ledger: ledger.tokens.revoked(Clock()()))) == 2, "the rows are gone as well"


def test_while_that_cannot_be_known_no_token_counts(open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    room = open_room()
    token = room.vendor.token(AUTHORIZE)
    assert counts(room, token)

    def fail() -> int:
        raise Unavailable(ErrorCode.STORE_UNAVAILABLE, "the database is gone")

    monkeypatch.setattr(room.store, "token_epoch", fail)
    decided = room.vendor.call("POST", "/authorization/api/v1/authorize", token)
    assert [each["decision"] for each in decided.json()["response"]] == ["Indeterminate"]
    asked = [
        ("POST", REVOKE),
        ("GET", "/exchange/maskinporten"),
        ("GET", "/openid/.well-known/openid-configuration/jwks"),
        ("GET", "/jwk"),
        ("GET", f"/api/GetEnterpriseToken?orgNo={VENDOR}&scopes=a:b"),
    ]
    for method, path in asked:
        assert room.vendor.call(method, path, token).status_code == 503, path
    introspected = room.vendor.http.post("/authentication/api/v1/introspection", data={"token": token})
    assert (introspected.status_code, room.vendor.ask_token(room.vendor.sign(room.vendor.claims())).status_code) == (
        503,
        503,
    )


# -- the command line ------------------------------------------------------------------------------


def test_the_operator_takes_a_token_back(open_room: OpenRoom, sqlite_url: str) -> None:
    room = open_room()
    token = room.vendor.token(AUTHORIZE)
    assert counts(room, token)
    import jwt

    said = jwt.decode(token, options={"verify_signature": False})
    run = CliRunner(env={"BROBYGGER_DATABASE_URL": sqlite_url, "BROBYGGER_DEMO": "true"}).invoke
    done = run(main, ["token", "revoke", said["jti"], "--issuer", said["iss"], "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["by"] == "operator"
    assert not counts(room, token)
    listed = run(main, ["token", "list", "--json"])
    assert [row["jti"] for row in json.loads(listed.output)] == [said["jti"]]
    assert said["jti"] in run(main, ["token", "list"]).output
    assert "is refused until" in run(main, ["token", "revoke", "x", "--issuer", "y"]).output


# -- in the core, on each engine -------------------------------------------------------------------


def test_another_store_sees_it_with_its_next_question(store: Store, database_url: str) -> None:
    clock = Clock()
    other = Store(database_url, clock=clock)
    try:
        before = token_state(other)
        assert before == TokenState(0, frozenset())
        assert token_state(other) is before, "one small read, and nothing more"
        revoke_token(store, OPERATOR, "https://mp.example/", "1", clock.now.replace(year=2100))
        assert token_state(other).revoked == {("https://mp.example/", "1")}
        assert token_state(other).epoch > before.epoch
        revoke_token(store, OPERATOR, "https://mp.example/", "1", clock.now.replace(year=2101))
        (row,) = revoked_tokens(other)
        assert row.expires.year == 2101
    finally:
        other.close()


def test_a_remembered_token_is_looked_at_anew_only_where_something_changed() -> None:
    clock = Clock()
    states = [TokenState(0, frozenset())]
    opened = verifier(clock)
    opened._state = lambda: states[-1]
    token = f"Bearer {signed(claims(clock, jti='7'))}"
    first = opened.verify(token)
    states.append(TokenState(1, frozenset({("https://other.example/", "7"), (ISSUER, "8")})))
    assert opened.verify(token) is first
    states.append(TokenState(2, frozenset({(ISSUER, "7")})))
    with pytest.raises(InvalidToken, match="taken back"):
        opened.verify(token)
