"""Authorised parties: whom a subject may act for. For service owners about anybody, for end users about themselves.

Source: pdp-and-tokens §13. Where that is silent: ``auto`` means true for everybody, so that nothing is left out
unasked; a list comes whole, as the platform's does, and in pages to those who ask for them with ``limit``.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flask import Response, request

from core import (
    AuthorisedParty,
    MainUnits,
    Party,
    PartyAccess,
    PartyChoice,
    PartyId,
    PartyKind,
    ServiceId,
    Snapshot,
    Subject,
    authorised_parties,
    birth_date,
    service_owners,
)
from rest.accessmanagement.party_subjects import read_parties, read_subject, subject_of
from rest.body import not_valid, read_every, read_flag, read_object, read_optional, read_uuid
from rest.callers import system_user
from rest.door import Call, Door
from rest.paging import next_address, uuid_token
from rest.problem import Area
from rest.problem_rows import UNAUTHORIZED, WRONG_FIELDS
from rest.problems import Refused

OWNER_SCOPES = frozenset(
    {
        "altinn:accessmanagement/authorizedparties.resourceowner",
        "altinn:accessmanagement/authorizedparties.resourceowner.admin",
        "altinn:accessmanagement/authorizedparties.admin",
    }
)
OWN_SCOPES = frozenset({"altinn:accessmanagement/authorizedparties", "altinn:portal/enduser"})

_BASE = "/accessmanagement/api/v1"
_AT_A_TIME = 500
_LONGEST_PAGE = 1000
_JSON = "application/json; charset=utf-8"
_NOTHING = PartyAccess((), (), ())
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def add_authorized_party_routes(door: Door) -> None:
    """Serve both lists; the service owner's under both its names."""
    for owner in ("resourceowner", "serviceowner"):
        door.route("POST", f"{_BASE}/{owner}/authorizedparties", of_anybody, OWNER_SCOPES, Area.LOOKUP)
    door.route("GET", f"{_BASE}/enduser/authorizedparties", own, OWN_SCOPES, Area.LOOKUP)


def of_anybody(call: Call) -> Response:
    """The parties of the subject in the body, as one array. Source: pdp-and-tokens §13.1."""
    body = read_object(request.get_data(), "subject")
    snapshot, now = call.store.snapshot(), call.store.clock()
    subject = read_subject(snapshot, body)
    parties = read_parties(snapshot, body.members("partyFilter")) if "partyFilter" in body else None
    services = _owned(call, snapshot, _services(snapshot))
    shown = _shown(now, roles=True, packages=False, resources=True)
    found = authorised_parties(snapshot, subject, now, _choice(parties, services))
    return _stream("[", map(shown.text, found), "]")


def own(call: Call) -> Response:
    """The caller's own parties: a person's, or a system user's. Source: pdp-and-tokens §13.2."""
    snapshot, now = call.store.snapshot(), call.store.clock()
    subject = _caller(call, snapshot)
    named = [read_uuid("partyFilter", text) for text in _every("partyFilter")]
    choice = _choice(frozenset(map(PartyId, named)) if named else None, _services(snapshot))
    shown = _shown(now, roles=False, packages=False, resources=False)
    size = None if call.options.strict_upstream else _size()
    start = None if size is None else uuid_token()
    found = authorised_parties(snapshot, subject, now, choice, start or "", call.store.companion(MainUnits))
    if size is None:
        return _stream('{"links":{"next":null},"data":[', map(shown.text, found), "]}")
    page = list(itertools.islice(found, size + 1))
    following = next_address(call, page[size].party.id) if len(page) > size else None
    items = ",".join(map(shown.text, page[:size]))
    return Response(f'{{"links":{{"next":{_encode(following)}}},"data":[{items}]}}', content_type=_JSON)


def _caller(call: Call, snapshot: Snapshot) -> Subject:
    """A person before a system user, as the platform's own clients choose. Source: pdp-and-tokens §9.10."""
    number = call.token.party
    party = None if number is None else snapshot.party_with_altinn_id(number)
    if party is not None and party.kind is PartyKind.PERSON:
        return subject_of(party)
    return system_user(call, UNAUTHORIZED).subject()


# -- what is asked for --------------------------------------------------------------------------


def _choice(parties: frozenset[PartyId] | None, services: frozenset[ServiceId] | None) -> PartyChoice:
    return PartyChoice(
        via_key_roles=_unless_false("includePartiesViaKeyRoles"),
        sub_units=_unless_false("includeSubParties"),
        inactive=_unless_false("includeInactiveParties"),
        parties=parties,
        services=services,
    )


def _services(snapshot: Snapshot) -> frozenset[ServiceId] | None:
    """The known services among those asked for; None where none are asked for."""
    named = _every("anyOfResourceIds")
    known = snapshot.catalogue.services
    return frozenset(ServiceId(each) for each in named if each in known) if named else None


def _owned(call: Call, snapshot: Snapshot, services: frozenset[ServiceId] | None) -> frozenset[ServiceId] | None:
    """Those of the services that are the caller's own, where it names itself by its code."""
    code = read_optional(request.args, "orgCode")
    if code is None:
        return services
    names = service_owners(call.store, call.token.consumer) if call.token.consumer is not None else ()
    mine = [each for each in names if each.code.casefold() == code.casefold()]
    if not mine:
        raise Refused(WRONG_FIELDS, {"orgCode": ["The code is not that of the organisation in the token."]})
    owned = {each.id for each in snapshot.catalogue.services.values() if mine[0].owns(each)}
    return frozenset(owned if services is None else owned & services)


def _every(name: str) -> list[str]:
    """Every value of a query parameter, whatever the case of its name; several may be parted by commas."""
    return [each.strip() for value in read_every(request.args, name) for each in value.split(",") if each.strip()]


def _unless_false(name: str) -> bool:
    """True, false or auto; auto is true."""
    text = (read_optional(request.args, name) or "auto").lower()
    if text not in ("true", "false", "auto"):
        raise not_valid(name, text)
    return text != "false"


def _size() -> int | None:
    """How many parties a page is to hold; None for all of them at once."""
    text = read_optional(request.args, "limit")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 0 < int(text) <= _LONGEST_PAGE):
        raise not_valid("limit", text)
    return int(text)


# -- shapes -------------------------------------------------------------------------------------


class _Shown:
    """How parties are written, as asked for. Source of the shape: pdp-and-tokens §13.3.

    What may be done is written once for all parties of which it is the same: most of a long list.
    """

    def __init__(self, at: datetime, *, roles: bool, packages: bool, resources: bool) -> None:
        self._at = at
        self._roles = roles
        self._packages = packages
        self._resources = resources
        self._written: dict[PartyAccess, str] = {}

    def text(self, item: AuthorisedParty, parent: str | None = None) -> str:
        """One party with its sub-units, as JSON."""
        below = ",".join([self.text(each, item.party.id) for each in item.sub_units])
        access = item.access or _NOTHING
        written = self._written.get(access)
        if written is None:
            written = self._written[access] = self._access(access)
        alone = "true" if item.access is None else "false"
        head = _encode(self._head(item.party, parent))
        return f'{head[:-1]},"onlyHierarchyElementWithNoAccess":{alone},{written},"subunits":[{below}]}}'

    def _access(self, access: PartyAccess) -> str:
        members = {
            "authorizedAccessPackages": access.packages if self._packages else (),
            "authorizedResources": access.services if self._resources else (),
            "authorizedRoles": access.roles if self._roles else (),
            "authorizedInstances": (),
        }
        return _encode(members)[1:-1]

    def _head(self, party: Party, parent: str | None) -> dict[str, Any]:
        is_person = party.kind is PartyKind.PERSON
        born = birth_date(party.number) if is_person else None
        return {
            "partyUuid": party.id,
            "name": party.name,
            "organizationNumber": None if is_person else party.number,
            "parentId": parent,
            "personId": party.number if is_person else None,
            "dateOfBirth": None if born is None else born.isoformat(),
            "partyId": party.altinn_id,
            "emailId": None,
            "type": "Person" if is_person else "Organization",
            "unitType": party.form,
            "isDeleted": party.ended is not None and party.ended <= self._at,
        }


def _shown(at: datetime, *, roles: bool, packages: bool, resources: bool) -> _Shown:
    read_flag(request.args, "includeInstances", default=True)
    return _Shown(
        at,
        roles=read_flag(request.args, "includeRoles", default=roles),
        packages=read_flag(request.args, "includeAccessPackages", default=packages),
        resources=read_flag(request.args, "includeResources", default=resources),
    )


def _stream(before: str, items: Iterator[str], after: str) -> Response:
    """A long answer, a few hundred items at a time: nothing of it waits for the rest."""

    def pieces() -> Iterator[bytes]:
        text = before
        for some in _in_groups(items):
            yield text.encode()
            text = ",".join(some) + ","
        yield (text.removesuffix(",") + after).encode()

    return Response(pieces(), content_type=_JSON)


def _in_groups(items: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(items)
    while group := list(itertools.islice(remaining, _AT_A_TIME)):
        yield group
