"""Clients of one agent system user, as its owner's portal handles them: ownership first, existence second.

Source: rest-systemuser §4.8 with §12.3 rows 36 to 38.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import remove
from core.domain.identifiers import PartyId
from core.domain.new_records import ClientAccess
from core.domain.party import Party, PartyKind
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION
from core.errors import ErrorCode, InvalidInput, NotAllowed, NotFound
from core.services.administration import no_such_user, require_client_administration
from core.services.client_lists import clients_of
from core.services.clients import add_client, delegations_for, list_clients
from core.services.package_checks import known_party
from core.store.store import Store, Written


def facilitators_clients(
    snapshot: Snapshot,
    caller: Caller,
    party: PartyId,
    facilitator: PartyId,
    at: datetime,
    *,
    packages: Collection[str] = (),
) -> tuple[ClientAccess, ...]:
    """The clients of ``facilitator``, which is ``party`` itself; with ``packages`` those that gave any of them.

    The caller may read the party's clients. Raises NotAllowed, InvalidInput `FACILITATOR_MISMATCH`, and NotFound
    `ORGANISATION_NOT_FOUND` for a person, who has no clients.
    """
    require_client_administration(snapshot, caller, party, at, action="read")
    _refuse_other(party, facilitator)
    if known_party(snapshot, party).kind is PartyKind.PERSON:
        raise NotFound(ErrorCode.ORGANISATION_NOT_FOUND, "the party has no organisation number")
    return tuple(clients_of(snapshot, caller, party, at, packages=packages))


def clients_of_agent(
    snapshot: Snapshot, caller: Caller, party: PartyId, facilitator: PartyId, agent: str, at: datetime
) -> tuple[Party, ...]:
    """The clients of an agent system user of ``party``, in order of organisation number.

    The caller may read the party's clients. Raises NotAllowed, NotFound, InvalidInput.
    """
    own_agent(snapshot, caller, party, facilitator, agent, at, action="read")
    return tuple(view.party for view in list_clients(snapshot, caller, agent, at=at))


def put_on_client(
    store: Store, caller: Caller, party: PartyId, provider: PartyId, agent: str, client: PartyId
) -> Party:
    """Put a client on an agent system user of ``party``, with all of its packages or not at all; returns the client.

    Raises as `add_client` does, and NotAllowed, NotFound, InvalidInput where the agent is not the party's.
    """
    own_agent(store.snapshot(), caller, party, provider, agent, store.clock())
    add_client(store, caller, agent, client)
    return known_party(store.snapshot(), client, "client")


def take_off_client(
    store: Store, caller: Caller, party: PartyId, provider: PartyId, agent: str, client: PartyId
) -> None:
    """Take a client off an agent system user of ``party``; one that is none is off already.

    What the agent has for its own organisation is not a client's. Raises NotAllowed, NotFound, InvalidInput.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[None]:
        own_agent(snapshot, caller, party, provider, agent, now)
        found = (each for each in delegations_for(snapshot, agent, client) if each.ground != OWN_ORGANISATION)
        return Written(tuple(remove(each) for each in found), None)

    store.change(caller.name, command)


def own_agent(
    snapshot: Snapshot,
    caller: Caller,
    party: PartyId,
    facilitator: PartyId,
    agent: str,
    at: datetime,
    *,
    action: str = "write",
) -> UserEntry:
    """The agent system user of ``party``, where the caller administers its clients.

    Raises NotAllowed, InvalidInput `FACILITATOR_MISMATCH` where ``facilitator`` is another party, and as
    `agent_of_party` does.
    """
    require_client_administration(snapshot, caller, party, at, action=action)
    _refuse_other(party, facilitator)
    return agent_of_party(snapshot, party, agent)


def agent_of_party(snapshot: Snapshot, party: PartyId, agent: str) -> UserEntry:
    """The agent system user of ``party``.

    Raises NotFound, NotAllowed `NOT_THE_CALLERS` where it is another party's, InvalidInput `NOT_AN_AGENT`.
    """
    entry = snapshot.users.get(agent)
    if entry is None or not entry.generations:
        raise no_such_user()
    if entry.user.owner != party:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "the system user belongs to another party")
    if entry.user.kind is not SystemUserKind.AGENT:
        raise InvalidInput(ErrorCode.NOT_AN_AGENT, "the system user works for its owner and not for clients")
    return entry


def _refuse_other(party: PartyId, facilitator: PartyId) -> None:
    if facilitator != party:
        raise InvalidInput(ErrorCode.FACILITATOR_MISMATCH, "the facilitator is another party than the one acted for")
