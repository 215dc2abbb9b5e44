"""Writes the receipt document as the clients' string search reads it (soap-asmx §4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core import BatchStatus, Receipt, Service, ServiceId, UnitReceipt
from soap.envelope import DECLARATION
from soap.texts import BATCH_TEXTS, failed_batch_text, unit_text

OSLO = ZoneInfo("Europe/Oslo")
_ARCHIVE_SINCE_VERSION = 2

# The words that clients search for. None may stand anywhere but in its own place.
_ANCHORS = re.compile(r"DataBatchInReceipt|DataUnitInReceipt|sendersReference|status")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
# What an attribute cannot hold as it is.
_SPECIAL = re.compile('[&<>"\x00-\x1f\x7f-\x9f\ufffe\uffff]')


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What is told of a batch, with its ids as they were sent, even where they could not be read as such.

    ``problem`` is a Norwegian sentence that takes the place of the status's own text.
    """

    batch_id: str | None
    system: str | None
    status: BatchStatus
    received: datetime
    units: tuple[UnitReceipt, ...] = ()
    problem: str | None = None


def answer_of(receipt: Receipt) -> BatchAnswer:
    """What is told of a batch that the core has judged."""
    system = None if receipt.enterprise_system is None else str(receipt.enterprise_system)
    return BatchAnswer(receipt.batch_id, system, receipt.status, receipt.received, receipt.units)


def write_receipt(answer: BatchAnswer, services: Mapping[ServiceId, Service], *, version: int = 1) -> str:
    """The receipt as a document. ``services`` gives forms the names people know them by.

    ``version`` is the receipt format the client asked for: from 2 on, units show their archive reference.
    """
    time = local_time(answer.received)
    head = _attributes(
        batchId=answer.batch_id,
        enterpriseSystemId=answer.system,
        status=answer.status,
        timeReceived=time,
    )
    units = "".join(_unit(answer, unit, time, services, version) for unit in answer.units)
    return (
        f'{DECLARATION}<DataBatchReceipt schemaVersion="1.1">\n  <DataBatchInReceipt{head}>\n'
        f"{_batch_message(answer)}{units}  </DataBatchInReceipt>\n</DataBatchReceipt>\n"
    )


def local_time(moment: datetime) -> str:
    """Norwegian wall-clock time without an offset, to the second, as the old platform wrote it."""
    return moment.astimezone(OSLO).replace(tzinfo=None).isoformat(timespec="seconds")


def _batch_message(answer: BatchAnswer) -> str:
    if answer.status is BatchStatus.OK:
        return ""
    text = answer.problem or BATCH_TEXTS.get(answer.status) or failed_batch_text(answer.units)
    return f"    <Message>{_entry(text)}</Message>\n"


def _unit(
    answer: BatchAnswer, unit: UnitReceipt, time: str, services: Mapping[ServiceId, Service], version: int
) -> str:
    shown = _attributes(
        participantId=unit.participant,
        sendersReference=unit.reference,
        status=unit.status,
        timeReceived=time,
        workflowReference=unit.workflow_reference,
        archiveReference=unit.archive_reference if version >= _ARCHIVE_SINCE_VERSION else None,
    )
    entry = _entry(unit_text(unit, answer.system or "", _form_name(unit.form, services)))
    return f"    <DataUnitInReceipt{shown}>\n      <Message>{entry}</Message>\n    </DataUnitInReceipt>\n"


def _form_name(form: ServiceId, services: Mapping[ServiceId, Service]) -> str:
    service = services.get(form)
    return (service.form_number if service is not None else None) or form.removeprefix("asmx:")


def _attributes(**values: str | None) -> str:
    return "".join(f' {name}="{_attribute(value)}"' for name, value in values.items() if value is not None)


def _attribute(value: str) -> str:
    """The value, equal to what was sent for an XML reader and harmless to one that searches for words."""
    if _SPECIAL.search(value) is None and _ANCHORS.search(value) is None:
        return value
    text = _ANCHORS.sub(_hide, _CONTROLS.sub("?", _escape(value)).replace('"', "&quot;"))
    return "".join(_SPACES.get(character, character) for character in text)


def _hide(word: re.Match[str]) -> str:
    found = word.group()
    return f"&#{ord(found[0])};{found[1:]}"


def _entry(text: str) -> str:
    safe = _CONTROLS.sub("?", _ANCHORS.sub("…", " ".join(text.split())))
    return f"<MessageEntry>{_escape(safe)}</MessageEntry>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
