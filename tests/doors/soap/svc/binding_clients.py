"""One client for each binding of the `.svc` services: the same calls, with what each binding proves them by.

The messages of EC and EC2 are made by the old client of the security tests, which knows nothing of the gateway's code.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import quoteattr

from lxml import etree

from soap.contract import ENDPOINTS, Binding, Endpoint, Operation
from tests.doors.soap.security.old_client import Conversation, Keys, bootstrap, find
from tests.doors.soap.svc.svc_client import (
    SOAP_11,
    SOAP_12,
    WSA,
    Answer,
    SvcClient,
    addressed_envelope,
    body_of,
    elements,
    security,
)
from tests.doors.soap.wire.packages import content_type, include, package, part, root

PASSWORD, WRONG = "hemmelig1", "feil1234"
SYSTEM, ENTERPRISE_USER = "4711", "lonn"
SERVICES = ("IntermediaryInbound", "ReceiptExternal", "ReporteeElementList")
BINDINGS = (Binding.BASIC, Binding.WS, Binding.EC2, Binding.EC)


def found(service: str, use_case: str, binding: Binding) -> tuple[Endpoint, Operation]:
    """The operation of a use case as this binding has it."""
    return next(
        (endpoint, each)
        for endpoint in ENDPOINTS.values()
        for each in endpoint.operations.values()
        if (endpoint.service, each.use_case, endpoint.binding) == (service, use_case, binding)
    )


@dataclass(frozen=True)
class Sent:
    """A message ready to be sent, so that it can be changed, or sent again."""

    path: str
    envelope: str
    content_type: str
    file: bytes | None = None

    def by(self, client: SvcClient) -> Answer:
        """Post it: with its file beside it where it has one."""
        if self.file is None:
            return client.post(self.path, self.envelope, self.content_type)
        media = self.content_type.partition(";")[0]
        packed = package(root(self.envelope, media=media), part(self.file))
        return client.post(self.path, packed, content_type(media=media))

    def with_file(self, file: bytes) -> Sent:
        """The same with ``file`` in the element for it: beside the envelope."""
        return Sent(self.path, self.envelope.replace("FILE", include("cid:file@client")), self.content_type, file)

    def with_text(self, file: bytes) -> Sent:
        """The same with ``file`` as base64 in the envelope."""
        return Sent(self.path, self.envelope.replace("FILE", base64.b64encode(file).decode()), self.content_type)


@dataclass
class Speaker:
    """A client that speaks one binding, with a reference for what it submits.

    ``now`` is the world's clock; a call may have another password or time.
    """

    binding: Binding
    client: SvcClient
    now: Callable[[], datetime]
    keys: Keys
    conversations: dict[str, Conversation] = field(default_factory=dict)
    reference: str = field(default_factory=lambda: f"SBS-{uuid.uuid4()}")

    def call(self, service: str, use_case: str, inner: str = "", **wrong: str | datetime | None) -> Answer:
        """Call a use case."""
        return self.message(service, use_case, inner, **wrong).by(self.client)  # type: ignore[arg-type]

    def message(
        self,
        service: str,
        use_case: str,
        inner: str = "",
        *,
        password: str = PASSWORD,
        created: datetime | None = None,
        nonce: str | None = None,
        headers: str = "",
    ) -> Sent:
        """The message of a call. ``headers`` is what stands in the header beside what the binding needs."""
        endpoint, called = found(service, use_case, self.binding)
        credentials = "" if called.headers else elements(self.pair(password))
        body = body_of(called.request.namespace, called.request.name, credentials + inner)
        made = created or self.now()
        media = f'application/soap+xml; charset=utf-8; action="{called.action}"'
        if self.binding is Binding.BASIC:
            # Nothing asks a Basic client for a Security header. One that sends it is held to it.
            header = security(SYSTEM, password, now=made, nonce=nonce) if created or nonce else ""
            text = f'<s:Envelope xmlns:s="{SOAP_11}"><s:Header>{header}{headers}</s:Header><s:Body>{body}</s:Body>'
            return Sent(endpoint.path, f"{text}</s:Envelope>", "text/xml; charset=utf-8")
        if self.binding is Binding.WS:
            header = security(SYSTEM, password, now=made, nonce=nonce) + headers
            to = self.address(endpoint.path)
            return Sent(endpoint.path, addressed_envelope(body, action=called.action, to=to, header=header), media)
        conversation = self.conversation(endpoint.path)
        write = conversation.message if self.binding is Binding.EC2 else conversation.derived
        signed = write(created=made, body=body)
        # Only the Timestamp is signed with a session, so the rest can be set afterwards.
        return Sent(endpoint.path, self._addressed(signed, endpoint.path, called.action, headers), media)

    def pair(self, password: str = PASSWORD) -> dict[str, object]:
        """The credentials that stand in the body."""
        if self.binding is Binding.BASIC:
            return {"systemUserName": SYSTEM, "systemPassword": password}
        return {} if self.binding is Binding.WS else {"userName": ENTERPRISE_USER, "password": password}

    def address(self, path: str) -> str:
        """Where an endpoint is reached."""
        return f"http://127.0.0.1:{self.client.port}{path}"

    # -- EC and EC2 -------------------------------------------------------------------------------

    def conversation(self, path: str) -> Conversation:
        """The session with an endpoint, opened where there is none yet."""
        if path not in self.conversations:
            answer = self.opening(path)
            assert answer.status == 200, answer.body
            self.conversations[path] = Conversation.opened(etree.tostring(answer.root[-1][0]).decode())
        return self.conversations[path]

    def opening(self, path: str) -> Answer:
        """Ask for a session: signed with the certificate."""
        action = "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/SCT"
        signed = bootstrap(self.keys, created=self.now(), to=self.address(path))
        text = self._addressed(signed, path, action, "", keep_to=True)
        return self.client.post(path, text, f'application/soap+xml; charset=utf-8; action="{action}"')

    def _addressed(self, signed: etree._Element, path: str, action: str, headers: str, *, keep_to: bool = False) -> str:
        find(signed, ".//a:Action").text = action
        if not keep_to:
            find(signed, ".//a:To").text = self.address(path)
        for block in etree.fromstring(f'<h xmlns:s="{SOAP_12}" xmlns:a="{WSA}">{headers}</h>'):
            find(signed, "s:Header").append(block)
        return etree.tostring(signed).decode()


def header_blocks(namespace: str, values: dict[str, object]) -> str:
    """The header blocks of a streamed call."""
    return "".join(f"<h:{name} xmlns:h={quoteattr(namespace)}>{value}</h:{name}>" for name, value in values.items())


def shipment(reference: str, *, completed: str = "true", service: str = "1234") -> str:
    """A shipment of one form, in the names that all bindings share."""
    return (
        f"<formTaskShipment><Reportee>310000302</Reportee><ExternalShipmentReference>{reference}"
        f"</ExternalShipmentReference><FormTasks><ServiceCode>{service}</ServiceCode>"
        f"<ServiceEdition>140113</ServiceEdition><Forms><Form><Completed>{completed}</Completed>"
        f"<DataFormatId>999</DataFormatId><DataFormatVersion>12345</DataFormatVersion>"
        f"<EndUserSystemReference>{reference}-H</EndUserSystemReference><ParentReference/>"
        "<FormData>&lt;Skjema&gt;æøå&lt;/Skjema&gt;</FormData></Form></Forms></FormTasks></formTaskShipment>"
    )


def references(answer: Answer, kind: str) -> list[str]:
    """The references of a receipt of this type, in either generation."""
    values = []
    for each in answer.root.iter("{*}ReferenceBE", "{*}Reference"):
        by_name = {etree.QName(child).localname: child.text or "" for child in each}
        if kind in (by_name.get("ReferenceTypeName"), by_name.get("ReferenceType")):
            values.append(by_name["ReferenceValue"])
    return values
