"""The platform's public test-token generator over HTTP, with its own names of parameters. Demo only.

Any Basic log-on is taken, and none is needed. ``env`` may be left out, and is not looked at: there is one
environment here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, Response, request

from core import InvalidInput, Party, PartyKind, Store, Unavailable, parse_person_number
from rest.body import read_optional
from rest.door import RestOptions, as_response, asker, json_response
from rest.problem import Area
from rest.problems import tell, text_reply
from rest.tokens.compact import read_compact
from rest.tokens.issuer import organisation_claim
from rest.tokens.mint import Mint

_SECONDS = 1800
_MISSING, _WRONG = "Parameter must be supplied", "Parameter was supplied with a invalid value"
_SCOPES = re.compile(r"[a-zA-Z0-9:/_\-,. ]{1,500}", re.ASCII)
_NUMBER = re.compile(r"\d{9}", re.ASCII)
_PARTY_NUMBER = re.compile(r"\d{9}|\d{11}", re.ASCII)
_WHOLE = re.compile(r"\d{1,10}", re.ASCII)
_LEVEL = re.compile(r"[1-4]", re.ASCII)
_NAME = re.compile(r"[\w-]{1,50}", re.ASCII)
_APP = re.compile(r"[\w.-]{2,50}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.ASCII)
_ANYTHING = re.compile(r".{1,255}")


class _WrongParameters(Exception):
    """Parameters are missing or ill-formed; each with what is wrong, as the generator tells it."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


class _Nobody(Exception):
    """Nobody here is as the parameters say. The text is for the caller."""


class _Parameters:
    """The query, read as the generator reads it: every wrong parameter is told, not only the first."""

    def __init__(self) -> None:
        self._errors: dict[str, str] = {}

    def text(self, name: str, pattern: re.Pattern[str], *, needed: bool = False) -> str | None:
        """A parameter that looks as it must, None where it is absent."""
        value = read_optional(request.args, name)
        if value is not None and pattern.fullmatch(value):
            return value
        if value is not None or needed:
            self._errors[name] = _MISSING if value is None else _WRONG
        return None

    def scopes(self, default: str | None = None) -> tuple[str, ...]:
        """The scopes, separated by blanks or commas."""
        text = self.text("scopes", _SCOPES, needed=default is None)
        return tuple((text or default or "").replace(",", " ").split())

    def seconds(self) -> int:
        """How long the token shall live."""
        return int(self.text("ttl", _WHOLE) or _SECONDS)

    def check(self) -> None:
        """Raises _WrongParameters where anything was wrong."""
        if self._errors:
            raise _WrongParameters(self._errors)


class _Tokens(NamedTuple):
    """What the routes work with."""

    store: Store
    mint: Mint


def add_mint_routes(app: Flask, store: Store, options: RestOptions, mint: Mint) -> None:
    """Serve the generator."""
    tokens = _Tokens(store, mint)
    kinds: dict[str, Callable[[_Tokens, _Parameters], str]] = {
        "GetEnterpriseToken": _enterprise,
        "GetPersonalToken": _personal,
        "GetPlatformToken": _platform,
        "GetSystemUserToken": _system_user,
        "GetIdPortenToken": _id_porten,
    }
    for name, make in kinds.items():
        app.add_url_rule(f"/api/{name}", name, _view(tokens, make, options))


def _view(tokens: _Tokens, make: Callable[[_Tokens, _Parameters], str], options: RestOptions) -> Callable[[], Response]:
    def view() -> Response:
        try:
            token = make(tokens, _Parameters())
        except _WrongParameters as wrong:
            return json_response(wrong.errors, 400)
        except _Nobody as error:
            return as_response(text_reply(404, str(error), request.headers.get("Accept", "")))
        except Unavailable as error:
            return as_response(tell(error, Area.LOOKUP, asker(options)))
        shown = _dump(token) if read_optional(request.args, "dump") else token
        return Response(shown, content_type="text/plain; charset=utf-8")

    return view


def _enterprise(tokens: _Tokens, query: _Parameters) -> str:
    scopes, number = query.scopes(), query.text("orgNo", _NUMBER, needed=True)
    org, client = query.text("org", _NAME), query.text("clientId", _ANYTHING)
    more = {**_supplier(query), "urn:altinn:org": org, "client_id": client}
    seconds = query.seconds()
    query.check()
    return tokens.mint.enterprise(number or "", scopes, seconds, _given(more))


def _personal(tokens: _Tokens, query: _Parameters) -> str:
    scopes, level, seconds = query.scopes("altinn:enduser"), int(query.text("authLvl", _LEVEL) or 3), query.seconds()
    consumer = query.text("consumerOrgNo", _PARTY_NUMBER)
    name, source = query.text("userName", _NAME), query.text("delegationSource", _ADDRESS)
    method = query.text("clientAmr", _NAME) or "virksomhetssertifikat"
    person = _person(tokens.store, query)
    claim = None if consumer is None else organisation_claim(consumer)
    more = {
        "client_amr": method,
        "consumer": claim,
        "client_orgno": claim,
        "urn:altinn:username": name,
        "delegation_source": source,
    }
    return tokens.mint.personal(person, scopes, seconds, level, _given(more))


def _platform(tokens: _Tokens, query: _Parameters) -> str:
    app, seconds = query.text("app", _APP, needed=True), query.seconds()
    query.check()
    return tokens.mint.platform(app or "", seconds)


def _system_user(tokens: _Tokens, query: _Parameters) -> str:
    """A token for a system user that need not be there: then its owner and the vendor must be named."""
    scopes, seconds = query.scopes("altinn:enduser"), query.seconds()
    user = (query.text("systemUserId", _UUID, needed=True) or "").lower()
    snapshot = tokens.store.snapshot()
    entry = snapshot.users.get(user)
    system = None if entry is None else snapshot.systems.get(entry.user.system)
    party = None if entry is None else snapshot.party(entry.user.owner)
    owner = query.text("systemUserOrg", _NUMBER, needed=party is None) or (party.number if party else "")
    vendor = query.text("orgNo", _NUMBER, needed=system is None) or (system.vendor if system else "")
    more = {**_supplier(query), "client_id": query.text("clientId", _ANYTHING)}
    query.check()
    detail: dict[str, Any] = {"systemuser_id": [user], "systemuser_org": organisation_claim(owner)}
    if system is not None:
        detail["system_id"] = system.id
    return tokens.mint.system_user(detail, vendor, scopes, seconds, _given(more))


def _id_porten(tokens: _Tokens, query: _Parameters) -> str:
    """Ours: the token that an end-user system has from ID-porten before it is exchanged."""
    scopes, level, seconds = query.scopes("altinn:enduser"), int(query.text("authLvl", _LEVEL) or 3), query.seconds()
    return tokens.mint.id_porten(_person(tokens.store, query), scopes, seconds, level)


def _supplier(query: _Parameters) -> dict[str, Any]:
    number, source = query.text("supplierOrgNo", _NUMBER), query.text("delegationSource", _ADDRESS)
    return {"supplier": None if number is None else organisation_claim(number), "delegation_source": source}


def _given(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _person(store: Store, query: _Parameters) -> Party:
    """The person named by pid, party id, user id (the same number here) or uuid, in this order."""
    pid, uuid = query.text("pid", _PARTY_NUMBER), query.text("partyuuid", _UUID)
    numbers = [number for name in ("partyId", "userId") if (number := query.text(name, _WHOLE))]
    query.check()
    snapshot = store.snapshot()
    party = None
    if pid is not None:
        party = snapshot.party_numbered(_person_number(pid))
    elif numbers:
        party = snapshot.party_with_altinn_id(int(numbers[0]))
    elif uuid is not None:
        party = snapshot.party(uuid.lower())
    if party is None or party.kind is not PartyKind.PERSON:
        raise _Nobody("No person with this pid or partyId is registered here: import one first, or use another.")
    return party


def _person_number(text: str) -> str:
    try:
        return parse_person_number(text)
    except InvalidInput:
        return ""


def _dump(token: str) -> str:
    """The token's header and claims, readable."""
    parts = (json.dumps(part, indent=2, ensure_ascii=False) for part in read_compact(token))
    return "\n.\n".join(parts)
