"""A plain client of the old channel: builds batches, posts envelopes, and reads receipts as the 2005 client does."""

from __future__ import annotations

import http.client
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

PATH = "/webservices/dataexchange.asmx"
TNS = "http://AltInn.no/webservices/"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"

BODY = (
    '<Skjema skjemanummer="212" spesifikasjonsnummer="4348" blankettnummer="RF-0002">'
    '<GenerellInformasjon-grp-2581 gruppeid="2581"><Avgiftspliktig-grp-50 gruppeid="50">'
    '<RapporteringsenhetNavn-datadef-21771 orid="21771">Prøve og Feil AS</RapporteringsenhetNavn-datadef-21771>'
    "</Avgiftspliktig-grp-50></GenerellInformasjon-grp-2581></Skjema>"
)


def unit(participant: str, reference: str, *, body: str = BODY, **attributes: str) -> str:
    """A DataUnit."""
    more = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return (
        f"<DataUnit participantId={quoteattr(participant)} sendersReference={quoteattr(reference)}{more}>"
        f"{body}</DataUnit>"
    )


def batch(
    *units: str, batch_id: str = "310000000-01-42", system: int | str = 4711, extra: str = "", **more: str
) -> str:
    """A DataBatch."""
    others = "".join(f" {name}={quoteattr(value)}" for name, value in more.items())
    return (
        f'<DataBatch schemaVersion="1.1" batchId={quoteattr(batch_id)} enterpriseSystemId="{system}" '
        f'receiptType="OnDemand"{others}><DataUnits>{"".join(units)}</DataUnits>{extra}</DataBatch>'
    )


def envelope(operation: str, parameters: dict[str, str | int], *, soap: str = SOAP_11) -> str:
    """An envelope as the 2005 client writes it."""
    children = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parameters.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{soap}"><soap:Body>'
        f'<{operation} xmlns="{TNS}">{children}</{operation}></soap:Body></soap:Envelope>'
    )


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def fault(self) -> tuple[str, str]:
        """(code, text) of a fault in either version."""
        root = ET.fromstring(self.body)
        for code, text in (
            (".//faultcode", ".//faultstring"),
            (f".//{{{SOAP_12}}}Value", f".//{{{SOAP_12}}}Text"),
        ):
            if root.find(code) is not None:
                return root.findtext(code, ""), root.findtext(text, "")
        raise AssertionError(self.text)

    def result(self, operation: str) -> str:
        """The string result, found where the contract puts it and nowhere else."""
        soap = SOAP_12 if SOAP_12 in self.text else SOAP_11
        path = f"{{{soap}}}Body/{{{TNS}}}{operation}Response/{{{TNS}}}{operation}Result"
        found = ET.fromstring(self.body).findtext(path)
        assert found is not None, self.text
        return found


@dataclass(frozen=True)
class Client:
    """Posts to a served door."""

    port: int

    def send(
        self,
        document: str | bytes,
        *,
        path: str = PATH,
        content_type: str | None = "text/xml; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """POST a document as it is."""
        body = document.encode() if isinstance(document, str) else document
        typed = {} if content_type is None else {"Content-Type": content_type}
        return self.request("POST", path, body, {**typed, **(headers or {})})

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Any HTTP request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def call(self, operation: str, **parameters: str | int) -> str:
        """Call an operation and return its string result."""
        action = {"SOAPAction": f'"{TNS}{operation}"'}
        answer = self.send(envelope(operation, parameters), headers=action)
        assert answer.status == 200, answer.text
        return answer.result(operation)

    def submit(self, document: str, password: str = "hemmelig1") -> str:
        """SubmitBatchPw; returns the receipt."""
        return self.call("SubmitBatchPw", batch=document, password=password)

    def poll(self, batch_id: str, *, system: int = 4711, password: str = "hemmelig1") -> str:
        """BatchStatusPw; returns the receipt."""
        return self.call("BatchStatusPw", enterpriseSystemId=system, batchId=batch_id, password=password)


def client_reads(receipt: str) -> tuple[str, list[tuple[str, str]]]:
    """(batch status, [(reference, status) of each unit]) as the string-searching client of 2005 finds them.

    It knows no XML: it looks for words, skips the two characters after each, and reads to the next quote.
    """
    end_tag = "/DataUnitInReceipt"

    def value_after(word: str, position: int) -> tuple[str, int]:
        start = receipt.find(word, max(position, 0)) + len(word) + 2
        end = receipt.find('"', start)
        assert end >= start, "here the client crashes"
        return receipt[start:end], start

    status, position = value_after("status", receipt.find("DataBatchInReceipt"))
    units = []
    opening, closing = receipt.find("DataUnitInReceipt"), receipt.find(end_tag) + len(end_tag)
    while -1 < opening < closing:
        reference, position = value_after("sendersReference", position)
        unit_status, position = value_after("status", position)
        units.append((reference, unit_status))
        opening = receipt.find("DataUnitInReceipt", closing)
        closing = receipt.find(end_tag, closing) + len(end_tag)
    return status, units


def messages(receipt: str) -> list[str]:
    """Every message text, in document order."""
    return [entry.text or "" for entry in ET.fromstring(receipt.encode()).iter("MessageEntry")]
