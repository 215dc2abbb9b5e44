"""A call: an operation's element in, its typed parameters to the service, the answer's envelope out.

spyne describes the service, and its description is read once, when the door opens: each operation's
parameters, what answers it, and the envelope of its result with a hole for the text. A call then costs
none of spyne's own machinery, which would be half of all that a submission costs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from core import GatewayError
from soap import ns
from soap.data_exchange import NOT_OFFERED, DataExchange
from soap.envelope import SOAP_11, SOAP_12, CallRefused, SoapVersion
from soap.faults import refusal
from soap.names import local_name
from soap.spyne_compat import Application, Integer32, Integer64, MethodContext, ServerBase, Soap11, Soap12, Unicode
from soap.visit import AsmxCall

_log = logging.getLogger(__name__)

_NIL = f"{{{ns.XSI}}}nil"
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")

_HOLE = "@result@"
_RETURN = {"\r": "&#13;"}
# What XML has no way to write, in UTF-8: controls by themselves, and two code points that are no characters.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())


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

    def from_element(self, context: MethodContext | None, kind: type, element: etree._Element) -> object:
        """The value of a parameter, None where it is nil. Raises CallRefused."""
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
        raise CallRefused(f"Parameteren {local_name(element)} er ikke et heltall på {bits} biter.")
    return int(text)


@dataclass(frozen=True, slots=True)
class _Operation:
    """What every call of an operation needs, as spyne describes it.

    ``places`` says where each parameter stands among those of ``function``, and how it is read. The answer
    is its result between ``before`` and ``after``.
    """

    function: Callable[..., str]
    places: Mapping[str, tuple[int, type]]
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class _Context:
    """What the service's functions use of spyne's context: the call."""

    udc: AsmxCall


class Exchange:
    """The service, ready to be called in either version of SOAP. Built once; safe to use from many threads."""

    def __init__(self) -> None:
        self._reading = _Soap11()
        self._operations = {
            SOAP_11: _operations(_server(_Soap11, SOAP_11)),
            SOAP_12: _operations(_server(_Soap12, SOAP_12)),
        }

    def answer(self, call: AsmxCall, version: SoapVersion, operation: etree._Element) -> bytes:
        """Call the operation and return the envelope with its result. Raises CallRefused."""
        try:
            return self._call(call, version, operation)
        except GatewayError as error:
            _log.warning("%s refused: %s", local_name(operation), error.code)
            raise refusal(error) from error

    def _call(self, call: AsmxCall, version: SoapVersion, operation: etree._Element) -> bytes:
        called = self._operations[version].get(_full_name(operation))
        if called is None:
            raise _unknown(operation)
        result = called.function(_Context(call), *self._parameters(called, operation))
        return called.before + _written(result) + called.after

    def _parameters(self, called: _Operation, operation: etree._Element) -> list[object]:
        """The parameters in the contract's order, whatever theirs was; the last of two by one name counts."""
        values: list[object] = [None] * len(called.places)
        for child in operation.iterchildren("*"):
            known = called.places.get(child.tag.rpartition("}")[2])
            if known is not None:
                place, kind = known
                values[place] = self._reading.from_element(None, kind, child)
        return values


def _full_name(operation: etree._Element) -> str:
    """The element's name; one in no namespace is taken for the service's own, as spyne takes it."""
    return operation.tag if operation.tag.startswith("{") else f"{{{ns.DATA_EXCHANGE}}}{operation.tag}"


def _written(text: str) -> bytes:
    """The text as it stands in an element. Raises ValueError for one that XML has no way to write."""
    data = escape(text, _RETURN).encode()
    if len(data.translate(None, _CONTROLS)) != len(data) or any(each in data for each in _NO_CHARACTERS):
        raise ValueError("a result holds what is no character in XML")
    return data


def _operations(server: ServerBase) -> Mapping[str, _Operation]:
    """The operations by their full name, read from spyne's description of the service."""
    described = {name: methods[0] for name, methods in server.app.interface.service_method_map.items()}
    return {name: _operation(server, method) for name, method in described.items()}


def _operation(server: ServerBase, method: Any) -> _Operation:
    parameters = method.in_message.get_flat_type_info(method.in_message)
    places = {name: (place, kind) for place, (name, kind) in enumerate(parameters.items())}
    before, _, after = _answer(server, method, _HOLE).partition(_HOLE.encode())
    return _Operation(method.function, places, before, after)


def _answer(server: ServerBase, method: Any, result: str) -> bytes:
    """The envelope that spyne writes for this result."""
    context = MethodContext(server, MethodContext.SERVER)
    context.descriptor, context.out_object = method, [result]
    protocol = server.app.out_protocol
    protocol.serialize(context, protocol.RESPONSE)
    protocol.create_out_string(context)
    return b"".join(context.out_string)


def _server(protocol: type, version: SoapVersion) -> ServerBase:
    app = Application([DataExchange], ns.DATA_EXCHANGE, "DataExchange", protocol(), protocol())
    # The prefixes that answers are written with, as the old platform wrote them.
    app.interface.nsmap = {"soap": version.namespace, None: ns.DATA_EXCHANGE}
    return ServerBase(app)


def _unknown(operation: etree._Element) -> CallRefused:
    name = local_name(operation)
    if operation.tag.startswith("{" + ns.DATA_EXCHANGE + "}") and name in NOT_OFFERED:
        return CallRefused(f"Operasjonen {name} tilbys ikke.")
    return CallRefused(f"Ukjent operasjon: {name[:60]}")
