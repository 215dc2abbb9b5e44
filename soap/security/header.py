"""The header of an envelope: what must be understood, the one Security block that is for us, the addressing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from soap import ns
from soap.names import namespace_of
from soap.security.names import SECURITY, WSA, WSSE
from soap.security.reading import MOST_TEXT, at_most_one, just_one, name_of, text_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid

_ROLE = {ns.SOAP_11: "actor", ns.SOAP_12: "role"}
_OURS: Final = frozenset(
    {
        "",
        "http://schemas.xmlsoap.org/soap/actor/next",
        f"{ns.SOAP_12}/role/next",
        f"{ns.SOAP_12}/role/ultimateReceiver",
    }
)
"""The roles we play: a block for anyone else is not ours to read, whatever it says must be understood."""


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """An envelope's parts that security is about. ``blocks`` are those for us; addressing is empty where absent."""

    envelope: etree._Element
    body: etree._Element
    blocks: tuple[etree._Element, ...]
    security: etree._Element | None

    def addressing(self, name: str) -> etree._Element | None:
        """The block of WS-Addressing with this local name. Raises SecurityRefused where there are two."""
        found = [block for block in self.blocks if block.tag == f"{{{WSA}}}{name}"]
        if len(found) > 1:
            raise invalid(f"The header has {name} more than once.")
        return found[0] if found else None

    def addressing_text(self, name: str) -> str:
        """The text of that block, empty where there is none."""
        found = self.addressing(name)
        return "" if found is None else text_of(found)

    def signable(self) -> Iterator[etree._Element]:
        """The only places where a signed part may stand: token, header block, or the body itself."""
        if self.security is not None:
            yield from self.security.iterchildren("*")
        yield from self.blocks
        yield self.body


def read_header(envelope: etree._Element, understood: Collection[str] = ()) -> Header:
    """Take the envelope apart. ``understood`` names blocks, as ``{namespace}local``, that the endpoint reads itself.

    Raises SecurityRefused: MustUnderstand for a block of somebody else's that must be understood, and
    InvalidSecurity for two headers, two bodies or two Security blocks for us.
    """
    soap = namespace_of(envelope)
    body = just_one(envelope, f"{{{soap}}}Body")
    header = at_most_one(envelope, f"{{{soap}}}Header")
    role = f"{{{soap}}}{_ROLE.get(soap, 'role')}"
    ours = () if header is None else tuple(block for block in header.iterchildren("*") if block.get(role, "") in _OURS)
    _check_understood(ours, soap, understood)
    return Header(envelope, body, ours, _security_among(ours))


def message_id_of(envelope: etree._Element) -> str:
    """The MessageID for a refusal to relate to: whatever stands there, empty where nothing of use does."""
    text = envelope.findtext(f"{{*}}Header/{{{WSA}}}MessageID") or ""
    return text.strip() if len(text) <= MOST_TEXT else ""


def _check_understood(blocks: tuple[etree._Element, ...], soap: str, understood: Collection[str]) -> None:
    for block in blocks:
        required = block.get(f"{{{soap}}}mustUnderstand", "").strip() in ("1", "true")
        if required and namespace_of(block) not in (WSSE, WSA) and block.tag not in understood:
            raise SecurityRefused(
                FaultCode.MUST_UNDERSTAND, f"The header block {name_of(block)} must be understood, but is not."
            )


def _security_among(blocks: tuple[etree._Element, ...]) -> etree._Element | None:
    found = [block for block in blocks if block.tag == SECURITY]
    if len(found) > 1:
        raise invalid("There is more than one Security block for the same receiver.")
    return found[0] if found else None
