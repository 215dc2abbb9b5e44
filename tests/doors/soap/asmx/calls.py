"""Calls of the smaller `.asmx` services, and the string search that clients of their age read answers with."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree

from core import Store
from soap import intake
from soap.agency_exchange import AGENCY_DATA_EXCHANGE
from soap.envelope import SOAP_11
from soap.message_exchange import MESSAGE_RECEIPT_EXCHANGE
from soap.typed import TypedService
from soap.visit import AsmxCall, Visit

AGENCY, MESSAGES = AGENCY_DATA_EXCHANGE, MESSAGE_RECEIPT_EXCHANGE


def envelope(service: TypedService, operation: str, parameters: Mapping[str, object], soap: str) -> str:
    """An envelope as the clients write it."""
    children = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parameters.items())
    return (
        f'<soap:Envelope xmlns:soap="{soap}"><soap:Body><{operation} xmlns="{service.namespace}">{children}'
        f"</{operation}></soap:Body></soap:Envelope>"
    )


def answer(store: Store, service: TypedService, document: str) -> bytes:
    """The envelope that answers one. Raises CallRefused."""
    root = etree.fromstring(document)
    version = intake.version_of(root)
    return service.answer(AsmxCall(store, Visit()), version, intake.operation_in(root, version))


def call(store: Store, service: TypedService, operation: str, **parameters: object) -> str:
    """The string result, found where the contract puts it and nowhere else."""
    written = answer(store, service, envelope(service, operation, parameters, SOAP_11.namespace))
    namespace = service.namespace
    path = f"{{{SOAP_11.namespace}}}Body/{{{namespace}}}{operation}Response/{{{namespace}}}{operation}Result"
    found = etree.fromstring(written).find(path)
    assert found is not None, written
    return found.text or ""


def searched(document: str, word: str, after: str = "") -> str:
    """What a reader without XML finds: the word, two characters skipped, up to the next double quote."""
    start = document.index(word, document.index(after) if after else 0) + len(word)
    assert document[start : start + 2] == '="'
    return document[start + 2 : document.index('"', start + 2)]
