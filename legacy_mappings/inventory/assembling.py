"""What rows say, made into facts: ids that are the same every time, and none that gives an identity number away."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from core import (
    EnterpriseSystem,
    EnterpriseUser,
    Fact,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    RightDelegation,
    RoleGrant,
    ServiceId,
    SystemState,
)
from legacy_mappings.inventory.reading import Reading
from legacy_mappings.inventory.records import Use
from legacy_mappings.inventory.rows import PartyRow, PlacedRow, RightKey

_SPACE = uuid.UUID("6f1b1f5e-6c1d-5f53-9d0b-0a2b7c0f6a11")
_FIRST_ALTINN_ID = 50_000_000

GIVEN_BY = "inventory"
"""Who made a delegation that was read from a file, for the audit: files seldom say."""

NO_PASSWORD = "no password opens this"  # noqa: S105 – it is the place of a hash, and says that there is none
"""In the place of a password's hash, which no file of an inventory has."""

WITHOUT_MEMBERS = "The local role opens services and has no members in any row. Add its members, or remove it."
WITHOUT_SERVICES = "The local role has members and no services in any row. Add its services, or remove it."


class Assembly:
    """Facts out of a reading. Ids of what ``base`` holds already are kept."""

    def __init__(self, reading: Reading, base: Iterable[Fact]) -> None:
        self._reading = reading
        self._base = tuple(base)
        self._known = _KnownIds(self._base)
        self._rows = {**_implied(reading), **reading.parties}
        self._ids = self._party_ids()
        self.incomplete: list[tuple[PlacedRow, str]] = []

    @property
    def implied(self) -> int:
        """How many parties other tables name that the table of parties does not have."""
        known = self._known.parties
        return sum(number not in self._reading.parties and number not in known for number in self._rows)

    def facts(self) -> Iterator[Fact]:
        """Every fact that the rows say, in the order of import."""
        yield from self._parties()
        for role, ends in self._reading.roles.items():
            party, holder = self._ids[role.party], self._ids[role.holder]
            key = ("register_role", party, holder, role.role, _told(role.begins))
            yield RegisterRole(self._known.id_of(key), party, holder, role.role, role.begins, ends)
        for number, system in sorted(self._reading.said_systems.items()):
            yield self._system(number, system.owner, system.name, is_locked=system.locked)
        for user in self._reading.users.values():
            owner, name = self._ids[user.owner], user.name
            state = SystemState.LOCKED if user.locked else SystemState.ACTIVE
            yield EnterpriseUser(self._user_id(user.name.casefold()), owner, name, NO_PASSWORD, state)
        for grant, ends in self._reading.grants.items():
            giver, receiver = self._ids[grant.giver], self._receiver(grant.receiver, is_user=grant.is_user)
            about = ("role_grant", giver, receiver, grant.role, _told(grant.begins))
            yield RoleGrant(self._known.id_of(about), giver, receiver, grant.role, GIVEN_BY, grant.begins, ends)
        rights = self._of_local_roles()
        for right, ends in self._reading.rights.items():
            # Given by itself and by a local role, it lasts until the later of the two ends.
            rights[right] = _latest(rights.get(right, ends), ends)
        for right, ends in rights.items():
            yield self._right(right, ends)

    def uses(self) -> Iterator[Use]:
        """Every use."""
        for key, times in self._reading.uses.items():
            yield Use(key.system, self._ids[key.reportee], key.right, times.count, times.last)

    # -- parties -----------------------------------------------------------------------------------

    def _party_ids(self) -> dict[str, PartyId]:
        """An organisation's id follows from its number; a person's must not, so it follows from a place in a row.

        The row is in an order that tells nothing of the numbers; places that ``base`` has taken are passed over.
        """
        ids = dict(self._known.parties)
        new = sorted(number for number in self._rows if number not in ids)
        salt = hashlib.sha256("\n".join(new).encode()).digest()
        taken, place = set(ids.values()), 0
        for number in sorted(new, key=lambda each: hashlib.sha256(salt + each.encode()).digest()):
            found = _uuid("organisation", number)
            while len(number) == 11 and (found := _uuid("person", str(place))) in taken:
                place += 1
            taken.add(PartyId(found))
            ids[number] = PartyId(found)
        return ids

    def _parties(self) -> Iterator[Party]:
        known = {fact.number: fact for fact in self._base if isinstance(fact, Party)}
        said = {row.altinn_id for row in self._rows.values() if row.altinn_id is not None}
        free = _free_numbers(said | {party.altinn_id for party in known.values()})
        for number in sorted(self._rows, key=lambda each: (self._rows[each].main_unit is not None, self._ids[each])):
            row, before = self._rows[number], known.get(number)
            if before is not None and number not in self._reading.parties:
                continue
            altinn_id = row.altinn_id or (before.altinn_id if before is not None else next(free))
            name = row.name or (before.name if before is not None else "") or self._reading.names.get(number, "")
            main_unit = None if row.main_unit is None else self._ids[row.main_unit]
            yield Party(self._ids[number], row.kind, number, name, altinn_id, row.form, main_unit, row.ended)

    # -- the rest ----------------------------------------------------------------------------------

    def _system(self, number: int, owner: str, name: str, *, is_locked: bool) -> EnterpriseSystem:
        before = self._known.systems.get(number)
        state = SystemState.LOCKED if is_locked else SystemState.ACTIVE
        secret = NO_PASSWORD if before is None else before.secret
        return EnterpriseSystem(number, self._ids[owner], name, secret, state)

    def _user_id(self, name: str) -> str:
        user = self._reading.known_users[name]
        return self._known.id_of(("enterprise_user", self._ids[user.owner], name))

    def _receiver(self, receiver: str, *, is_user: bool) -> str:
        return self._user_id(receiver) if is_user else self._ids[receiver]

    def _right(self, right: RightKey, ends: datetime | None) -> RightDelegation:
        giver, receiver = self._ids[right.giver], self._receiver(right.receiver, is_user=right.is_user)
        key = ("right_delegation", giver, receiver, right.service, *sorted(right.actions), _told(right.begins))
        service = ServiceId(right.service)
        return RightDelegation(
            self._known.id_of(key), giver, receiver, service, right.actions, GIVEN_BY, right.begins, ends
        )

    def _of_local_roles(self) -> dict[RightKey, datetime | None]:
        """Members × services of each local role. Source of the rule: users-and-migration §4.1 row 14."""
        found: dict[RightKey, datetime | None] = {}
        for (giver, _), role in self._reading.local_roles.items():
            if not role.members or not role.opened:
                problem = WITHOUT_SERVICES if role.members else WITHOUT_MEMBERS
                self.incomplete += ((row, problem) for row in role.rows)
                continue
            for member in sorted(role.members):
                for opened in role.opened:
                    key = RightKey(giver, member, opened.service, opened.actions, opened.begins, is_user=False)
                    found[key] = _latest(found.get(key, opened.ends), opened.ends)
        return dict(sorted(found.items(), key=lambda item: repr(item[0])))


class _KnownIds:
    """Ids that facts have already, by what they are about; a new one follows from what it is about."""

    def __init__(self, base: Iterable[Fact]) -> None:
        self.parties: dict[str, PartyId] = {}
        self.systems: dict[int, EnterpriseSystem] = {}
        self._ids: dict[tuple[str, ...], str] = {}
        for fact in base:
            self._learn(fact)

    def _learn(self, fact: Fact) -> None:
        if isinstance(fact, Party):
            self.parties[fact.number] = fact.id
        elif isinstance(fact, EnterpriseSystem):
            self.systems[fact.id] = fact
        elif isinstance(fact, EnterpriseUser):
            self._ids[("enterprise_user", fact.owner, fact.name.casefold())] = fact.id
        elif isinstance(fact, RegisterRole):
            self._ids[("register_role", fact.party, fact.holder, fact.role, _told(fact.valid_from))] = fact.id
        elif isinstance(fact, RoleGrant):
            self._ids[("role_grant", fact.reportee, fact.receiver, fact.role, _told(fact.valid_from))] = fact.id
        elif isinstance(fact, RightDelegation):
            rest = (*sorted(fact.actions), _told(fact.valid_from))
            self._ids[("right_delegation", fact.giver, fact.receiver, fact.service, *rest)] = fact.id

    def id_of(self, key: tuple[str, ...]) -> str:
        """The id of what ``key`` describes."""
        return self._ids.get(key) or _uuid(*key)


def _implied(reading: Reading) -> Mapping[str, PartyRow]:
    """Parties that are named by tables about something else."""
    return {number: _bare(number, name) for number, name in reading.names.items()}


def _bare(number: str, name: str) -> PartyRow:
    kind = PartyKind.PERSON if len(number) == 11 else PartyKind.ORGANISATION
    return PartyRow(number, name, kind, None, None, None, None)


def _free_numbers(taken: Iterable[int]) -> Iterator[int]:
    used, number = set(taken), _FIRST_ALTINN_ID
    while True:
        number += 1
        if number not in used:
            yield number


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _told(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _uuid(*about: str) -> str:
    return str(uuid.uuid5(_SPACE, "\n".join(about)))
