"""The WSGI application: GET describes the service, POST calls it, and every fault is HTTP 500."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from lxml import etree

from core import Store
from soap import intake, ns
from soap.description import Description
from soap.envelope import FAULT_STATUS, CallRefused, version_by_content_type
from soap.faults import BREAKDOWN
from soap.wire import Exchange

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

_OK = "200 OK"
_HTML = "text/html; charset=utf-8"
_XML = "text/xml; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class SoapOptions:
    """What an installation decides.

    ``public_url`` is where clients reach the service (``https://host``), for the WSDL; None takes it from
    each request's Host. ``max_request_bytes`` bounds a request, also after it is inflated; the default
    leaves room for the 30 MB of attachments the later platform took.
    """

    public_url: str | None = None
    max_request_bytes: int = 40 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Response:
    body: bytes
    content_type: str
    status: str = _OK
    headers: tuple[tuple[str, str], ...] = ()


def create_soap_app(store: Store, options: SoapOptions | None = None) -> WSGIApplication:
    """The legacy front door on ``store``, as a WSGI application for the paths that `answers` names."""
    door = _Door(store, options or SoapOptions())

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = door.answer(environ)
        headers = [("Content-Type", response.content_type), ("Content-Length", str(len(response.body)))]
        start_response(response.status, [*headers, *response.headers])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    return application


def answers(path: str) -> bool:
    """Whether this door answers on ``path``, which is matched whole and without regard to case."""
    return path.lower() == ns.DATA_EXCHANGE_PATH


class _Door:
    def __init__(self, store: Store, options: SoapOptions) -> None:
        self._options = options
        self._description = Description()
        self._exchange = Exchange(store)

    def answer(self, environ: WSGIEnvironment) -> _Response:
        if not answers(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")):
            return _Response(b"Not found\n", _PLAIN, "404 Not Found")
        method = environ["REQUEST_METHOD"]
        if method == "POST":
            return self._call(environ)
        if method in ("GET", "HEAD"):
            return self._describe(environ)
        return _Response(b"Method not allowed\n", _PLAIN, "405 Method Not Allowed", (("Allow", "GET, HEAD, POST"),))

    def _call(self, environ: WSGIEnvironment) -> _Response:
        version = version_by_content_type(environ.get("CONTENT_TYPE") or "")
        try:
            envelope = intake.read_envelope(environ, self._options.max_request_bytes)
            version = intake.version_of(envelope)
            operation = intake.operation_in(envelope, version)
            _note_other_action(environ, etree.QName(operation).localname)
            return _Response(self._exchange.answer(version, operation), version.content_type)
        except CallRefused as refused:
            fault = refused.fault
        except Exception as error:  # noqa: BLE001 - the translator of whatever nobody foresaw
            _log_breakdown(error)
            fault = BREAKDOWN
        return _Response(version.fault(fault), version.content_type, FAULT_STATUS)

    def _describe(self, environ: WSGIEnvironment) -> _Response:
        query = environ.get("QUERY_STRING", "")
        if query.partition("&")[0].partition("=")[0].lower() == "wsdl":
            return _Response(self._description.wsdl(self._address(environ)), _XML)
        asked = next((value for name, value in parse_qsl(query) if name.lower() == "op"), None)
        if asked is None:
            return _Response(self._description.help_page, _HTML)
        page = self._description.sample_page(asked)
        if page is None:
            return _Response(self._description.help_page, _HTML, "404 Not Found")
        return _Response(page, _HTML)

    def _address(self, environ: WSGIEnvironment) -> str:
        return (self._options.public_url or _own_url(environ)).rstrip("/") + ns.DATA_EXCHANGE_PATH


def _own_url(environ: WSGIEnvironment) -> str:
    """Where the request came in; an HTTP/1.0 client may have named no host."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{quote(host, safe='.:[]-')}"


def _note_other_action(environ: WSGIEnvironment, operation: str) -> None:
    """The body says what is called; a header that says something else is worth knowing of (soap-asmx §7.2)."""
    action = environ.get("HTTP_SOAPACTION", "").strip().strip('"')
    if action and action.rpartition("/")[2].lstrip("#") != operation:
        _log.info("the SOAPAction header names another operation than the body, which is %s", operation)


def _log_breakdown(error: Exception) -> None:
    # The message stays out of the log: it may quote what was sent.
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("a call failed with %s\n%s", type(error).__name__, where)
