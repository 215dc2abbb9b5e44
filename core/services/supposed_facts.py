"""The facts of a what-if: read as in a world document, checked one by one, and never stored."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from core.domain.change import KIND_NAMED, Edit, Fact, FactKind, put, remove
from core.domain.feed import concern_of
from core.domain.plain import codecs_of, from_plain
from core.domain.proof import shown_fact
from core.domain.sight import Sight
from core.domain.snapshot import Snapshot
from core.domain.texts import can_be_kept
from core.errors import ErrorCode, InvalidInput
from core.services.world import missing_references
from core.store.store import Store

SUPPOSABLE = (
    "register_role", "role_grant", "package_delegation", "right_delegation", "client_delegation", "connection",
    "generation",
)  # fmt: skip
"""The kinds of facts that can be supposed: roles, what is given, clients, and what a system user may do at most."""

MOST_EDITS = 100
"""The most facts that can be added and taken away at once."""

_GIVEN_BY = "what-if"
_LARGEST_NUMBER = 2**63 - 1
_PARTIES = frozenset({"party", "holder", "reportee", "receiver", "giver", "provider", "client"})


class InvalidFacts(InvalidInput):
    """Facts that cannot be supposed; ``problems`` are all that is wrong, each with its row and field."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        told = "; ".join(f"{place}: {problem}" for place, problem in problems)
        super().__init__(ErrorCode.INVALID_WORLD, f"the facts cannot be supposed: {told}")
        self.problems = problems


def read_supposed(
    store: Store,
    snapshot: Snapshot,
    sight: Sight,
    add: Sequence[Mapping[str, Any]],
    take_away: Sequence[Mapping[str, Any]],
) -> tuple[Edit, ...]:
    """The edits that are supposed.

    Each row of ``add`` has its ``kind`` and the fields of a fact; a party may be named by ``{"number": …}``, and what
    a fact must have but nobody asks about (``id``, ``given_by``, when it was made) may be left out. Each row of
    ``take_away`` has its ``kind`` and key. What the caller does not see looks unknown. Raises InvalidFacts.
    """
    if len(add) + len(take_away) > MOST_EDITS:
        raise InvalidFacts((("$", f"more than {MOST_EDITS} facts"),))
    reading = _Reading(store, snapshot, sight)
    edits = (*reading.gone(take_away), *reading.new(add))
    if reading.problems:
        raise InvalidFacts(tuple(reading.problems))
    return edits


class _Reading:
    """Reads rows, and gathers what is wrong with them."""

    def __init__(self, store: Store, snapshot: Snapshot, sight: Sight) -> None:
        self._store = store
        self._snapshot = snapshot
        self._sight = sight
        self.problems: list[tuple[str, str]] = []

    def new(self, rows: Iterable[Mapping[str, Any]]) -> list[Edit]:
        """The facts that are added."""
        found = []
        for place, (kind, row) in self._of_kind("add", rows):
            fact = self._made(place, kind, row)
            if fact is not None and not self._wrong(place, fact):
                found.append(put(fact))
        return found

    def gone(self, rows: Iterable[Mapping[str, Any]]) -> list[Edit]:
        """The facts that are taken away."""
        found = []
        for place, (kind, row) in self._of_kind("remove", rows):
            fact = self._there(place, kind, row)
            if fact is not None:
                found.append(remove(fact))
        return found

    def _of_kind(
        self, member: str, rows: Iterable[Mapping[str, Any]]
    ) -> Iterator[tuple[str, tuple[FactKind, Mapping[str, Any]]]]:
        for number, row in enumerate(rows):
            place = f"{member}[{number}]"
            name = row.get("kind")
            if name not in SUPPOSABLE:
                self.problems.append((f"{place}.kind", f"must be one of {', '.join(SUPPOSABLE)}"))
            else:
                yield place, (KIND_NAMED[str(name)], {key: value for key, value in row.items() if key != "kind"})

    def _made(self, place: str, kind: FactKind, row: Mapping[str, Any]) -> Fact | None:
        codecs = codecs_of(cast(Hashable, kind.record))
        plain = {
            **_defaults(place, codecs, self._store.clock()),
            **{name: self._named(row[name], name) for name in row},
        }
        for name in plain.keys() - codecs.keys():
            self.problems.append((f"{place}.{name}", "is not a field of this kind of fact"))
        missing = [name for name, codec in codecs.items() if not codec.optional and plain.get(name) is None]
        for name in missing:
            self.problems.append((f"{place}.{name}", "is missing"))
        if missing or plain.keys() - codecs.keys():
            return None
        unread = [name for name, value in plain.items() if value is not None and not _readable(codecs[name], value)]
        for name in unread:
            self.problems.append((f"{place}.{name}", "cannot be read"))
        return None if unread else from_plain(kind.record, plain)

    def _named(self, value: Any, field: str) -> Any:
        """A party that is named by its number, as its id."""
        if field not in _PARTIES or not isinstance(value, Mapping):
            return value
        party = self._snapshot.party_numbered(str(value.get("number", "")))
        return "" if party is None else party.id

    def _wrong(self, place: str, fact: Fact) -> bool:
        missing = [(f"{place}.{field}", problem) for field, problem in missing_references(fact, self._snapshot)]
        if not missing and not self._sees(fact):
            missing = [(place, "concerns nobody whose affairs are the caller's to see")]
        self.problems += missing
        return bool(missing)

    def _there(self, place: str, kind: FactKind, row: Mapping[str, Any]) -> Fact | None:
        codecs = codecs_of(cast(Hashable, kind.record))
        plain = {name: self._named(row.get(name), name) for name in kind.key_fields}
        unread = [name for name, value in plain.items() if value is None or not _readable(codecs[name], value)]
        self.problems += [(f"{place}.{name}", "cannot be read, or is missing") for name in unread]
        if unread:
            return None
        key = [codecs[name].decode(plain[name]) for name in kind.key_fields]
        fact = self._store.find(kind.name, *key) if all(map(_could_be_kept, key)) else None
        if fact is None or not self._sees(fact):
            self.problems.append((place, f"there is no such {kind.name}"))
            return None
        return fact

    def _sees(self, fact: Fact) -> bool:
        concern = concern_of(fact)
        entry = self._snapshot.users.get(concern.system_user or "")
        owners = () if entry is None else (entry.user.owner,)
        return self._sight.sees_any((*concern.parties, *owners))


def _defaults(place: str, codecs: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    offered: dict[str, Any] = {
        "id": f"{_GIVEN_BY}-{place}",
        "given_by": _GIVEN_BY,
        "created": now.isoformat(),
        "since": now.isoformat(),
    }
    offered |= {name: [] for name in ("packages", "resources", "rights")}
    return {name: value for name, value in offered.items() if name in codecs}


def _readable(codec: Any, value: Any) -> bool:
    try:
        codec.decode(value)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return False
    return True


def _could_be_kept(value: object) -> bool:
    """Whether a database can hold the value at all, and so can be asked for it."""
    if isinstance(value, int):
        return abs(value) <= _LARGEST_NUMBER
    return isinstance(value, str) and can_be_kept((value,))


def shown_edit(edit: Edit) -> dict[str, Any]:
    """An edit as it may be shown: what is done, and to which fact."""
    return {"operation": str(edit.operation), "fact": shown_fact(edit.fact)}
