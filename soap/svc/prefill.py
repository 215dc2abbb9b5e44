"""PreFillEUSExternal: what service owners have filled in beforehand, in both generations of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core import KeptPrefill, Prefill, PrefilledForm, legacy_service_id, prefill_for
from soap.contract.times import OSLO
from soap.svc.call import Call, Handler
from soap.svc.logons import acting_caller

Values = Mapping[str, Any]

_NO_BEGINNING, _NO_END = datetime(1900, 1, 1, tzinfo=OSLO), datetime(9999, 12, 31, tzinfo=OSLO)
"""How long a set is valid, where nobody says: the first generation must have both times."""


def _get_v1(call: Call, values: Values) -> dict[str, Any]:
    found = _kept(call, values)
    if not found:
        return {"PreFillFormTaskBEList": [], "Status": "PREFILLDATANOTFOUND"}
    return {"PreFillFormTaskBEList": [_task_v1(each) for each in found], "Status": "PREFILLDATAFOUND"}


def _get_v2(call: Call, values: Values) -> dict[str, Any]:
    """Without a list of forms the main form only, and without asking for all the newest set only (soap-svc §10.5)."""
    found = _kept(call, values)
    if not values.get("returnAllFormTasks"):
        found = found[:1]
    wanted = [each for each in values.get("PreFillList") or () if each]
    tasks = [_task(each, _forms(each.prefill, wanted)) for each in found]
    return {
        "PreFillFormTaskBEList": tasks,
        "PrefillDataFound": bool(tasks),
        "RegisterPrefillDataFound": False,
        "SOPrefillDataFound": bool(tasks),
    }


def _kept(call: Call, values: Values) -> tuple[KeptPrefill, ...]:
    code, edition = values.get("ExternalServiceCode") or "", values.get("ExternalServiceEditionCode") or 0
    service = legacy_service_id(code.strip(), str(edition))
    return prefill_for(call.store, acting_caller(call, values), values.get("ReporteeNumber") or "", service)


def _forms(prefill: Prefill, wanted: list[str]) -> tuple[PrefilledForm, ...]:
    if not wanted:
        return prefill.forms[:1]
    return tuple(form for form in prefill.forms if form.format_id in wanted)


def _task_v1(kept: KeptPrefill) -> dict[str, Any]:
    prefill = kept.prefill
    return {
        **_task(kept, prefill.forms),
        "ValidFromDate": prefill.valid_from or _NO_BEGINNING,
        "ValidToDate": prefill.valid_to or _NO_END,
    }


def _task(kept: KeptPrefill, forms: tuple[PrefilledForm, ...]) -> dict[str, Any]:
    prefill = kept.prefill
    code, _, edition = prefill.service.removeprefix("svc:").partition("/")
    return {
        "ExternalServiceCode": code,
        "ExternalServiceEditionCode": int(edition),
        "ExternalShipmentReference": prefill.shipment,
        "IdentityFieldHashCode": prefill.identity_code or None,
        "PreFillAttachments": [
            {
                "AttachmentData": file.content,
                "AttachmentName": file.name,
                "AttachmentType": file.media,
                "FileName": file.file_name,
                "SendersReference": file.reference,
            }
            for file in prefill.files
        ],
        "PreFillForms": [
            {
                "DataFormatID": form.format_id,
                "DataFormatVersion": form.format_version,
                "FormDataXML": form.data,
                "SendersReference": form.reference,
            }
            for form in forms
        ],
        "PreFillIdentityFields": [
            {"FieldValue": value, "Index": str(place)} for place, value in enumerate(prefill.identity, start=1)
        ],
        "ReceiversReference": kept.id,
        "Reportee": prefill.reportee,
        "SendersReference": prefill.reference,
        "ServiceOwnerCode": kept.owner_code,
    }


HANDLERS: Mapping[str, Handler] = {"GetPrefillData": _get_v1, "GetPrefillDataV2": _get_v2}
"""The operations of the service."""
