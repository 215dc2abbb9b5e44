"""Clients of agent system users: who could be one, who is one, adding and removing them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import Edit, put, remove
from core.domain.client_relations import Relations, client_relations, is_held, packages_of
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId
from core.domain.new_records import AvailableClient, ClientView
from core.domain.new_world import is_live
from core.domain.package_check import urn_of_package
from core.domain.party import Party, PartyKind
from core.domain.party_file import Chain, PartyFile, party_of
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import SystemUser, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION, RIGHTHOLDER
from core.errors import ErrorCode, Fix, InvalidInput, NotFound
from core.services.administration import no_such_user, require_client_administration
from core.store.store import Store, Written, utc_now


def agent_system_users(
    snapshot: Snapshot, caller: Caller, owner_number: str, *, at: datetime | None = None
) -> tuple[SystemUser, ...]:
    """The agent system users of an organisation, in order of creation.

    The caller may read the organisation's clients at ``at``, now where it is left out. Raises NotFound,
    NotAllowed. Source: rest-systemuser §7.
    """
    owner = snapshot.party_numbered(owner_number)
    if owner is None or owner.kind is PartyKind.PERSON:
        raise NotFound(ErrorCode.ORGANISATION_NOT_FOUND, "there is no such organisation in the register")
    require_client_administration(snapshot, caller, owner.id, at or utc_now(), action="read")
    users = (entry.user for entry in snapshot.users.values())
    found = (user for user in users if user.owner == owner.id and user.kind is SystemUserKind.AGENT)
    return tuple(sorted(found, key=lambda user: (user.created, user.id)))


def list_clients(
    snapshot: Snapshot, caller: Caller, agent: str, *, at: datetime | None = None
) -> tuple[ClientView, ...]:
    """The clients of an agent system user whose ground stands at ``at``, and what was delegated for each.

    The owner's own organisation, where it is connected, is not a client. In order of organisation number.
    Raises NotFound, NotAllowed, InvalidInput. Source: rest-systemuser §7.
    """
    now = at or utc_now()
    agent_for(snapshot, caller, agent, now, action="read")
    files = (snapshot.files.get(party) for party in snapshot.reach.get(agent) or ())
    found = (_view(file, live_chains(snapshot, file.party.id, agent, now)) for file in files if file is not None)
    return tuple(sorted((view for view in found if view is not None), key=lambda view: view.party.number))


def available_clients(
    snapshot: Snapshot, caller: Caller, agent: str, *, at: datetime | None = None
) -> tuple[AvailableClient, ...]:
    """The parties that carry any package or right of the agent system user, and the packages each lacks.

    Sub-units are not listed for what their main unit has. In order of organisation number. Raises NotFound,
    NotAllowed, InvalidInput. Source: pdp-and-tokens §14.1.
    """
    now = at or utc_now()
    entry = agent_for(snapshot, caller, agent, now, action="read")
    found = (_available(snapshot, entry, party, now) for party in snapshot.reach.get(entry.user.owner) or ())
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.party.number))


def add_client(store: Store, caller: Caller, agent: str, client: PartyId) -> tuple[ClientDelegation, ...]:
    """Put a client on the latest generation of an agent system user, with all of its packages or not at all.

    One delegation is made for each ground that carries some of them; adding twice returns the same. A
    client on an older generation is moved. The caller administers the owner's clients. Raises NotFound,
    NotAllowed, and InvalidInput: `NOT_AN_AGENT`, `AGENT_NEEDS_PACKAGES`, `CLIENT_NOT_FOUND` without a
    client relation, `CLIENT_LACKS_PACKAGES`, whose details name the missing ones, divided by ``, ``.
    Source: rest-systemuser §7, pdp-and-tokens §14.1.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[ClientDelegation, ...]]:
        entry = agent_for(snapshot, caller, agent, now)
        wanted = entry.latest.packages
        if not wanted:
            raise InvalidInput(
                ErrorCode.AGENT_NEEDS_PACKAGES,
                "this system user has no packages: delegate its single rights for the client instead",
            )
        relations = client_relations(snapshot, entry.user.owner, client, now)
        if not relations:
            raise no_such_client()
        _refuse_lacking(snapshot, client, relations, wanted)
        changed = tuple(_per_ground(snapshot, entry, client, relations, caller))
        edits = tuple(put(after) for before, after in changed if before != after)
        return Written(edits, tuple(after for _, after in changed))

    return store.change(caller.name, command)


def remove_client(store: Store, caller: Caller, agent: str, client: PartyId) -> tuple[ClientDelegation, ...]:
    """Take a client off an agent system user; returns what was removed, nothing where it was no client.

    The caller administers the owner's clients. Raises NotFound, NotAllowed, InvalidInput.
    Source: rest-systemuser §7.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[ClientDelegation, ...]]:
        agent_for(snapshot, caller, agent, now)
        found = delegations_for(snapshot, agent, client)
        edits: tuple[Edit, ...] = tuple(remove(delegation) for delegation in found)
        return Written(edits, found)

    return store.change(caller.name, command)


def agent_for(snapshot: Snapshot, caller: Caller, agent: str, at: datetime, *, action: str = "write") -> UserEntry:
    """The agent system user, where the caller administers its owner's clients.

    Raises NotFound, NotAllowed, and InvalidInput where it is no agent.
    """
    entry = snapshot.users.get(agent)
    if entry is None or not entry.generations:
        raise no_such_user()
    require_client_administration(snapshot, caller, entry.user.owner, at, action=action)
    if entry.user.kind is not SystemUserKind.AGENT:
        raise InvalidInput(ErrorCode.NOT_AN_AGENT, "the system user works for its owner and not for clients")
    return entry


def delegations_for(snapshot: Snapshot, agent: str, client: PartyId) -> tuple[ClientDelegation, ...]:
    """What was delegated to the system user for the client, in order of id."""
    file = snapshot.files.get(client)
    return tuple(each for each in (file.delegations if file is not None else ()) if each.system_user == agent)


def no_such_client() -> InvalidInput:
    """The error where there is no client relation."""
    return InvalidInput(
        ErrorCode.CLIENT_NOT_FOUND,
        "the party is not a client of the owner: no register role, and nothing given",
        details={"which": "role"},
    )


# -- reading ------------------------------------------------------------------------------------


def live_chains(snapshot: Snapshot, client: str, agent: str, at: datetime) -> list[Chain]:
    """What the agent has for the client itself and whose ground stands; the owner's own organisation is no client."""
    return [
        chain
        for chain in snapshot.chains(client, agent)
        if chain.delegation.client == client and chain.delegation.ground != OWN_ORGANISATION and is_live(chain, at)
    ]


def _view(file: PartyFile, chains: list[Chain]) -> ClientView | None:
    if not chains:
        return None
    delegations = [chain.delegation for chain in chains]
    return ClientView(
        party=file.party,
        grounds=tuple(sorted({each.ground for each in delegations})),
        packages=tuple(sorted({package for chain in chains for package in chain.packages})),
        resources=tuple(sorted({resource for each in delegations for resource in each.resources})),
        rights=tuple(sorted({right for each in delegations for right in each.rights})),
    )


def _available(snapshot: Snapshot, entry: UserEntry, party: str, at: datetime) -> AvailableClient | None:
    client = snapshot.party(party)
    if client is None or client.id == entry.user.owner:
        return None
    relations = client_relations(snapshot, entry.user.owner, client.id, at)
    holdings = tuple(holding for some in relations.values() for holding in some)
    if all(party_of(holding.fact) != client.id for holding in holdings):
        return None
    ceiling = entry.latest
    carried = packages_of(holdings) & ceiling.packages
    if not carried and not any(is_held(snapshot, holdings, right, at) for right in ceiling.rights):
        return None
    return AvailableClient(client, tuple(sorted(ceiling.packages - carried)))


# -- adding -------------------------------------------------------------------------------------


def _refuse_lacking(snapshot: Snapshot, client: PartyId, relations: Relations, wanted: frozenset[str]) -> None:
    missing = sorted(wanted - packages_of(holding for some in relations.values() for holding in some))
    party = snapshot.party(client)
    if missing and party is not None:
        names = ", ".join(missing)
        raise InvalidInput(
            ErrorCode.CLIENT_LACKS_PACKAGES,
            f"the client's relation to the owner does not carry {names}",
            fixes=tuple(_fix(snapshot, party, package) for package in missing),
            details={"missing": names},
        )


def _fix(snapshot: Snapshot, client: Party, package: str) -> Fix:
    known = snapshot.catalogue.packages.get(package)
    number = client.masked_number
    if known is not None and known.assignable:
        ground, giver = f"given by {number} ({RIGHTHOLDER})", f"a person with tilgangsstyrer at {number}"
    else:
        ground, giver = "carried by a register role of the owner at the client", "Enhetsregisteret"
    return Fix(ErrorCode.CLIENT_LACKS_PACKAGES, urn_of_package(package), number, ground, giver)


def _per_ground(
    snapshot: Snapshot, entry: UserEntry, client: PartyId, relations: Relations, caller: Caller
) -> Iterator[tuple[ClientDelegation | None, ClientDelegation]]:
    """The delegation of each ground that carries some of the packages: as it is, and as it shall be."""
    generation = entry.latest
    existing = delegations_for(snapshot, entry.user.id, client)
    for ground in sorted(relations):
        packages = packages_of(relations[ground]) & generation.packages
        if not packages:
            continue
        before = of_ground(existing, ground)
        after = before or new_delegation(entry, client, ground, caller)
        yield before, replace(after, generation=generation.number, packages=packages)


def of_ground(delegations: Iterable[ClientDelegation], ground: str) -> ClientDelegation | None:
    """The delegation that flows from the ground, or None."""
    return next((each for each in delegations if each.ground == ground), None)


def new_delegation(entry: UserEntry, client: PartyId, ground: str, caller: Caller) -> ClientDelegation:
    """An empty delegation on the latest generation."""
    return ClientDelegation(
        id=str(uuid.uuid4()),
        system_user=entry.user.id,
        generation=entry.latest.number,
        provider=entry.user.owner,
        client=client,
        ground=ground,
        packages=frozenset(),
        resources=frozenset(),
        rights=frozenset(),
        given_by=caller.name,
    )
