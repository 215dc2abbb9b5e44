"""What every route has in common: who calls, with which right to call at all, and how an error is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, request

from core import Caller, CallerKind, GatewayError, PartyKind, Store
from rest.authorization.xacml import to_json
from rest.problem import Area, Problem
from rest.problem_rows import FORBIDDEN, NO_ACCESS, UNAUTHORIZED, VENDOR_UNKNOWN
from rest.problems import Asker, Refused, Reply, Violations, tell, trace_id, violations, write
from rest.tokens.bearer import InvalidSystemUserClaim, InvalidToken, VerifiedToken, Verifier
from rest.tokens.exchange import Exchange
from rest.tokens.issuer import StandInIssuer

PREFIX = "/authentication/api/v1"
ANY_SCOPE: frozenset[str] | None = None
"""As the scopes of a route: any genuine token will do."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RestOptions:
    """How this door is set up.

    ``public_url`` is the address clients know it by, ``confirm_url`` that of the pages where
    people confirm requests. ``issuer`` is the stand-in issuer, for demo only. ``exchange`` is how tokens are
    exchanged; without one (and without the stand-in, which brings its own) they are not. ``strict_upstream``:
    answers hold nothing that the platform's own would not: no ``detail`` in problems and no reason header.
    ``own_resources_only``: the decision point answers a service owner about its own resources and no others.
    ``max_upload_bytes`` bounds the body of an upload of a brokered file; every other body is bounded much lower.
    """

    public_url: str
    confirm_url: str
    demo: bool = False
    issuer: StandInIssuer | None = None
    exchange: Exchange | None = None
    strict_upstream: bool = False
    own_resources_only: bool = False
    max_upload_bytes: int = 2 * 1024**3 + 1024**2


@dataclass(frozen=True, slots=True)
class Call:
    """One call that has passed the token check."""

    store: Store
    options: RestOptions
    token: VerifiedToken


@dataclass(frozen=True, slots=True)
class OpenCall:
    """One call of a route that is open to anybody."""

    store: Store
    options: RestOptions


View = Callable[..., Response]


class Door:
    """Adds routes to the application, each behind its scopes."""

    def __init__(self, app: Flask, store: Store, verifier: Verifier, options: RestOptions) -> None:
        self._app = app
        self._store = store
        self._verifier = verifier
        self._options = options

    def route(self, method: str, path: str, view: View, scopes: frozenset[str] | None, area: Area) -> None:
        """Serve ``view`` at ``path`` for tokens with one of ``scopes``."""
        self._serve(method, path, lambda **values: view(self._call(scopes), **values), area)

    def open_route(self, method: str, path: str, view: View, area: Area) -> None:
        """Serve ``view`` at ``path`` to anybody, as an `OpenCall`: what is public needs no token, and reads none."""
        self._serve(method, path, lambda **values: view(OpenCall(self._store, self._options), **values), area)

    def _serve(self, method: str, path: str, answer: View, area: Area) -> None:
        def guarded(**values: str) -> Response:
            if request.method != method:
                # HEAD, which the framework takes for GET: the platform does not, and reading leaves traces here.
                return empty(405, {"Allow": method})
            try:
                return answer(**values)
            except InvalidToken as error:
                _log.info("token refused: %s", error)
                return empty(401, {"WWW-Authenticate": "Bearer"})
            except InvalidSystemUserClaim as error:
                return as_response(write(NO_ACCESS, self._asker(), detail=str(error)))
            except Refused as refusal:
                return as_response(write(refusal.problem, self._asker(), detail=refusal.detail, fields=refusal.fields))
            except Violations as several:
                return as_response(violations(several.found, self._asker()))
            except GatewayError as error:
                _log.info("refused: %s", error.code)
                return as_response(tell(error, area, self._asker()))

        self._app.add_url_rule(path, f"{method} {path}", guarded, methods=[method], strict_slashes=False)

    def _call(self, scopes: frozenset[str] | None) -> Call:
        token = self._verifier.verify(request.headers.get("Authorization"))
        if not token.scopes or (scopes is not None and not token.allows(scopes)):
            raise Refused(FORBIDDEN)
        return Call(self._store, self._options, token)

    def _asker(self) -> Asker:
        return asker(self._options)


def asker(options: RestOptions) -> Asker:
    """What of the present request shapes an error body."""
    trace = trace_id(request.headers.get("traceparent"))
    return Asker(trace, request.headers.get("Accept", ""), options.strict_upstream)


def vendor(call: Call, otherwise: Problem = UNAUTHORIZED) -> Caller:
    """The vendor that calls. Without an organisation in its token the call is refused with ``otherwise``."""
    if call.token.consumer is None:
        raise Refused(otherwise)
    return Caller(CallerKind.VENDOR, organisation=call.token.consumer, client=call.token.client)


def requesting_vendor(call: Call) -> Caller:
    """The vendor that asks for a system user; without an organisation it gets a code of its own."""
    return vendor(call, VENDOR_UNKNOWN)


def person(call: Call) -> Caller:
    """The person who calls. A token that names none is refused as one without rights."""
    number = call.token.party
    party = None if number is None else call.store.snapshot().party_with_altinn_id(number)
    if party is None or party.kind is not PartyKind.PERSON:
        raise Refused(FORBIDDEN)
    return Caller(CallerKind.PERSON, party=party.id)


# -- responses ----------------------------------------------------------------------------------


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer, letters as they are."""
    return Response(to_json(value), status, headers, content_type="application/json; charset=utf-8")


def empty(status: int, headers: dict[str, str] | None = None) -> Response:
    """An answer without a body, and without a content type."""
    response = Response(b"", status, headers)
    del response.headers["Content-Type"]
    return response


def as_response(reply: Reply) -> Response:
    """The reply as the framework's response."""
    if not reply.content_type:
        return empty(reply.status)
    return Response(reply.body, reply.status, content_type=reply.content_type)
