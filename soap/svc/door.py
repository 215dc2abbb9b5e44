"""The `.svc` services at work: a message in, its operation's handler, the answer's envelope out."""

from __future__ import annotations

import logging
import traceback
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lxml import etree

from core import BrownedOut, GatewayError, Store, read_content
from soap.contract import (
    Binding,
    Endpoint,
    Included,
    Operation,
    UnreadableRequest,
    read_headers,
    read_request,
    write_response,
)
from soap.envelope import CLOSED_STATUS, FAULT_STATUS, CallRefused, Side
from soap.intake import operation_in, version_of
from soap.message import Message, media_of, read_message
from soap.mtom import StreamedFile, new_name, write_mtom
from soap.names import local_name
from soap.notice import SunsetNotice
from soap.options import SoapOptions
from soap.responses import Response, closed_for
from soap.security import FAULT_ACTION, SecurityRefused, TokenAnswer, answer_header, message_id_of, refusal_body
from soap.svc import faults
from soap.svc.call import Call, Download, Upload
from soap.svc.envelopes import ADDRESSED, BASIC, EnvelopeStyle
from soap.svc.handlers import HANDLERS
from soap.svc.security import open_gate
from soap.visit import Visit

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_log = logging.getLogger(__name__)

_STREAM = "stream"
_SESSION = "RequestSecurityToken"


@dataclass(frozen=True, slots=True)
class _Reply:
    """What goes out, before its envelope: the body's child, the action it has, and a file beside it."""

    body: bytes
    action: str
    message_id: str = ""
    file: StreamedFile | None = None


class ServiceDoor:
    """Every endpoint of the `.svc` services on one store. Built once; safe to use from many threads."""

    def __init__(self, store: Store, options: SoapOptions) -> None:
        self._store = store
        self._limits = options.limits
        self._gate = open_gate(store, options)
        self._notice = options.notice

    def call(self, endpoint: Endpoint, environ: WSGIEnvironment, visit: Visit) -> Response:
        """Answer a POST to ``endpoint``: the result, or a fault with HTTP 500 (503 where it is closed for a while)."""
        style = BASIC if endpoint.binding is Binding.BASIC else ADDRESSED
        if _is_of_other_version(environ, style):
            visit.ends_in_fault()
            return _wrong_version(style)
        exchange = _Exchange(endpoint, style, self._store, self._notice, visit)
        try:
            with read_message(environ, self._limits, self._store, streamed=endpoint.streamed) as message:
                return exchange.sent(self._reply(exchange, message, environ), "200 OK")
        except SecurityRefused as refused:
            visit.is_not_let_in()
            return exchange.sent(exchange.refusal(refused), FAULT_STATUS)
        except BrownedOut as closed:
            return exchange.sent(exchange.failure(closed), CLOSED_STATUS, closed_for(closed.seconds))
        except Exception as error:  # noqa: BLE001 - the translator of whatever was refused, or nobody foresaw
            visit.ends_in_fault()
            return exchange.sent(exchange.failure(error), FAULT_STATUS)

    def _reply(self, exchange: _Exchange, message: Message, environ: WSGIEnvironment) -> _Reply:
        endpoint = exchange.endpoint
        version = version_of(message.envelope)
        now = self._store.clock()
        understood = [each.qname for operation in endpoint.operations.values() for each in operation.headers]
        if endpoint.binding is not Binding.BASIC:
            exchange.message_id = message_id_of(message.envelope)
        admitted = self._gate.admit(
            message.envelope, binding=endpoint.binding, path=endpoint.path, now=now, understood=understood
        )
        if isinstance(admitted, TokenAnswer):
            exchange.visit.operation = _SESSION
            return _Reply(admitted.body.encode(), admitted.action, admitted.message_id)
        element = operation_in(message.envelope, version)
        operation = exchange.found(element)
        upload = None if message.upload is None else Upload(message.upload.id, message.upload.size)
        call = Call(self._store, endpoint, operation, admitted, upload, exchange.visit)
        return exchange.answered(call, _values(operation, element, message))


class _Exchange:
    """One message and its answer. Knows how far it came, so that a fault can say what it is the answer to."""

    def __init__(
        self, endpoint: Endpoint, style: EnvelopeStyle, store: Store, notice: SunsetNotice, visit: Visit
    ) -> None:
        self.endpoint = endpoint
        self.visit = visit
        self._notice = notice
        self.message_id = ""
        self._style = style
        self._store = store
        self._fault_action = FAULT_ACTION

    def found(self, element: etree._Element) -> Operation:
        """The operation that the body's child names."""
        operation = self.endpoint.operations.get(element.tag)
        self.visit.asks_for(operation)
        if operation is None:
            name = local_name(element)[:60]
            raise faults.CallFailed(0, f"{self.endpoint.service} has no operation {name} at this address.")
        self._fault_action = operation.fault_action
        if operation.retired:
            raise faults.CallFailed(0, f"{operation.name} is no longer offered. {operation.retired}")
        return operation

    def answered(self, call: Call, values: dict[str, Any]) -> _Reply:
        """The result of the call, ready to be sent."""
        operation = call.operation
        if operation.use_case == "Test":
            result = None
        else:
            result = HANDLERS[self.endpoint.service][operation.use_case](call, values)
        file = None
        if isinstance(result, Download):
            file = StreamedFile(new_name(), result.size, read_content(self._store, result.content))
            result = Included(f"cid:{file.name}")
        body = write_response(self.endpoint, operation, result)
        return _Reply(body, operation.response_action, self.message_id, file)

    def refusal(self, refused: SecurityRefused) -> _Reply:
        """The fault of a standard's own that the message's security ends in."""
        _log.info("%s refused: %s", self.endpoint.path, refused.fault_code)
        return _Reply(refusal_body(refused, self._style.namespace).encode(), FAULT_ACTION, self.message_id)

    def failure(self, error: Exception) -> _Reply:
        """The AltinnFault that an error ends in. Its guid is in the log."""
        guid = str(uuid.uuid4())
        _note(self.endpoint, error, guid)
        body = faults.body_11 if self._style is BASIC else faults.body_12
        side = Side.SERVER if isinstance(error, BrownedOut) else Side.CLIENT
        return _Reply(body(_fault_of(error, guid), side).encode(), self._fault_action, self.message_id)

    def sent(self, reply: _Reply, status: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
        """The HTTP answer, with ``headers`` beside those it has anyway."""
        header = ""
        if self._style is not BASIC:
            header = answer_header(reply.action, reply.message_id, self._store.clock())
        envelope = self._style.message(reply.body, header + self._notice.block)
        if reply.file is None:
            return Response(envelope, self._style.content_type, status, headers)
        packed, blocks = write_mtom(envelope, reply.file, self._style.media)
        named = dict(packed)
        length = int(named.pop("Content-Length"))
        return Response(blocks, named.pop("Content-Type"), status, tuple(named.items()), length)


def _values(operation: Operation, element: etree._Element, message: Message) -> dict[str, Any]:
    values = read_request(operation, element)
    if operation.headers:
        header = next(message.envelope.iterchildren("{*}Header"), None)
        if header is not None:
            values |= read_headers(operation, header)
    return {name: _without_nil_items(value) for name, value in values.items()}


def _without_nil_items(value: Any) -> Any:
    """The value, and in its lists no items that are nil: they say nothing, and no handler has to expect them."""
    if isinstance(value, dict):
        return {name: _without_nil_items(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_nil_items(item) for item in value if item is not None]
    return value


def _fault_of(error: Exception, guid: str) -> faults.AltinnFault:
    match error:
        case GatewayError():
            return faults.fault_for(error, guid)
        case faults.CallFailed():
            return faults.AltinnFault(error.error_id, error.message, guid, error.extended)
        case UnreadableRequest() | CallRefused():
            return faults.unforeseen(guid, str(error))
    return faults.unforeseen(guid)


def _note(endpoint: Endpoint, error: Exception, guid: str) -> None:
    if isinstance(error, GatewayError):
        _log.info("%s refused with %s [%s]", endpoint.path, error.code, guid)
    elif isinstance(error, faults.CallFailed | UnreadableRequest | CallRefused):
        _log.info("%s refused a call [%s]", endpoint.path, guid)
    else:
        # The message stays out of the log: it may quote what was sent.
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s failed with %s [%s]\n%s", endpoint.path, type(error).__name__, guid, where)


def _is_of_other_version(environ: WSGIEnvironment, style: EnvelopeStyle) -> bool:
    other = ADDRESSED if style is BASIC else BASIC
    return media_of(environ.get("CONTENT_TYPE") or "") == other.media


def _wrong_version(style: EnvelopeStyle) -> Response:
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    text = f"This address takes messages of type {style.media}.\n"
    return Response(text.encode(), "text/plain; charset=utf-8", f"{status.value} {status.phrase}")
