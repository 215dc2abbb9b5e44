"""ReceiptExternal: finding a receipt, listing them, and writing on one, in both generations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core import ReceiptStatus, ReceiptTree, ReceiptType, ReceiptUpdate, find_receipt, list_receipts, update_receipt
from soap.svc.call import Call, Handler
from soap.svc.logons import system_caller
from soap.svc.receipt_values import Values, receipt_v1, receipt_v2, references_in


def _get(write: Callable[[ReceiptTree], Values], type_name: str) -> Handler:
    def handler(call: Call, values: Mapping[str, Any]) -> Values:
        search = values.get("receipt") or {}
        references = references_in(search.get("References"), type_name)
        return write(find_receipt(call.store, system_caller(call, values), search.get("ReceiptId"), references))

    return handler


def _list(write: Callable[[ReceiptTree], Values]) -> Handler:
    def handler(call: Call, values: Mapping[str, Any]) -> list[Values]:
        kind = ReceiptType(values.get("receiptTypeName") or ReceiptType.NOT_SET)
        begins, ends = values.get("dateFrom"), values.get("dateTo")
        return [write(tree) for tree in list_receipts(call.store, system_caller(call, values), kind, begins, ends)]

    return handler


def _update(write: Callable[[ReceiptTree], Values], type_name: str, status_name: str) -> Handler:
    def read(values: Mapping[str, Any]) -> ReceiptUpdate:
        return ReceiptUpdate(
            receipt=values.get("ReceiptId"),
            archive_reference=values.get("ArchiveReference"),
            status=ReceiptStatus(values.get(status_name) or ReceiptStatus.NOT_SET),
            text=values.get("ReceiptText") or "",
            references=references_in(values.get("References"), type_name),
            children=tuple(read(each) for each in values.get("SubReceipts") or ()),
        )

    def handler(call: Call, values: Mapping[str, Any]) -> Values:
        return write(update_receipt(call.store, system_caller(call, values), read(values.get("receipt") or {})))

    return handler


HANDLERS: Mapping[str, Handler] = {
    "GetReceipt": _get(receipt_v1, "ReferenceTypeName"),
    "GetReceiptV2": _get(receipt_v2, "ReferenceType"),
    "GetReceiptList": _list(receipt_v1),
    "GetReceiptListV2": _list(receipt_v2),
    "SaveReceipt": _update(receipt_v1, "ReferenceTypeName", "ReceiptStatusCode"),
    "UpdateReceipt": _update(receipt_v2, "ReferenceType", "ReceiptStatus"),
}
"""The operations of the service."""
