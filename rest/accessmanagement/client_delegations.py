"""Client delegation, for a provider's client administrators: version 1 and what version 2 shares with it.

The versions differ in the names of two parameters and in how something is withdrawn. Source: pdp-and-tokens §14.3
and §14.4.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from core import (
    AGENT,
    PartyId,
    add_agent,
    clients_of,
    delegate_to_agent,
    delegated_for_client,
    delegated_to_agent,
    list_agents,
    person_named,
    remove_agent,
    remove_client_from_agent,
    withdraw_from_agent,
)
from rest.accessmanagement.delegations import (
    READ,
    WRITE,
    access_json,
    agent_json,
    outcomes_response,
    packages_access,
    paths,
    resources_access,
    wishes,
)
from rest.accessmanagement.names import package_code, relation_id, role_code, role_id
from rest.accessmanagement.party_shapes import entity_json, listed, start_of_page
from rest.accessmanagement.telling import acting_party, cascade, optional_party, party_parameter, telling
from rest.body import read_every, read_object
from rest.door import Call, Door, View, empty, json_response, person
from rest.problem import Area


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the interface: where it is, and what it calls the client and the agent."""

    base: str
    client: str
    agent: str


V1 = Version("/accessmanagement/api/v1/enduser/clientdelegations", "from", "to")
V2 = Version("/accessmanagement/api/v2/enduser/clientdelegations", "client", "agent")


def add_client_delegation_routes(door: Door) -> None:
    """Serve both versions."""
    for version in (V1, V2):
        routes = ClientDelegations(version)
        _add_shared(door, routes)
        packages = f"{version.base}/agents/accesspackages"
        if version is V1:
            _add(door, routes, "DELETE", packages, routes.take_packages)
        else:
            _add(door, routes, "POST", f"{packages}/delete", routes.take_packages)
            _add_resources(door, routes)


def _add_shared(door: Door, routes: ClientDelegations) -> None:
    base = routes.version.base
    _add(door, routes, "GET", f"{base}/clients", routes.clients)
    _add(door, routes, "GET", f"{base}/agents", routes.agents)
    _add(door, routes, "POST", f"{base}/agents", routes.add)
    _add(door, routes, "DELETE", f"{base}/agents", routes.remove)
    _add(door, routes, "DELETE", f"{base}/agents/clients", routes.remove_client)
    _add(door, routes, "GET", f"{base}/agents/accesspackages", routes.packages_of_agent)
    _add(door, routes, "GET", f"{base}/clients/accesspackages", routes.packages_of_client)
    _add(door, routes, "POST", f"{base}/agents/accesspackages", routes.give_packages)


def _add_resources(door: Door, routes: ClientDelegations) -> None:
    base = routes.version.base
    _add(door, routes, "GET", f"{base}/agents/resources", routes.resources_of_agent)
    _add(door, routes, "GET", f"{base}/clients/resources", routes.resources_of_client)
    _add(door, routes, "POST", f"{base}/agents/resources", routes.give_resources)
    _add(door, routes, "POST", f"{base}/agents/resources/delete", routes.take_resources)


def _add(door: Door, routes: ClientDelegations, method: str, path: str, view: View) -> None:
    scopes = READ if method == "GET" else WRITE
    told = telling(view, paths(routes.version.client, routes.version.agent))
    door.route(method, path, told, scopes, Area.ACCESS_MANAGEMENT)


class ClientDelegations:
    """The views of one version."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def _client(self) -> PartyId:
        return party_parameter(self.version.client)

    def _agent(self) -> PartyId:
        return party_parameter(self.version.agent)

    # -- clients and agents -----------------------------------------------------------------------

    def clients(self, call: Call) -> Response:
        """The clients of the party, with what each gave that may be passed on."""
        snapshot = call.store.snapshot()
        found = clients_of(
            snapshot,
            person(call),
            acting_party(),
            call.store.clock(),
            roles=[role_code(text) for text in read_every(request.args, "roles")],
            packages=[package_code(snapshot, text) for text in read_every(request.args, "packages")],
            start=start_of_page(),
        )
        return listed(
            call,
            found,
            lambda each: each.holder,
            lambda each: {"client": entity_json(snapshot, each.holder), "access": access_json(call, each.roles)},
        )

    def agents(self, call: Call) -> Response:
        """The people and system users that work for the party's clients."""
        snapshot = call.store.snapshot()
        found = list_agents(snapshot, person(call), acting_party(), call.store.clock())
        start = start_of_page()
        later = (each for each in found if each.holder >= start)
        return listed(call, later, lambda each: each.holder, lambda each: agent_json(call, snapshot, each))

    def add(self, call: Call) -> Response:
        """Make somebody an agent: a system user or person by id, or a person by number and last name."""
        party, agent = acting_party(), optional_party(self.version.agent)
        introduced = agent is None and bool(request.get_data())
        named = self._introduced(call) if introduced else self._agent()
        add_agent(call.store, person(call), party, named, introduced=introduced)
        relation = relation_id(party, named, AGENT)
        return json_response({"id": relation, "roleId": role_id(AGENT), "fromId": party, "toId": named})

    def _introduced(self, call: Call) -> PartyId:
        body = read_object(request.get_data(), "person")
        body.require("personIdentifier", "lastName")
        number, name = body.text("personIdentifier") or "", body.text("lastName") or ""
        return person_named(call.store.snapshot(), number, name).id

    def remove(self, call: Call) -> Response:
        """Remove an agent; one that is none is removed already."""
        remove_agent(call.store, person(call), acting_party(), self._agent(), cascade=cascade())
        return empty(204)

    def remove_client(self, call: Call) -> Response:
        """Take one client from one agent."""
        party, client, agent = acting_party(), self._client(), self._agent()
        remove_client_from_agent(call.store, person(call), party, client, agent, cascade=cascade())
        return empty(204)

    # -- packages ---------------------------------------------------------------------------------

    def packages_of_agent(self, call: Call) -> Response:
        """The packages an agent has, client by client."""
        snapshot = call.store.snapshot()
        found = delegated_to_agent(snapshot, person(call), acting_party(), self._agent(), call.store.clock())
        shapes = ((each.holder, packages_access(each.roles)) for each in found if each.holder >= start_of_page())
        return listed(
            call,
            ((holder, access) for holder, access in shapes if access),
            lambda each: each[0],
            lambda each: {"client": entity_json(snapshot, each[0]), "access": each[1]},
        )

    def packages_of_client(self, call: Call) -> Response:
        """The packages that agents have for one client, agent by agent."""
        snapshot = call.store.snapshot()
        found = delegated_for_client(snapshot, person(call), acting_party(), self._client(), call.store.clock())
        shapes = ((each.holder, packages_access(each.roles)) for each in found if each.holder >= start_of_page())
        return listed(
            call,
            ((holder, access) for holder, access in shapes if access),
            lambda each: each[0],
            lambda each: {"agent": entity_json(snapshot, each[0]), "access": each[1]},
        )

    def give_packages(self, call: Call) -> Response:
        """Give an agent packages for one client."""
        party, client, agent = acting_party(), self._client(), self._agent()
        wanted = wishes(call, call.store.snapshot())
        outcomes = delegate_to_agent(call.store, person(call), party, client, agent, wanted)
        return outcomes_response(party, client, agent, outcomes)

    def take_packages(self, call: Call) -> Response:
        """Take packages for one client from an agent."""
        party, client, agent = acting_party(), self._client(), self._agent()
        unwanted = wishes(call, call.store.snapshot())
        outcomes = withdraw_from_agent(call.store, person(call), party, client, agent, unwanted)
        return outcomes_response(party, client, agent, outcomes)

    # -- resources --------------------------------------------------------------------------------

    def resources_of_agent(self, call: Call) -> Response:
        """The resources and single rights an agent has, client by client."""
        snapshot = call.store.snapshot()
        found = delegated_to_agent(snapshot, person(call), acting_party(), self._agent(), call.store.clock())
        shapes = ((each.holder, resources_access(call, each.roles)) for each in found if each.holder >= start_of_page())
        return listed(
            call,
            ((holder, access) for holder, access in shapes if access),
            lambda each: each[0],
            lambda each: {"client": entity_json(snapshot, each[0]), "access": each[1]},
        )

    def resources_of_client(self, call: Call) -> Response:
        """The resources and single rights that agents have for one client, agent by agent."""
        snapshot = call.store.snapshot()
        found = delegated_for_client(snapshot, person(call), acting_party(), self._client(), call.store.clock())
        shapes = ((each.holder, resources_access(call, each.roles)) for each in found if each.holder >= start_of_page())
        return listed(
            call,
            ((holder, access) for holder, access in shapes if access),
            lambda each: each[0],
            lambda each: {"agent": entity_json(snapshot, each[0]), "access": each[1]},
        )

    def give_resources(self, call: Call) -> Response:
        """Give an agent resources, or single rights, for one client."""
        party, client, agent = acting_party(), self._client(), self._agent()
        wanted = wishes(call, call.store.snapshot(), resources=True)
        outcomes = delegate_to_agent(call.store, person(call), party, client, agent, wanted)
        return outcomes_response(party, client, agent, outcomes)

    def take_resources(self, call: Call) -> Response:
        """Take resources, or single rights, for one client from an agent."""
        party, client, agent = acting_party(), self._client(), self._agent()
        unwanted = wishes(call, call.store.snapshot(), resources=True)
        outcomes = withdraw_from_agent(call.store, person(call), party, client, agent, unwanted)
        return outcomes_response(party, client, agent, outcomes)
