"""An accounting firm with as many clients as one likes, all on one agent system user. For tests and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from core.domain.authorised_parties import AuthorisedParty, MainUnits, authorised_parties
from core.domain.change import Fact
from core.domain.delegation import ClientDelegation
from core.domain.fold import build_snapshot
from core.domain.identifiers import PartyId
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.question import Subject, SubjectKind
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, System, SystemUser, SystemUserKind
from core.domain.vocabulary import DecisionTerms
from tests.core.systems.world import FACIL, SIGNING, facts

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
AGENT = Subject(SubjectKind.SYSTEM_USER, "crowd-agent")
EVERY = 7
"""Every so many clients, the client is a sub-unit by itself, whose main unit gave nothing."""


def client_of(number: int) -> PartyId:
    """The id of a client. Ids do not follow the numbers: neighbours are far apart."""
    return PartyId(f"{number * 2654435761 % 2**32:08x}-0000-4000-8000-{number:012d}")


def crowd(clients: int) -> Iterator[Fact]:
    """The world with this many clients more, every seventh of them a sub-unit."""
    yield from facts()
    for number in range(clients):
        yield from _client(number)
    yield System("crowd", "crowd", "310000108", {}, {}, (), (SIGNING,), ("crowd",), (), False, False, NOW)
    yield SystemUser("crowd-agent", SystemUserKind.AGENT, "crowd", FACIL, "crowd", "Mange", NOW)
    yield Generation("crowd-agent", 1, frozenset({SIGNING}), frozenset(), NOW)
    for number in range(clients):
        yield delegated(number)


def _client(number: int) -> Iterator[Fact]:
    client = client_of(number)
    if number % EVERY:
        yield Party(client, PartyKind.ORGANISATION, f"crowd-{number}", f"Klient {number}", 60_000_000 + number, "AS")
    else:
        main = PartyId(f"{client[:-1]}m")
        yield Party(main, PartyKind.ORGANISATION, f"main-{number}", f"Hoved {number}", 80_000_000 + number, "AS")
        yield Party(client, PartyKind.SUB_UNIT, f"crowd-{number}", f"Avd. {number}", 60_000_000 + number, "BEDR", main)
    yield RegisterRole(f"crowd-{number}", client, FACIL, "REGN")


def delegated(number: int) -> ClientDelegation:
    """The client put on the agent."""
    return ClientDelegation(
        f"crowd-{number}", "crowd-agent", 1, FACIL, client_of(number), "REGN", frozenset({SIGNING}), frozenset(),
        frozenset(), "test",
    )  # fmt: skip


def snapshot_of(clients: int) -> Snapshot:
    """The world with this many clients, ready to be asked."""
    return build_snapshot(crowd(clients), sequence=1, terms=DecisionTerms())


def page(snapshot: Snapshot, remembered: MainUnits, start: str = "", size: int = 50) -> list[AuthorisedParty]:
    """One page of the agent's parties, and the first of the next: what a benchmark measures."""
    found = authorised_parties(snapshot, AGENT, NOW, start=start, main_units=remembered)
    return list(islice(found, size + 1))
