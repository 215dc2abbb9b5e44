"""The snapshot: all facts at one sequence number, immutable, indexed for questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from core.domain.catalogue import Catalogue, compile_catalogue
from core.domain.change import Fact, Key
from core.domain.identifiers import PartyId
from core.domain.party import Party, RegisterRole
from core.domain.party_file import PartyFile
from core.domain.sharded import ShardedMap
from core.domain.system import (
    EVERY_REPORTEE,
    Authority,
    AuthorityRow,
    EnterpriseSystem,
    EnterpriseUser,
    Generation,
    System,
    SystemUser,
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

    ``files`` hold what is held for each party; ``reach`` names, for each holder, the parties in whose
    files it appears, in order of party id; ``represents`` the key roles a party has at organisations.
    """

    sequence: int
    terms: DecisionTerms
    vocabulary: Mapping[tuple[str, Key], Fact] = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    files: ShardedMap[str, PartyFile] = field(repr=False)
    numbers: ShardedMap[str, PartyId] = field(repr=False)
    altinn_ids: ShardedMap[int, PartyId] = field(repr=False)
    sub_units: ShardedMap[str, tuple[PartyId, ...]] = field(repr=False)
    represents: ShardedMap[str, tuple[RegisterRole, ...]] = field(repr=False)
    reach: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    enterprise_systems: ShardedMap[int, EnterpriseSystem] = field(repr=False)
    enterprise_users: ShardedMap[str, EnterpriseUser] = field(repr=False)
    systems: ShardedMap[str, System] = field(repr=False)
    client_ids: ShardedMap[str, str] = field(repr=False)
    users: ShardedMap[str, UserEntry] = field(repr=False)
    users_of_system: ShardedMap[str, tuple[str, ...]] = field(repr=False)
    user_references: ShardedMap[Reference, str] = field(repr=False)
    requests: ShardedMap[str, SystemUserRequest] = field(repr=False)
    request_references: ShardedMap[Reference, str] = field(repr=False)
    links: ShardedMap[int, tuple[SystemUserLink, ...]] = field(repr=False)
    authorities: ShardedMap[tuple[int, str], AuthorityRow] = field(repr=False)

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
        numbers=ShardedMap(),
        altinn_ids=ShardedMap(),
        sub_units=ShardedMap(),
        represents=ShardedMap(),
        reach=ShardedMap(),
        enterprise_systems=ShardedMap(),
        enterprise_users=ShardedMap(),
        systems=ShardedMap(),
        client_ids=ShardedMap(),
        users=ShardedMap(),
        users_of_system=ShardedMap(),
        user_references=ShardedMap(),
        requests=ShardedMap(),
        request_references=ShardedMap(),
        links=ShardedMap(),
        authorities=ShardedMap(),
    )
