"""A provider's agents: the people and agent system users that work for its clients.

Source: pdp-and-tokens §14.3. An agent system user with a client delegation is an agent without having been added.
"""

from __future__ import annotations

from core.domain.caller import Caller
from core.domain.change import Edit, put, remove
from core.domain.connections import agents_of, connection, connection_between, delegated_to
from core.domain.delegation import AGENT, Connection
from core.domain.identifiers import PartyId
from core.domain.party import PartyKind
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import SystemUserKind
from core.errors import Conflict, ErrorCode, InvalidInput, NotFound
from core.services.administration import require_client_administration
from core.services.clients import delegations_for
from core.services.package_checks import known_party
from core.store.store import Store, Written


def add_agent(store: Store, caller: Caller, provider: PartyId, agent: str, *, introduced: bool = False) -> Connection:
    """Make a person, or an agent system user of ``provider``, an agent; twice gives what is there.

    A person must have something to do with the provider already, or have been ``introduced`` by number and name.
    The caller administers the provider's clients. Raises NotAllowed, NotFound, and InvalidInput: `NOT_AN_AGENT`
    for a standard system user, `RECEIVER_NOT_ALLOWED` for an organisation, `NOT_CONNECTED`.
    Source: pdp-and-tokens §14.3.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[Connection]:
        require_client_administration(snapshot, caller, provider, now)
        entry = known_agent(snapshot, provider, agent)
        there = connection(snapshot, provider, agent, AGENT)
        if there is not None:
            return Written((), there)
        if entry is None and not introduced and connection_between(snapshot, provider, agent, now) is None:
            raise _not_connected("name the person by number and last name: there is no connection yet")
        new = Connection(provider, agent, AGENT, caller.name, now)
        return Written((put(new),), new)

    return store.change(caller.name, command)


def remove_agent(store: Store, caller: Caller, provider: PartyId, agent: str, *, cascade: bool) -> tuple[Edit, ...]:
    """End an agent's work for ``provider``, with ``cascade`` also where it has clients; returns what was written.

    The caller administers the provider's clients. Raises NotAllowed, NotFound, InvalidInput, and Conflict
    `DELEGATION_IN_USE` where it has clients and ``cascade`` is not wanted. Source: pdp-and-tokens §14.3.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[Edit, ...]]:
        require_client_administration(snapshot, caller, provider, now)
        known_agent(snapshot, provider, agent)
        edits = _ended(snapshot, provider, agent, cascade)
        return Written(edits, edits)

    return store.change(caller.name, command)


def leave_provider(store: Store, caller: Caller, provider: PartyId) -> tuple[Edit, ...]:
    """The caller, a person, is no longer an agent of ``provider``, and has none of its clients any longer.

    Raises NotFound for an unknown provider. Source: pdp-and-tokens §14.3.
    """

    def command(snapshot: Snapshot) -> Written[tuple[Edit, ...]]:
        known_party(snapshot, provider, "provider")
        edits = _ended(snapshot, provider, caller.party or "", cascade=True)
        return Written(edits, edits)

    return store.change(caller.name, command)


def remove_client_from_agent(
    store: Store, caller: Caller, provider: PartyId, client: PartyId, agent: str, *, cascade: bool
) -> tuple[Edit, ...]:
    """Take one client from one agent, with everything that was delegated; returns what was written.

    The caller administers the provider's clients, or is the agent itself. Raises NotAllowed, NotFound,
    InvalidInput, and Conflict `DELEGATION_IN_USE` where something is delegated and ``cascade`` is not wanted.
    Source: pdp-and-tokens §11 row 5c, §14.3.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[Edit, ...]]:
        if agent != caller.party:
            require_client_administration(snapshot, caller, provider, now)
        known_agent(snapshot, provider, agent)
        known_party(snapshot, client, "client")
        there = [each for each in delegations_for(snapshot, agent, client) if each.provider == provider]
        if there and not cascade:
            raise _in_use()
        edits = tuple(remove(each) for each in there)
        return Written(edits, edits)

    return store.change(caller.name, command)


def known_agent(snapshot: Snapshot, provider: PartyId, agent: str) -> UserEntry | None:
    """The provider's agent system user, or None where ``agent`` is a person; the person may be no agent yet.

    Another owner's system user looks unknown. Raises NotFound, InvalidInput.
    """
    entry = snapshot.users.get(agent)
    if entry is not None and entry.generations:
        if entry.user.owner != provider:
            raise NotFound(ErrorCode.SYSTEM_USER_NOT_FOUND, "there is no such system user", details={"which": "agent"})
        if entry.user.kind is not SystemUserKind.AGENT:
            sentence = "the system user works for its owner and not for clients"
            raise InvalidInput(ErrorCode.NOT_AN_AGENT, sentence, details={"which": "agent"})
        return entry
    if known_party(snapshot, agent, "agent").kind is not PartyKind.PERSON:
        sentence = "an agent is a person or an agent system user"
        raise InvalidInput(ErrorCode.RECEIVER_NOT_ALLOWED, sentence, details={"which": "agent"})
    return None


def require_agent(snapshot: Snapshot, provider: PartyId, agent: str) -> None:
    """The person has been made an agent of the provider. Raises InvalidInput."""
    if agent not in agents_of(snapshot, provider):
        raise _not_connected("the person is no agent of the provider: add the person first")


def _ended(snapshot: Snapshot, provider: PartyId, agent: str, cascade: bool) -> tuple[Edit, ...]:  # noqa: FBT001
    there = connection(snapshot, provider, agent, AGENT)
    delegations = [each for each in delegated_to(snapshot, agent) if each.provider == provider]
    if delegations and not cascade:
        raise _in_use()
    return (*(() if there is None else (remove(there),)), *(remove(each) for each in delegations))


def _in_use() -> Conflict:
    return Conflict(ErrorCode.DELEGATION_IN_USE, "something is delegated to the agent", details={"which": "cascade"})


def _not_connected(sentence: str) -> InvalidInput:
    return InvalidInput(ErrorCode.NOT_CONNECTED, sentence, details={"which": "agent"})
