"""The change feed: what began, changed and ended, in order, for those it concerns.

Vendors asked for it, so that a customer who takes a right away is not found out by a refusal
(users-and-migration §1.4). The order is that of the commits, so a reader that goes on from where it was misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.domain.change import Operation
from core.domain.feed import FED, KEY, Event, Noted, concern_of
from core.domain.party import Party
from core.domain.proof import shown_fields
from core.domain.sight import Sight
from core.domain.snapshot import Snapshot
from core.domain.system import EnterpriseSystem, EnterpriseUser, System, SystemUser
from core.store.store import Store

FEED_KINDS = (*FED.values(), KEY)
"""What can be told of."""

MOST_EVENTS = 1000
"""The most events of one page."""

_WINDOW = 1000
_MOST_WINDOWS = 20
# How many changes one call looks through, so that a reader whom little concerns costs no more than another.

_WITH_PASSWORD = (EnterpriseSystem, EnterpriseUser)


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a thing end or change: another change of the same transaction."""

    sequence: int
    what: str
    event: Event
    fact: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One thing that began, changed or ended.

    ``party`` is whom it is about; ``fact`` how it is now, or was when it ended, and ``before`` how it was before a
    change. Neither holds a secret or an identity number. ``system_user`` and ``system`` where it concerns one.
    """

    sequence: int
    at: datetime
    what: str
    event: Event
    party: Party | None
    system_user: SystemUser | None
    system: str | None
    fact: dict[str, Any]
    before: dict[str, Any] | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A part of the feed. ``next`` is where to go on; ``more``: there is something after it already."""

    events: tuple[FeedEvent, ...]
    next: int
    more: bool


def read_changes(
    store: Store, sight: Sight, since: int, limit: int = 100, kinds: Iterable[str] = FEED_KINDS
) -> FeedPage:
    """What concerns ``sight`` after the change ``since``, about ``limit`` events; those of one change stay together.

    A page may be empty though there is more: one call looks through so many changes and no further. Raises
    Unavailable.
    """
    wanted = frozenset(kinds)
    reader = _Reader(store, sight)
    newest = store.read(lambda ledger: ledger.feed.newest())
    reached = since
    events: list[FeedEvent] = []
    for _ in range(_MOST_WINDOWS):
        if reached >= newest or events:
            break
        after, reached = reached, min(reached + _WINDOW, newest)
        for noted in reader.window(after, reached):
            if len(events) >= limit:
                reached = noted.change.sequence - 1
                break
            events += [event for event in reader.events(noted) if event.what in wanted]
    return FeedPage(tuple(events), reached, reached < newest)


class _Reader:
    """Reads changes, and finds out whom each concerns, also those of system users that are no more."""

    def __init__(self, store: Store, sight: Sight) -> None:
        self._store = store
        self._sight = sight
        self._snapshot: Snapshot = store.snapshot()
        self._users: dict[str, SystemUser | None] = {}

    def window(self, after: int, upto: int) -> tuple[Noted, ...]:
        """The changes after ``after`` and up to ``upto``."""
        found = self._store.read(lambda ledger: ledger.feed.after(after, upto, _WINDOW))
        # The facts that the changes name are looked up in a snapshot that has seen the changes.
        self._snapshot = self._store.snapshot()
        return found

    def events(self, noted: Noted) -> Iterator[FeedEvent]:
        """What the change tells this reader."""
        concern = concern_of(noted.change.fact)
        user = None if concern.system_user is None else self._user(concern.system_user)
        system = concern.system or (None if user is None else user.system)
        parties = (*concern.parties, *(() if user is None else (user.owner,)))
        seen = system is not None and self._sight.sees_system(self._snapshot, system)
        if not (seen or self._sight.sees_any(parties)):
            return
        party = self._snapshot.party(parties[0]) if parties else None
        for what, event, fact in _told(noted):
            before = shown_fields(noted.before) if event is Event.CHANGED and noted.before is not None else None
            change = noted.change
            yield FeedEvent(
                change.sequence, change.at, what, event, party, user, system, fact,
                None if what == KEY else before, _cause_of(noted),
            )  # fmt: skip

    def _user(self, user: str) -> SystemUser | None:
        entry = self._snapshot.users.get(user)
        if entry is not None:
            return entry.user
        if user not in self._users:
            gone = self._store.read(lambda ledger: ledger.register.user(user))
            self._users[user] = None if gone is None else gone.user
        return self._users[user]


def _told(noted: Noted) -> Iterator[tuple[str, Event, dict[str, Any]]]:
    """What one change tells: the thing itself, where that shows, and the keys that came and went with it."""
    fact, event = noted.change.fact, noted.event
    if event is None:
        return
    shown = shown_fields(fact)
    hidden = event is Event.CHANGED and noted.before is not None and shown == shown_fields(noted.before)
    if not hidden:
        yield FED[type(fact)], event, shown
    yield from ((KEY, became, key) for became, key in _keys(noted))


def _keys(noted: Noted) -> Iterator[tuple[Event, dict[str, Any]]]:
    fact, before = noted.change.fact, noted.before
    removed = noted.change.operation is Operation.REMOVE
    if isinstance(fact, System):
        had = frozenset(before.client_ids) if isinstance(before, System) and not before.deleted else frozenset()
        has = frozenset() if removed or fact.deleted else frozenset(fact.client_ids)
        had = frozenset(fact.client_ids) if removed else had
        yield from ((Event.ENDED, {"client_id": key, "system": fact.id}) for key in sorted(had - has))
        yield from ((Event.BEGAN, {"client_id": key, "system": fact.id}) for key in sorted(has - had))
    elif isinstance(fact, _WITH_PASSWORD) and isinstance(before, _WITH_PASSWORD) and fact.secret != before.secret:
        yield Event.CHANGED, {"password_of": FED[type(fact)], "id": fact.id}


def _cause_of(noted: Noted) -> Cause | None:
    if noted.cause is None:
        return None
    ended = noted.cause.operation is Operation.REMOVE
    event = Event.ENDED if ended else Event.CHANGED
    fact = noted.cause.fact
    return Cause(noted.cause.sequence, FED[type(fact)], event, shown_fields(fact))
