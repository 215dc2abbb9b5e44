"""The operations that tests of the wire call, and how they read and write them."""

from __future__ import annotations

from typing import Any

from lxml import etree

from soap.contract import ENDPOINTS, Endpoint, Operation, read_request, write_response

XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
INBOUND = "http://www.altinn.no/services/Intermediary/Shipment/IntermediaryInbound/2009/10"
RECEIPT = "http://www.altinn.no/services/Intermediary/Receipt/2009/10"
SEARCH = "http://schemas.altinn.no/services/Archive/ReporteeArchive/2009/10"
ELEMENTS = "http://www.altinn.no/services/ServiceEngine/ReporteeElementList"


def of(path: str, name: str) -> tuple[Endpoint, Operation]:
    """An endpoint and one of its operations."""
    endpoint = ENDPOINTS[path.lower()]
    return endpoint, next(each for each in endpoint.operations.values() if each.name == name)


def written(path: str, name: str, values: Any) -> str:
    return write_response(*of(path, name), values).decode()


def read(path: str, name: str, inside: str, namespaces: str = "") -> dict[str, Any]:
    _, operation = of(path, name)
    request = operation.request
    text = f'<ns:{request.name} xmlns:ns="{request.namespace}" {namespaces}>{inside}</ns:{request.name}>'
    return read_request(operation, etree.fromstring(text))


RECEIPTS_BASIC = "/IntermediaryExternal/ReceiptExternalBasic.svc"
INBOUND_BASIC = "/IntermediaryExternal/IntermediaryInboundBasic.svc"
ELEMENTS_BASIC = "/ServiceEngineExternal/ReporteeElementListExternalBasic.svc"
ELEMENTS_WS = "/ServiceEngineExternal/ReporteeElementListExternal.svc"
