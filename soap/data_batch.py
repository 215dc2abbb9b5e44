"""Reads the DataBatch that travels as a string (soap-asmx §3, §7.3) into the core's batch."""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from core import Attachment, Batch, DataUnit, DocumentTypeFound, InvalidInput, form_id, parse_untrusted, root_onwards
from soap.verbatim import form_bodies

_NUMBER = re.compile(r"[0-9]{1,18}")
_HIGHEST_SYSTEM_ID = 2**31 - 1
# Clients search receipts for this attribute's name, so that no message may hold it.
_SHOWN = {"sendersReference": "avsenders referanse"}
_BOOLEANS = {"": False, "0": False, "false": False, "1": True, "true": True}


class UnreadableBatch(Exception):
    """The string is not a DataBatch with all it must have. ``problem`` is a Norwegian sentence.

    ``batch_id`` and ``system`` are as sent, None where they could not be read.
    """

    def __init__(self, problem: str, batch_id: str | None = None, system: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.batch_id = batch_id
        self.system = system


def read_batch(text: str) -> Batch:
    """The batch in ``text``. Each form body is kept exactly as it was sent. Raises UnreadableBatch."""
    source, root = _parse(text)
    try:
        return _read_batch(source, root)
    except UnreadableBatch as unreadable:
        raise UnreadableBatch(unreadable.problem, root.get("batchId"), root.get("enterpriseSystemId")) from None


def _parse(text: str) -> tuple[str, etree._Element]:
    if not text.strip():
        raise UnreadableBatch("Batchen er tom, eller den er sendt som XML-elementer i stedet for tekst.")
    try:
        source = root_onwards(_unescaped_once(text))
        root = parse_untrusted(source, huge=True)
    except DocumentTypeFound:
        raise UnreadableBatch("Batchen har en dokumenttype (DOCTYPE). Det er ikke tillatt.") from None
    except InvalidInput:
        raise UnreadableBatch("Batchen er ikke velformet XML.") from None
    if root.tag != "DataBatch":
        raise UnreadableBatch("Rotelementet er ikke DataBatch uten navnerom.")
    return source, root


def _unescaped_once(text: str) -> str:
    """A string that was escaped twice by its sender, read once more; any other as it is (soap-asmx §7.2)."""
    if not text.lstrip().startswith("&lt;"):
        return text
    holder = parse_untrusted(f"<text>{text}</text>", huge=True)
    return holder.text or "" if len(holder) == 0 else ""


def _read_batch(source: str, root: etree._Element) -> Batch:
    units = root.findall("DataUnits/DataUnit")
    if not units:
        raise UnreadableBatch("Batchen har ingen DataUnit.")
    forms = [_only_form(unit) for unit in units]
    bodies = form_bodies(source, forms)
    signature = root.find("{*}Signature")
    return Batch(
        batch_id=_required(root, "batchId"),
        enterprise_system=_system_id(root),
        schema_version=root.get("schemaVersion", ""),
        receipt_type=root.get("receiptType", ""),
        receipt_url=root.get("receiptUrl"),
        units=tuple(_unit(*parts) for parts in zip(units, forms, bodies, strict=True)),
        attachments=tuple(_attachment(each) for each in root.iterfind("Attachments/Attachment")),
        signature=None if signature is None else etree.tostring(signature, encoding="unicode", with_tail=False),
    )


def _only_form(unit: etree._Element) -> etree._Element:
    forms = unit.findall("Skjema")
    if len(forms) != 1:
        raise UnreadableBatch("Hver DataUnit skal ha nøyaktig ett Skjema.")
    return forms[0]


def _unit(unit: etree._Element, form: etree._Element, body: str) -> DataUnit:
    reference = _required(unit, "sendersReference")
    parent = unit.get("parentReference", "")
    return DataUnit(
        participant=_required(unit, "participantId"),
        reference=reference,
        # Absent, empty, or its own reference: all three mean that this is the main form.
        parent_reference=parent if parent.strip() and parent != reference else None,
        form=form_id(_number(form, "skjemanummer"), _number(form, "spesifikasjonsnummer")),
        completed=_boolean(unit, "completed"),
        locked=_boolean(unit, "locked"),
        body=body,
    )


def _attachment(item: etree._Element) -> Attachment:
    # participantId is not read: one old client puts its system id there; the parent unit says whose it is.
    try:
        content = base64.b64decode("".join(str(item.xpath("string()")).split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableBatch("Et vedlegg er ikke base64.") from None
    return Attachment(
        reference=item.get("sendersReference", ""),
        parent_reference=_required(item, "parentReference"),
        file_name=item.get("fileName", ""),
        content=content,
    )


def _required(element: etree._Element, name: str) -> str:
    value = element.get(name, "")
    if not value.strip():
        raise UnreadableBatch(f"{element.tag} mangler {_SHOWN.get(name, name)}.")
    return value


def _number(element: etree._Element, name: str) -> int:
    value = _required(element, name).strip()
    if _NUMBER.fullmatch(value) is None:
        raise UnreadableBatch(f"{name} er ikke et tall.")
    return int(value)


def _system_id(root: etree._Element) -> int:
    number = _number(root, "enterpriseSystemId")
    if number > _HIGHEST_SYSTEM_ID:
        raise UnreadableBatch("enterpriseSystemId er ikke et tall.")
    return number


def _boolean(element: etree._Element, name: str) -> bool:
    value = element.get(name, "").strip().lower()
    if value not in _BOOLEANS:
        raise UnreadableBatch(f"{name} er verken 0, 1, true eller false.")
    return _BOOLEANS[value]
