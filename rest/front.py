"""What stands before the framework: the decision point as bare WSGI, and the spelling of paths."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.routing import Map

from core import Store, Unavailable, service_owners
from rest.authorization.decision_point import MayAsk, NotTheirsToAsk, authorize, not_fresh
from rest.authorization.xacml import LARGEST_REQUEST, MalformedRequest
from rest.door import RestOptions
from rest.problem import Body, Problem
from rest.problem_rows import NO_ACCESS, WRONG_FIELDS
from rest.problems import Asker, Reply, trace_id, write
from rest.spelling import Spelling
from rest.tokens.bearer import InvalidSystemUserClaim, InvalidToken, VerifiedToken, Verifier

AUTHORIZE = "/authorization/api/v1/authorize"
DECIDE_SCOPES = frozenset({"altinn:authorization/authorize", "altinn:authorization/authorize.admin"})
_DECIDE_ANYTHING = frozenset({"altinn:authorization/authorize.admin"})
FAILURE = Problem(500, "", "An error occurred while processing your request.", Body.FRAMEWORK)

_STATUS_LINES = {
    200: "200 OK",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}
_NUL = {"$": ["The address must not hold NUL."]}
_log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Front:
    """Answers decision requests itself and hands everything else on."""

    def __init__(self, store: Store, verifier: Verifier, options: RestOptions, framework: WsgiApp, routes: Map) -> None:
        self._store = store
        self._verifier = verifier
        self._options = options
        self._framework = framework
        self._spelling = Spelling(routes)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] == "POST" and path.rstrip("/").lower() == AUTHORIZE:
            return self._decide(environ, start_response)
        if "\0" in path or "%00" in environ.get("QUERY_STRING", ""):
            # No text with NUL can be kept, or be the name of anything that is.
            return _send(start_response, write(WRONG_FIELDS, self._asker(environ), fields=_NUL))
        environ["PATH_INFO"] = self._spelling.of(path, environ["REQUEST_METHOD"])
        return self._framework(environ, start_response)

    def _decide(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            token = self._verifier.verify(environ.get("HTTP_AUTHORIZATION"))
            if not token.allows(DECIDE_SCOPES):
                return _send(start_response, Reply(403, "", b""))
            asked_of_own = may_ask(self._store, token) if self._options.own_resources_only else None
            answer = authorize(self._store.snapshot, _body(environ), self._store.clock(), asked_of_own)
        except NotTheirsToAsk:
            _log.info("refused: a resource that is not the caller's")
            return _send(start_response, Reply(403, "", b""))
        except InvalidToken as error:
            _log.info("token refused: %s", error)
            return _send(start_response, Reply(401, "", b""), ("WWW-Authenticate", "Bearer"))
        except InvalidSystemUserClaim as error:
            return _send(start_response, write(NO_ACCESS, self._asker(environ), detail=str(error)))
        except Unavailable:
            # Whether the token was taken back cannot be known just now: there is no answer, for whoever asks.
            answer = not_fresh()
        except MalformedRequest as error:
            problem = write(WRONG_FIELDS, self._asker(environ), fields={"$": [str(error)]})
            return _send(start_response, problem)
        except Exception:  # noqa: BLE001 -- the last translator
            # Whatever went wrong, the caller learns no more than that it did.
            _log.exception("a decision request failed")
            return _send(start_response, write(FAILURE, self._asker(environ)))
        if self._options.strict_upstream:
            return _send(start_response, Reply(200, _JSON, answer.body))
        return _send(start_response, Reply(200, _JSON, answer.body), ("Brobygger-Reason", answer.reasons))

    def _asker(self, environ: dict[str, Any]) -> Asker:
        trace = trace_id(environ.get("HTTP_TRACEPARENT"))
        return Asker(trace, environ.get("HTTP_ACCEPT", ""), self._options.strict_upstream)


def may_ask(store: Store, token: VerifiedToken) -> MayAsk | None:
    """Whether the caller may ask about a service: about its own, or with the wider scope about every one (None)."""
    if token.allows(_DECIDE_ANYTHING):
        return None
    number = token.consumer
    names = () if number is None else service_owners(store, number)
    return lambda service: service.owner == number or any(each.owns(service) for each in names)


_JSON = "application/json; charset=utf-8"


def _body(environ: dict[str, Any]) -> bytes:
    """The body, read no further than a request may be long. Raises MalformedRequest."""
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated and not stated.isdecimal():
        raise MalformedRequest("the length of the body is not a number")
    if not stated and not environ.get("wsgi.input_terminated"):
        return b""
    length = int(stated) if stated else LARGEST_REQUEST + 1
    body: bytes = environ["wsgi.input"].read(min(length, LARGEST_REQUEST + 1))
    return body


def _send(start_response: StartResponse, reply: Reply, *headers: tuple[str, str]) -> Iterable[bytes]:
    kind = [("Content-Type", reply.content_type)] if reply.content_type else []
    length = ("Content-Length", str(len(reply.body)))
    start_response(_STATUS_LINES[reply.status], [*kind, length, *headers])
    return [reply.body]
