"""What the servers of the old channel are sent: a batch of 2 KB, and the schemas it is checked by."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.load import Request
from core import Store, form_id

PATH = "/webservices/dataexchange.asmx"
NAMESPACE = "http://AltInn.no/webservices/"

_MARK = "@BATCH@"
_ACCEPTED = (b'status="OK"', b"status=&quot;OK&quot;")
_FIELDS = range(20_000, 20_027)
_FIELD = '<Beloep-datadef-{number} orid="{number}">{amount}</Beloep-datadef-{number}>'

_DECLARED_FIELD = """
      <xs:element name="Beloep-datadef-{number}"><xs:complexType><xs:simpleContent>
        <xs:extension base="xs:long"><xs:attribute name="orid" type="xs:int" fixed="{number}"/>
        </xs:extension></xs:simpleContent></xs:complexType></xs:element>"""

_FORM = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:element name="Skjema"><xs:complexType>
    <xs:sequence><xs:element name="Omsetning-grp-2581"><xs:complexType>
      <xs:sequence>{fields}
      </xs:sequence>
      <xs:attribute name="gruppeid" type="xs:int" use="required"/>
    </xs:complexType></xs:element></xs:sequence>
    <xs:attribute name="skjemanummer" type="xs:int" use="required" fixed="{number}"/>
    <xs:attribute name="spesifikasjonsnummer" type="xs:int" use="required" fixed="{version}"/>
    <xs:attribute name="blankettnummer" type="xs:string"/>
  </xs:complexType></xs:element>{batch}
</xs:schema>
"""

_BATCH = """
  <xs:element name="DataBatch"><xs:complexType>
    <xs:sequence><xs:element name="DataUnits"><xs:complexType><xs:sequence>
      <xs:element name="DataUnit" maxOccurs="unbounded"><xs:complexType>
        <xs:sequence><xs:element ref="Skjema"/></xs:sequence>
        <xs:attribute name="participantId" type="xs:string" use="required"/>
        <xs:attribute name="sendersReference" type="xs:string" use="required"/>
        <xs:attribute name="parentReference" type="xs:string"/>
        <xs:attribute name="completed" type="xs:boolean"/>
        <xs:attribute name="locked" type="xs:boolean"/>
      </xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element></xs:sequence>
    <xs:attribute name="schemaVersion" type="xs:string" use="required"/>
    <xs:attribute name="batchId" type="xs:string" use="required"/>
    <xs:attribute name="enterpriseSystemId" type="xs:int" use="required"/>
    <xs:attribute name="receiptType" type="xs:string" use="required"/>
  </xs:complexType></xs:element>"""


@dataclass(frozen=True)
class Message:
    """A request, who sends it, and the schemas: of its form alone, and of the whole batch."""

    request: Request
    password: str
    form_schema: str
    batch_schema: str


def prepared(database: Path, environment: dict[str, str]) -> Message:
    """The message for the demo world, which is put into ``database`` together with the schema of the form."""
    described = _described(environment)
    form = described["examples"][0]["forms"]["asmx"]
    message = _message(described, form)
    store = Store(f"sqlite:///{database}")
    name = form_id(int(form["orNumber"]), int(form["orVersion"]))
    store.write(lambda ledger: ledger.set_form_schema(name, message.form_schema))
    store.close()
    return message


def ids() -> Iterator[str]:
    """Batch ids, never the same twice."""
    prefix = uuid.uuid4().hex[:12]
    number = 0
    while True:
        number += 1
        yield f"{prefix}-{number:08d}"


def _described(environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "brobygger", "demo", "--describe", "--json"]
    described: dict[str, Any] = json.loads(subprocess.check_output(command, env=environment))
    return described


def _message(described: dict[str, Any], form: dict[str, Any]) -> Message:
    """SubmitBatchPw by the system of example 1: one form, complete, for B, who has given the owner the role."""
    example = described["examples"][0]
    system = example["systems"]["1"]
    fields = "".join(_FIELD.format(number=number, amount=(number - 20_000) * 1_003) for number in _FIELDS)
    batch = (
        f'<DataBatch schemaVersion="1.1" batchId="{_MARK}" enterpriseSystemId="{system["id"]}" '
        f'receiptType="OnDemand"><DataUnits><DataUnit participantId="{example["parties"]["B"]}" '
        f'sendersReference="{_MARK}-1" parentReference="" completed="1" locked="0">'
        f'<Skjema skjemanummer="{form["orNumber"]}" spesifikasjonsnummer="{form["orVersion"]}" '
        f'blankettnummer="RF-0002"><Omsetning-grp-2581 gruppeid="2581">{fields}</Omsetning-grp-2581></Skjema>'
        "</DataUnit></DataUnits></DataBatch>"
    )
    declared = "".join(_DECLARED_FIELD.format(number=number) for number in _FIELDS)
    named = {"fields": declared, "number": form["orNumber"], "version": form["orVersion"]}
    return Message(
        _request(batch, system["password"]),
        system["password"],
        _FORM.format(batch="", **named),
        _FORM.format(batch=_BATCH, **named),
    )


def _request(batch: str, password: str) -> Request:
    envelope = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<SubmitBatchPw xmlns="{NAMESPACE}"><batch>{escape(batch)}</batch>'
        f"<password>{escape(password)}</password></SubmitBatchPw></soap:Body></soap:Envelope>"
    )
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n"
        f'SOAPAction: "{NAMESPACE}SubmitBatchPw"\r\nContent-Length: '
    )
    return Request(head.encode(), envelope.encode(), _MARK.encode(), _ACCEPTED)
