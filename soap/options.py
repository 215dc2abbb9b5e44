"""What an installation decides about the old front door."""

from __future__ import annotations

from dataclasses import dataclass, field

from soap.message import Limits
from soap.notice import SunsetNotice


@dataclass(frozen=True, slots=True)
class SoapOptions:
    """Addresses, limits and trust.

    ``public_url`` is where clients reach the service (``https://host``), for the WSDL and for what signatures must
    be addressed to; None takes it from each request's Host. ``max_request_bytes`` bounds a request in memory, also
    after it is inflated; the default leaves room for the 30 MB of attachments the later platform took.
    ``max_attachment_bytes`` bounds a streamed file. ``certificate_authorities`` and ``pinned_certificates`` are PEM
    texts: whose certificates the EC and EC2 bindings take; without any, none. ``trusted_proxies`` is how many proxies
    of ours stand before the gateway: without any, X-Forwarded-For is not believed. ``counted`` says whether calls are
    counted; `write_census` must then be called now and then. ``notice`` is told with every answer.
    """

    public_url: str | None = None
    max_request_bytes: int = 40 * 1024 * 1024
    max_attachment_bytes: int = 500 * 1024 * 1024
    certificate_authorities: tuple[bytes, ...] = ()
    pinned_certificates: tuple[bytes, ...] = ()
    trusted_proxies: int = 0
    counted: bool = True
    notice: SunsetNotice = field(default_factory=SunsetNotice)

    @property
    def limits(self) -> Limits:
        """How much of a message is taken in."""
        return Limits(self.max_request_bytes, self.max_attachment_bytes)
