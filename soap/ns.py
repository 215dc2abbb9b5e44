"""Every namespace the old channel speaks in, and the path it is spoken on."""

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

DATA_EXCHANGE = "http://AltInn.no/webservices/"
"""The service's target namespace: capital A and I, and a trailing slash."""

DATA_EXCHANGE_PATH = "/webservices/dataexchange.asmx"
"""The path as the contract writes it. Requests are matched without regard to case."""
