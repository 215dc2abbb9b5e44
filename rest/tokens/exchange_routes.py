"""Exchange, introspection and taking back of tokens over HTTP, and what Altinn's issuer publishes."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, request

from core import Caller, CallerKind, Store, Unavailable, mask_numbers_in, revoke_token
from rest.door import ANY_SCOPE, PREFIX, Call, Door, RestOptions, as_response, asker, empty, json_response, person
from rest.problem import Area, Body, Problem
from rest.problem_rows import FORBIDDEN, WRONG_FIELDS
from rest.problems import Refused, tell, text_reply, write
from rest.tokens.altinn import KEYS_PATH, METADATA_PATH
from rest.tokens.bearer import LEEWAY_SECONDS, GenuineToken, InvalidSystemUserClaim, InvalidToken, Verifier, bearer_of
from rest.tokens.exchange import Exchange, NotExchanged
from rest.tokens.token_routes import NO_STORE, published
from rest.tokens.trust import PROVIDERS

REVOKE = "brobygger:tokens.revoke"
_RETIRED_LOGON = "X-Altinn-EnterpriseUser-Authentication"
_RETIRED = Problem(410, "", "Gone", Body.FRAMEWORK)
_INSTEAD = (
    "Enterprise users (virksomhetsbrukere) were retired with the old platform. Use a system user: register the "
    "system, let the organisation approve a request, and ask Maskinporten for a system user's token."
)
_log = logging.getLogger(__name__)


def add_exchange_routes(app: Flask, store: Store, verifier: Verifier, options: RestOptions, exchange: Exchange) -> None:
    """Serve the exchange, and what there is to know of the issuer of exchanged tokens."""
    altinn = exchange.altinn

    def view(provider: str) -> Response:
        name = provider.lower()
        if name not in PROVIDERS:
            told = f"There is no token provider {mask_numbers_in(provider[:32])}: use {', '.join(PROVIDERS)}."
            return as_response(text_reply(400, told, request.headers.get("Accept", "")))
        if _RETIRED_LOGON in request.headers:
            return as_response(write(_RETIRED, asker(options), detail=_INSTEAD))
        try:
            found = verifier.examine(bearer_of(request.headers.get("Authorization")))
            is_test = request.args.get("test", "").lower() == "true"
            token = exchange.exchanged(store, name, found, store.clock().timestamp(), is_test=is_test)
        except (InvalidToken, InvalidSystemUserClaim) as error:
            _log.info("token not exchanged: %s", error)
            return empty(401, {"WWW-Authenticate": "Bearer"})
        except NotExchanged as error:
            _log.info("token not exchanged: %s", error)
            return empty(403)
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))
        answer = as_response(text_reply(200, token, request.headers.get("Accept", "")))
        answer.headers.update(NO_STORE)
        return answer

    app.add_url_rule(f"{PREFIX}/exchange/<provider>", "exchange", view, methods=["GET"], strict_slashes=False)
    app.add_url_rule(METADATA_PATH, "altinn metadata", published(altinn.metadata, options))
    app.add_url_rule(KEYS_PATH, "altinn jwk", published(altinn.jwks, options))


def add_introspection_routes(app: Flask, verifier: Verifier, options: RestOptions) -> None:
    """Serve introspection: whether a token is good, and nothing more. Source: pdp-and-tokens §5."""

    def view() -> Response:
        token = request.form.get("token", "")
        if not token:
            fields = {"token": ["The token field is required."]}
            return as_response(write(WRONG_FIELDS, asker(options), fields=fields))
        try:
            verifier.examine(token)
        except (InvalidToken, InvalidSystemUserClaim):
            return json_response({"active": False}, headers=NO_STORE)
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))
        return json_response({"active": True}, headers=NO_STORE)

    app.add_url_rule(f"{PREFIX}/introspection", "introspection", view, methods=["POST"], strict_slashes=False)


def add_revocation_routes(door: Door, verifier: Verifier, exchange: Exchange | None) -> None:
    """Serve the taking back of tokens, as RFC 7009 has it: one's own, or any with the scope for it."""

    def view(call: Call) -> Response:
        token = request.form.get("token", "")
        if not token:
            raise Refused(WRONG_FIELDS, {"token": ["The token field is required."]})
        try:
            found = verifier.examine(token)
        except (InvalidToken, InvalidSystemUserClaim):
            # Nothing to take back, and nothing told of why. Source: RFC 7009 §2.2.
            return empty(200)
        if not (call.token.allows(frozenset({REVOKE})) or _is_the_callers(call, found)):
            raise Refused(FORBIDDEN)
        if found.token.id is None:
            raise Refused(WRONG_FIELDS, {"token": ["A token without jti cannot be taken back."]})
        _revoke(call, found, found.token.id, exchange)
        return empty(200)

    door.route("POST", "/brobygger/v1/tokens/revoke", view, ANY_SCOPE, Area.LOOKUP)


def _is_the_callers(call: Call, found: GenuineToken) -> bool:
    mine, other = call.token, found.token
    return mine.client is not None and (mine.client, mine.consumer) == (other.client, other.consumer)


def _revoke(call: Call, found: GenuineToken, jti: str, exchange: Exchange | None) -> None:
    """Take the token back, and what it was exchanged for, which has the same id."""
    number = call.token.consumer
    caller = Caller(CallerKind.VENDOR, organisation=number) if number is not None else person(call)
    expires = datetime.fromtimestamp(found.token.expires + LEEWAY_SECONDS, UTC)
    revoke_token(call.store, caller, found.issuer.issuer, jti, expires)
    if exchange is not None and found.issuer.provider is not None:
        longest = expires + timedelta(seconds=exchange.seconds + LEEWAY_SECONDS)
        revoke_token(call.store, caller, exchange.altinn.issuer, jti, longest)
