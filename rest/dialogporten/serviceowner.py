"""Dialogs from service owners: made, read and deleted. Source: pdp-and-tokens §15.1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn, TypeVar

from flask import Response, request

from core import (
    DialogAction,
    DialogEndpoint,
    DialogStatus,
    DialogText,
    NewDialog,
    ServiceId,
    SystemLabel,
    create_dialog,
    delete_dialog,
    owned_dialog,
)
from rest.body import Members, moment_in, read_object, read_uuid
from rest.callers import service_owner
from rest.dialogporten.dialog_shapes import owned_json
from rest.dialogporten.dialogs import BASE
from rest.dialogporten.names import number_in, service_in
from rest.door import Call, Door, empty, json_response
from rest.problem import Area
from rest.problem_rows import WRONG_FIELDS
from rest.problems import Refused

T = TypeVar("T")

_SCOPES = frozenset({"digdir:dialogporten.serviceprovider"})
_PARAMETER = "createDialog"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT")
_CONTENTS = (
    "title",
    "nonSensitiveTitle",
    "summary",
    "senderName",
    "additionalInfo",
    "extendedStatus",
    "mainContentReference",
)


def add_service_owner_dialog_routes(door: Door) -> None:
    """Serve the service owners' side."""
    base = f"{BASE}/serviceowner/dialogs"
    door.route("POST", base, create, _SCOPES, Area.DIALOGS)
    door.route("GET", f"{base}/<dialog_id>", read, _SCOPES, Area.DIALOGS)
    door.route("DELETE", f"{base}/<dialog_id>", delete, _SCOPES, Area.DIALOGS)


def create(call: Call) -> Response:
    """Make a dialog; the answer is its id."""
    made = create_dialog(call.store, service_owner(call), _new_dialog(read_object(request.get_data(), _PARAMETER)))
    location = f"{call.options.public_url.rstrip('/')}{BASE}/serviceowner/dialogs/{made.id}"
    return json_response(made.id, 201, {"Location": location, "ETag": made.revision})


def read(call: Call, dialog_id: str) -> Response:
    """One of the service owner's dialogs, as it was made and whether anybody has opened it."""
    found = owned_dialog(call.store, service_owner(call), read_uuid("dialogId", dialog_id))
    return json_response(owned_json(call.store.snapshot(), found), headers={"ETag": found.revision})


def delete(call: Call, dialog_id: str) -> Response:
    """Delete one of the service owner's dialogs."""
    delete_dialog(call.store, service_owner(call), read_uuid("dialogId", dialog_id))
    return empty(204)


def _new_dialog(body: Members) -> NewDialog:
    body.require("serviceResource", "party")
    service, party = service_in(body.text("serviceResource") or ""), number_in(body.text("party") or "")
    status = _word(body, "status", {str(each): each for each in DialogStatus}, DialogStatus.NOT_APPLICABLE)
    label = _word(body, "systemLabel", {str(each): each for each in SystemLabel}, SystemLabel.DEFAULT)
    given = body.text("id")
    return NewDialog(
        service=service or _wrong("serviceResource"),
        party=party or _wrong("party"),
        status=status,
        content=_contents(body.member("content")) if "content" in body else {},
        id=None if given is None else read_uuid("id", given),
        idempotency_key=body.text("idempotentKey"),
        extended_status=body.text("extendedStatus"),
        external_reference=body.text("externalReference"),
        process=body.text("process"),
        preceding_process=body.text("precedingProcess"),
        progress=body.whole_number("progress") if "progress" in body else None,
        label=label,
        api_only=body.flag("isApiOnly", default=False),
        due=_moment(body, "dueAt"),
        visible=_moment(body, "visibleFrom"),
        expires=_moment(body, "expiresAt"),
        actions=tuple(_action(each) for each in body.members("apiActions")),
    )


def _contents(content: Members) -> dict[str, DialogText]:
    return {name: _text(content.member(name)) for name in _CONTENTS if name in content}


def _text(content: Members) -> DialogText:
    values = {each.text("languageCode") or "": each.text("value") or "" for each in content.members("value")}
    return DialogText(values, content.text("mediaType") or "text/plain")


def _action(action: Members) -> DialogAction:
    attribute = action.text("authorizationAttribute")
    service: ServiceId | None = None if attribute is None else service_in(attribute) or _wrong("apiActions")
    endpoints = tuple(_endpoint(each) for each in action.members("endpoints"))
    return DialogAction(action.text("action") or "", action.text("name"), service, endpoints)


def _endpoint(endpoint: Members) -> DialogEndpoint:
    url, method = endpoint.text("url") or "", (endpoint.text("httpMethod") or "").upper()
    if not url.startswith(("https://", "http://")) or method not in _METHODS:
        _wrong("apiActions")
    return DialogEndpoint(url, method, endpoint.text("version"))


def _moment(body: Members, name: str) -> datetime | None:
    text = body.text(name)
    return None if text is None else moment_in(text) or _wrong(name)


def _word(body: Members, name: str, known: Mapping[str, T], default: T) -> T:
    text = body.text(name)
    if text is None:
        return default
    found = {word.lower(): value for word, value in known.items()}.get(text.lower())
    return found if found is not None else _wrong(name)


def _wrong(name: str) -> NoReturn:
    raise Refused(WRONG_FIELDS, {name: [f"The value of '{name}' is not valid."]})
