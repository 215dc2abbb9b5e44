"""Client delegation as the agent, a person, sees it: the own clients and providers. Source: pdp-and-tokens §14.3."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    ClientAccess,
    Snapshot,
    give_up_client,
    leave_provider,
    own_clients,
    own_providers,
    remove_client_from_agent,
)
from rest.accessmanagement.client_delegations import V1, V2, Version
from rest.accessmanagement.delegations import MY_READ, MY_WRITE, access_json, outcomes_response, paths, wishes
from rest.accessmanagement.party_shapes import entity_json, listed, start_of_page
from rest.accessmanagement.telling import cascade, party_parameter, telling
from rest.body import read_every, read_uuid
from rest.door import Call, Door, View, empty, person
from rest.problem import Area
from rest.shapes import moment_json


def add_my_client_routes(door: Door) -> None:
    """Serve the agent's own view, for both versions."""
    for version in (V1, V2):
        routes = MyClients(version)
        base = f"{version.base}/my"
        _add(door, routes, "GET", f"{base}/clients", routes.clients)
        _add(door, routes, "GET", f"{base}/clientproviders", routes.providers)
        _add(door, routes, "DELETE", f"{base}/clientproviders", routes.leave)
        _add(door, routes, "DELETE", f"{base}/clients", routes.give_up)
        if version is V2:
            _add(door, routes, "POST", f"{base}/clients/accesspackages/delete", routes.give_up_packages)
            _add(door, routes, "POST", f"{base}/clients/resources/delete", routes.give_up_resources)


def _add(door: Door, routes: MyClients, method: str, path: str, view: View) -> None:
    scopes = MY_READ if method == "GET" else MY_WRITE
    told = telling(view, {**paths(routes.version.client, "provider"), "party": "$QUERY/provider"})
    door.route(method, path, told, scopes, Area.ACCESS_MANAGEMENT)


class MyClients:
    """The views of one version."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def clients(self, call: Call) -> Response:
        """The clients that the caller has through its providers, or through those named."""
        snapshot = call.store.snapshot()
        found = own_clients(snapshot, person(call), call.store.clock())
        only = {read_uuid("provider", text) for text in read_every(request.args, "provider")} or set(found)
        start = start_of_page()
        chosen = [(each, found[each]) for each in sorted(found) if each in only and each >= start]

        def shape(each: tuple[str, tuple[ClientAccess, ...]]) -> dict[str, Any]:
            provider, clients = each
            return {
                "provider": entity_json(snapshot, provider),
                "clients": [
                    {"client": entity_json(snapshot, one.holder), "access": access_json(call, one.roles)}
                    for one in clients
                ],
            }

        return listed(call, chosen, lambda each: each[0], shape)

    def providers(self, call: Call) -> Response:
        """The providers that the caller is an agent of."""
        snapshot = call.store.snapshot()
        start = start_of_page()
        found = [each for each in own_providers(snapshot, person(call), call.store.clock()) if each.holder >= start]
        return listed(call, found, lambda each: each.holder, lambda each: _provider_json(call, snapshot, each))

    def leave(self, call: Call) -> Response:
        """Be an agent of a provider no longer."""
        leave_provider(call.store, person(call), party_parameter("provider"))
        return empty(204)

    def give_up(self, call: Call) -> Response:
        """Give a client up: in version 1 what the body names, in version 2 all of it.

        A body in version 1 names roles and packages; without one, all of it goes there too.
        """
        provider, client, me = party_parameter("provider"), party_parameter(self.version.client), person(call)
        if self.version is V1 and request.get_data():
            return self._give_up(call, resources=False)
        all_of_it = cascade() or self.version is V1
        remove_client_from_agent(call.store, me, provider, client, me.party or "", cascade=all_of_it)
        return empty(204)

    def give_up_packages(self, call: Call) -> Response:
        """Give up packages of one client."""
        return self._give_up(call, resources=False)

    def give_up_resources(self, call: Call) -> Response:
        """Give up resources of one client."""
        return self._give_up(call, resources=True)

    def _give_up(self, call: Call, *, resources: bool) -> Response:
        provider, client, me = party_parameter("provider"), party_parameter(self.version.client), person(call)
        unwanted = wishes(call, call.store.snapshot(), resources=resources)
        outcomes = give_up_client(call.store, me, provider, client, unwanted)
        return outcomes_response(provider, client, me.party or "", outcomes)


def _provider_json(call: Call, snapshot: Snapshot, access: ClientAccess) -> dict[str, Any]:
    return {
        "provider": entity_json(snapshot, access.holder),
        "providerAddedAt": None if access.since is None else moment_json(access.since),
        "access": access_json(call, access.roles),
    }
