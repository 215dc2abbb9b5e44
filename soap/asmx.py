"""The `.asmx` services at work: GET describes a service, POST calls it, and every fault is HTTP 500."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from lxml import etree

from core import Store
from soap import intake, ns
from soap.asmx_services import TYPED_SERVICES
from soap.contract import ENDPOINTS, Endpoint, Operation
from soap.contract.wsdl import wsdl_text
from soap.description import Description
from soap.envelope import CLOSED_STATUS, FAULT_STATUS, CallRefused, SoapVersion, version_by_content_type
from soap.faults import BREAKDOWN
from soap.names import local_name
from soap.options import SoapOptions
from soap.responses import HTML, XML, Response, closed_for
from soap.visit import AsmxCall, Visit
from soap.wire import Exchange

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_log = logging.getLogger(__name__)


class AsmxDoor:
    """Every `.asmx` service on one store. Built once; safe to use from many threads."""

    def __init__(self, store: Store, options: SoapOptions) -> None:
        self._store = store
        self._limit = options.max_request_bytes
        self._notice = options.notice
        self._answers: dict[str, Callable[[AsmxCall, SoapVersion, etree._Element], bytes]] = {
            ns.DATA_EXCHANGE_PATH: Exchange().answer
        }
        self._answers |= {path: service.answer for path, service in TYPED_SERVICES.items()}
        self._descriptions = {path: Description(ENDPOINTS[path]) for path in self._answers}

    def call(self, endpoint: Endpoint, environ: WSGIEnvironment, visit: Visit) -> Response:
        """Answer a POST to ``endpoint``: the result, or a fault with HTTP 500 (503 where it is closed for a while)."""
        seconds = None
        version = version_by_content_type(environ.get("CONTENT_TYPE") or "")
        try:
            envelope = intake.read_envelope(environ, self._limit)
            version = intake.version_of(envelope)
            operation = intake.operation_in(envelope, version)
            _note_other_action(environ, local_name(operation))
            visit.asks_for(_operation_named(endpoint, operation))
            answer = self._answers[endpoint.path.lower()](AsmxCall(self._store, visit), version, operation)
            return Response(self._notice.into(answer), version.content_type)
        except CallRefused as refused:
            fault, seconds = refused.fault, refused.retry_after
        except Exception as error:  # noqa: BLE001 - the translator of whatever nobody foresaw
            _log_breakdown(error)
            fault = BREAKDOWN
        visit.ends_in_fault()
        status = FAULT_STATUS if seconds is None else CLOSED_STATUS
        return Response(self._notice.into(version.fault(fault)), version.content_type, status, closed_for(seconds))

    def describe(self, endpoint: Endpoint, query: str, address: str) -> Response:
        """The answer to a GET with this query; ``address`` is where clients reach the service."""
        description = self._descriptions[endpoint.path.lower()]
        if query.partition("&")[0].partition("=")[0].lower() == "wsdl":
            return Response(wsdl_text(endpoint, address), XML)
        asked = next((value for name, value in parse_qsl(query) if name.lower() == "op"), None)
        if asked is None:
            return Response(description.help_page, HTML)
        page = description.sample_page(asked)
        if page is None:
            return Response(description.help_page, HTML, "404 Not Found")
        return Response(page, HTML)


def _operation_named(endpoint: Endpoint, element: etree._Element) -> Operation | None:
    """The operation of the contract; its name alone counts, for an element in no namespace is taken as well."""
    return endpoint.operations.get(element.tag) or endpoint.operations.get(
        f"{{{endpoint.namespace}}}{local_name(element)}"
    )


def _note_other_action(environ: WSGIEnvironment, operation: str) -> None:
    """The body says what is called; a header that says something else is worth knowing of (soap-asmx §7.2)."""
    action = environ.get("HTTP_SOAPACTION", "").strip().strip('"')
    if action and action.rpartition("/")[2].lstrip("#") != operation:
        _log.info("the SOAPAction header names another operation than the body, which is %s", operation)


def _log_breakdown(error: Exception) -> None:
    # The message stays out of the log: it may quote what was sent.
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("a call failed with %s\n%s", type(error).__name__, where)
