"""The snapshot: all facts at one sequence number, immutable, indexed for questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from core.domain.brown_out import BrownOut
from core.domain.catalogue import Catalogue, compile_catalogue
from core.domain.change import Fact, Key
from core.domain.change_request import ChangeRequest
from core.domain.delegation import Connection
from core.domain.fall_back_budget import FallBackBudget
from core.domain.identifiers import PartyId
from core.domain.party import Party, RegisterRole
from core.domain.party_file import Approved, Chain, Entry, Held, HeldFact, PartyFile, key_of_entry
from core.domain.sharded import ShardedMap
from core.domain.system import (
    EVERY_REPORTEE,
    Authority,
    AuthorityRow,
    EnterpriseSystem,
    EnterpriseUser,
    Generation,
    PersonLogin,
    System,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    SystemUserRequest,
)
from core.domain.vocabulary import DecisionTerms


class UserEntry(NamedTuple):
    """A system user with its generations by number and whether its system still stands."""

    user: SystemUser
    generations: Mapping[int, Generation]
    active: bool

    @property
    def latest(self) -> Generation:
        """The newest generation: what a new client is put on."""
        return self.generations[max(self.generations)]


class Reference(NamedTuple):
    """A vendor's own key for a system user or a request: system, owner, external reference."""

    system: str
    owner: PartyId
    external_ref: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All facts at ``sequence``. Never changes; `fold` makes the next one.

    ``entries`` is what each holder has for each party, by `key_of_entry`: mostly one entry, else a tuple of
    them. ``files`` are the parties with their own facts; ``reach`` names, for each holder, the parties it has
    entries for, in order of party id; ``represents`` the register roles a person has at organisations.
    ``connections`` are who each party has taken on, ``connected_to`` the same by who was taken on.
    ``user_names`` are the persons by user name, ``enterprise_user_names`` the enterprise users by owner and
    name; both names in lower case. ``brown_outs`` are all under the key
    `PLANNED`.
    """

    sequence: int
    terms: DecisionTerms
    vocabulary: Mapping[tuple[str, Key], Fact] = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    files: ShardedMap[str, PartyFile] = field(repr=False)
    entries: ShardedMap[str, Entry | tuple[Entry, ...]] = field(repr=False)
    numbers: ShardedMap[str, PartyId] = field(repr=False)
    altinn_ids: ShardedMap[int, PartyId] = field(repr=False)
    sub_units: ShardedMap[str, tuple[PartyId, ...]] = field(repr=False)
    represents: ShardedMap[str, tuple[RegisterRole, ...]] = field(repr=False)
    reach: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    enterprise_systems: ShardedMap[int, EnterpriseSystem] = field(repr=False)
    enterprise_users: ShardedMap[str, EnterpriseUser] = field(repr=False)
    enterprise_user_names: ShardedMap[tuple[str, str], str] = field(repr=False)
    person_logins: ShardedMap[str, PersonLogin] = field(repr=False)
    user_names: ShardedMap[str, PartyId] = field(repr=False)
    systems: ShardedMap[str, System] = field(repr=False)
    client_ids: ShardedMap[str, str] = field(repr=False)
    users: ShardedMap[str, UserEntry] = field(repr=False)
    users_of_system: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    user_references: ShardedMap[Reference, str] = field(repr=False)
    requests: ShardedMap[str, SystemUserRequest] = field(repr=False)
    request_references: ShardedMap[Reference, str] = field(repr=False)
    requests_of_system: ShardedMap[tuple[str, SystemUserKind], tuple[str, ...]] = field(repr=False)
    requests_of_owner: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    change_requests: ShardedMap[str, ChangeRequest] = field(repr=False)
    change_requests_of_system: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    change_requests_of_user: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    links: ShardedMap[int, tuple[SystemUserLink, ...]] = field(repr=False)
    authorities: ShardedMap[tuple[int, str], AuthorityRow] = field(repr=False)
    fall_back_budgets: ShardedMap[int, FallBackBudget] = field(repr=False)
    connections: ShardedMap[str, tuple[Connection, ...]] = field(repr=False)
    connected_to: ShardedMap[str, tuple[Connection, ...]] = field(repr=False)
    brown_outs: ShardedMap[str, tuple[BrownOut, ...]] = field(repr=False)

    def entries_for(self, party: str, holder: str) -> tuple[Entry, ...]:
        """Everything ``holder`` has for ``party``."""
        found = self.entries.get(key_of_entry(party, holder))
        if found is None:
            return ()
        return found if type(found) is tuple else (found,)  # type: ignore[return-value]

    def holdings(self, party: str, holder: str) -> tuple[Held, ...]:
        """What ``holder`` holds for ``party`` by register roles and grants."""
        entries = self.entries_for(party, holder)
        plain = (entry.grant if isinstance(entry, Approved) else entry for entry in entries)
        return tuple(entry for entry in plain if not isinstance(entry, Chain))

    def chains(self, party: str, system_user: str) -> tuple[Chain, ...]:
        """The client delegations of ``party`` to ``system_user``, joined with their grounds."""
        return tuple(entry for entry in self.entries_for(party, system_user) if isinstance(entry, Chain))

    def grounds(self, party: str) -> tuple[HeldFact, ...]:
        """The register roles and grants recorded on the party itself, nothing inherited, in order of id."""
        found = self.files.get(party)
        return () if found is None else tuple(holding.fact for holding in found.own)

    def party(self, party: str) -> Party | None:
        """The party with this id."""
        found = self.files.get(party)
        return None if found is None else found.party

    def party_numbered(self, number: str) -> Party | None:
        """The party with this organisation number or national identity number."""
        found = self.numbers.get(number)
        return None if found is None else self.party(found)

    def party_with_altinn_id(self, altinn_id: int) -> Party | None:
        """The party with this numeric party id."""
        found = self.altinn_ids.get(altinn_id)
        return None if found is None else self.party(found)

    def authority(self, enterprise_system: int, reportee: str) -> Authority:
        """Whose answer rules: the row for the pair, else for the system, else the old world's."""
        row = self.authorities.get((enterprise_system, reportee))
        if row is None:
            row = self.authorities.get((enterprise_system, EVERY_REPORTEE))
        return Authority.OLD if row is None else row.authority


def empty_snapshot(terms: DecisionTerms) -> Snapshot:
    """The snapshot before the first change."""
    return Snapshot(
        sequence=0,
        terms=terms,
        vocabulary=MappingProxyType({}),
        catalogue=compile_catalogue((), terms),
        files=ShardedMap(),
        entries=ShardedMap(),
        numbers=ShardedMap(),
        altinn_ids=ShardedMap(),
        sub_units=ShardedMap(),
        represents=ShardedMap(),
        reach=ShardedMap(),
        enterprise_systems=ShardedMap(),
        enterprise_users=ShardedMap(),
        enterprise_user_names=ShardedMap(),
        person_logins=ShardedMap(),
        user_names=ShardedMap(),
        systems=ShardedMap(),
        client_ids=ShardedMap(),
        users=ShardedMap(),
        users_of_system=ShardedMap(),
        user_references=ShardedMap(),
        requests=ShardedMap(),
        request_references=ShardedMap(),
        requests_of_system=ShardedMap(),
        requests_of_owner=ShardedMap(),
        change_requests=ShardedMap(),
        change_requests_of_system=ShardedMap(),
        change_requests_of_user=ShardedMap(),
        links=ShardedMap(),
        authorities=ShardedMap(),
        fall_back_budgets=ShardedMap(),
        connections=ShardedMap(),
        connected_to=ShardedMap(),
        brown_outs=ShardedMap(),
    )
