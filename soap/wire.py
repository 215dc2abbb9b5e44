"""spyne at work: an operation's element in, its typed parameters to the service, the answer's envelope out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from core import GatewayError, Store
from soap import ns
from soap.data_exchange import NOT_OFFERED, DataExchange
from soap.envelope import SOAP_11, SOAP_12, CallRefused, SoapVersion
from soap.faults import refusal
from soap.spyne_compat import Application, Integer32, Integer64, MethodContext, ServerBase, Soap11, Soap12, Unicode

_log = logging.getLogger(__name__)

_NIL = f"{{{ns.XSI}}}nil"
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


class _Reading:
    """Reads parameters as tolerantly as the old platform, and never loses one silently.

    spyne takes ``nil="false"`` for nil, gives an empty text for a parameter with child elements, and
    refuses an ``xsi:type`` it does not know; old clients send all three.
    """

    deserialization_handlers: dict[type, Callable[..., Any]]

    def __init__(self) -> None:
        super().__init__(validator=None, parse_xsi_type=False)  # type: ignore[call-arg]
        self.deserialization_handlers[Unicode] = lambda _context, _kind, element: _text(element)
        self.deserialization_handlers[Integer32] = lambda _context, _kind, element: _integer(element, bits=32)
        self.deserialization_handlers[Integer64] = lambda _context, _kind, element: _integer(element, bits=64)

    def from_element(self, context: MethodContext, kind: type, element: etree._Element) -> object:
        if element.get(_NIL, "").strip() in ("1", "true"):
            return None
        return self.deserialization_handlers[kind](context, kind, element)


class _Soap11(_Reading, Soap11):
    """SOAP 1.1."""


class _Soap12(_Reading, Soap12):
    """SOAP 1.2."""


def _text(element: etree._Element) -> str | None:
    return None if len(element) else element.text or ""


def _integer(element: etree._Element, *, bits: int) -> int:
    text, bound = (element.text or "").strip(), 2 ** (bits - 1)
    if len(element) or _INTEGER.fullmatch(text) is None or not -bound <= int(text) < bound:
        raise CallRefused(f"Parameteren {etree.QName(element).localname} er ikke et heltall på {bits} biter.")
    return int(text)


class Exchange:
    """The service, ready to be called in either version of SOAP. Built once; safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._servers = {SOAP_11: _server(_Soap11, SOAP_11), SOAP_12: _server(_Soap12, SOAP_12)}

    def answer(self, version: SoapVersion, operation: etree._Element) -> bytes:
        """Call the operation and return the envelope with its result. Raises CallRefused."""
        try:
            return self._call(version, operation)
        except GatewayError as error:
            _log.warning("%s refused: %s", etree.QName(operation).localname, error.code)
            raise refusal(error) from error

    def _call(self, version: SoapVersion, operation: etree._Element) -> bytes:
        server = self._servers[version]
        context = MethodContext(server, MethodContext.SERVER)
        context.udc = self._store
        context.in_body_doc, context.method_request_string = operation, operation.tag
        protocol = server.app.in_protocol
        methods = protocol.get_call_handles(context)
        if not methods:
            raise _unknown(operation)
        context.descriptor = methods[0]
        protocol.deserialize(context, protocol.REQUEST)
        context.out_object = [server.app.call_wrapper(context)]
        server.app.out_protocol.serialize(context, protocol.RESPONSE)
        server.app.out_protocol.create_out_string(context)
        return b"".join(context.out_string)


def _server(protocol: type, version: SoapVersion) -> ServerBase:
    app = Application([DataExchange], ns.DATA_EXCHANGE, "DataExchange", protocol(), protocol())
    # The prefixes that answers are written with, as the old platform wrote them.
    app.interface.nsmap = {"soap": version.namespace, None: ns.DATA_EXCHANGE}
    return ServerBase(app)


def _unknown(operation: etree._Element) -> CallRefused:
    name = etree.QName(operation).localname
    if operation.tag.startswith("{" + ns.DATA_EXCHANGE + "}") and name in NOT_OFFERED:
        return CallRefused(f"Operasjonen {name} tilbys ikke.")
    return CallRefused(f"Ukjent operasjon: {name[:60]}")
