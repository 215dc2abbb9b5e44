"""Which system user can do this for this client, under which reference, on which ground; or why none can."""

from __future__ import annotations

from flask import Response, request

from core import Wanted, prove_resolution, resolve_client
from rest.body import read_object
from rest.door import Call, Door, json_response
from rest.own.asked import read_language, read_moment, read_party, read_right
from rest.own.sights import RESOLVE_SCOPES, sight_of
from rest.problem import Area

_PARAMETER = "wanted"


def add_resolve_routes(door: Door) -> None:
    """Serve the resolver."""
    door.route("POST", "/brobygger/v1/resolve", resolve, RESOLVE_SCOPES, Area.LOOKUP)


def resolve(call: Call) -> Response:
    """The system user to use, with what its token must be asked with; else what each of them lacks."""
    asked = read_object(request.get_data(), _PARAMETER)
    asked.require("client", "service", "action")
    sight = sight_of(call, RESOLVE_SCOPES)
    snapshot = call.store.snapshot()
    wanted = Wanted(
        client=read_party(snapshot, asked.member("client")),
        right=read_right(asked),
        at=read_moment(asked.text("at"), call.store.clock()),
        owner=read_party(snapshot, asked.member("owner")) if "owner" in asked else None,
    )
    language = read_language(asked.text("language"))
    answer = prove_resolution(snapshot, sight, resolve_client(snapshot, sight, wanted), language)
    return json_response(answer, headers={"Content-Language": str(language), "Vary": "Accept-Language"})
