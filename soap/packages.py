"""MTOM and XOP on the way in: the parts of a package, and putting what is included by reference where it belongs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar
from urllib.parse import unquote

from lxml import etree

from soap.envelope import CallRefused
from soap.intake import envelope_in
from soap.multipart import ContentType, MultipartReader, PartHead, bare_id

XOP = "http://www.w3.org/2004/08/xop/include"
INCLUDE = f"{{{XOP}}}Include"

P = TypeVar("P")


class Package(Generic[P]):
    """The parts of a message beside its envelope, by Content-ID; each may be included once."""

    def __init__(self) -> None:
        self._parts: dict[str, P] = {}

    def add(self, name: str, part: P) -> None:
        """Take a part in. One without a name can be included by nobody. Raises CallRefused."""
        if name in self._parts:
            raise CallRefused("To deler av meldingen har samme Content-ID.")
        if name:
            self._parts[name] = part

    def take(self, include: etree._Element) -> P:
        """The part that an Include refers to. Raises CallRefused.

        Nothing but a part of the same message is ever looked for: no address is fetched, no file opened.
        """
        scheme, _, name = include.get("href", "").strip().partition(":")
        if scheme.lower() != "cid":
            raise CallRefused("xop:Include peker ut av meldingen: bare cid: er tillatt.")
        for key in (bare_id(name), bare_id(unquote(name))):
            if key in self._parts:
                return self._parts.pop(key)
        raise CallRefused("xop:Include peker på en del som ikke er i meldingen, eller som er brukt før.")


def announced_media(content_type: ContentType) -> str:
    """The media type of the envelope, whether it comes alone or in a package; empty where a package does not say."""
    if not content_type.is_multipart:
        return content_type.media
    told = (content_type.parameters.get(name, "") for name in ("start-info", "type"))
    media = (each.partition(";")[0].strip().lower() for each in told)
    return next((each for each in media if each and each != "application/xop+xml"), "")


def read_parts(
    blocks: Iterator[bytes],
    content_type: ContentType,
    envelope: Callable[[Iterator[bytes], PartHead], etree._Element],
    other: Callable[[Iterator[bytes]], P],
) -> tuple[etree._Element, Package[P]]:
    """The envelope and the package around it, each part read by what it is given to. Raises CallRefused."""
    root: etree._Element | None = None
    package = Package[P]()
    start = bare_id(content_type.parameters.get("start", ""))
    reader = MultipartReader(blocks, content_type.parameters.get("boundary", ""))
    for head, content in reader.parts():
        if root is None and start in ("", head.content_id):
            root = envelope(content, head)
        else:
            package.add(head.content_id, other(content))
    if root is None:
        raise CallRefused("Meldingen har ingen del som er konvolutten.")
    return root, package


def read_package(blocks: Iterator[bytes], content_type: ContentType) -> etree._Element:
    """The envelope of a package, with what it includes written into it as base64. Raises CallRefused.

    All of it lies in memory: how much that may be is for ``blocks`` to say.
    """
    root, package = read_parts(
        blocks, content_type, lambda content, head: envelope_in(b"".join(content), head.content_type), b"".join
    )
    for include in includes_in(root):
        write_in_place(include, package.take(include))
    return root


def includes_in(envelope: etree._Element) -> list[etree._Element]:
    """Every Include of an envelope, each the only content of its element. Raises CallRefused."""
    found = list(envelope.iter(INCLUDE))
    for include in found:
        holder = include.getparent()
        if holder is None or len(holder) > 1 or (holder.text or "").strip() or (include.tail or "").strip():
            raise CallRefused("xop:Include skal være det eneste innholdet i elementet sitt.")
    return found


def refuse_includes(envelope: etree._Element) -> None:
    """An Include in a message that is no package refers to nothing. Raises CallRefused."""
    if next(envelope.iter(INCLUDE), None) is not None:
        raise CallRefused("xop:Include er brukt, men meldingen er ikke en MTOM-pakke.")


def write_in_place(include: etree._Element, data: bytes) -> None:
    """Put the bytes themselves where an Include stands, as base64."""
    holder = include.getparent()
    if holder is not None:
        holder.remove(include)
        holder.text = base64.b64encode(data).decode("ascii")
