"""ReporteeArchiveExternal, and its streamed part: form tasks as they were archived, and files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core import (
    ArchivedFormTask,
    ElementAttachment,
    ElementForm,
    ElementSignature,
    archived_form_task,
    attachment_data,
)
from soap.svc import correspondence
from soap.svc.call import Call, Download, Handler
from soap.svc.element_list import attachment_type
from soap.svc.faults import CallFailed
from soap.svc.logons import acting_caller
from soap.svc.receipt_values import Values

_NO_RIGHT = 14
_TOO_LARGE = 40204
_MOST_IN_A_MESSAGE = 30 * 1024 * 1024
_MOST = 2**31 - 1


def _form_task(call: Call, values: Mapping[str, Any]) -> Values:
    task = archived_form_task(call.store, acting_caller(call, values), values.get("reporteeElementId") or 0)
    element, key = task.forms.element, json.loads(task.forms.element.encrypted_key or "{}")
    code, _, edition = element.service.partition(":")[2].partition("/")
    service = call.store.snapshot().catalogue.services.get(element.service)
    return {
        "ArchiveTaskList": [_archive_task(task)],
        "ArchivedAttachmentList": [_attachment(each) for each in task.forms.attachments],
        "ArchivedDateTime": element.archived,
        "ArchivedFormList": [_form(form, data) for form, data in zip(task.forms.forms, task.data, strict=True)],
        "ArchivedFormTaskSigningStepList": [_signing(call, each) for each in task.signatures],
        "ExternalServiceCode": code,
        "ExternalServiceEditionCode": min(int(edition), _MOST) if edition.isdigit() else 0,
        "InvoiceInformation": 0,
        "LastChanged": element.changed,
        "PasswordEncryptedSymmetricKey": _key(key.get("ReporteeSymmetricKey")),
        "ReporteeElementID": element.id,
        "ReporteeID": (task.reportee.altinn_id if task.reportee else None) or 0,
        "SOEncryptedSymmetricdKey": _key(next(iter(key.get("ServiceOwnerSymmetricKeys") or ()), None)),
        "ServiceOwner": None if service is None else service.owner,
        "ssnOrgNumber": task.reportee.number if task.reportee else None,
    }


def _file(call: Call, values: Mapping[str, Any]) -> Values:
    found = attachment_data(call.store, acting_caller(call, values), values.get("attachmentId") or 0)
    if found.size > _MOST_IN_A_MESSAGE:
        raise CallFailed(_TOO_LARGE, "The file is too large for this operation. Use the streamed one")
    data = call.store.read(lambda ledger: b"".join(ledger.content(found.content)))
    return {
        "AttachmentData": data,
        "AttachmentFunctionTypeID": "Unspecified",
        "AttachmentID": found.id,
        "AttachmentName": found.name,
        "AttachmentTypeID": attachment_type(found),
        "CreatedByUserID": 0,
        "CreatedDateTime": found.created,
        "DestinationType": "ShowToAll",
        "FileName": found.file_name,
        "IsAddedAfterFormFillin": found.added_later,
        "IsAssociatedToFormSet": True,
        "IsEncrypted": found.encrypted,
        "ReporteeElementID": found.element,
        "SendersReference": found.reference or None,
    }


def _streamed(call: Call, values: Mapping[str, Any]) -> Download:
    found = attachment_data(call.store, acting_caller(call, values), values.get("attachmentId") or 0)
    return Download(found.content, found.size)


def _lookup(call: Call, values: Mapping[str, Any]) -> Values:
    """No look-up is ever archived here, so that there is none to get."""
    acting_caller(call, values)
    raise CallFailed(_NO_RIGHT, "There is no archived look-up with this id")


HANDLERS: Mapping[str, Handler] = {
    **correspondence.ARCHIVE_HANDLERS,
    "GetArchivedFormTaskV2": _form_task,
    "GetAttachmentDataV2": _file,
    "GetArchivedLookup": _lookup,
}
"""The operations of the service, that about messages among them."""

STREAMED_HANDLERS: Mapping[str, Handler] = {"GetAttachmentDataStreamed": _streamed}
"""The operations of its streamed part."""


def _archive_task(task: ArchivedFormTask) -> Values:
    element = task.forms.element
    return {
        "EndUserSystemID": element.enterprise_system or 0,
        "LastChanged": element.changed,
        "NumberOfSignaturesAdded": len(task.signatures),
        "ProcessStepID_FK": len(task.steps),
        "SentComplete": True,
        "TaskID": element.id,
        "UserDefinedNumberOfSignaturesRequired": element.signatures_required,
        "WorkflowReference": str(element.id),
    }


def _form(form: ElementForm, data: str) -> Values:
    return {
        "DataFormatId": form.format_id,
        "DataFormatVersion": min(form.format_version, _MOST),
        "FormDataXML": data,
        "FormID": form.id,
        "FormName": f"{form.format_id}/{form.format_version}",
        "ParentReference": int(form.parent_reference) if form.parent_reference.isdecimal() else 0,
    }


def _attachment(file: ElementAttachment) -> Values:
    return {
        "AttachmentFunctionType": "Unspecified",
        "AttachmentID": file.id,
        "AttachmentName": file.name,
        "CreatedByUserID": 0,
        "CreatedDateTime": file.created,
        "IsAddedAfterFormFillin": file.added_later,
        "IsEncrypted": file.encrypted,
        "MimeTypeName": attachment_type(file),
    }


def _signing(call: Call, signature: ElementSignature) -> Values:
    """A signature. Whose identity number it is, only the archive of the person themselves may tell."""
    person = call.store.snapshot().party(signature.person)
    return {
        "AuthenticationLevelID": signature.level,
        "AuthenticationMethod": 0,
        "CreatedDateTime": signature.at,
        "IsSigningAllRequired": "YES",
        "ProcessStepID": signature.position + 1,
        "SignatureID": signature.position + 1,
        "SignatureText": signature.text,
        "SignedAttachmentList": list(signature.attachments),
        "SignedByUser": (person.altinn_id if person else None) or 0,
        "SignedByUserName": person.name if person else None,
        "SignedFromList": list(signature.forms),
    }


def _key(values: Mapping[str, Any] | None) -> Values | None:
    if not values:
        return None
    return {"Key": values.get("Key"), "KeyID": values.get("CertificateId") or 0}
