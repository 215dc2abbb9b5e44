"""What a plan is made from, turned so that it can be asked quickly: rights as masks, use by reportee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from core import (
    ALLOWED_RESOURCE_TYPES,
    LEVEL_OF,
    MAIN_ADMINISTRATOR,
    PERSONAL_REPRESENTATIVE,
    Numbering,
    PartyId,
    PartyKind,
    Reaches,
    Right,
    RoleKind,
    ServiceId,
    ServiceKind,
    Snapshot,
    Standing,
    SubjectKind,
    bits_of,
    is_legacy,
)
from legacy_mappings.inventory.records import Inventory
from legacy_mappings.planner.records import PlanOptions
from legacy_mappings.vocabulary import Layered


class Used(NamedTuple):
    """What one enterprise system did for one reportee: lately, and ever, as masks."""

    lately: int
    ever: int


_NEVER = Used(0, 0)


class Scene:
    """The facts, the tables, the options and the use; every right has a number."""

    def __init__(self, inventory: Inventory, tables: Layered, options: PlanOptions) -> None:
        self.inventory, self.tables, self.options = inventory, tables, options
        self.snapshot: Snapshot = inventory.snapshot
        self.at = inventory.at
        self.catalogue = inventory.snapshot.catalogue
        self.numbering = Numbering.of(self.catalogue)
        self.standing = Standing(self.snapshot, self.at, self.numbering)
        self.reaches = Reaches(self.snapshot, self.at, self.numbering)
        self._uses = self._indexed()

    # -- rights -------------------------------------------------------------------------------

    @cached_property
    def legacy(self) -> int:
        """The rights of the closed platforms."""
        return self._where(is_legacy)

    @cached_property
    def single(self) -> int:
        """The rights that can be given one by one: of resources that may be delegated, of a type the register takes."""
        services = self.catalogue.services

        def fits(service: ServiceId) -> bool:
            row = services[service]
            return row.kind is ServiceKind.RESOURCE and row.delegable and row.resource_type in ALLOWED_RESOURCE_TYPES

        return self._where(fits) & self.standing.everything

    @cached_property
    def too_high(self) -> int:
        """The rights whose service asks a system user for a higher level than it has. Source: pdp-and-tokens §9.9."""
        most = LEVEL_OF[SubjectKind.SYSTEM_USER]
        services = self.catalogue.services

        def asks(service: ServiceId) -> bool:
            row = services[service]
            return (row.minimum_level if row.minimum_level_org is None else row.minimum_level_org) > most

        return self._where(asks)

    @cached_property
    def modern(self) -> int:
        """The rights on modern resources that are open now."""
        return self.standing.everything & ~self.legacy

    def _where(self, fits: Callable[[ServiceId], bool]) -> int:
        mask = 0
        for place, right in enumerate(self.numbering.rights):
            if fits(right.service):
                mask |= 1 << place
        return mask

    @cached_property
    def openers(self) -> tuple[tuple[str, ...], ...]:
        """For each right the packages that open it, in order of code."""
        found: dict[int, list[str]] = defaultdict(list)
        for package in sorted(self.catalogue.packages):
            for place in bits_of(self.standing.by_package(package)):
                found[place].append(package)
        return tuple(tuple(found.get(place, ())) for place in range(len(self.numbering)))

    def accepts_old_roles(self, place: int) -> bool:
        """Whether the right's policy accepts a legacy role."""
        policy = self.catalogue.policies[self.numbering.rights[place]]
        roles = (self.catalogue.roles.get(code) for code in policy.roles)
        return any(role is not None and role.kind is RoleKind.LEGACY for role in roles)

    # -- packages -----------------------------------------------------------------------------

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """The packages that ask for a consent of their own, and were not consented to in the options."""
        rows = frozenset(row.package for row in self.tables.tables.sensitive_packages)
        return rows - self.options.sensitive

    @cached_property
    def useful(self) -> tuple[str, ...]:
        """The packages that open anything modern."""
        return tuple(code for code in sorted(self.catalogue.packages) if self.standing.by_package(code) & self.modern)

    def assignable(self, package: str, *, person: bool = False) -> bool:
        """Whether a party may give the package to another organisation, or to its system user."""
        row = self.catalogue.packages[package]
        by_hand = package not in {MAIN_ADMINISTRATOR, PERSONAL_REPRESENTATIVE}
        return row.assignable and by_hand and row.party_type == ("person" if person else "organization")

    def delegable(self, package: str) -> bool:
        """Whether a provider may pass the package on to its agent."""
        return self.catalogue.packages[package].delegable

    # -- parties ------------------------------------------------------------------------------

    def is_person(self, party: PartyId) -> bool:
        """Whether the party is a person."""
        found = self.snapshot.party(party)
        return found is not None and found.kind is PartyKind.PERSON

    def has_ended(self, party: PartyId) -> bool:
        """Whether the unit is deleted or the person dead."""
        found = self.snapshot.party(party)
        return found is None or (found.ended is not None and found.ended <= self.at)

    def sub_units(self, party: PartyId) -> tuple[PartyId, ...]:
        """The sub-units that inherit from the party. A department (a unit of another kind) does not."""
        found = self.snapshot.sub_units.get(party) or ()
        rows = (self.snapshot.party(unit) for unit in found)
        return tuple(row.id for row in rows if row is not None and row.kind is PartyKind.SUB_UNIT)

    # -- use ----------------------------------------------------------------------------------

    def _indexed(self) -> dict[int, dict[PartyId, Used]]:
        places = self.numbering.places
        since = self.at - self.options.stale_after
        found: dict[int, dict[PartyId, Used]] = defaultdict(dict)
        for use in self.inventory.uses:
            place = places.get(use.right)
            of_system = found[use.enterprise_system]
            before = of_system.get(use.reportee, _NEVER)
            bit = 0 if place is None else 1 << place
            of_system[use.reportee] = Used(before.lately | (bit if use.last >= since else 0), before.ever | bit)
        return dict(found)

    def used(self, system: int, party: PartyId) -> Used:
        """What the system did for the party."""
        return self._uses.get(system, {}).get(party, _NEVER)

    def uses_of(self, system: int) -> Iterator[tuple[PartyId, Used]]:
        """What the system did, reportee by reportee, in order."""
        yield from sorted(self._uses.get(system, {}).items())

    def is_known(self, system: int) -> bool:
        """Whether anything is known of the system's use: it was seen calling, or its silence means something."""
        return system in self._uses or self.is_watched(system)

    def is_silent(self, system: int) -> bool:
        """Whether the system has not called for long, and whoever would have heard it was listening."""
        lately = any(used.lately for used in self._uses.get(system, {}).values())
        return not lately and self.is_watched(system)

    def is_watched(self, system: int) -> bool:
        """Whether the records of use cover so much of the time that what they do not show was not done."""
        return self.inventory.is_watched(system, self.at - self.options.stale_after)

    def declared(self, system: int) -> int:
        """What the system says it needs."""
        return self.mask_of(self.inventory.declared.get(system, ()))

    def is_declared(self, system: int) -> bool:
        """Whether the system says what it needs."""
        return system in self.inventory.declared

    def mask_of(self, rights: Iterable[Right]) -> int:
        """The mask of those of the rights that the catalogue knows."""
        places = self.numbering.places
        return self.numbering.mask_of(right for right in rights if right in places)
