"""The policies as they stand at one moment, turned round: what each role, package and single right opens, as masks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from core.domain.catalogue import Policy, compile_catalogue, narrowed
from core.domain.identifiers import PartyId, ServiceId
from core.domain.numbering import Numbering
from core.domain.old_world import PERSON_COUNTS, WHOSE_RIGHTS
from core.domain.party import PartyKind
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ANY_ACTION, DecisionTerms, Right


class Standing:
    """What opens what at ``at``. Says the same as asking each policy, for all of them at once.

    ``everything`` are the rights whose service is open; ``personal`` those of them that a system of the old world
    needs a person for; ``listed`` those with an access list. A right outside the numbering raises KeyError.
    """

    def __init__(self, snapshot: Snapshot, at: datetime, numbering: Numbering) -> None:
        self._numbering = numbering
        self._packages: dict[str, int] = defaultdict(int)
        self._roles: dict[str, int] = defaultdict(int)
        self._services: dict[str, int] = defaultdict(int)
        self._levels: dict[int, int] = defaultdict(int)
        self._let_in: dict[str, int] = defaultdict(int)
        self._sets: dict[frozenset[str], int] = {}
        self._role_sets: dict[frozenset[str], int] = {}
        self._single: dict[frozenset[Right], int] = {}
        self.everything = self.personal = self.listed = 0
        until = snapshot.terms.old_roles_until
        ended = until is not None and at >= until
        for policy in snapshot.catalogue.policies.values():
            if policy.window is None or policy.window.holds(at):
                self._take(snapshot, narrowed(policy, at, policy.lasting_roles if ended else None))

    def _take(self, snapshot: Snapshot, policy: Policy) -> None:
        bit = 1 << self._numbering.places[policy.right]
        self.everything |= bit
        self._services[policy.right.service] |= bit
        self._levels[policy.level] |= bit
        for code in policy.packages:
            self._packages[code] |= bit
        for code in policy.roles:
            self._roles[code] |= bit
        if not policy.is_form and WHOSE_RIGHTS.get(policy.right.action) == PERSON_COUNTS:
            self.personal |= bit
        if policy.access_list is not None:
            self.listed |= bit
            self._list(snapshot, policy, policy.access_list, bit)

    def _list(self, snapshot: Snapshot, policy: Policy, listed: Mapping[PartyId, frozenset[str]], bit: int) -> None:
        for party_id, actions in listed.items():
            party = snapshot.party(party_id)
            organised = party is not None and party.kind is not PartyKind.PERSON
            if organised and (not actions or policy.right.action in actions):
                self._let_in[party_id] |= bit

    def up_to(self, level: int) -> int:
        """The rights whose service asks for no more than this level."""
        mask = 0
        for asked, rights in self._levels.items():
            mask |= rights if asked <= level else 0
        return mask

    def admitted(self, party: str, mask: int) -> int:
        """Those of ``mask`` whose access list, if there is one, lets the party in."""
        kept = mask & self.listed
        return mask if not kept else (mask ^ kept) | (kept & self._let_in.get(party, 0))

    def by_packages(self, packages: frozenset[str]) -> int:
        """What one of the packages opens."""
        found = self._sets.get(packages)
        if found is None:
            found = self._sets[packages] = _union(self._packages, packages)
        return found

    def by_roles(self, roles: frozenset[str]) -> int:
        """What one of the roles opens."""
        found = self._role_sets.get(roles)
        if found is None:
            found = self._role_sets[roles] = _union(self._roles, roles)
        return found

    def by_package(self, package: str) -> int:
        """What the package opens."""
        return self._packages.get(package, 0)

    def by_role(self, role: str) -> int:
        """What the role opens."""
        return self._roles.get(role, 0)

    def by_service(self, services: Iterable[ServiceId]) -> int:
        """Every action of the services."""
        return _union(self._services, services)

    def by_rights(self, rights: frozenset[Right]) -> int:
        """The single rights, those of every action of a service included."""
        found = self._single.get(rights)
        if found is None:
            found = self._single[rights] = self._named(rights)
        return found

    def _named(self, rights: Iterable[Right]) -> int:
        mask = 0
        for right in rights:
            if right.action == ANY_ACTION:
                mask |= self._services.get(right.service, 0)
            place = self._numbering.places.get(right)
            mask |= 0 if place is None else 1 << place
        return mask & self.everything


def under_terms(snapshot: Snapshot, terms: DecisionTerms) -> Snapshot:
    """The same facts under other settings, such as another date on which the old roles end."""
    return replace(snapshot, terms=terms, catalogue=compile_catalogue(snapshot.vocabulary.values(), terms))


def _union(masks: Mapping[str, int], names: Iterable[str]) -> int:
    mask = 0
    for name in names:
        mask |= masks.get(name, 0)
    return mask
