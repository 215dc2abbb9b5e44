"""The notice that the old operations end: HTTP headers, and a header block for those who read envelopes only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from soap.responses import Response

NAMESPACE = "urn:brobygger:sunset:1"
"""The block's namespace, which is ours: no standard has one."""


@dataclass(frozen=True, slots=True)
class SunsetNotice:
    """When the old operations are deprecated, when they end, and where that is told; any of them may be unsaid.

    ``in_envelope`` puts it into the envelopes as well. Sources: RFC 9745 (Deprecation), RFC 8594 (Sunset, Link).
    """

    deprecated: datetime | None = None
    sunset: datetime | None = None
    link: str = ""
    in_envelope: bool = False

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The HTTP headers, none where nothing is said."""
        found = []
        if self.deprecated is not None:
            found.append(("Deprecation", f"@{int(self.deprecated.timestamp())}"))
        if self.sunset is not None:
            found.append(("Sunset", format_datetime(self.sunset.astimezone(UTC), usegmt=True)))
        if self.link:
            relations = [("deprecation", self.deprecated), ("sunset", self.sunset)]
            found += [("Link", f'<{self.link}>; rel="{name}"') for name, moment in relations if moment is not None]
        return tuple(found)

    def on(self, response: Response) -> Response:
        """The response with the headers added."""
        return replace(response, headers=(*response.headers, *self.headers)) if self.headers else response

    @property
    def block(self) -> str:
        """The header block, empty where none is wanted. Nobody must understand it, and no answer of ours is signed."""
        said = [("Deprecated", self.deprecated), ("Ends", self.sunset)]
        if not self.in_envelope or all(moment is None for _, moment in said):
            return ""
        moments = "".join(f"<n:{name}>{_written(moment)}</n:{name}>" for name, moment in said if moment is not None)
        link = f"<n:Link>{escape(self.link)}</n:Link>" if self.link else ""
        return f'<n:Sunset xmlns:n="{NAMESPACE}">{moments}{link}</n:Sunset>'

    def into(self, envelope: bytes) -> bytes:
        """An envelope of the first platform with the block in its header. Those have no header of their own."""
        block = self.block
        if not block:
            return envelope
        return envelope.replace(b"<soap:Body>", f"<soap:Header>{block}</soap:Header><soap:Body>".encode(), 1)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
