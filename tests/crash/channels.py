"""The ways the crash client hands something in: a batch, a shipment, and a shipment with a file uploaded to it."""

from __future__ import annotations

import hashlib
import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Protocol
from xml.sax.saxutils import escape

from tests.doors.soap.asmx_client import PATH, SOAP_11, TNS, batch, client_reads, envelope, unit

SYSTEM, PASSWORD, PARTICIPANT = 4711, "hemmelig1", "310000302"
SERVICE_CODE, SERVICE_EDITION = "9191", "260101"
UPLOADS = "upload"
"""Begins the references of shipments that a file is uploaded to."""

_PAUSE = 0.02  # seconds before a gateway that does not answer is tried again
_GIVE_UP = 120.0  # seconds without any answer
_ARCHIVED_WITHIN = 500.0  # seconds: the worker is killed again and again, too
_FILE_BYTES = 600_000  # more than two pieces of the store
_INBOUND = "http://www.altinn.no/services/Intermediary/Shipment/IntermediaryInbound/2009/10"
_STREAMED = "http://www.altinn.no/services/Intermediary/Shipment/IntermediaryInbound/2013/06"
_RECEIPTS = "http://www.altinn.no/services/Intermediary/Receipt/2009/10"
_INBOUND_PATH = "/IntermediaryExternal/IntermediaryInboundBasic.svc"
_STREAMED_PATH = "/IntermediaryExternal/IntermediaryInboundBasicStreamed.svc"
_RECEIPTS_PATH = "/IntermediaryExternal/ReceiptExternalBasic.svc"
_SYSTEM = f"<systemUserName>{SYSTEM}</systemUserName><systemPassword>{PASSWORD}</systemPassword>"


def body_of(reference: str) -> str:
    """The form that is handed in under a reference: no other has this text."""
    return f'<Skjema skjemanummer="212" spesifikasjonsnummer="4348"><Navn orid="1">Prøve {reference}</Navn></Skjema>'


def file_of(reference: str) -> bytes:
    """The file that is uploaded to it."""
    seed = hashlib.sha256(reference.encode()).digest()
    return (seed * (_FILE_BYTES // len(seed) + 1))[:_FILE_BYTES]


class ToldWrong(Exception):
    """The gateway said what an honest one never says."""


@dataclass
class Gateway:
    """The gateway as one sender sees it: tried until it answers."""

    port: int
    _connection: http.client.HTTPConnection | None = field(default=None)

    def ask(self, path: str, body: bytes, headers: Mapping[str, str]) -> str:
        """The answer to a request, however often it has to be sent. Raises TimeoutError where none comes."""
        deadline = time.monotonic() + _GIVE_UP
        while time.monotonic() < deadline:
            answer = self._try(path, body, headers)
            if answer is not None:
                return answer
            time.sleep(_PAUSE)
        raise TimeoutError(path)

    def _try(self, path: str, body: bytes, headers: Mapping[str, str]) -> str | None:
        try:
            self._connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self._connection.request("POST", path, body, dict(headers))
            return self._connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            return None


def _value(answer: str, name: str) -> str | None:
    """The text of the first element with this local name."""
    found = re.search(rf"<(?:\w+:)?{name}(?: [^>]*)?>([^<]*)<", answer)
    return None if found is None else unescape(found[1])


def _reference(answer: str, kind: str) -> str | None:
    pattern = rf"<(?:\w+:)?ReferenceType(?:Name)?>{kind}<[^<]*<(?:\w+:)?ReferenceValue>([^<]*)<"
    reverse = rf"<(?:\w+:)?ReferenceValue>([^<]*)</[^<]*<(?:\w+:)?ReferenceType(?:Name)?>{kind}<"
    found = re.search(pattern, answer) or re.search(reverse, answer)
    return None if found is None else found[1]


class Channel(Protocol):
    """How a sender hands in, and asks what has become of it."""

    prefix: str

    def hand_in(self, gateway: Gateway, reference: str) -> str:
        """Hand in until it is acknowledged; returns the words for the log. Raises ToldWrong."""

    def repeat(self, gateway: Gateway, reference: str) -> None:
        """Hand in what was acknowledged before. Raises ToldWrong where it is not told as a repeat."""

    def poll(self, gateway: Gateway, reference: str) -> str | None:
        """The workflow reference, where there is one yet. Raises ToldWrong where it is not known."""


class Batches:
    """DataExchange of the first platform."""

    prefix = "batch"

    def hand_in(self, gateway: Gateway, reference: str) -> str:
        """SubmitBatchPw: OK, or AllreadyExists where the receipt never came."""
        status = self._submit(gateway, reference)
        if status not in ("OK", "AllreadyExists"):
            raise ToldWrong(f"handed-in:{status}")
        return status

    def repeat(self, gateway: Gateway, reference: str) -> None:
        """The same batch again is told as such."""
        status = self._submit(gateway, reference)
        if status != "AllreadyExists":
            raise ToldWrong(f"repeated:{status}")

    def poll(self, gateway: Gateway, reference: str) -> str | None:
        """BatchStatusPw."""
        told = self._ask(
            gateway, "BatchStatusPw", {"enterpriseSystemId": SYSTEM, "batchId": reference, "password": PASSWORD}
        )
        if client_reads(told) != ("OK", [(f"{reference}-1", "OK")]):
            raise ToldWrong(f"polled:{client_reads(told)[0]}")
        found = re.search(r'workflowReference="WF-([^"]+)"', told)
        return found[1] if found else None

    def _submit(self, gateway: Gateway, reference: str) -> str:
        one = unit(PARTICIPANT, f"{reference}-1", body=body_of(reference))
        document = batch(one, batch_id=reference, system=SYSTEM)
        return client_reads(self._ask(gateway, "SubmitBatchPw", {"batch": document, "password": PASSWORD}))[0]

    @staticmethod
    def _ask(gateway: Gateway, operation: str, parameters: dict[str, str | int]) -> str:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{TNS}{operation}"'}
        while True:
            answer = gateway.ask(PATH, envelope(operation, parameters).encode(), headers)
            result = _value(answer, f"{operation}Result")
            if result is not None:
                return result
            if "soap:Server" not in answer:
                raise ToldWrong(f"no-result:{answer[:200]!r}")


class Shipments:
    """IntermediaryInbound of the later platform: one form, complete, and so archived in the call."""

    prefix = "shipment"
    completed = "true"

    def hand_in(self, gateway: Gateway, reference: str) -> str:
        """SubmitFormTaskBasic; the receipt's number stands in the log."""
        return f"OK {self._submit(gateway, reference)[0]}"

    def repeat(self, gateway: Gateway, reference: str) -> None:
        """The same shipment again has the old receipt, and says so."""
        _, answer = self._submit(gateway, reference)
        if "Already Exists" not in (_value(answer, "ReceiptText") or ""):
            raise ToldWrong(f"repeated:{_value(answer, 'ReceiptText')!r}")

    def poll(self, gateway: Gateway, reference: str) -> str | None:
        """GetReceiptBasicV2, by the sender's own reference."""
        answer = self.receipt(gateway, reference)
        if _value(answer, "ReceiptStatus") != "OK":
            raise ToldWrong(f"polled:{answer[:200]!r}")
        return _reference(answer, "WorkFlowReference")

    def receipt(self, gateway: Gateway, reference: str) -> str:
        """The receipt as it is now, with its envelope."""
        wanted = (
            f"<r:Reference><r:ReferenceType>ExternalShipmentReference</r:ReferenceType>"
            f"<r:ReferenceValue>{reference}</r:ReferenceValue></r:Reference>"
        )
        search = (
            '<receipt xmlns:r="http://schemas.altinn.no/services/Intermediary/Receipt/2015/06">'
            f"<r:ReceiptId>0</r:ReceiptId><r:References>{wanted}</r:References></receipt>"
        )
        return self.call(gateway, _RECEIPTS_PATH, _RECEIPTS, "GetReceiptBasicV2", _SYSTEM + search)

    def call(self, gateway: Gateway, path: str, namespace: str, operation: str, inner: str) -> str:
        """The answer to a Basic call, fault or not."""
        body = f'<{operation} xmlns="{namespace}">{inner}</{operation}>'
        message = f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body>{body}</s:Body></s:Envelope>'
        return gateway.ask(path, message.encode(), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})

    def _submit(self, gateway: Gateway, reference: str) -> tuple[str, str]:
        form = (
            f"<Form><Completed>{self.completed}</Completed><DataFormatId>212</DataFormatId>"
            f"<DataFormatVersion>4348</DataFormatVersion><EndUserSystemReference>{reference}-H</EndUserSystemReference>"
            f"<ParentReference>0</ParentReference><FormData>{escape(body_of(reference))}</FormData></Form>"
        )
        shipment = (
            f"<formTaskShipment><Reportee>{PARTICIPANT}</Reportee>"
            f"<ExternalShipmentReference>{reference}</ExternalShipmentReference><FormTasks>"
            f"<ServiceCode>{SERVICE_CODE}</ServiceCode><ServiceEdition>{SERVICE_EDITION}</ServiceEdition>"
            f"<Forms>{form}</Forms></FormTasks></formTaskShipment>"
        )
        answer = self.call(gateway, _INBOUND_PATH, _INBOUND, "SubmitFormTaskBasic", _SYSTEM + shipment)
        if _value(answer, "ReceiptStatusCode") != "OK":
            raise ToldWrong(f"handed-in:{answer[:300]!r}")
        return _value(answer, "ReceiptId") or "", answer


class Uploads(Shipments):
    """The same with a file: an incomplete shipment, an MTOM upload to its element, and its completion."""

    prefix = UPLOADS
    completed = "false"

    def hand_in(self, gateway: Gateway, reference: str) -> str:
        """Three calls, each made until it is answered."""
        number, answer = self._submit(gateway, reference)
        element = _reference(answer, "WorkFlowReference") or ""
        self._upload(gateway, reference, element)
        self._complete(gateway, reference, element)
        return f"OK {number}"

    def _upload(self, gateway: Gateway, reference: str, element: str) -> None:
        values = {
            "AttachmentTypeName": "application_pdf",
            "EndUserSystemreference": f"{reference}-V",
            "FileName": "vedlegg.pdf",
            "Name": "Vedlegg",
            "ReporteeElementId": element,
            "SystemPassword": PASSWORD,
            "SystemUserName": SYSTEM,
        }
        header = "".join(f'<h:{name} xmlns:h="{_STREAMED}">{value}</h:{name}>' for name, value in values.items())
        include = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:file@client"/>'
        message = (
            f'<s:Envelope xmlns:s="{SOAP_11}"><s:Header>{header}</s:Header><s:Body>'
            f'<StreamedAttachmentBasicBE xmlns="{_STREAMED}"><dataStream>{include}</dataStream>'
            "</StreamedAttachmentBasicBE></s:Body></s:Envelope>"
        )
        answer = gateway.ask(_STREAMED_PATH, *_package(message.encode(), file_of(reference)))
        # Where the receipt of an upload never came, its reference is used already.
        if _value(answer, "ReceiptStatusCode") != "OK" and "is used already" not in answer:
            raise ToldWrong(f"uploaded:{answer[-600:]!r}")

    def _complete(self, gateway: Gateway, reference: str, element: str) -> None:
        inner = f"{_SYSTEM}<reporteeElementId>{element}</reporteeElementId><languageId>1044</languageId>"
        answer = self.call(gateway, _INBOUND_PATH, _INBOUND, "CompleteAndSignShipmentBasic", inner)
        # Where the receipt of the completion never came, nothing is left to complete; the worker archives it then.
        deadline = time.monotonic() + _ARCHIVED_WITHIN
        while not (_reference(answer, "ArchiveReference") or "").startswith("AR"):
            if time.monotonic() > deadline:
                raise ToldWrong(f"completed:{answer[:600]!r}")
            time.sleep(_PAUSE)
            answer = self.receipt(gateway, reference)


def _package(message: bytes, file: bytes) -> tuple[bytes, dict[str, str]]:
    """An MTOM package and its headers."""
    root = b'Content-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\nContent-ID: <root@client>'
    part = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <file@client>"
    pieces = [b"--crash\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in ((root, message), (part, file))]
    kind = (
        'multipart/related; type="application/xop+xml"; start="<root@client>"; boundary="crash"; start-info="text/xml"'
    )
    return b"".join(pieces) + b"--crash--\r\n", {"Content-Type": kind, "SOAPAction": '""', "MIME-Version": "1.0"}


CHANNELS: tuple[Channel, ...] = (Batches(), Shipments(), Uploads())
"""Every channel: senders take them in turn."""
