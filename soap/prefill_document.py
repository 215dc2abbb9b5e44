"""Reads the prefill that service owners hand in: ServiceOwner > Prefill > Reportee > FormTask.

The names are stated, whether a value is an attribute or an element is not: either is read, by its name in any
case. The root may also be GovOrgan with the sender code in ``name``, as in everything else they hand in.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from core import MEDIA_TYPES, Prefill, PrefilledFile, PrefilledForm, legacy_service_id
from soap.inner import UnreadableDocument, read_document, text_of
from soap.names import local_name
from soap.receipts import OSLO

_ROOTS = {"ServiceOwner": "ServiceOwnerName", "GovOrgan": "name"}
_NO_TYPE = "not_Applicable"


@dataclass(frozen=True, slots=True)
class PrefillShipment:
    """What one document brings: the sender code, and a set of forms for each FormTask."""

    sender: str
    sets: tuple[Prefill, ...]


def read_prefill(text: str) -> PrefillShipment:
    """The prefill in ``text``. Raises UnreadableDocument."""
    root = read_document(text, *_ROOTS)
    sender = _value(root, _ROOTS[local_name(root)])
    if not sender:
        raise UnreadableDocument("Dokumentet mangler koden som avsenderen er kjent under.")
    found = [
        _set(prefill, reportee, task)
        for prefill in root.iterfind("{*}Prefill")
        for reportee in prefill.iterfind("{*}Reportee")
        for task in _tasks(reportee)
    ]
    if not found:
        raise UnreadableDocument("Dokumentet har ingen Prefill med Reportee og FormTask.")
    return PrefillShipment(sender, tuple(found))


def _tasks(reportee: etree._Element) -> list[etree._Element]:
    if reportee.find("{*}Field") is not None:
        raise UnreadableDocument("Preutfylling av enkeltfelt (Field) tas ikke imot her: send hele skjemaer (FormTask).")
    return reportee.findall("{*}FormTask")


def _set(prefill: etree._Element, reportee: etree._Element, task: etree._Element) -> Prefill:
    edition = _value(task, "ExternalServiceEditionCode")
    if not (edition.isascii() and edition.isdigit()):
        raise UnreadableDocument("ExternalServiceEditionCode er ikke et tall.")
    last = _day(task, "ValidTo")
    return Prefill(
        service=legacy_service_id(_value(task, "ExternalServiceCode"), str(int(edition))),
        reportee=_value(reportee, "Id"),
        reference=_value(task, "SendersReference"),
        shipment=_value(prefill, "ExternalShipmentReference"),
        forms=tuple(_form(each) for each in task.iterfind("{*}Form")),
        files=tuple(_file(each) for each in task.iterfind("{*}Attachments/{*}Attachment")),
        identity=tuple(text_of(each).strip() for each in task.iterfind("{*}IdentifyingFields/{*}IdentifyingField")),
        identity_code=_value(task, "IdentityFieldHashCode"),
        valid_from=_day(task, "ValidFrom"),
        # The last day is a whole day.
        valid_to=None if last is None else last + timedelta(days=1),
    )


def _form(form: etree._Element) -> PrefilledForm:
    version = _value(form, "DataFormatVersion")
    if not (version.isascii() and version.isdigit()):
        raise UnreadableDocument("DataFormatVersion er ikke et tall.")
    return PrefilledForm(
        _value(form, "DataFormatId"), int(version), _value(form, "SendersReference"), _data(form.find("{*}FormData"))
    )


def _data(data: etree._Element | None) -> str:
    """The form's XML: as text, or as the elements themselves."""
    if data is None:
        return ""
    if len(data) == 0:
        return str(data.text or "").strip()
    return "".join(str(etree.tostring(each, encoding="unicode", with_tail=False)) for each in data.iterchildren("*"))


def _file(attachment: etree._Element) -> PrefilledFile:
    try:
        content = base64.b64decode("".join(_value(attachment, "AttachmentData").split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableDocument("Et vedlegg er ikke base64.") from None
    media = _value(attachment, "AttachmentType")
    return PrefilledFile(
        _value(attachment, "AttachmentName"),
        _value(attachment, "FileName"),
        _value(attachment, "SendersReference"),
        media if media in MEDIA_TYPES else _NO_TYPE,
        content,
    )


def _day(element: etree._Element, name: str) -> datetime | None:
    text = _value(element, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableDocument(f"{name} er ikke en dato.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=OSLO)


def _value(element: etree._Element, name: str) -> str:
    """The attribute, or else the child, of this name in any case; empty where there is none."""
    wanted = name.lower()
    for key, value in element.items():
        if local_name(str(key)).lower() == wanted:
            return str(value).strip()
    for child in element.iterchildren("*"):
        if local_name(child).lower() == wanted:
            return text_of(child).strip()
    return ""
