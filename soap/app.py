"""The WSGI application: every old service by its path, GET to describe it, POST to call it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from core import Store, count_call
from soap.asmx import AsmxDoor
from soap.contract import ENDPOINTS, Binding, Endpoint
from soap.options import SoapOptions
from soap.responses import METHOD_NOT_ALLOWED, NOT_FOUND, Response, send
from soap.svc.description import describe
from soap.svc.door import ServiceDoor
from soap.visit import Visit, visit_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)


def create_soap_app(store: Store, options: SoapOptions | None = None) -> WSGIApplication:
    """The legacy front door on ``store``, as a WSGI application for the paths that `answers` names."""
    door = _Door(store, options or SoapOptions())

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return send(door.answer(environ), environ, start_response)

    return application


def answers(path: str) -> bool:
    """Whether this door answers on ``path``, which is matched whole and without regard to case."""
    return path.lower() in ENDPOINTS


class _Door:
    def __init__(self, store: Store, options: SoapOptions) -> None:
        self._store = store
        self._options = options
        self._asmx = AsmxDoor(store, options)
        self._svc = ServiceDoor(store, options)

    def answer(self, environ: WSGIEnvironment) -> Response:
        endpoint = ENDPOINTS.get((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).lower())
        if endpoint is None:
            return NOT_FOUND
        method = environ["REQUEST_METHOD"]
        if method == "POST":
            return self._options.notice.on(self._call(endpoint, environ))
        if method in ("GET", "HEAD"):
            return self._options.notice.on(self._describe(endpoint, environ))
        return METHOD_NOT_ALLOWED

    def _call(self, endpoint: Endpoint, environ: WSGIEnvironment) -> Response:
        """Answer a call, and count it."""
        visit = visit_of(environ, self._options.trusted_proxies)
        called = self._asmx if endpoint.binding is Binding.ASMX else self._svc
        response = called.call(endpoint, environ, visit)
        if self._options.counted:
            self._count(endpoint, visit)
        return response

    def _count(self, endpoint: Endpoint, visit: Visit) -> None:
        try:
            count_call(self._store, visit.counted(endpoint))
        except Exception as error:  # noqa: BLE001 - no answer is lost for want of a count
            _log.error("a call of %s was not counted: %s", endpoint.path, type(error).__name__)

    def _describe(self, endpoint: Endpoint, environ: WSGIEnvironment) -> Response:
        query = environ.get("QUERY_STRING", "")
        address = (self._options.public_url or _own_url(environ)).rstrip("/") + endpoint.path
        if endpoint.binding is Binding.ASMX:
            return self._asmx.describe(endpoint, query, address)
        return describe(endpoint, query, address)


def _own_url(environ: WSGIEnvironment) -> str:
    """Where the request came in; an HTTP/1.0 client may have named no host."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{quote(host, safe='.:[]-')}"
