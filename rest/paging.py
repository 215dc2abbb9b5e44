"""Lists in pages: the envelope, the address of the next page, and the token in it. Source: rest-systemuser §1.6.

A page starts at a key and holds the items from there on, in order of a key that no item ever changes. So
nothing is lost or doubled while others write between two pages: what comes late has a later place.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Response, request

from rest.body import not_valid, read_optional
from rest.door import Call, json_response
from rest.problems import Refused

T = TypeVar("T")

PAGE_SIZE = 50
"""How many items a page holds. Source: rest-systemuser §1.6."""

_TOKEN = "token"  # noqa: S105 - the name of a parameter
_LARGEST_NUMBER = 2**63 - 1


class Page(NamedTuple):
    """The items of a page as JSON, and the key of the first item after them; None on the last page."""

    data: list[Any]
    next: int | str | None


def cut(items: Sequence[T], key: Callable[[T], int | str], shape: Callable[[T], Any], size: int = PAGE_SIZE) -> Page:
    """The first ``size`` of ``items``, which start where the page starts and may go on behind its end."""
    following = key(items[size]) if len(items) > size else None
    return Page([shape(item) for item in items[:size]], following)


def page_response(call: Call, page: Page) -> Response:
    """The page in its envelope: ``links`` always an object, ``next`` only where there is more."""
    links = {} if page.next is None else {"next": next_address(call, page.next)}
    return json_response({"links": links, "data": page.data})


def next_address(call: Call, key: int | str) -> str:
    """The absolute address of the same list from ``key`` on, at the address clients know this door by."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name.lower() != _TOKEN]
    path = quote(request.path, safe="/:@!$&'()*+,;=~")
    return f"{call.options.public_url.rstrip('/')}{path}?{urlencode([*others, (_TOKEN, encode_token(key))])}"


# -- tokens -------------------------------------------------------------------------------------


def encode_token(key: int | str) -> str:
    """The token for a page that starts at ``key``: its JSON value in base64url without padding."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()


def decode_token(token: str) -> Any:
    """The JSON value in a token; None for what is no token."""
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None


def number_token() -> int | None:
    """The number in the call's token; None where it has none. Refuses what is no token for this list."""
    value = _value()
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise _not_a_token()
    return value


def uuid_token() -> str | None:
    """The UUID in the call's token, in lower case; None where it has none. Refuses what is no token for this list."""
    value = _value()
    if value is None:
        return None
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError) as error:
        raise _not_a_token() from error


def _value() -> Any:
    text = read_optional(request.args, _TOKEN)
    if text is None:
        return None
    value = decode_token(text)
    if value is None:
        raise _not_a_token()
    return value


def _not_a_token() -> Refused:
    return not_valid(_TOKEN, read_optional(request.args, _TOKEN) or "")
