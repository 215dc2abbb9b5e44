"""The next snapshot, under way: takes facts in one by one, and closes what they touch at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from core.domain.brown_out import PLANNED, BrownOut
from core.domain.catalogue import compile_catalogue
from core.domain.change import KIND_OF, Fact, Operation
from core.domain.change_request import ChangeRequest
from core.domain.delegation import ClientDelegation, Connection, PackageDelegation, RightDelegation, RoleGrant
from core.domain.fall_back_budget import FallBackBudget
from core.domain.own_facts import Gone, OwnFacts, merged, reached
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.party_file import (
    SOLE_PROPRIETOR,
    SOLE_PROPRIETORSHIP,
    Closer,
    Entries,
    PartyFact,
    PartyFile,
    SystemUserPart,
    key_of_entry,
    party_of,
)
from core.domain.request_index import RequestIndex
from core.domain.sharded import ShardedDraft
from core.domain.snapshot import Reference, Snapshot, UserEntry
from core.domain.system import (
    AuthorityRow,
    EnterpriseSystem,
    EnterpriseUser,
    Generation,
    PersonLogin,
    System,
    SystemUser,
    SystemUserLink,
    SystemUserRequest,
)
from core.domain.vocabulary import (
    AccessListEntry,
    AccessPackage,
    Carriage,
    Conferral,
    Nesting,
    PolicyRule,
    Role,
    RuleRow,
    Service,
    ServiceSuccessor,
)

T = TypeVar("T")

_VOCABULARY = (
    Role, Conferral, AccessPackage, Carriage, Nesting, RuleRow,
    Service, PolicyRule, ServiceSuccessor, AccessListEntry,
)  # fmt: skip
_SHAPES_FILES = (Role, Conferral, Carriage, Nesting, RuleRow)


class Draft:
    """The next snapshot, under way."""

    def __init__(self, base: Snapshot) -> None:
        self._base = base
        self._vocabulary: dict[Any, Fact] | None = None
        self._reclose_all = False
        self._own: dict[str, OwnFacts] = {}
        self._dirty: set[str] = set()
        self._maps: dict[str, ShardedDraft[Any, Any]] = {}
        self._groups: dict[tuple[str, Any], dict[Any, Any]] = {}
        self._touched_users: set[str] = set()
        self._requests = RequestIndex(self._map)
        self._handlers: dict[type, Callable[[Operation, Any], None]] = {
            Party: self._on_party,
            RegisterRole: self._on_register_role,
            RoleGrant: self._on_party_fact,
            PackageDelegation: self._on_party_fact,
            RightDelegation: self._on_party_fact,
            ClientDelegation: self._on_party_fact,
            Connection: self._on_connection,
            EnterpriseSystem: self._on_enterprise_system,
            EnterpriseUser: self._on_enterprise_user,
            PersonLogin: self._on_person_login,
            System: self._on_system,
            SystemUserRequest: self._requests.on_request,
            ChangeRequest: self._requests.on_change_request,
            SystemUser: self._on_user,
            Generation: self._on_generation,
            SystemUserLink: self._on_link,
            AuthorityRow: self._on_authority,
            FallBackBudget: self._on_budget,
            BrownOut: self._on_brown_out,
            **dict.fromkeys(_VOCABULARY, self._on_vocabulary),
        }

    def put(self, fact: Fact) -> None:
        """Add the fact, or replace the one with its key."""
        self._handlers[type(fact)](Operation.PUT, fact)

    def apply(self, operation: Operation, fact: Fact) -> None:
        """Take in one change."""
        self._handlers[type(fact)](operation, fact)

    def finish(self, sequence: int) -> Snapshot:
        """The finished snapshot. The draft must not be used after."""
        base = self._base
        vocabulary, catalogue = base.vocabulary, base.catalogue
        if self._vocabulary is not None:
            vocabulary = MappingProxyType(self._vocabulary)
            catalogue = compile_catalogue(vocabulary.values(), base.terms)
        self._close_groups()
        self._requests.close()
        self._close_users()
        self._close_files(Closer(catalogue, self._system_user_part))
        changed: dict[str, Any] = {name: draft.freeze() for name, draft in self._maps.items()}
        return replace(base, sequence=sequence, vocabulary=vocabulary, catalogue=catalogue, **changed)

    # -- maps ---------------------------------------------------------------------------------

    def _map(self, name: str) -> ShardedDraft[Any, Any]:
        draft = self._maps.get(name)
        if draft is None:
            draft = self._maps[name] = getattr(self._base, name).edit()
        return draft

    def _set(self, name: str, operation: Operation, key: object, value: object) -> None:
        if operation is Operation.PUT:
            self._map(name).put(key, value)
        else:
            self._map(name).remove(key)

    def _on_enterprise_system(self, operation: Operation, system: EnterpriseSystem) -> None:
        self._set("enterprise_systems", operation, system.id, system)

    def _on_enterprise_user(self, operation: Operation, user: EnterpriseUser) -> None:
        before: EnterpriseUser | None = self._map("enterprise_users").get(user.id)
        if before is not None:
            self._free("enterprise_user_names", (before.owner, before.name.lower()), user.id)
        self._set("enterprise_users", operation, user.id, user)
        if operation is Operation.PUT:
            self._map("enterprise_user_names").put((user.owner, user.name.lower()), user.id)

    def _on_person_login(self, operation: Operation, login: PersonLogin) -> None:
        before: PersonLogin | None = self._map("person_logins").get(login.party)
        if before is not None and before.user_name is not None:
            self._free("user_names", before.user_name.lower(), login.party)
        self._set("person_logins", operation, login.party, login)
        if operation is Operation.PUT and login.user_name is not None:
            self._map("user_names").put(login.user_name.lower(), login.party)

    def _free(self, name: str, key: object, value: object) -> None:
        """Take the name out of the map, unless somebody else has taken it already in the same change."""
        if self._map(name).get(key) == value:
            self._map(name).remove(key)

    def _on_vocabulary(self, operation: Operation, fact: Fact) -> None:
        if self._vocabulary is None:
            self._vocabulary = dict(self._base.vocabulary)
        kind = KIND_OF[type(fact)]
        if operation is Operation.PUT:
            self._vocabulary[(kind.name, kind.key(fact))] = fact
        else:
            self._vocabulary.pop((kind.name, kind.key(fact)), None)
        self._reclose_all |= isinstance(fact, _SHAPES_FILES)

    def _on_authority(self, operation: Operation, row: AuthorityRow) -> None:
        self._set("authorities", operation, (row.enterprise_system, row.reportee), row)

    def _on_brown_out(self, operation: Operation, brown_out: BrownOut) -> None:
        self._in_tuple("brown_outs", PLANNED, operation, brown_out, lambda other: other.id)

    def _on_budget(self, operation: Operation, budget: FallBackBudget) -> None:
        self._set("fall_back_budgets", operation, budget.enterprise_system, budget)

    def _on_link(self, operation: Operation, link: SystemUserLink) -> None:
        self._in_tuple("links", link.enterprise_system, operation, link, lambda other: other.system_user)

    def _on_connection(self, operation: Operation, fact: Connection) -> None:
        self._in_tuple("connections", fact.giver, operation, fact, lambda other: (other.receiver, other.role))
        self._in_tuple("connected_to", fact.receiver, operation, fact, lambda other: (other.giver, other.role))

    def _in_tuple(self, name: str, key: object, operation: Operation, item: T, order: Callable[[T], Any]) -> None:
        """Put ``item`` into, or take it out of, the tuple under ``key``; it is put in order at the end."""
        group = self._groups.get((name, key))
        if group is None:
            group = {order(other): other for other in self._map(name).get(key) or ()}
            self._groups[(name, key)] = group
        if operation is Operation.PUT:
            group[order(item)] = item
        else:
            group.pop(order(item), None)

    def _group(self, name: str, key: object) -> Iterable[Any]:
        group = self._groups.get((name, key))
        return (self._map(name).get(key) or ()) if group is None else group.values()

    def _close_groups(self) -> None:
        for (name, key), group in self._groups.items():
            if group:
                self._map(name).put(key, tuple(group[order] for order in sorted(group)))
            else:
                self._map(name).remove(key)

    # -- parties ------------------------------------------------------------------------------

    def _current_file(self, party: str) -> PartyFile | None:
        found: PartyFile | None = self._map("files").get(party)
        return found

    def _changed_facts(self, party: str) -> list[PartyFact | Gone]:
        own = self._own.get(party)
        if own is None:
            own = self._own[party] = OwnFacts(None, [])
        return own.facts

    def _on_party(self, operation: Operation, party: Party) -> None:
        before = self._record(party.id)
        if before is not None:
            self._unlist(before)
        self._own[party.id] = OwnFacts(party, self._changed_facts(party.id))
        self._map("numbers").put(party.number, party.id)
        self._map("altinn_ids").put(party.altinn_id, party.id)
        if party.main_unit is not None:
            self._in_tuple("sub_units", party.main_unit, Operation.PUT, party.id, str)
        self._dirty.add(party.id)

    def _unlist(self, party: Party) -> None:
        self._map("numbers").remove(party.number)
        self._map("altinn_ids").remove(party.altinn_id)
        if party.main_unit is not None:
            self._in_tuple("sub_units", party.main_unit, Operation.REMOVE, party.id, str)

    def _on_register_role(self, operation: Operation, fact: RegisterRole) -> None:
        holder = self._record(fact.holder)
        if holder is not None and holder.kind is PartyKind.PERSON:
            self._in_tuple("represents", fact.holder, operation, fact, lambda other: other.id)
            # A sole proprietor's own file inherits from the proprietorship, also when the tie is cut.
            self._dirty.add(fact.holder)
        self._on_party_fact(operation, fact)

    def _on_party_fact(self, operation: Operation, fact: PartyFact) -> None:
        party = party_of(fact)
        self._changed_facts(party).append(fact if operation is Operation.PUT else Gone(fact))
        self._dirty.add(party)

    def _close_files(self, closer: Closer) -> None:
        if self._reclose_all:
            self._dirty.update(self._map("files"))
        waiting = self._with_dependants(self._dirty)
        gained: dict[str, list[str]] = {}
        lost: dict[str, list[str]] = {}
        for party in sorted(waiting, key=self._depth):
            self._close_one(party, closer, gained, lost)
        self._update_reach(gained, lost)

    def _close_one(self, party: str, closer: Closer, gained: dict[str, list[str]], lost: dict[str, list[str]]) -> None:
        before = self._current_file(party)
        own = self._own.get(party)
        record = own.party if own is not None and own.party is not None else before and before.party
        if record is None:
            # Facts about a party that is not there yet wait with it; a world is checked before it is written.
            return
        facts = merged(before, own.facts if own is not None else ())
        after, entries = closer.close(record, facts, self._sources(record))
        self._map("files").put(party, after)
        self._put_entries(party, entries)
        # What has been closed is in the file: a world of a million facts is not held twice.
        self._own.pop(party, None)
        holders_before = frozenset(before.receivers) if before is not None else frozenset()
        for holder in entries.keys() - holders_before:
            gained.setdefault(holder, []).append(party)
        for holder in holders_before - entries.keys():
            lost.setdefault(holder, []).append(party)
            self._map("entries").remove(key_of_entry(party, holder))

    def _put_entries(self, party: str, entries: Entries) -> None:
        held = self._map("entries")
        for holder, found in entries.items():
            held.put(key_of_entry(party, holder), found[0] if len(found) == 1 else tuple(found))

    def _record(self, party: str) -> Party | None:
        own = self._own.get(party)
        if own is not None and own.party is not None:
            return own.party
        found = self._current_file(party)
        return None if found is None else found.party

    def _depth(self, party: str) -> tuple[int, str]:
        """Those that others inherit from come first: units, then sub-units, then persons."""
        record = self._record(party)
        if record is None:
            return (0, party)
        return ({PartyKind.ORGANISATION: 0, PartyKind.SUB_UNIT: 1, PartyKind.PERSON: 2}[record.kind], party)

    def _with_dependants(self, dirty: set[str]) -> set[str]:
        waiting = set(dirty)
        for party in dirty:
            waiting.update(self._group("sub_units", party))
            before, record = self._current_file(party), self._record(party)
            forms = {before.party.form if before is not None else None, record.form if record is not None else None}
            if SOLE_PROPRIETORSHIP in forms:
                waiting.update(self._proprietors(party))
        return waiting

    def _proprietors(self, enterprise: str) -> Iterable[str]:
        before = self._current_file(enterprise)
        own = self._own.get(enterprise)
        for fact in merged(before, own.facts if own is not None else ()):
            if isinstance(fact, RegisterRole):
                yield fact.holder

    def _sources(self, party: Party) -> list[PartyFile]:
        """The files ``party`` inherits from. All are closed before it (see `_depth`)."""
        # A department of a public body has a main unit too, but is no sub-unit and inherits nothing.
        main_unit = party.main_unit if party.kind is PartyKind.SUB_UNIT else None
        found = [self._current_file(main_unit)] if main_unit is not None else []
        if party.kind is PartyKind.PERSON:
            roles = self._group("represents", party.id)
            enterprises = sorted({role.party for role in roles if role.role == SOLE_PROPRIETOR})
            files = [self._current_file(enterprise) for enterprise in enterprises]
            found += [file for file in files if file and file.party.form == SOLE_PROPRIETORSHIP]
        return [file for file in found if file is not None]

    def _update_reach(self, gained: dict[str, list[str]], lost: dict[str, list[str]]) -> None:
        for holder in {*gained, *lost}:
            parties: tuple[str, ...] = self._map("reach").get(holder) or ()
            after = reached(parties, gained.get(holder, []), lost.get(holder, []))
            if after:
                self._map("reach").put(holder, after)
            else:
                self._map("reach").remove(holder)

    # -- systems ------------------------------------------------------------------------------

    def _on_system(self, operation: Operation, system: System) -> None:
        before: System | None = self._map("systems").get(system.id)
        if before is not None and not before.deleted:
            for client in before.client_ids:
                self._map("client_ids").remove(client)
        self._set("systems", operation, system.id, system)
        if operation is Operation.PUT and not system.deleted:
            for client in system.client_ids:
                self._map("client_ids").put(client, system.id)
        self._touched_users.update(self._group("users_of_system", system.id))

    def _on_user(self, operation: Operation, user: SystemUser) -> None:
        entry: UserEntry | None = self._map("users").get(user.id)
        generations = entry.generations if entry is not None else MappingProxyType({})
        if entry is not None:
            before = entry.user
            self._map("user_references").remove(Reference(before.system, before.owner, before.external_ref))
            self._in_tuple("users_of_system", before.system, Operation.REMOVE, user.id, str)
        self._set("users", operation, user.id, UserEntry(user, generations, False))
        reference = Reference(user.system, user.owner, user.external_ref)
        self._set("user_references", operation, reference, user.id)
        self._in_tuple("users_of_system", user.system, operation, user.id, str)
        self._touched_users.add(user.id)

    def _on_generation(self, operation: Operation, generation: Generation) -> None:
        entry: UserEntry | None = self._map("users").get(generation.system_user)
        if entry is None:
            return
        generations = dict(entry.generations)
        if operation is Operation.PUT:
            generations[generation.number] = generation
        else:
            generations.pop(generation.number, None)
        self._map("users").put(entry.user.id, entry._replace(generations=MappingProxyType(generations)))
        self._touched_users.add(entry.user.id)

    def _system_user_part(self, user: str) -> SystemUserPart | None:
        entry: UserEntry | None = self._map("users").get(user)
        if entry is None:
            return None
        if not entry.active:
            return SystemUserPart(entry.user.owner, {}, None)
        return SystemUserPart(entry.user.owner, entry.generations, entry.latest)

    def _close_users(self) -> None:
        for user in self._touched_users:
            # What a user may do at most is part of its entries.
            self._dirty.update(self._map("reach").get(user) or ())
            entry: UserEntry | None = self._map("users").get(user)
            if entry is not None:
                system: System | None = self._map("systems").get(entry.user.system)
                active = bool(entry.generations) and system is not None and not system.deleted
                self._map("users").put(user, entry._replace(active=active))
