"""BrokerService: files announced, found and confirmed. What carries the files is in `broker_streamed`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import (
    AvailableFile,
    FileSearch,
    FileStatus,
    NewTransfer,
    ServiceId,
    available_files,
    broker_service_id,
    confirm_download,
    has_files,
    initiate_transfer,
)
from soap.svc.call import Call, Handler
from soap.svc.logons import system_caller

Values = Mapping[str, Any]
# Named by neither code nor edition: no service at all.
_NO_SERVICE = ServiceId("svc:/0")


def _initiate(call: Call, values: Values) -> str:
    told = values.get("brokerServiceInitiation") or {}
    manifest = told.get("Manifest") or {}
    new = NewTransfer(
        service=_service(manifest) or _NO_SERVICE,
        reportee=manifest.get("Reportee") or "",
        reference=manifest.get("SendersReference") or "",
        recipients=tuple(each.get("PartyNumber") or "" for each in told.get("RecipientList") or ()),
        files=tuple(
            (each.get("FileName") or "", each.get("CheckSum") or "") for each in manifest.get("FileList") or ()
        ),
        properties=tuple(
            (each.get("PropertyKey") or "", each.get("PropertyValue") or "")
            for each in manifest.get("PropertyList") or ()
        ),
    )
    return initiate_transfer(call.store, system_caller(call, values), new)


def _available(call: Call, values: Values) -> list[dict[str, Any]]:
    told = values.get("searchParameters") or {}
    search = FileSearch(
        FileStatus(told.get("FileStatus") or FileStatus.UPLOADED),
        _service(told),
        told.get("MinSentDateTime"),
        told.get("MaxSentDateTime"),
    )
    found = available_files(call.store, system_caller(call, values), told.get("Reportee") or "", search)
    return [_file(each) for each in found]


def _check(call: Call, values: Values) -> bool:
    told = values.get("pollParameters") or {}
    recipients = tuple(each or "" for each in told.get("Recipients") or ())
    return has_files(call.store, system_caller(call, values), recipients, _service(told))


def _confirm(call: Call, values: Values) -> None:
    reference, reportee = values.get("fileReference") or "", values.get("reportee") or ""
    confirm_download(call.store, system_caller(call, values), reference, reportee)


def _service(told: Values) -> ServiceId | None:
    return broker_service_id(told.get("ExternalServiceCode") or "", told.get("ExternalServiceEditionCode"))


def _file(each: AvailableFile) -> dict[str, Any]:
    code, _, edition = each.service.removeprefix("svc:").partition("/")
    return {
        "ExternalServiceCode": code,
        "ExternalServiceEditionCode": int(edition),
        "FileName": each.file_name,
        "FileReference": each.transfer,
        "FileSize": each.size,
        "FileStatus": each.status.value,
        "IsSftpDownloadOnly": False,
        "ReceiptID": each.receipt,
        "Reportee": each.sender,
        "SendersReference": each.reference,
        "SentDate": each.sent,
    }


HANDLERS: Mapping[str, Handler] = {
    "InitiateBrokerService": _initiate,
    "GetAvailableFiles": _available,
    "CheckIfAvailableFiles": _check,
    "ConfirmDownloaded": _confirm,
}
"""The operations of the service."""
