"""The JSON shapes of parties and lists in this room. Source: pdp-and-tokens §14.4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from flask import Response, request

from core import Party, PartyKind, Snapshot, SystemUser, SystemUserKind
from rest.body import not_valid, read_optional
from rest.door import Call, json_response
from rest.paging import next_address, uuid_token

T = TypeVar("T")

_SIZE, _NUMBER = "X-Page-Size", "X-Page-Number"
_DEFAULT_SIZE, _LARGEST_SIZE, _LARGEST_NUMBER = 100, 1000, 1_000_000
_VARIANT = {SystemUserKind.AGENT: "AgentSystem", SystemUserKind.STANDARD: "StandardSystem"}


def entity_json(snapshot: Snapshot, key: str) -> dict[str, Any]:
    """A party or a system user by its id."""
    party = snapshot.party(key)
    if party is not None:
        return party_json(snapshot, party)
    entry = snapshot.users.get(key)
    return _bare(key, "") if entry is None else _user_json(entry.user)


def party_json(snapshot: Snapshot, party: Party) -> dict[str, Any]:
    """A party. A person's number is shown without its last five digits."""
    is_person = party.kind is PartyKind.PERSON
    parent = snapshot.party(party.main_unit) if party.main_unit is not None else None
    return {
        **_bare(party.id, party.name),
        "type": "Person" if is_person else "Organisasjon",
        "variant": "Person" if is_person else party.form,
        "parent": None if parent is None else party_json(snapshot, parent),
        "partyid": party.altinn_id,
        "organizationIdentifier": None if is_person else party.number,
        "personIdentifier": party.masked_number if is_person else None,
        "isDeleted": party.ended is not None,
    }


def _user_json(user: SystemUser) -> dict[str, Any]:
    return {**_bare(user.id, user.title), "type": "Systembruker", "variant": _VARIANT[user.kind]}


def _bare(key: str, name: str) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "type": None,
        "variant": None,
        "parent": None,
        "children": [],
        "partyid": None,
        "userId": None,
        "organizationIdentifier": None,
        "personIdentifier": None,
        "isDeleted": False,
    }


# -- lists ----------------------------------------------------------------------------------------


def start_of_page() -> str:
    """The key that the page starts at: the smallest of all where the call names none."""
    return uuid_token() or ""


def listed(call: Call, items: Iterable[T], key: Callable[[T], str], shape: Callable[[T], Any]) -> Response:
    """A page of ``items``, in order of ``key`` (a UUID) from `start_of_page` on, in the envelope of this room.

    The headers ``X-Page-Size`` (100) and ``X-Page-Number`` (0) choose the page, as on the platform. ``links.next``
    is null on the last page, else the address of the next by key: nothing is lost or doubled while others write.
    Only as many items are made as the page needs.
    """
    size = _number(_SIZE, _DEFAULT_SIZE, 1, _LARGEST_SIZE)
    skipped = 0 if start_of_page() else size * _number(_NUMBER, 0, 0, _LARGEST_NUMBER)
    page = list(islice(items, skipped, skipped + size + 1))
    following = next_address(call, key(page[size])) if len(page) > size else None
    return everything([shape(item) for item in page[:size]], following)


def everything(data: list[Any], following: str | None = None) -> Response:
    """Items in the envelope of this room."""
    return json_response({"links": {"next": following}, "data": data})


def _number(name: str, default: int, least: int, most: int) -> int:
    parameters: Mapping[str, str] = request.args
    text = request.headers.get(name) or read_optional(parameters, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 7 and least <= int(text) <= most):
        raise not_valid(name, text)
    return int(text)
