"""What each ground can carry to a system user, for one reportee; and why it cannot carry the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from core import (
    OWN_ORGANISATION,
    RIGHTHOLDER,
    EnterpriseSystem,
    PackageDelegation,
    PartyId,
    RightDelegation,
    SystemUserKind,
    client_relations,
)
from legacy_mappings.planner.approving import Approvers
from legacy_mappings.planner.records import Cause
from legacy_mappings.planner.scene import Scene


class Carrier(NamedTuple):
    """What can be carried on one ground: packages, and single rights as a mask.

    ``approved``: somebody could say yes. ``barred`` are rights whose access list keeps the reportee out;
    ``person``: the reportee is one, so packages for persons count.
    """

    ground: str
    packages: frozenset[str]
    rights: int
    barred: int
    approved: bool
    person: bool

    @property
    def kind(self) -> SystemUserKind:
        """The kind of system user that works on this ground."""
        return SystemUserKind.STANDARD if self.ground == OWN_ORGANISATION else SystemUserKind.AGENT


class Carriers:
    """The carriers of one enterprise system's owner. Equal ones are one object.

    A register role carries those of its packages that may be passed on to an agent; what a client gives by its own
    hand is any package that is assignable and delegable; the own organisation gives assignable packages and single
    rights. Source: packages-and-roles §3, §7 and §9 rule 3; users-and-migration §4.1 rows 4, 8, 10, 16, 19.
    """

    def __init__(self, scene: Scene, *, owners: Approvers, clients: Approvers) -> None:
        self._scene, self._owners, self._clients = scene, owners, clients
        self._same: dict[Carrier, Carrier] = {}
        self._passable = frozenset(code for code in scene.catalogue.packages if scene.delegable(code))
        self._fit = {
            person: frozenset(code for code in scene.useful if scene.assignable(code, person=person))
            for person in (False, True)
        }

    def of(self, system: EnterpriseSystem, party: PartyId, ground: str) -> Carrier:
        """What ``ground`` can carry for ``party``."""
        if ground == OWN_ORGANISATION:
            found = self._own(party)
        elif ground == RIGHTHOLDER:
            found = self._given(system.owner, party)
        else:
            found = self._registered(system.owner, party, ground)
        return self._same.setdefault(found, found)

    def fit(self, carrier: Carrier) -> frozenset[str]:
        """The packages that this kind of system user can have at all, from this kind of ground."""
        if carrier.ground == OWN_ORGANISATION:
            return self._fit[False]
        if carrier.ground == RIGHTHOLDER:
            return self._fit[carrier.person] & self._passable
        return self._passable

    # -- the three kinds ----------------------------------------------------------------------

    def _registered(self, owner: PartyId, party: PartyId, ground: str) -> Carrier:
        relations = client_relations(self._scene.snapshot, owner, party, self._scene.at).get(ground, ())
        packages = frozenset(package for held in relations for package in held.packages) - self._scene.sensitive
        rights = 0
        if self._scene.options.agent_rights:
            standing = self._scene.standing
            for held in relations:
                rights |= standing.by_packages(held.packages) | standing.by_roles(held.roles)
        return self._carrier(ground, party, packages, rights, approved=True)

    def _given(self, owner: PartyId, party: PartyId) -> Carrier:
        hands = self._clients.of(party)
        person = self._scene.is_person(party)
        fit = (self._fit[person] & self._passable) - self._scene.sensitive
        packages, rights = held_packages(self._scene, owner, party) & fit, 0
        for each in hands:
            packages |= each.packages & fit
            rights |= each.rights
        if self._scene.options.agent_rights:
            rights |= held_rights(self._scene, owner, party)
        else:
            rights = 0
        return self._carrier(RIGHTHOLDER, party, packages, rights, approved=bool(hands))

    def _own(self, party: PartyId) -> Carrier:
        """What one person can give all of: who approves a standard system user must be able to. Source: §4.1 row 18."""
        hands = self._owners.of(party)
        fit = self._fit[False] - self._scene.sensitive
        best = max(hands, key=lambda each: (len(each.packages & fit), each.rights.bit_count()), default=None)
        if best is None:
            return self._carrier(OWN_ORGANISATION, party, frozenset(), 0, approved=False)
        return self._carrier(OWN_ORGANISATION, party, best.packages & fit, best.rights, approved=True)

    def _carrier(
        self, ground: str, party: PartyId, packages: frozenset[str], rights: int, *, approved: bool
    ) -> Carrier:
        listed = self._scene.standing.listed
        barred = listed & ~self._scene.standing.admitted(party, listed)
        single = rights & self._scene.single & ~barred
        return Carrier(ground, packages, single, barred, approved, self._scene.is_person(party))

    # -- why not ------------------------------------------------------------------------------

    def why_not(self, carrier: Carrier, place: int) -> tuple[Cause, tuple[str, ...]]:
        """Why the ground does not carry the new right with this number, and packages that somebody could look at."""
        openers = self._scene.openers[place]
        fit = [package for package in openers if package in self.fit(carrier)]
        calm = tuple(package for package in fit if package not in self._scene.sensitive)
        if self._scene.too_high >> place & 1:
            return Cause.LEVEL_TOO_HIGH, ()
        if carrier.barred >> place & 1:
            return Cause.NOT_HELD, ()
        if not openers:
            return self._without_packages(place), ()
        if not fit:
            return Cause.NOT_DELEGABLE, openers
        if not calm:
            return Cause.SENSITIVE, tuple(fit)
        return (Cause.NO_APPROVER if by_hand(carrier) else Cause.NOT_HELD), calm

    def _without_packages(self, place: int) -> Cause:
        return Cause.OLD_ROLES_ONLY if self._scene.accepts_old_roles(place) else Cause.NO_PACKAGE


def by_hand(carrier: Carrier) -> bool:
    """Whether a person must give what the ground carries."""
    return carrier.ground in {OWN_ORGANISATION, RIGHTHOLDER}


def held_packages(scene: Scene, owner: PartyId, party: PartyId) -> frozenset[str]:
    """The packages that the reportee has given the owner already."""
    held = _given_relations(scene, owner, party)
    return frozenset(each.package for each in held if isinstance(each, PackageDelegation))


def held_rights(scene: Scene, owner: PartyId, party: PartyId) -> int:
    """The single rights that the reportee has given the owner already."""
    held = _given_relations(scene, owner, party)
    rights = frozenset(right for each in held if isinstance(each, RightDelegation) for right in each.rights)
    return scene.standing.by_rights(rights)


def _given_relations(scene: Scene, owner: PartyId, party: PartyId) -> Iterable[object]:
    relations = client_relations(scene.snapshot, owner, party, scene.at).get(RIGHTHOLDER, ())
    return (held.fact for held in relations)
