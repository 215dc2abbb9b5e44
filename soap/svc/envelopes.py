"""Envelopes as WCF wrote them: prefix `s` for the envelope, `a` for addressing, none for what stands in the body."""

from __future__ import annotations

from dataclasses import dataclass

from soap import ns


@dataclass(frozen=True, slots=True, eq=False)
class EnvelopeStyle:
    """How one version of SOAP is written by the `.svc` services. ``media`` is the type of its messages."""

    namespace: str
    media: str
    declarations: str

    @property
    def content_type(self) -> str:
        """The Content-Type of an answer that is no package."""
        return f"{self.media}; charset=utf-8"

    def message(self, body: bytes, header: str = "") -> bytes:
        """The envelope around ``body``; ``header`` holds the header blocks, empty for none."""
        head = f"<s:Header>{header}</s:Header>" if header else ""
        return b"".join((f"<s:Envelope {self.declarations}>{head}<s:Body>".encode(), body, b"</s:Body></s:Envelope>"))


BASIC = EnvelopeStyle(ns.SOAP_11, "text/xml", f'xmlns:s="{ns.SOAP_11}"')
ADDRESSED = EnvelopeStyle(ns.SOAP_12, "application/soap+xml", f'xmlns:s="{ns.SOAP_12}" xmlns:a="{ns.ADDRESSING}"')
