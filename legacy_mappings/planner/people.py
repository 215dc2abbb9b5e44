"""What persons must do for a plan: what clients must give, and who could approve it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from core import RIGHTHOLDER, EnterpriseSystem, PartyId, SystemUserKind, bits_of
from legacy_mappings.planner.approving import Approvers
from legacy_mappings.planner.carriers import held_packages, held_rights
from legacy_mappings.planner.groups import Class, Group
from legacy_mappings.planner.one_system import SystemPlan
from legacy_mappings.planner.records import NOBODYS_CAUSES, Approver, Gift, Plan, PlannedUser
from legacy_mappings.planner.scene import Scene

SYSTEM_USERS = "system users"
"""What is approved: all the system users of an owner."""

GIFTS = "gifts"
"""What is approved: all that a client must give."""


def gifts_of(scene: Scene, plan: SystemPlan) -> Iterator[Gift]:
    """What the clients of an enterprise system must give its owner, unless they have given it already.

    A client's users on the ground ``rettighetshaver`` stand on what it gave. Source: packages-and-roles §7.
    """
    for served in plan.served:
        if served.ground == RIGHTHOLDER:
            for found in served.group.classes:
                packages, rights = _contents(served.group, found)
                for party in found.clients:
                    yield from _gifts(scene, plan.system, party, packages, rights)


def _contents(group: Group, found: Class) -> tuple[frozenset[str], int]:
    choices = [choice for user in found.users for choice in group.choices_of(user)]
    rights = 0
    for choice in choices:
        rights |= 0 if choice.is_package else choice.mask
    return frozenset(choice.package for choice in choices if choice.is_package), rights


def _gifts(
    scene: Scene, system: EnterpriseSystem, party: PartyId, packages: frozenset[str], rights: int
) -> Iterator[Gift]:
    for package in packages - held_packages(scene, system.owner, party):
        yield Gift(party, system.owner, package=package)
    missing = rights & ~held_rights(scene, system.owner, party) if rights else 0
    actions: dict[str, list[str]] = defaultdict(list)
    for place in bits_of(missing):
        right = scene.numbering.rights[place]
        actions[right.service].append(right.action)
    for service, names in actions.items():
        yield Gift(party, system.owner, service=service, actions=tuple(names))


def approvers_of(
    scene: Scene, users: Iterable[PlannedUser], gifts: Iterable[Gift], owners: Approvers, clients: Approvers
) -> Iterator[Approver]:
    """How many persons could approve, party by party: for each owner its system users, for each giver its gifts.

    A standard system user takes somebody who can give all of it; an agent somebody who manages accesses.
    Source: users-and-migration §4.1 row 18.
    """
    owned: dict[PartyId, list[PlannedUser]] = defaultdict(list)
    for user in users:
        owned[user.owner].append(user)
    for owner in sorted(owned):
        yield Approver(owner, SYSTEM_USERS, _approving(scene, owned[owner], owners))
    given: dict[PartyId, list[Gift]] = defaultdict(list)
    for gift in gifts:
        given[gift.giver].append(gift)
    for giver in sorted(given):
        yield Approver(giver, GIFTS, _giving(scene, given[giver], clients))


def _approving(scene: Scene, users: Sequence[PlannedUser], approvers: Approvers) -> int:
    standard = [user for user in users if user.kind is SystemUserKind.STANDARD]
    packages = {package for user in standard for package in user.packages}
    rights = scene.mask_of(right for user in standard for right in user.rights)
    hands = approvers.of(users[0].owner)
    return sum(1 for each in hands if packages <= each.packages and not rights & ~each.rights)


def _giving(scene: Scene, gifts: Sequence[Gift], approvers: Approvers) -> int:
    packages = {gift.package for gift in gifts if gift.package}
    places = scene.numbering.places
    named = {(gift.service, action) for gift in gifts if gift.service for action in gift.actions}
    rights = sum(1 << place for right, place in places.items() if tuple(right) in named) if named else 0
    hands = approvers.of(gifts[0].giver)
    return sum(1 for each in hands if packages <= each.packages and not rights & ~each.rights)


def needs_person(plan: Plan) -> bool:
    """Whether something that was wanted is not carried, a role waits for a choice, or nobody could approve.

    What nobody used, and what is dead, ended or locked, waits for nobody.
    """
    open_causes = any(line.cause not in NOBODYS_CAUSES for line in plan.not_carried)
    unanswered = any(row.cause is not None for row in plan.role_rows)
    return open_causes or unanswered or any(not each.persons for each in plan.approvers)
