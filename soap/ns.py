"""Every namespace the old channel speaks in, and the path it is spoken on."""

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

DATA_EXCHANGE = "http://AltInn.no/webservices/"
"""The service's target namespace: capital A and I, and a trailing slash."""

DATA_EXCHANGE_PATH = "/webservices/dataexchange.asmx"
"""The path as the contract writes it. Requests are matched without regard to case."""

ALTINN_FAULT = "http://www.altinn.no/services/common/fault/2009/10"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
FAULT_PREFIXES = {
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "wsc": "http://schemas.xmlsoap.org/ws/2005/02/sc",
    "wst": "http://schemas.xmlsoap.org/ws/2005/02/trust",
    "a": ADDRESSING,
}
"""The prefixes that subcodes of standard faults are written with."""
