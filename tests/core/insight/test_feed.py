"""The change feed: replayed from the beginning it gives exactly what is there, whoever writes meanwhile."""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    EVERYTHING,
    OPERATOR,
    ClientDelegation,
    EnterpriseSystem,
    Event,
    Fact,
    FeedEvent,
    Generation,
    Operation,
    PackageDelegation,
    PartyId,
    RegisterRole,
    Sight,
    Snapshot,
    Store,
    System,
    SystemUser,
    SystemUserKind,
    from_plain,
    import_world,
    put,
    read_changes,
    remove,
)
from core.domain.cascade import dependants_of
from core.domain.feed import FED, Noted, notes_on
from core.store.store import Written
from tests.core.decisions.random_worlds import RandomWorld, keyed, worlds
from tests.core.decisions.test_changes import after as facts_after
from tests.core.decisions.test_changes import batches, numbered, rebuilt
from tests.worlds import CASES, read_world

FACIL, VENDOR = PartyId("facade00-0000-4000-8000-000000000001"), "310000108"
CLIENTS = [PartyId(f"c11e0000-0000-4000-8000-00000000000{number}") for number in range(1, 7)]
SYSTEMS = ("310000108_fjellregnskap", "310000809_annet")
PACKAGE, SECOND = "regnskapsforer-med-signeringsrettighet", "regnskapsforer-lonn"
FILE = CASES / "resolving" / "many-system-users.json"


def world_facts() -> tuple[Fact, ...]:
    return read_world("feed", json.loads(FILE.read_text("utf-8"))["world"]).facts


def edit(store: Store, decide: Callable[[Snapshot], list[Any]]) -> None:
    store.change("test", lambda snapshot: Written(tuple(decide(snapshot)), None))


# -- random writers -------------------------------------------------------------------------------


def toggle_role(lot: random.Random) -> Callable[[Snapshot], list[Any]]:
    client = lot.choice(CLIENTS)

    def decided(snapshot: Snapshot) -> list[Any]:
        held = [each for each in snapshot.grounds(client) if isinstance(each, RegisterRole) and each.role == "REGN"]
        if held:
            return [remove(held[0]), *dependants_of(snapshot, held)]
        return [put(RegisterRole(str(uuid.UUID(int=lot.getrandbits(128))), client, FACIL, "REGN"))]

    return decided


def add_client(lot: random.Random) -> Callable[[Snapshot], list[Any]]:
    client, name = lot.choice(CLIENTS), str(uuid.UUID(int=lot.getrandbits(128)))

    def decided(snapshot: Snapshot) -> list[Any]:
        users = sorted(snapshot.users)
        if not users or not snapshot.holdings(client, FACIL):
            return []
        packages = frozenset({PACKAGE, SECOND})
        user = lot.choice(users)
        return [put(ClientDelegation(name, user, 1, FACIL, client, "REGN", packages, frozenset(), frozenset(), "test"))]

    return decided


def change_client(lot: random.Random) -> Callable[[Snapshot], list[Any]]:
    client, narrow = lot.choice(CLIENTS), lot.random() < 0.5

    def decided(snapshot: Snapshot) -> list[Any]:
        file = snapshot.files.get(client)
        if file is None or not file.delegations:
            return []
        delegation = lot.choice(file.delegations)
        return [put(replace(delegation, packages=frozenset({SECOND}))) if narrow else remove(delegation)]

    return decided


def change_users(lot: random.Random) -> Callable[[Snapshot], list[Any]]:
    name, begins, system = str(uuid.UUID(int=lot.getrandbits(128))), lot.random() < 0.6, lot.choice(SYSTEMS)

    def decided(snapshot: Snapshot) -> list[Any]:
        users = sorted(snapshot.users)
        if begins or not users:
            entry = next(iter(snapshot.users.values()))
            user = SystemUser(name, SystemUserKind.AGENT, system, FACIL, name, name, entry.user.created)
            return [put(user), put(Generation(name, 1, frozenset({PACKAGE}), frozenset(), entry.user.created))]
        gone = snapshot.users.get(lot.choice(users))
        assert gone is not None
        return [remove(gone.user), *dependants_of(snapshot, [gone.user])]

    return decided


ACTS = (toggle_role, add_client, add_client, change_client, change_users)


def write_at_random(store: Store, seed: int, times: int) -> None:
    lot = random.Random(seed)  # noqa: S311 - the same lots in every run
    for _ in range(times):
        edit(store, lot.choice(ACTS)(lot))


# -- a reader -------------------------------------------------------------------------------------


class Reader:
    """Follows the feed, and keeps what it was told."""

    def __init__(self, store: Store, sight: Sight, limit: int) -> None:
        self._store, self._sight, self._limit = store, sight, limit
        self.since = 0
        self.events: list[FeedEvent] = []

    def follow(self) -> bool:
        page = read_changes(self._store, self._sight, self.since, self._limit)
        assert page.next >= self.since
        self.events += page.events
        self.since = page.next
        return page.more

    def follow_until(self, done: threading.Event) -> None:
        while not done.is_set():
            self.follow()
        while self.follow():
            pass

    def live(self, what: str, record: type[Any]) -> set[Any]:
        """What is there, as far as the events tell."""
        found: dict[str, Any] = {}
        for event in self.events:
            if event.what == what:
                key = event.fact["id"]
                assert (event.event is Event.BEGAN) is (key not in found), "an event that does not follow"
                if event.event is Event.ENDED:
                    del found[key]
                else:
                    hidden = {"given_by": "test"} if record is ClientDelegation else {}
                    found[key] = from_plain(record, {**event.fact, **hidden})
        return set(found.values())


def there(store: Store, record: type[Any], systems: frozenset[str]) -> set[Any]:
    """What is there, by the facts themselves."""
    users = {fact.id: fact.system for fact in store.facts() if isinstance(fact, SystemUser)}
    name = "id" if record is SystemUser else "system_user"
    return {fact for fact in store.facts() if isinstance(fact, record) and users[getattr(fact, name)] in systems}


def test_replaying_the_feed_gives_what_is_there_while_others_write(store: Store) -> None:
    store.import_facts("test", world_facts())
    readers = [Reader(store, EVERYTHING, 7), Reader(store, Sight(vendor=VENDOR), 50), Reader(store, EVERYTHING, 1000)]
    done = threading.Event()
    following = [threading.Thread(target=each.follow_until, args=(done,)) for each in readers]
    writing = [threading.Thread(target=write_at_random, args=(store, seed, 40)) for seed in range(3)]
    for thread in (*following, *writing):
        thread.start()
    for thread in writing:
        thread.join()
    done.set()
    for thread in following:
        thread.join()

    for reader, systems in zip(readers, (SYSTEMS, SYSTEMS[:1], SYSTEMS), strict=True):
        sequences = [event.sequence for event in reader.events]
        assert sequences == sorted(sequences)
        assert reader.live("client-delegation", ClientDelegation) == there(store, ClientDelegation, frozenset(systems))
        assert reader.live("system-user", SystemUser) == there(store, SystemUser, frozenset(systems))
    assert [event.sequence for event in readers[0].events] == [event.sequence for event in readers[2].events]
    assert reader_ends(readers[0]) & {"ended"}


def reader_ends(reader: Reader) -> set[str]:
    return {str(event.event) for event in reader.events if event.what == "client-delegation"}


# -- what is noted --------------------------------------------------------------------------------


@pytest.fixture
def known(sqlite_store: Store) -> Store:
    sqlite_store.import_facts("test", world_facts())
    return sqlite_store


def newest(store: Store, sight: Sight = EVERYTHING, what: str | None = None) -> list[FeedEvent]:
    """The events of the last change, and of those made with it."""
    page = read_changes(store, sight, 0, 1000)
    while page.more:
        page = read_changes(store, sight, page.next, 1000)
    last = max(event.at for event in page.events)
    return [event for event in page.events if event.at == last and what in (None, event.what)]


def test_a_register_role_that_ends_is_the_cause_of_what_it_ends(known: Store) -> None:
    (role,) = [each for each in known.snapshot().grounds(CLIENTS[0]) if isinstance(each, RegisterRole)]
    edit(known, lambda snapshot: [remove(role), *dependants_of(snapshot, [role])])
    events = newest(known)
    ended = [event for event in events if event.what == "client-delegation"]
    assert [event.fact["id"] for event in ended] == ["delegation-1", "delegation-4"]
    for event in ended:
        assert event.event is Event.ENDED
        assert event.cause is not None
        assert (event.cause.what, event.cause.event) == ("register-role", Event.ENDED)
        assert event.cause.fact["role"] == "REGN"
    (first,) = [event for event in events if event.what == "register-role"]
    assert (first.event, first.cause) == (Event.ENDED, None)


def test_a_delegation_that_is_narrowed_tells_what_it_was_and_why(known: Store) -> None:
    (given,) = [each for each in known.snapshot().grounds(CLIENTS[2]) if isinstance(each, PackageDelegation)]
    more = replace(given, id="package-9", package="merverdiavgift")
    delegation = next(
        each for each in known.facts() if isinstance(each, ClientDelegation) and each.id == "delegation-3"
    )
    wider = replace(delegation, packages=delegation.packages | {"merverdiavgift"})
    edit(known, lambda _: [put(more), put(wider)])
    edit(known, lambda snapshot: [remove(more), *dependants_of(snapshot, [more])])
    (event,) = newest(known, what="client-delegation")
    assert (event.event, event.fact["packages"]) == (Event.CHANGED, ["skattegrunnlag"])
    assert event.before is not None
    assert event.before["packages"] == ["merverdiavgift", "skattegrunnlag"]
    assert event.cause is not None
    assert event.cause.what == "package-delegation"


def test_a_system_user_that_is_gone_is_still_its_vendors_to_hear_of(known: Store) -> None:
    entry = known.snapshot().users.get("5ba00000-0000-4000-8000-000000000001")
    assert entry is not None
    edit(known, lambda snapshot: [remove(entry.user), *dependants_of(snapshot, [entry.user])])
    mine = newest(known, Sight(vendor=VENDOR))
    assert {event.what for event in mine} == {"system-user", "generation", "client-delegation"}
    assert all(event.system == SYSTEMS[0] for event in mine)
    assert all(event.cause is not None for event in mine if event.what != "system-user")
    others = read_changes(known, Sight(vendor="310000809"), 0, 1000)
    assert {event.system_user.id for event in others.events if event.system_user} == {
        "5ba00000-0000-4000-8000-000000000004"
    }


def test_a_party_is_told_what_concerns_it_and_nothing_else(known: Store) -> None:
    events = read_changes(known, Sight(party=CLIENTS[2]), 0, 1000).events
    assert {event.fact["id"] for event in events} == {"package-2", "delegation-3"}


def test_keys_come_and_go_with_their_system(known: Store) -> None:
    system = known.snapshot().systems.get(SYSTEMS[1])
    assert isinstance(system, System)
    edit(known, lambda _: [put(replace(system, client_ids=("annet-klient", "ny-klient")))])
    (key,) = newest(known, what="key")
    assert (key.event, key.fact) == (Event.BEGAN, {"client_id": "ny-klient", "system": SYSTEMS[1]})
    edit(known, lambda _: [put(replace(system, client_ids=("annet-klient",), deleted=True))])
    gone = newest(known)
    assert {(event.what, event.event) for event in gone} == {("system", Event.ENDED), ("key", Event.ENDED)}


def test_a_password_that_changes_is_told_without_being_shown(known: Store) -> None:
    system = EnterpriseSystem(4711, FACIL, "Gammelt", "first-hash")
    edit(known, lambda _: [put(system)])
    edit(known, lambda _: [put(replace(system, secret="second-hash"))])
    (event,) = newest(known)
    assert (event.what, event.event) == ("key", Event.CHANGED)
    assert "hash" not in str(read_changes(known, EVERYTHING, 0, 1000))


def test_what_is_put_again_as_it_was_is_no_event(known: Store) -> None:
    before = read_changes(known, EVERYTHING, 0, 1000)
    known.import_facts("test", world_facts())
    page = read_changes(known, EVERYTHING, before.next, 1000)
    assert page.events == ()
    assert (page.next, page.more) == (known.snapshot().sequence, False)


def test_a_page_goes_on_from_where_it_was_and_never_splits_a_change(known: Store) -> None:
    whole = read_changes(known, EVERYTHING, 0, 1000).events
    paged: list[FeedEvent] = []
    since, more = 0, True
    while more:
        page = read_changes(known, EVERYTHING, since, 1)
        assert len({event.sequence for event in page.events}) <= 1
        paged += page.events
        since, more = page.next, page.more
    assert tuple(paged) == whole
    beyond = read_changes(known, EVERYTHING, 10**12)
    assert (beyond.events, beyond.next, beyond.more) == ((), 10**12, False)


def test_only_the_kinds_asked_for_are_told(known: Store) -> None:
    events = read_changes(known, EVERYTHING, 0, 1000, ["client-delegation", "key"]).events
    assert {event.what for event in events} == {"client-delegation", "key"}


def test_every_kind_that_is_told_is_told_to_somebody(sqlite_store: Store) -> None:
    document = json.loads((CASES / "worlds" / "everything.json").read_text("utf-8"))
    import_world(sqlite_store, OPERATOR, document)
    events = read_changes(sqlite_store, EVERYTHING, 0, 1000).events
    assert {event.what for event in events} == set(FED.values()) | {"key"}
    for event in events:
        assert event.party is not None or event.system is not None, event.what
        assert not {"secret", "given_by"} & event.fact.keys()
        assert ("number" in event.fact) is (event.what == "generation")


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), worlds())
def test_the_notes_say_what_each_change_took_the_place_of(data: st.DataObject, world: RandomWorld) -> None:
    facts = dict(world.facts)
    for batch in data.draw(batches(world)):
        snapshot = rebuilt(facts, 1, world.terms)
        once = list({keyed(each.fact): each for each in batch}.values())
        changes = numbered(once, 1)
        notes = {note.sequence: note for note in notes_on(snapshot, changes)}
        for change in changes:
            if type(change.fact) not in FED:
                continue
            before = facts.get(keyed(change.fact)) if change.operation is Operation.PUT else None
            if before is not None and _moved(before, change.fact):
                # Such a put is written as a removal and a new fact.
                continue
            note = notes.get(change.sequence)
            assert (None if note is None else note.before) == before
            event = Noted(change, before, None).event
            assert (event is None) is (before == change.fact)
            assert note is None or note.cause is None or note.cause in {each.sequence for each in changes}
        facts = facts_after(facts, once)


def _moved(before: Fact, fact: Fact) -> bool:
    places = ("party", "holder", "reportee", "giver", "client")
    return any(getattr(before, name, None) != getattr(fact, name, None) for name in places)
