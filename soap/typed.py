"""Operations of the smaller `.asmx` services: parameters read by name or place, a text or an element as the result."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from xml.sax.saxutils import escape

from lxml import etree

from core import GatewayError
from soap import ns
from soap.envelope import DECLARATION, CallRefused, SoapVersion
from soap.faults import refusal
from soap.names import local_name, namespace_of
from soap.visit import AsmxCall

_log = logging.getLogger(__name__)

_NIL = f"{{{ns.XSI}}}nil"
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
# XML has no way to write these, not even as references.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST_NAME = 60

Parameter = str | int | None
Answer = Callable[..., str]


class Kind(Enum):
    """What a parameter is."""

    TEXT = "string"
    INT = "int"


@dataclass(frozen=True, slots=True)
class TypedOperation:
    """One operation: its parameters in the contract's order, and what answers it.

    ``answer`` takes the call and the parameters, None for each that is absent. It returns the text of the
    result or, where ``is_markup``, what stands inside the result element.
    """

    parameters: Mapping[str, Kind]
    answer: Answer
    is_markup: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TypedService:
    """An `.asmx` service: its name, where it is, what it speaks, and the stored text that describes it."""

    name: str
    namespace: str
    path: str
    operations: Mapping[str, TypedOperation]

    def answer(self, call: AsmxCall, version: SoapVersion, element: etree._Element) -> bytes:
        """Call the operation that ``element`` names; returns the envelope with its result. Raises CallRefused."""
        called = local_name(element)
        operation = self.operations.get(called) if namespace_of(element) in ("", self.namespace) else None
        if operation is None:
            raise CallRefused(f"Ukjent operasjon: {called[:_LONGEST_NAME]}")
        try:
            result = operation.answer(call, *read_parameters(operation.parameters, element))
        except GatewayError as error:
            _log.warning("%s refused: %s", called, error.code)
            raise refusal(error) from error
        written = result if operation.is_markup else escape(_UNWRITABLE.sub("?", result), {"\r": "&#13;"})
        return self._envelope(version, called, written)

    def _envelope(self, version: SoapVersion, name: str, result: str) -> bytes:
        return (
            f'{DECLARATION}<soap:Envelope xmlns:soap="{version.namespace}"><soap:Body>'
            f'<{name}Response xmlns="{self.namespace}"><{name}Result>{result}</{name}Result></{name}Response>'
            "</soap:Body></soap:Envelope>"
        ).encode()


def read_parameters(kinds: Mapping[str, Kind], element: etree._Element) -> list[Parameter]:
    """The parameters in the contract's order, None for each that is absent.

    Names go before places; children with names nobody knows fill what is left, in order (soap-asmx §2.3).
    Raises CallRefused for a whole number that is none.
    """
    children = list(element.iterchildren("*"))
    named = {name: child for child in children if (name := local_name(child)) in kinds}
    strangers = iter(child for child in children if local_name(child) not in kinds)
    found: list[Parameter] = []
    for name, kind in kinds.items():
        child = named[name] if name in named else next(strangers, None)
        found.append(None if child is None else _value(kind, child))
    return found


def _value(kind: Kind, element: etree._Element) -> Parameter:
    if element.get(_NIL, "").strip() in ("1", "true"):
        return None
    return _text(element) if kind is Kind.TEXT else _integer(element)


def _text(element: etree._Element) -> str | None:
    return None if len(element) else element.text or ""


def _integer(element: etree._Element) -> int:
    text, bound = (element.text or "").strip(), 2**31
    if len(element) or _INTEGER.fullmatch(text) is None or not -bound <= int(text) < bound:
        raise CallRefused(f"Parameteren {local_name(element)[:_LONGEST_NAME]} er ikke et heltall på 32 biter.")
    return int(text)
