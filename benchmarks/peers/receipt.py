"""What the peers in Python answer, and how they are served."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from granian import Granian
from granian.constants import Interfaces
from lxml import etree

_RECEIPT = (
    '<?xml version="1.0" encoding="utf-8"?>\n<DataBatchReceipt schemaVersion="1.1"><DataBatchInReceipt batchId={batch}'
    ' enterpriseSystemId={system} status="OK" timeReceived="{time}"><DataUnitInReceipt participantId={party}'
    ' sendersReference={reference} status="OK" timeReceived="{time}"/></DataBatchInReceipt></DataBatchReceipt>'
)


class InvalidBatch(ValueError):
    """The batch does not follow its schema."""


def checked(schema: etree.XMLSchema, batch: str) -> etree._Element:
    """The root of the batch. Raises InvalidBatch."""
    root = etree.fromstring(batch.encode())
    if not schema.validate(root):
        raise InvalidBatch
    return root


def receipt(root: etree._Element) -> str:
    """The receipt of a batch with one unit."""
    unit = root[0][0]
    return _RECEIPT.format(
        batch=quoteattr(root.get("batchId", "")),
        system=quoteattr(root.get("enterpriseSystemId", "")),
        party=quoteattr(unit.get("participantId", "")),
        reference=quoteattr(unit.get("sendersReference", "")),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def serve(target: str, port: int, threads: int) -> None:
    """Serve the application that ``target`` makes until stopped: as the gateway is served."""
    Granian(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        factory=True,
        log_enabled=False,
        log_access=False,
    ).serve()
