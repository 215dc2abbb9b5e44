"""Receipts as the three shapes of the contracts have them: one of each serializer, and the second generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core import ReceiptReference, ReceiptTree, ReceiptType, ReferenceType
from soap.contract.times import OSLO, write_local

Values = dict[str, Any]

NO_TIME = datetime.min.replace(tzinfo=OSLO)
"""When a receipt that does not exist was changed (soap-svc §8.3)."""


def receipt_external_be(tree: ReceiptTree) -> Values:
    """The receipt as IntermediaryInbound answers with it."""
    return {
        **_common(tree),
        "ReceiptTypeName": _first_generation(tree.type),
        "ReceiptStatusCode": tree.status,
        "References": [
            {"ReferenceValue": each.value, "ReferenceTypeName": each.type, "ReporteeID": 0} for each in tree.references
        ],
        "SubReceipts": [receipt_external_be(child) for child in tree.children],
    }


def receipt_v1(tree: ReceiptTree) -> Values:
    """The receipt in the first generation of ReceiptExternal."""
    return {
        **_common(tree),
        "ReceiptTypeName": _first_generation(tree.type),
        "ReceiptStatusCode": tree.status,
        "References": [{"ReferenceTypeName": each.type, "ReferenceValue": each.value} for each in tree.references],
        "SubReceipts": [receipt_v1(child) for child in tree.children],
    }


def receipt_v2(tree: ReceiptTree) -> Values:
    """The receipt in the second generation of ReceiptExternal."""
    return {
        **_common(tree),
        "ReceiptType": tree.type,
        "ReceiptStatus": tree.status,
        "References": [{"ReferenceType": each.type, "ReferenceValue": each.value} for each in tree.references],
        "SubReceipts": [receipt_v2(child) for child in tree.children],
    }


def streamed_receipt(tree: ReceiptTree) -> Values:
    """What the streamed services tell of a receipt: texts all, and no references (soap-svc §10.3)."""
    return {
        **_common(tree),
        "LastChanged": write_local(tree.changed),
        "ReceiptStatusCode": tree.status.value,
        "ReceiptTypeName": tree.type.value,
    }


def references_in(values: Sequence[Mapping[str, Any]] | None, type_name: str) -> tuple[ReceiptReference, ...]:
    """The references of a request, those that are filled in. ``type_name`` is the member with the type."""
    return tuple(
        ReceiptReference(ReferenceType(each.get(type_name) or ReferenceType.NOT_SET), each["ReferenceValue"])
        for each in values or ()
        if each.get("ReferenceValue")
    )


def _common(tree: ReceiptTree) -> Values:
    return {
        "ReceiptId": tree.id,
        "ReceiptText": tree.text,
        "ReceiptHistory": tree.history,
        "LastChanged": tree.changed if tree.id else NO_TIME,
        "ParentReceiptId": tree.parent,
    }


def _first_generation(kind: ReceiptType) -> ReceiptType:
    """The type in the words of the first generation, which has none for file transfers."""
    return ReceiptType.NOT_SET if kind is ReceiptType.BROKER_SERVICE else kind
