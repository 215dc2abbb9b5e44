"""IntermediaryInbound, and its streamed part: forms and attachments in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core import (
    FormUpdate,
    NewAttachment,
    Shipment,
    ShipmentFile,
    ShipmentForm,
    SystemSignature,
    add_attachment,
    complete_and_sign,
    submit_form_task,
    update_form_data,
)
from soap.contract import Binding
from soap.contract.times import write_local
from soap.svc.call import Call, Handler
from soap.svc.faults import CallFailed
from soap.svc.logons import acting_caller, system_caller
from soap.svc.receipt_values import Values, receipt_external_be, receipt_v1

_NO_PARENT = ("", "0")
_MADE_BY_A_COMPILER = "_x003C_{}_x003E_k__BackingField"


def _submit(call: Call, values: Mapping[str, Any]) -> Values:
    caller = acting_caller(call, values)
    return receipt_external_be(
        submit_form_task(call.store, caller, read_shipment(values.get("formTaskShipment") or {}))
    )


def _status(call: Call, values: Mapping[str, Any]) -> int:
    """Minutes until a submission is dealt with: none."""
    system_caller(call, values)
    return 0


def _complete(call: Call, values: Mapping[str, Any]) -> Values:
    caller = acting_caller(call, values)
    signatures = values.get("signatures") or values.get("signature") or ()
    tree = complete_and_sign(
        call.store, caller, values.get("reporteeElementId") or 0, [read_signature(each) for each in signatures]
    )
    return receipt_v1(tree) if call.binding in (Binding.EC, Binding.EC2) else receipt_external_be(tree)


def _update(call: Call, values: Mapping[str, Any]) -> Values:
    caller = acting_caller(call, values)
    task = values.get("formTaskUpdate") or {}
    updates = [_form_update(each) for each in task.get("FormUpdateList") or ()]
    return receipt_v1(update_form_data(call.store, caller, task.get("ReporteeElementId") or 0, updates))


def _attach(call: Call, values: Mapping[str, Any]) -> Values:
    caller = acting_caller(call, values)
    if call.upload is None:
        raise CallFailed(40205, "No file data received")
    new = NewAttachment(
        name=_text(values, "Name"),
        reference=_text(values, "EndUserSystemreference"),
        file_name=_text(values, "FileName"),
        type_name=_text(values, "AttachmentTypeName"),
        checksum=_text(values, "CheckSum"),
        content=call.upload.content,
        size=call.upload.size,
    )
    tree = add_attachment(call.store, caller, values.get("ReporteeElementId") or 0, new)
    return {
        "LastChanged": write_local(tree.changed),
        "ParentReceiptId": tree.parent,
        "ReceiptHistory": tree.history,
        "ReceiptId": tree.id,
        "ReceiptStatusCode": tree.status,
        "ReceiptText": tree.text,
        "ReceiptTypeName": tree.type,
    }


HANDLERS: Mapping[str, Handler] = {
    "SubmitFormTask": _submit,
    "GetAltinnSubmissionStatus": _status,
    "CompleteAndSignShipment": _complete,
    "UpdateFormData": _update,
}
"""The operations of the service."""

STREAMED_HANDLERS: Mapping[str, Handler] = {"SubmitAttachmentStreamed": _attach}
"""The operations of its streamed part."""


def read_shipment(values: Mapping[str, Any]) -> Shipment:
    """The shipment in a request. Whatever is missing is empty; the core says what must be there."""
    task = values.get("FormTasks") or {}
    signature = values.get("Signatures")
    return Shipment(
        reportee=_text(values, "Reportee"),
        reference=_text(values, "ExternalShipmentReference"),
        service_code=_text(task, "ServiceCode"),
        service_edition=task.get("ServiceEdition"),
        forms=tuple(_form(each) for each in task.get("Forms") or ()),
        files=tuple(_file(each) for each in values.get("Attachments") or ()),
        signature=None if signature is None else read_signature(signature),
        signatures_required=values.get("UserDefinedNumberOfSignaturesRequired") or 1,
        delegation_locked=bool(values.get("IsUserDelegationLocked")),
        users=kept_json(values.get("Users")),
        encrypted_key=kept_json(values.get("EncryptedKey")),
        case_id=values.get("CaseID"),
    )


def read_signature(values: Mapping[str, Any]) -> SystemSignature:
    """A signature by either serializer; the names of one were made by a compiler (soap-svc §9.2)."""

    def value(name: str) -> Any:
        return values.get(name, values.get(_MADE_BY_A_COMPILER.format(name)))

    return SystemSignature(
        reference=value("EndUserSystemReference") or "",
        user=value("EndUserSystemUserId") or "",
        logged_on=value("EndUserSystemLoginDateTime"),
        signed=value("EndUserSystemSignatureDateTime"),
        version=value("EndUserSystemVersion") or "",
        log_id=value("EndUserSystemSignatureLogId") or "",
    )


def kept_json(value: Sequence[Any] | Mapping[str, Any] | None) -> str | None:
    """What is only kept and passed on."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str) if value else None


def _form(values: Mapping[str, Any]) -> ShipmentForm:
    return ShipmentForm(
        format_id=_text(values, "DataFormatId"),
        format_version=values.get("DataFormatVersion"),
        reference=_text(values, "EndUserSystemReference"),
        parent=_parent(values),
        completed=bool(values.get("Completed")),
        data=_text(values, "FormData"),
    )


def _file(values: Mapping[str, Any]) -> ShipmentFile:
    return ShipmentFile(
        name=_text(values, "Name"),
        reference=_text(values, "EndUserSystemReference"),
        parent=_parent(values),
        file_name=_text(values, "FileName"),
        encrypted=bool(values.get("Encrypted")),
        type_name=_text(values, "AttachmentTypeName"),
        checksum=_text(values, "Checksum"),
        content=values.get("AttachementData"),
    )


def _form_update(values: Mapping[str, Any]) -> FormUpdate:
    return FormUpdate(
        form=values.get("FormId") or None,
        format_id=_text(values, "DataFormatId"),
        format_version=values.get("DataFormatVersion"),
        reference=_text(values, "EndUserSystemReference"),
        data=_text(values, "FormData"),
    )


def _parent(values: Mapping[str, Any]) -> str:
    """What it hangs on: empty and 0 mean nothing; a text is the parent's reference (soap-svc §14, no 9)."""
    parent = str(values.get("ParentReference") or "").strip()
    return "" if parent in _NO_PARENT else parent


def _text(values: Mapping[str, Any], name: str) -> str:
    return values.get(name) or ""
