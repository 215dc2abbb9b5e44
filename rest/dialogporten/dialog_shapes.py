"""The JSON shapes of dialogs. Names and order are the platform's. Source: pdp-and-tokens §15."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core import (
    AuthorisedParty,
    Dialog,
    DialogAction,
    DialogText,
    ListedDialog,
    OpenedDialog,
    Party,
    PartyKind,
    SeenEntry,
    Snapshot,
)
from rest.dialogporten.names import RESOURCE_URN, party_urn
from rest.shapes import moment_json

_UNAUTHORISED = "urn:dialogporten:unauthorized"
_PARTY_TYPES = {PartyKind.PERSON: "Person"}
_ORGANISATION = "Organization"


def listed_json(snapshot: Snapshot, listed: ListedDialog) -> dict[str, Any]:
    """A dialog in a list."""
    shape = _dialog_json(snapshot, listed.dialog, listed.party)
    return {**shape, "hasUnopenedContent": listed.dialog.seen is None, "content": _content_json(listed.content)}


def opened_json(snapshot: Snapshot, opened: OpenedDialog) -> dict[str, Any]:
    """A dialog that has just been opened: its content is no longer unopened."""
    dialog = opened.dialog
    return {
        "revision": dialog.revision,
        **_dialog_json(snapshot, dialog, opened.party),
        "expiresAt": _moment(dialog.expires),
        "hasUnopenedContent": False,
        "content": _content_json(dialog.content),
        "attachments": [],
        "transmissions": [],
        "guiActions": [],
        "apiActions": [_action_json(each, is_open=each in opened.permitted) for each in dialog.actions],
        "activities": [],
        "seenSinceLastUpdate": [_seen_json(each, opened.actor) for each in opened.seen],
    }


def owned_json(snapshot: Snapshot, dialog: Dialog) -> dict[str, Any]:
    """A dialog as its owner sees it."""
    return {
        "revision": dialog.revision,
        **_dialog_json(snapshot, dialog, snapshot.party(dialog.party)),
        "idempotentKey": dialog.idempotency_key,
        "visibleFrom": _moment(dialog.visible),
        "expiresAt": _moment(dialog.expires),
        "hasUnopenedContent": dialog.seen is None,
        "content": _content_json(dialog.content),
        "apiActions": [_action_json(each, is_open=True) for each in dialog.actions],
    }


def _dialog_json(snapshot: Snapshot, dialog: Dialog, party: Party | None) -> dict[str, Any]:
    service = snapshot.catalogue.services.get(dialog.service)
    return {
        "id": dialog.id,
        "org": dialog.owner_code,
        "serviceResource": f"{RESOURCE_URN}{dialog.service}",
        "serviceResourceType": "" if service is None else service.resource_type.lower(),
        "party": "" if party is None else party_urn(party),
        "status": str(dialog.status),
        "extendedStatus": dialog.extended_status,
        "externalReference": dialog.external_reference,
        "process": dialog.process,
        "precedingProcess": dialog.preceding_process,
        "progress": dialog.progress,
        "createdAt": moment_json(dialog.created),
        "updatedAt": moment_json(dialog.updated),
        "contentUpdatedAt": moment_json(dialog.content_updated),
        "dueAt": _moment(dialog.due),
        "systemLabel": str(dialog.label),
        "isApiOnly": dialog.api_only,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_json(moment)


def _content_json(content: Mapping[str, DialogText]) -> dict[str, Any]:
    return {
        name: {
            "value": [{"languageCode": language, "value": value} for language, value in text.by_language.items()],
            "mediaType": text.media,
        }
        for name, text in content.items()
    }


def _action_json(action: DialogAction, *, is_open: bool) -> dict[str, Any]:
    resource = action.resource
    return {
        "action": action.action,
        "authorizationAttribute": None if resource is None else f"{RESOURCE_URN}{resource}",
        "isAuthorized": is_open,
        "name": action.name,
        "endpoints": [
            {"version": each.version, "url": each.url if is_open else _UNAUTHORISED, "httpMethod": each.method}
            for each in action.endpoints
        ],
    }


def _seen_json(entry: SeenEntry, actor: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "seenAt": moment_json(entry.at),
        "seenBy": {"actorType": "PartyRepresentative", "actorName": entry.name, "actorId": entry.actor},
        "isViaServiceOwner": False,
        "isCurrentEndUser": entry.actor == actor,
    }


def authorised_json(found: AuthorisedParty) -> dict[str, Any]:
    """A party the caller may act for, with its sub-units."""
    party = found.party
    return {
        "party": party_urn(party),
        "partyUuid": party.id,
        "name": party.name,
        "partyType": _PARTY_TYPES.get(party.kind, _ORGANISATION),
        "isDeleted": party.ended is not None,
        "hasOnlyAccessToSubParties": found.access is None,
        "subParties": [authorised_json(each) for each in found.sub_units],
    }
