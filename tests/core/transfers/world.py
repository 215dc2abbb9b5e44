"""The world of messages with services that broker files: for anybody, for level 3, and for those on a list."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

from core import AccessListEntry, Content, Fact, NewTransfer, ServiceId, Store, store_content
from tests.core.messages.world import BROKER, CLIENT, OFFICE, READER, STRANGER, WRITER, party, rule, service
from tests.core.messages.world import world as world_of_messages

HIGH, LISTED = ServiceId("svc:9081/260101"), ServiceId("svc:9082/260101")


def world() -> list[Fact]:
    """Every fact, in the order of import."""
    rules = [
        rule(each, action, role)
        for each in (BROKER, HIGH, LISTED)
        for action, role in (("write", WRITER), ("read", READER), ("read", WRITER))
    ]
    return [
        *world_of_messages(),
        service(HIGH, "Oppdiktet etat", "Broker", level=3),
        replace(service(LISTED, "Oppdiktet etat", "Broker"), access_list=True),
        *rules,
        AccessListEntry(LISTED, party(OFFICE), frozenset()),
    ]


def announced(service_id: ServiceId = BROKER, *recipients: str, sender: str = OFFICE) -> NewTransfer:
    """A transfer from the office to these recipients."""
    return NewTransfer(
        service_id, sender, "F-1", recipients or (CLIENT, STRANGER), (("data.zip", "abc"),), (("type", "test"),)
    )


def archive(size: int = 10, *, compressed: bool = False) -> bytes:
    """A ZIP archive with one file of this size in it."""
    held = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(held, "w", how) as written:
        written.writestr("blåbær.txt", b"x" * size)
    return held.getvalue()


def stored(store: Store, data: bytes, name: str = "data.zip") -> Content:
    """The data as a content that nothing has claimed."""
    with store_content(store) as writer:
        writer.write(data)
        reference = writer.finish()
    return Content(reference.id, reference.size, name)
