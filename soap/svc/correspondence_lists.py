"""The two lists of messages in ReporteeElementList."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Message, list_messages_for_archive_reference, list_messages_for_reportee
from soap.contract import Binding
from soap.svc.call import Call, Handler
from soap.svc.logons import acting_caller
from soap.svc.message_values import Values, list_entry, without_archived_status

_SECOND_GENERATION = (Binding.EC, Binding.EC2)


def _for_reportee(call: Call, values: Mapping[str, Any]) -> list[Values]:
    found = list_messages_for_reportee(
        call.store,
        acting_caller(call, values),
        values.get("reportee") or "",
        since=values.get("fromDate"),
        until=values.get("toDate"),
    )
    return _entries(call, found)


def _for_archive_reference(call: Call, values: Mapping[str, Any]) -> list[Values]:
    found = list_messages_for_archive_reference(
        call.store,
        acting_caller(call, values),
        values.get("reportee") or "",
        values.get("archiveReference") or "",
        since=values.get("fromDate"),
        until=values.get("toDate"),
    )
    return _entries(call, found)


def _entries(call: Call, found: tuple[Message, ...]) -> list[Values]:
    snapshot = call.store.snapshot()
    entries = [list_entry(snapshot, message) for message in found]
    return entries if call.binding in _SECOND_GENERATION else [without_archived_status(each) for each in entries]


HANDLERS: Mapping[str, Handler] = {
    "GetCorrespondenceListForReportee": _for_reportee,
    "GetCorrespondenceListForArchiveRef": _for_archive_reference,
}
"""The operations, which both end in a list of elements."""
