"""Who a provider's clients and agents are, and which agent has what for which client. Source: pdp-and-tokens §14.3."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from core.domain.caller import Caller
from core.domain.client_relations import Relations, client_relations, packages_of
from core.domain.connections import agents_of
from core.domain.delegation import AGENT, RightDelegation
from core.domain.identifiers import PartyId
from core.domain.new_records import ClientAccess, RoleAccess
from core.domain.party_file import Chain, party_of
from core.domain.snapshot import Snapshot
from core.domain.system import SystemUserKind
from core.domain.vocabulary import ANY_ACTION, Right
from core.services.administration import require_client_administration
from core.services.agents import known_agent
from core.services.clients import live_chains
from core.services.package_checks import known_party


def clients_of(
    snapshot: Snapshot,
    caller: Caller,
    provider: PartyId,
    at: datetime,
    *,
    roles: Collection[str] = (),
    packages: Collection[str] = (),
    start: str = "",
) -> Iterator[ClientAccess]:
    """The provider's clients and what each gave it that may be passed on, in order of party id from ``start`` on.

    With ``roles`` or ``packages`` only clients, and of them only what flows from one of the roles, with any of the
    packages. Sub-units are not listed for what their main unit gave. The caller may read the provider's clients.
    Raises NotAllowed.
    """
    require_client_administration(snapshot, caller, provider, at, action="read")
    return _clients(snapshot, provider, at, frozenset(roles), frozenset(packages), start)


def _clients(
    snapshot: Snapshot, provider: PartyId, at: datetime, roles: frozenset[str], packages: frozenset[str], start: str
) -> Iterator[ClientAccess]:
    parties = snapshot.reach.get(provider) or ()
    for party in parties[bisect_left(parties, start) :]:
        if party == provider:
            continue
        relations = client_relations(snapshot, provider, PartyId(party), at)
        if not any(party_of(held.fact) == party for some in relations.values() for held in some):
            continue
        given = tuple(_given(relations, roles, packages))
        if given:
            yield ClientAccess(party, given)


def _given(relations: Relations, roles: frozenset[str], packages: frozenset[str]) -> Iterator[RoleAccess]:
    for role in sorted(relations):
        carried = packages_of(relations[role])
        if (roles and role not in roles) or (packages and carried.isdisjoint(packages)):
            continue
        rights = [held.fact for held in relations[role] if isinstance(held.fact, RightDelegation)]
        single = {Right(each.service, action) for each in rights for action in each.actions if action != ANY_ACTION}
        whole = {each.service for each in rights if ANY_ACTION in each.actions}
        yield RoleAccess(role, tuple(sorted(carried)), tuple(sorted(whole)), tuple(sorted(single)))


# -- agents ---------------------------------------------------------------------------------------


def list_agents(snapshot: Snapshot, caller: Caller, provider: PartyId, at: datetime) -> tuple[ClientAccess, ...]:
    """The provider's agents and what they have for any client, in order of id.

    An agent system user that was never added is one from its creation on, where it has clients. The caller may
    read the provider's clients. Raises NotAllowed.
    """
    require_client_administration(snapshot, caller, provider, at, action="read")
    added = {each.receiver: each.since for each in agents_of(snapshot, provider).values()}
    for entry in snapshot.users.values():
        user = entry.user
        if user.owner == provider and user.kind is SystemUserKind.AGENT and snapshot.reach.get(user.id):
            added.setdefault(user.id, user.created)
    return tuple(
        ClientAccess(agent, _joined(_chains_of(snapshot, provider, agent, at)), added[agent]) for agent in sorted(added)
    )


def delegated_to_agent(
    snapshot: Snapshot, caller: Caller, provider: PartyId, agent: str, at: datetime
) -> tuple[ClientAccess, ...]:
    """What an agent of the provider has, client by client, in order of party id.

    The caller may read the provider's clients. Raises NotAllowed, NotFound, InvalidInput.
    """
    require_client_administration(snapshot, caller, provider, at, action="read")
    known_agent(snapshot, provider, agent)
    return _by_client(_chains_of(snapshot, provider, agent, at))


def delegated_for_client(
    snapshot: Snapshot, caller: Caller, provider: PartyId, client: PartyId, at: datetime
) -> tuple[ClientAccess, ...]:
    """What the provider's agents have for one client, agent by agent, in order of id.

    The caller may read the provider's clients. Raises NotAllowed, NotFound.
    """
    require_client_administration(snapshot, caller, provider, at, action="read")
    known_party(snapshot, client, "client")
    file = snapshot.files.get(client)
    agents = {each.system_user for each in (file.delegations if file is not None else ()) if each.provider == provider}
    found = {agent: _joined(live_chains(snapshot, client, agent, at)) for agent in sorted(agents)}
    return tuple(ClientAccess(agent, roles) for agent, roles in found.items() if roles)


# -- the agent's own view -------------------------------------------------------------------------


def own_clients(snapshot: Snapshot, caller: Caller, at: datetime) -> dict[str, tuple[ClientAccess, ...]]:
    """What the caller, a person, has as an agent, client by client, under each provider in order of party id."""
    person = caller.party or ""
    chains = list(_every_chain(snapshot, person, at))
    providers = sorted({chain.delegation.provider for chain in chains})
    return {each: _by_client(chain for chain in chains if chain.delegation.provider == each) for each in providers}


def own_providers(snapshot: Snapshot, caller: Caller, at: datetime) -> tuple[ClientAccess, ...]:
    """The providers that the caller, a person, is an agent of, and what it has through each, in order of party id."""
    person = caller.party or ""
    found = []
    for each in snapshot.connected_to.get(person) or ():
        if each.role == AGENT:
            chains = _chains_of(snapshot, each.giver, person, at)
            found.append(ClientAccess(each.giver, _joined(chains), each.since))
    return tuple(found)


# -- chains ---------------------------------------------------------------------------------------


def _every_chain(snapshot: Snapshot, agent: str, at: datetime) -> Iterator[Chain]:
    for party in snapshot.reach.get(agent) or ():
        yield from live_chains(snapshot, party, agent, at)


def _chains_of(snapshot: Snapshot, provider: str, agent: str, at: datetime) -> Iterator[Chain]:
    return (chain for chain in _every_chain(snapshot, agent, at) if chain.delegation.provider == provider)


def _by_client(chains: Iterable[Chain]) -> tuple[ClientAccess, ...]:
    found: dict[str, list[Chain]] = defaultdict(list)
    for chain in chains:
        found[chain.delegation.client].append(chain)
    return tuple(ClientAccess(client, _joined(found[client])) for client in sorted(found))


def _joined(chains: Iterable[Chain]) -> tuple[RoleAccess, ...]:
    found: dict[str, list[Chain]] = defaultdict(list)
    for chain in chains:
        found[chain.delegation.ground].append(chain)
    return tuple(_role_access(role, found[role]) for role in sorted(found))


def _role_access(role: str, chains: list[Chain]) -> RoleAccess:
    return RoleAccess(
        role=role,
        packages=tuple(sorted({package for chain in chains for package in chain.packages})),
        resources=tuple(sorted({each for chain in chains for each in chain.delegation.resources})),
        rights=tuple(sorted({each for chain in chains for each in chain.delegation.rights})),
    )
