"""BrokerServiceStreamed: a file taken in for a transfer, and a file sent out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Content, download_file, upload_file
from soap.svc.call import Call, Download, Handler
from soap.svc.logons import system_caller
from soap.svc.receipt_values import streamed_receipt

Values = Mapping[str, Any]


def _upload(call: Call, values: Values) -> dict[str, Any]:
    caller = system_caller(call, values)
    name = values.get("FileName") or ""
    content = Content("", 0, name) if call.upload is None else Content(call.upload.content, call.upload.size, name)
    reference, reportee = values.get("Reference") or "", values.get("Reportee") or ""
    return streamed_receipt(upload_file(call.store, caller, reference, reportee, content))


def _download(call: Call, values: Values) -> Download:
    reference, reportee = values.get("fileReference") or "", values.get("reportee") or ""
    found = download_file(call.store, system_caller(call, values), reference, reportee)
    return Download(found.id, found.size)


HANDLERS: Mapping[str, Handler] = {"UploadFileStreamed": _upload, "DownloadFileStreamed": _download}
"""The operations of the service."""
