"""The stand-in issuer over HTTP: tokens, metadata, keys, and test tokens for persons. Demo only."""

from __future__ import annotations

from flask import Flask, Response, request

from core import InvalidInput, Party, PartyKind, Store, Unavailable, parse_person_number
from rest.body import read_optional
from rest.door import RestOptions, as_response, asker, json_response
from rest.problem import Area
from rest.problems import tell, text_reply
from rest.tokens.grants import GrantRefused
from rest.tokens.issuer import ALTINN_PATH, StandInIssuer

_NO_STORE = {"Cache-Control": "no-store"}
_PERSONAL_TOKEN_SECONDS = 1800

_CAUSES = """MP-303: no system user matched. The usual causes, the most frequent first:
- The system's registration lacks this client id, or the client id is on another system: put it in clientId.
- The request is still New, or was rejected: wait for the approval, or ask again.
- externalRef differs from the one in the request in some letter, or is missing: send the same text.
- systemuser_org is the client: it must be the organisation that owns the system user.
- The system user or its system has been deleted: send a new request.
- The client belongs to another organisation than the system: use the vendor's own client.
- Key or client are from another environment: check the base address.
"""


def add_token_routes(app: Flask, store: Store, options: RestOptions, issuer: StandInIssuer) -> None:
    """Serve the stand-in's endpoints."""

    def token() -> Response:
        try:
            answer = issuer.grant(request.headers.get("Content-Type", ""), request.form.to_dict(flat=False))
        except GrantRefused as refusal:
            return _refused(refusal, issuer)
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))
        return json_response(answer, headers=_NO_STORE)

    def personal_token() -> Response:
        try:
            return _personal_token(store, issuer)
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))

    metadata = f"{ALTINN_PATH}.well-known/openid-configuration"
    app.add_url_rule("/token", "token", token, methods=["POST"])
    app.add_url_rule(
        "/token/help/MP-303", "causes", lambda: Response(_CAUSES, content_type="text/plain; charset=utf-8")
    )
    app.add_url_rule("/.well-known/oauth-authorization-server", "metadata", lambda: json_response(issuer.metadata()))
    app.add_url_rule("/jwk", "jwk", lambda: json_response(issuer.jwks()))
    app.add_url_rule(metadata, "altinn metadata", lambda: json_response(issuer.altinn_metadata()))
    app.add_url_rule(f"{metadata}/jwks", "altinn jwk", lambda: json_response(issuer.altinn_jwks()))
    app.add_url_rule("/api/GetPersonalToken", "personal token", personal_token)


def _refused(refusal: GrantRefused, issuer: StandInIssuer) -> Response:
    document = {"error": refusal.error, "error_description": refusal.description}
    if refusal.code == "MP-303":
        document["error_uri"] = issuer.help_address
    return json_response(document, refusal.status, _NO_STORE)


def _personal_token(store: Store, issuer: StandInIssuer) -> Response:
    """A token for a person, asked for as the platform's public test-token tool is asked."""
    party = _person(store)
    if party is None:
        told = "No person with this pid or partyId is registered here: import one first, or use another."
        return as_response(text_reply(404, told, request.headers.get("Accept", "")))
    scopes = (read_optional(request.args, "scopes") or "").replace(",", " ").split()
    token = issuer.personal_token(
        party,
        tuple(scopes),
        _number("ttl", _PERSONAL_TOKEN_SECONDS),
        _number("authLvl", 3),
    )
    return Response(token, content_type="text/plain; charset=utf-8")


def _person(store: Store) -> Party | None:
    snapshot = store.snapshot()
    number = read_optional(request.args, "pid")
    if number is not None:
        try:
            party = snapshot.party_numbered(parse_person_number(number))
        except InvalidInput:
            return None
    else:
        party = snapshot.party_with_altinn_id(_number("partyId", 0))
    return party if party is not None and party.kind is PartyKind.PERSON else None


def _number(name: str, default: int) -> int:
    text = read_optional(request.args, name) or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 else default
