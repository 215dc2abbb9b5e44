"""Who at a party could say yes: the persons who manage its accesses, and what each of them may give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core import (
    Caller,
    CallerKind,
    Held,
    PackageDelegation,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    RightDelegation,
    RoleGrant,
    Snapshot,
    bits_of,
    check_packages,
    check_rights,
    manages_accesses,
)
from legacy_mappings.planner.scene import Scene


class Hands(NamedTuple):
    """What one person who manages a party's accesses may give on its behalf: packages, and single rights as a mask."""

    packages: frozenset[str]
    rights: int


class Approvers:
    """The persons who could approve for a party.

    Parties whose persons have the same roles are answered alike, and looked at once.
    Source: users-and-migration §4.1 row 18; packages-and-roles §5.
    """

    def __init__(self, scene: Scene, *, rights: int = 0) -> None:
        self._scene, self._rights = scene, rights
        self._managers = _managers_of_organisations(scene.snapshot)
        self._found: dict[object, tuple[Hands, ...]] = {}

    def of(self, party: PartyId) -> tuple[Hands, ...]:
        """What each person who manages the party's accesses may give; nothing where there is no such person."""
        persons = sorted(set(self._persons(party)))
        key = self._signature(party, persons)
        found = self._found.get(key)
        if found is None:
            hands = (self._hands(party, person) for person in persons)
            found = self._found[key] = tuple(each for each in hands if each is not None)
        return found

    def _persons(self, party: PartyId) -> Iterator[PartyId]:
        """Persons with anything at the party, alone or by a role at an organisation that has."""
        snapshot = self._scene.snapshot
        file = snapshot.files.get(party)
        if self._scene.is_person(party):
            yield party
        for receiver in file.receivers if file is not None else ():
            holder = snapshot.party(receiver)
            if holder is None:
                continue
            if holder.kind is PartyKind.PERSON:
                yield holder.id
            elif any(held.nests for held in snapshot.holdings(party, receiver)):
                yield from self._managers.get(holder.id, ())

    def _signature(self, party: PartyId, persons: list[PartyId]) -> object:
        """Equal for parties where the same may be given, by as many; the party itself where that is not known."""
        snapshot = self._scene.snapshot
        file = snapshot.files.get(party)
        if file is None:
            return party
        main = None if file.party.main_unit is None else snapshot.party(file.party.main_unit)
        signs: list[tuple[str, ...]] = []
        for holder in (*persons, *self._organisations(party)):
            sign = _sign(file.party, snapshot.holdings(party, holder))
            if sign is None:
                return party
            # Who an organisation is counts, and what a person is there: both can lead here.
            roles = snapshot.represents.get(holder) or ()
            named = holder in self._managers or any(
                role.party in file.receivers for role in roles if role.party not in {party, file.party.main_unit}
            )
            signs.append((str(holder) if named else "itself" if holder == party else "", *sign))
        listed = self._scene.standing.listed
        admitted = self._scene.standing.admitted(party, listed) if self._rights else 0
        return file.party.form, None if main is None else main.form, tuple(sorted(signs)), admitted

    def _organisations(self, party: PartyId) -> Iterator[PartyId]:
        """The organisations through which a person may reach the party."""
        file = self._scene.snapshot.files.get(party)
        for receiver in file.receivers if file is not None else ():
            if receiver in self._managers:
                yield PartyId(receiver)

    def _hands(self, party: PartyId, person: PartyId) -> Hands | None:
        scene = self._scene
        caller = Caller(CallerKind.PERSON, party=person)
        if not manages_accesses(scene.snapshot, caller, party, scene.at):
            return None
        packages = check_packages(scene.snapshot, person, party, scene.useful, scene.at)
        rights = [scene.numbering.rights[place] for place in bits_of(self._rights)]
        given = check_rights(scene.snapshot, person, party, rights, scene.at)
        mask = scene.mask_of(check.right for check in given if check.allowed)
        return Hands(frozenset(check.package for check in packages if check.allowed), mask)


def _sign(party: Party, held: Iterable[Held]) -> tuple[str, ...] | None:
    """What a holder has for the party, in words; None where some of it is timed, single rights or from elsewhere."""
    signs = []
    for each in held:
        fact = each.fact
        if each.window is not None or isinstance(fact, RightDelegation):
            return None
        giver = fact.party if isinstance(fact, RegisterRole) else _giver_of(fact)
        if giver not in {party.id, party.main_unit}:
            return None
        what = fact.package if isinstance(fact, PackageDelegation) else fact.role
        signs.append(f"{type(fact).__name__} {what} {'' if giver == party.id else 'of the main unit'}")
    return tuple(sorted(signs))


def _giver_of(grant: RoleGrant | PackageDelegation) -> PartyId:
    """Who gave it."""
    return grant.reportee if isinstance(grant, RoleGrant) else grant.giver


def _managers_of_organisations(snapshot: Snapshot) -> dict[PartyId, tuple[PartyId, ...]]:
    """The persons with a key role at each organisation."""
    found: dict[PartyId, list[PartyId]] = defaultdict(list)
    for roles in snapshot.represents.values():
        for role in roles:
            if snapshot.catalogue.is_key_role(role.role):
                found[role.party].append(role.holder)
    return {party: tuple(sorted(set(persons))) for party, persons in found.items()}
