"""A plain client of the `.svc` services: writes envelopes in each binding, posts them, and reads what comes back."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from lxml import etree

from soap.contract import ENDPOINTS, Endpoint, Operation

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
FAULT = "{http://www.altinn.no/services/common/fault/2009/10}"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with an envelope in it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        """The envelope."""
        return etree.fromstring(self.body)

    def texts(self, name: str) -> list[str | None]:
        """The texts of every element with this local name."""
        return [each.text for each in self.root.iter(f"{{*}}{name}")]

    def text(self, name: str) -> str | None:
        """The text of the first element with this local name."""
        return next(self.root.iter(f"{{*}}{name}")).text

    @property
    def fault(self) -> dict[str, str]:
        """The members of the AltinnFault."""
        detail = next(self.root.iter(f"{FAULT}AltinnFault"))
        return {etree.QName(each).localname: each.text or "" for each in detail}


def operation(path: str, name: str) -> tuple[Endpoint, Operation]:
    """The operation ``name`` of the endpoint at ``path``."""
    endpoint = ENDPOINTS[path.lower()]
    return endpoint, next(each for each in endpoint.operations.values() if each.name == name)


def body_of(namespace: str, name: str, inner: str) -> str:
    """The child of the body, with ``inner`` inside."""
    return f'<{name} xmlns="{namespace}">{inner}</{name}>'


def elements(values: Mapping[str, object]) -> str:
    """Plain parameters as elements."""
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items())


def basic_envelope(body: str) -> str:
    """SOAP 1.1 as Basic clients write it."""
    return f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body>{body}</s:Body></s:Envelope>'


def security(
    user: str, password: str, *, now: datetime, nonce: str | None = None, lasts: timedelta = timedelta(minutes=5)
) -> str:
    """A Security header with a Timestamp and a UsernameToken."""
    created, expires = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (now.astimezone(UTC), (now + lasts).astimezone(UTC)))
    once = "" if nonce is None else f"<o:Nonce>{nonce}</o:Nonce><u:Created>{created}</u:Created>"
    return (
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}" xmlns:u="{WSU}"><u:Timestamp u:Id="_0">'
        f"<u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>"
        f'<o:UsernameToken u:Id="t1"><o:Username>{user}</o:Username>'
        f'<o:Password Type="{PASSWORD_TEXT}">{escape(password)}</o:Password>{once}</o:UsernameToken></o:Security>'
    )


def addressed_envelope(body: str, *, action: str, to: str, header: str) -> str:
    """SOAP 1.2 with addressing and ``header``."""
    return (
        f'<s:Envelope xmlns:s="{SOAP_12}" xmlns:a="{WSA}"><s:Header>'
        f'<a:Action s:mustUnderstand="1">{action}</a:Action><a:MessageID>urn:uuid:{uuid.uuid4()}</a:MessageID>'
        f'<a:To s:mustUnderstand="1">{to}</a:To>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    )


@dataclass(frozen=True)
class SvcClient:
    """A client of the server on this port."""

    port: int

    def post(self, path: str, envelope: str | bytes, content_type: str = "text/xml; charset=utf-8") -> Answer:
        """POST an envelope."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            body = envelope.encode() if isinstance(envelope, str) else envelope
            connection.request("POST", path, body, {"Content-Type": content_type, "SOAPAction": '""'})
            return _read(connection)
        finally:
            connection.close()

    def get(self, target: str) -> Answer:
        """GET a description."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", target)
            return _read(connection)
        finally:
            connection.close()

    def basic(self, path: str, name: str, inner: str) -> Answer:
        """Call an operation of a Basic endpoint with ``inner`` as its parameters."""
        _, called = operation(path, name)
        return self.post(path, basic_envelope(body_of(called.request.namespace, called.request.name, inner)))

    def addressed(self, path: str, name: str, inner: str, header: str) -> Answer:
        """Call an operation of a WS, EC or EC2 endpoint, with ``header`` as its Security."""
        endpoint, called = operation(path, name)
        envelope = addressed_envelope(
            body_of(called.request.namespace, called.request.name, inner),
            action=called.action,
            to=f"http://127.0.0.1:{self.port}{endpoint.path}",
            header=header,
        )
        return self.post(path, envelope, f'application/soap+xml; charset=utf-8; action="{called.action}"')


def _read(connection: http.client.HTTPConnection) -> Answer:
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())
