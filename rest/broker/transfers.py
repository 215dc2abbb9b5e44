"""Brokered files: announced, uploaded, found and looked at. Source: pdp-and-tokens §16.1.

Organisations are written ``0192:<nine digits>``, and read so or as a URN. Who acts is the system user in the
token, raw or exchanged; a token without one is told what a missing right is told (401).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import IO, TypeVar

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core import (
    Caller,
    NewFileTransfer,
    RecipientState,
    ServiceId,
    TransferRole,
    TransferSearch,
    TransferState,
    file_transfer,
    find_file_transfers,
    initialize_file_transfer,
    upload_file_transfer,
)
from rest.body import (
    Members,
    moment_in,
    not_valid,
    read_flag,
    read_object,
    read_optional,
    read_parameter,
    read_uuid,
    refuse_unkeepable,
    wrong_body,
)
from rest.broker.problem_rows import NO_ACCESS
from rest.broker.transfer_shapes import details_json, overview_json
from rest.callers import system_user
from rest.door import Call, Door, json_response
from rest.problem import Area

E = TypeVar("E", bound=StrEnum)

BASE = "/broker/api/v1"
READ, WRITE = "altinn:broker.read", "altinn:broker.write"
_EITHER, _WRITE = frozenset({READ, WRITE}), frozenset({WRITE})
_PARAMETER = "initializeExt"
_BLOCK = 64 * 1024
_ORGANISATIONS = ("0192:", "urn:altinn:organization:identifier-no:")
_IN_A_FORM = "metadata."
_PROPERTY = "propertylist["


def add_transfer_routes(door: Door) -> None:
    """Serve all of it but downloads."""
    base = f"{BASE}/filetransfer"
    door.route("POST", base, initialize, _WRITE, Area.BROKER)
    door.route("GET", base, find, _EITHER, Area.BROKER)
    door.route("POST", f"{base}/upload", initialize_and_upload, _WRITE, Area.BROKER)
    door.route("POST", f"{base}/<transfer_id>/upload", upload, _WRITE, Area.BROKER)
    door.route("GET", f"{base}/<transfer_id>", overview, _EITHER, Area.BROKER)
    door.route("GET", f"{base}/<transfer_id>/details", details, _EITHER, Area.BROKER)


def broker_caller(call: Call) -> Caller:
    """The system user that calls."""
    return system_user(call, NO_ACCESS)


def initialize(call: Call) -> Response:
    """Announce a file."""
    caller = broker_caller(call)
    announced = initialize_file_transfer(call.store, caller, _new_transfer(read_object(request.get_data(), _PARAMETER)))
    return json_response({"fileTransferId": announced})


def upload(call: Call, transfer_id: str) -> Response:
    """Upload the file, as the body of the call: read piece by piece, and stored as it comes."""
    caller, wanted = broker_caller(call), read_uuid("fileTransferId", transfer_id)
    request.max_content_length = call.options.max_upload_bytes
    size = request.content_length
    uploaded = upload_file_transfer(call.store, caller, wanted, _blocks(request.stream), size)
    return json_response({"fileTransferId": uploaded})


def initialize_and_upload(call: Call) -> Response:
    """Announce a file and upload it, both in one form. What is large in the form waits in a temporary file."""
    caller = broker_caller(call)
    request.max_content_length = call.options.max_upload_bytes
    file = next(iter(request.files.values()), None)
    if file is None:
        raise wrong_body("The form has no file.", "FileTransfer")
    announced = initialize_file_transfer(call.store, caller, _new_transfer(_members(request.form)))
    uploaded = upload_file_transfer(call.store, caller, announced, _blocks(file.stream))
    return json_response({"fileTransferId": uploaded})


def find(call: Call) -> Response:
    """The ids of the transfers of a resource that the caller may see."""
    search = TransferSearch(
        service=ServiceId(read_parameter(request.args, "resourceId")),
        state=_word("status", TransferState),
        recipient_state=_word("recipientStatus", RecipientState),
        since=_moment("from"),
        until=_moment("to"),
        role=_word("role", TransferRole),
        ascending=read_flag(request.args, "orderAscending"),
    )
    return json_response(list(find_file_transfers(call.store, broker_caller(call), search)))


def overview(call: Call, transfer_id: str) -> Response:
    """How far a transfer has come."""
    found = file_transfer(call.store, broker_caller(call), read_uuid("fileTransferId", transfer_id))
    return json_response(overview_json(found))


def details(call: Call, transfer_id: str) -> Response:
    """As the overview, with everything that has happened."""
    found = file_transfer(call.store, broker_caller(call), read_uuid("fileTransferId", transfer_id))
    return json_response(details_json(found))


# -- reading ------------------------------------------------------------------------------------


def _new_transfer(body: Members) -> NewFileTransfer:
    body.require("fileName", "resourceId", "sender", "recipients")
    properties = body.localised("propertyList") if "propertyList" in body else {}
    return NewFileTransfer(
        service=ServiceId(body.text("resourceId") or ""),
        file_name=body.text("fileName") or "",
        sender=_number(body.text("sender") or ""),
        recipients=tuple(_number(each) for each in body.texts("recipients")),
        reference=body.text("sendersFileTransferReference") or "",
        properties=tuple(properties.items()),
        checksum=body.text("checksum") or None,
    )


def _number(name: str) -> str:
    """The organisation number in a name; what names no organisation stays as it is, for the core to refuse."""
    prefix = next((each for each in _ORGANISATIONS if name.lower().startswith(each)), None)
    return f":{name}" if prefix is None else name[len(prefix) :]


def _members(form: MultiDict[str, str]) -> Members:
    """The fields of a form, named ``Metadata.FileName`` and so on, as the object they stand for."""
    found: dict[str, object] = {}
    properties: dict[str, str] = {}
    for name, values in form.lists():
        member = name.lower().removeprefix(_IN_A_FORM)
        if member.startswith(_PROPERTY):
            properties[name[name.index("[") + 1 :].rstrip("]")] = values[-1]
        else:
            found[member] = [each for each in values if each] if member.startswith("recipients") else values[-1]
    indexed = [value for name, value in found.items() if name.startswith("recipients[")]
    recipients = [each for some in indexed for each in _texts(some)] + list(_texts(found.get("recipients")))
    members = {**found, "recipients": recipients or None, "propertylist": properties}
    refuse_unkeepable(members, _PARAMETER)
    return Members(members, _PARAMETER)


def _texts(value: object) -> Iterable[str]:
    return value if isinstance(value, list) else ()


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _word(name: str, kind: type[E]) -> E | None:
    text = read_optional(request.args, name)
    if text is None:
        return None
    known: Mapping[str, E] = {word.lower(): word for word in kind}
    if text.lower() not in known:
        raise not_valid(name, text)
    return known[text.lower()]


def _moment(name: str) -> datetime | None:
    text = read_optional(request.args, name)
    found = None if text is None else moment_in(text)
    if text is not None and found is None:
        raise not_valid(name, text)
    return found
