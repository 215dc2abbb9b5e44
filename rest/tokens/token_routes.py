"""The stand-in issuer over HTTP: tokens, metadata and keys, as Maskinporten and ID-porten serve them. Demo only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request

from core import Unavailable
from rest.door import RestOptions, as_response, asker, json_response
from rest.problem import Area
from rest.problems import tell
from rest.tokens.grants import GrantRefused
from rest.tokens.issuer import StandInIssuer

NO_STORE = {"Cache-Control": "no-store"}

_CAUSES = """MP-303: no system user matched. The usual causes, the most frequent first:
- The system's registration lacks this client id, or the client id is on another system: put it in clientId.
- The request is still New, or was rejected: wait for the approval, or ask again.
- externalRef differs from the one in the request in some letter, or is missing: send the same text.
- systemuser_org is the client: it must be the organisation that owns the system user.
- The system user or its system has been deleted: send a new request.
- The client belongs to another organisation than the system: use the vendor's own client.
- Key or client are from another environment: check the base address.
"""


def add_token_routes(app: Flask, options: RestOptions, issuer: StandInIssuer) -> None:
    """Serve the stand-in's endpoints."""

    def token() -> Response:
        try:
            answer = issuer.grant(request.headers.get("Content-Type", ""), request.form.to_dict(flat=False))
        except GrantRefused as refusal:
            return _refused(refusal, issuer)
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))
        return json_response(answer, headers=NO_STORE)

    app.add_url_rule("/token", "token", token, methods=["POST"])
    app.add_url_rule(
        "/token/help/MP-303", "causes", lambda: Response(_CAUSES, content_type="text/plain; charset=utf-8")
    )
    app.add_url_rule("/.well-known/oauth-authorization-server", "metadata", published(issuer.metadata, options))
    app.add_url_rule("/jwk", "jwk", published(issuer.jwks, options))
    app.add_url_rule(
        "/idporten/.well-known/openid-configuration",
        "id-porten metadata",
        published(issuer.id_porten_metadata, options),
    )
    app.add_url_rule("/idporten/jwks", "id-porten jwk", published(issuer.id_porten_jwks, options))


def published(read: Callable[[], Mapping[str, Any]], options: RestOptions) -> Callable[[], Response]:
    """A view that serves a document anybody may read."""

    def view() -> Response:
        try:
            return json_response(read())
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))

    return view


def _refused(refusal: GrantRefused, issuer: StandInIssuer) -> Response:
    document = {"error": refusal.error, "error_description": refusal.description}
    if refusal.code == "MP-303":
        document["error_uri"] = issuer.help_address
    return json_response(document, refusal.status, NO_STORE)
