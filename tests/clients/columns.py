"""The columns of the matrix, and the services that each client makes proxies for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.clients import asmx_columns, svc_columns
from tests.clients.drivers import Driver
from tests.clients.world import World

DESCRIBED_AT = {
    "DataExchange": "/webservices/dataexchange.asmx?WSDL",
    "SystemAuthentication": "/AuthenticationExternal/SystemAuthentication.svc?wsdl",
    "IntermediaryInbound": "/IntermediaryExternal/IntermediaryInboundBasic.svc?wsdl",
    "ReceiptExternal": "/IntermediaryExternal/ReceiptExternalBasic.svc?singleWsdl",
    "ReporteeElementList": "/ServiceEngineExternal/ReporteeElementListExternalBasic.svc?wsdl",
    "CorrespondenceExternal": "/ServiceEngineExternal/CorrespondenceExternalBasic.svc?wsdl",
}
"""Service name to where the gateway describes it."""

COLUMNS: Mapping[str, Callable[[Driver, World], None]] = {
    "challenge": svc_columns.challenge,
    "submit": svc_columns.submit,
    "status": svc_columns.status,
    "receipt": svc_columns.receipt,
    "element list": svc_columns.element_list,
    "correspondence": svc_columns.correspondence,
    "fault": svc_columns.fault,
    ".asmx submit": asmx_columns.submit,
    ".asmx status": asmx_columns.status,
    ".asmx receipt": asmx_columns.receipt,
    ".asmx fault": asmx_columns.fault,
}
"""Every column, in the order it is printed."""
