"""A search for dialogs in the parameters of a call, and the token of the page after.

Source: pdp-and-tokens §15.2. ``orderBy`` names one moment, with ``_asc`` or ``_desc``; the id settles ties in
the same direction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import request

from core import DialogOrder, DialogPeriod, DialogPosition, DialogSearch, DialogStatus, SystemLabel
from rest.body import moment_in, not_valid, read_every, read_flag, read_optional
from rest.dialogporten.names import number_in, service_in
from rest.paging import decode_token, encode_token

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_PAGE = 100
_DIRECTIONS = {"asc": True, "desc": False}


def read_search() -> DialogSearch:
    """The search that the present call asks for. Refuses what cannot be read."""
    order, ascending = _order()
    return DialogSearch(
        parties=_each("party", number_in),
        services=_each("serviceResource", service_in),
        owner_codes=tuple(read_every(request.args, "org")),
        statuses=_words("status", DialogStatus),
        extended_statuses=tuple(read_every(request.args, "extendedStatus")),
        labels=_words("systemLabel", SystemLabel),
        process=read_optional(request.args, "process"),
        external_reference=read_optional(request.args, "externalReference"),
        without_api_only=read_flag(request.args, "excludeApiOnly"),
        created=_period("created"),
        updated=_period("updated"),
        content_updated=_period("contentUpdated"),
        due=_period("due"),
        text=read_optional(request.args, "search"),
        order=order,
        ascending=ascending,
        after=_position(order, ascending=ascending),
        limit=_limit(),
    )


def order_text(search: DialogSearch) -> str:
    """The order of a search, as answers name it."""
    direction = "asc" if search.ascending else "desc"
    return f"{search.order.lower()}_{direction},id_{direction}"


def continuation(search: DialogSearch, position: DialogPosition | None) -> str | None:
    """The token with which the next page is asked for; None on the last."""
    if position is None:
        return None
    moment = "" if position.moment is None else position.moment.isoformat()
    return encode_token("|".join((order_text(search), moment, position.id)))


# -- reading ------------------------------------------------------------------------------------


def _each(name: str, read: Callable[[str], T | None]) -> tuple[T, ...]:
    found = []
    for text in read_every(request.args, name):
        value = read(text)
        if value is None:
            raise not_valid(name, text)
        found.append(value)
    return tuple(found)


def _words(name: str, kind: type[E]) -> tuple[E, ...]:
    known = {word.lower(): word for word in kind}
    return _each(name, lambda text: known.get(text.lower()))


def _period(name: str) -> DialogPeriod:
    after, before = (_moment(f"{name}{end}") for end in ("After", "Before"))
    return DialogPeriod(after, before)


def _moment(name: str) -> datetime | None:
    found = _each(name, moment_in)
    return found[0] if found else None


def _limit() -> int:
    text = read_optional(request.args, "limit")
    if text is None:
        return _PAGE
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise not_valid("limit", text)
    return int(text)


def _order() -> tuple[DialogOrder, bool]:
    text = read_optional(request.args, "orderBy")
    if text is None:
        return DialogOrder.CONTENT_UPDATED, False
    first, _, second = text.lower().partition(",")
    name, direction = _split(first)
    known = {order.lower(): order for order in DialogOrder}
    if name not in known or direction not in _DIRECTIONS:
        raise not_valid("orderBy", text)
    if second and _split(second) != ("id", direction):
        raise not_valid("orderBy", text)
    return known[name], _DIRECTIONS[direction]


def _split(text: str) -> tuple[str, str]:
    name, _, direction = text.strip().replace(" ", "_").partition("_")
    return name, direction or "desc"


def _position(order: DialogOrder, *, ascending: bool) -> DialogPosition | None:
    text = read_optional(request.args, "continuationToken")
    if text is None:
        return None
    wanted = order_text(DialogSearch(order=order, ascending=ascending))
    parts = str(decode_token(text)).split("|")
    if len(parts) != 3 or parts[0] != wanted:
        raise not_valid("continuationToken", text)
    moment = moment_in(parts[1]) if parts[1] else None
    if (moment is None and (parts[1] or order is not DialogOrder.DUE)) or not _is_uuid(parts[2]):
        raise not_valid("continuationToken", text)
    return DialogPosition(moment, parts[2])


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
