"""CorrespondenceExternal: fetching, confirming, archiving and deleting a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import archive_message, archived_message, confirm_message, delete_message, read_message
from soap.svc.call import Call, Handler
from soap.svc.logons import acting_caller
from soap.svc.message_values import Values, archived_message_values, first_generation, full_message
from soap.svc.receipt_values import receipt_v1

# One thing, by many names: each operation of each binding has its own.
_NUMBERS = ("correspondenceID", "CorrespondenceID", "reporteeElementID", "archiveId")


def _number(values: Mapping[str, Any]) -> int:
    return next((int(values[name]) for name in _NUMBERS if values.get(name) is not None), 0)


def _get_v2(call: Call, values: Mapping[str, Any]) -> Values:
    message = read_message(call.store, acting_caller(call, values), _number(values))
    return full_message(call.store.snapshot(), message)


def _get_v1(call: Call, values: Mapping[str, Any]) -> Values:
    return first_generation(_get_v2(call, values))


def _confirm(call: Call, values: Mapping[str, Any]) -> None:
    confirm_message(call.store, acting_caller(call, values), _number(values))


def _archive(call: Call, values: Mapping[str, Any]) -> Values:
    return receipt_v1(archive_message(call.store, acting_caller(call, values), _number(values)))


def _delete(call: Call, values: Mapping[str, Any]) -> None:
    delete_message(call.store, acting_caller(call, values), _number(values))


def _get_archived(call: Call, values: Mapping[str, Any]) -> Values:
    message = archived_message(call.store, acting_caller(call, values), _number(values))
    return archived_message_values(call.store.snapshot(), message)


HANDLERS: Mapping[str, Handler] = {
    "GetCorrespondenceForEndUserSystemsV2": _get_v2,
    "GetCorrespondenceForEndUserSystems": _get_v1,
    "SaveCorrespondenceConfirmation": _confirm,
    "ArchiveCorrespondenceForEndUserSystem": _archive,
    "DeleteCorrespondence": _delete,
}
"""The operations of the service."""

ARCHIVE_HANDLERS: Mapping[str, Handler] = {"GetArchivedCorrespondence": _get_archived}
"""What the archive's service answers about messages."""
