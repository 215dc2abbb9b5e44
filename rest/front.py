"""What stands before the framework: the decision point as bare WSGI, and the spelling of paths."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.routing import Map

from core import Store
from rest.authorization.decision_point import authorize
from rest.authorization.xacml import LARGEST_REQUEST, MalformedRequest
from rest.door import NOT_ONE_SYSTEM_USER, RestOptions
from rest.problem import Body, Problem
from rest.problem_rows import WRONG_FIELDS
from rest.problems import Asker, Reply, trace_id, write
from rest.tokens.bearer import InvalidSystemUserClaim, InvalidToken, Verifier

AUTHORIZE = "/authorization/api/v1/authorize"
DECIDE_SCOPES = frozenset({"altinn:authorization/authorize", "altinn:authorization/authorize.admin"})
FAILURE = Problem(500, "", "An error occurred while processing your request.", Body.FRAMEWORK)

_STATUS_LINES = {
    200: "200 OK",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    500: "500 Internal Server Error",
}
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
        self._routes = routes
        self._literals = _literals(routes)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] == "POST" and path.rstrip("/").lower() == AUTHORIZE:
            return self._decide(environ, start_response)
        environ["PATH_INFO"] = self._spelled(path, environ["REQUEST_METHOD"])
        return self._framework(environ, start_response)

    def _decide(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            token = self._verifier.verify(environ.get("HTTP_AUTHORIZATION"))
            if not token.allows(DECIDE_SCOPES):
                return _send(start_response, Reply(403, "", b""))
            answer = authorize(self._store.snapshot, _body(environ), self._store.clock())
        except InvalidToken as error:
            _log.info("token refused: %s", error)
            return _send(start_response, Reply(401, "", b""), ("WWW-Authenticate", "Bearer"))
        except InvalidSystemUserClaim as error:
            return _send(start_response, write(NOT_ONE_SYSTEM_USER, self._asker(environ), detail=str(error)))
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

    def _spelled(self, path: str, method: str) -> str:
        """The path with its fixed parts spelled as the routes have them, where it fits no route as it is.

        Case counts in values and not in fixed parts; a path that fits a route is never touched.
        """
        segments = path.split("/")
        spelled = "/".join(self._literals.get(segment.lower(), segment) for segment in segments)
        if spelled == path or self._routes.bind("").test(path, method):
            return path
        return spelled


def _literals(routes: Map) -> dict[str, str]:
    parts = {part for rule in routes.iter_rules() for part in rule.rule.split("/") if part and "<" not in part}
    return {part.lower(): part for part in parts}


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
