"""make_plan: from an inventory and the tables to a plan that a person can review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from core import (
    EnterpriseSystem,
    PartyId,
    RoleKind,
    ServiceSuccessor,
    SystemUserKind,
    bits_of,
    parse_organisation_number,
)
from legacy_mappings.inventory.records import Inventory
from legacy_mappings.planner.approving import Approvers
from legacy_mappings.planner.carriers import Carriers
from legacy_mappings.planner.classes import Choice
from legacy_mappings.planner.groups import Optimiser
from legacy_mappings.planner.lines import mapping_lines, not_carried
from legacy_mappings.planner.one_system import Served, SystemPlan, Tools, plan_system
from legacy_mappings.planner.over_grant import opened_by_plan, over_grant
from legacy_mappings.planner.people import approvers_of, gifts_of
from legacy_mappings.planner.permitted import Grounds, Permissions
from legacy_mappings.planner.records import NOBODYS_CAUSES, Cause, Plan, PlannedUser, PlanOptions, Stage
from legacy_mappings.planner.references import external_reference
from legacy_mappings.planner.registering import entries, entry_for
from legacy_mappings.planner.role_rows import gifts_of_roles, role_rows
from legacy_mappings.planner.scene import Scene
from legacy_mappings.planner.shares import Sharing
from legacy_mappings.planner.stopping import stopping_at
from legacy_mappings.planner.successions import Successions
from legacy_mappings.vocabulary import Layered


class _User(NamedTuple):
    """A system user to be, with the choices it is made of."""

    planned: PlannedUser
    choices: tuple[Choice, ...]


def make_plan(inventory: Inventory, tables: Layered, options: PlanOptions) -> Plan:
    """The smallest set of system users, packages and single rights that covers what was used or is declared.

    The aims, one after the other: uncovered needs, rights gained without use, system users, packages, single rights;
    what is equal then is decided by URN. The same input gives the same plan. Pure. Raises InvalidInput where the
    vendor's number is none. Source: users-and-migration §3 items 2 and 12, §4.1; packages-and-roles §9.
    """
    parse_organisation_number(options.vendor)
    scene = Scene(inventory, tables, options)
    owners = Approvers(scene, rights=scene.single)
    clients = Approvers(scene, rights=scene.single if options.agent_rights else 0)
    tools = _tools(scene, owners, clients)
    plans = tuple(sorted((plan_system(tools, system) for system in _systems(scene)), key=lambda plan: plan.system.id))
    users = tuple(_users(tools, plans))
    planned = tuple(sorted((user.planned for user in users), key=lambda user: (user.enterprise_system, user.reference)))
    roles = tuple(role_rows(scene, sorted({plan.system.owner for plan in plans})))
    gifts = {gift for plan in plans for gift in gifts_of(scene, plan)} | set(gifts_of_roles(scene, roles, clients))
    return Plan(
        at=inventory.at,
        sequence=inventory.snapshot.sequence,
        options=options,
        successors=_successors(tools, plans),
        systems=entries(scene, ((user.planned.system, user.choices) for user in users)),
        users=planned,
        gifts=tuple(sorted(gifts)),
        mapping=tuple(mapping_lines(tools, plans)),
        role_rows=tuple(sorted(roles, key=lambda row: (row.role, row.giver, row.receiver))),
        not_carried=tuple(line for plan in plans for line in not_carried(scene, plan)),
        approvers=tuple(approvers_of(scene, planned, sorted(gifts), owners, clients)),
        over_grant=over_grant(tools, plans),
        stages=_stages(plans),
        stopping=() if options.until is None else stopping_at(scene, plans, options.until),
    )


def _tools(scene: Scene, owners: Approvers, clients: Approvers) -> Tools:
    successions = Successions(scene)
    carriers = Carriers(scene, owners=owners, clients=clients)
    return Tools(
        scene,
        Permissions(scene, scene.reaches),
        successions,
        carriers,
        Sharing(scene, successions, carriers),
        Optimiser(scene),
    )


def _systems(scene: Scene) -> Sequence[EnterpriseSystem]:
    """The enterprise systems to plan for, owner by owner."""
    wanted = scene.options.systems
    found = (system for system in scene.snapshot.enterprise_systems.values() if not wanted or system.id in wanted)
    return sorted(found, key=lambda system: (system.owner, system.id))


# -- system users ---------------------------------------------------------------------------------


def _users(tools: Tools, plans: Iterable[SystemPlan]) -> Iterator[_User]:
    """The system users, in waves of enterprise systems: the smallest first, as a pilot."""
    order = sorted((plan for plan in plans if plan.clients), key=lambda plan: (plan.clients, plan.system.id))
    for place, plan in enumerate(order):
        wave = 1 + place // max(1, tools.scene.options.wave_size)
        for served in plan.served:
            for user in range(len(served.group.joint.contents)):
                yield _user(tools, plan, served, user, wave)


def _user(tools: Tools, plan: SystemPlan, served: Served, user: int, wave: int) -> _User:
    system, choices = plan.system, served.group.choices_of(user)
    carriers = [found.carrier for found in served.group.classes if user in found.users]
    standard = carriers[0].kind is SystemUserKind.STANDARD
    clients = (
        ()
        if standard
        else sorted(party for found in served.group.classes if user in found.users for party in found.clients)
    )
    single = [
        right for choice in choices if not choice.is_package for right in tools.scene.numbering.rights_in(choice.mask)
    ]
    planned = PlannedUser(
        reference=external_reference(system.id, served.ground, (choice.urn for choice in choices)),
        enterprise_system=system.id,
        owner=system.owner,
        kind=carriers[0].kind,
        ground=served.ground,
        system=entry_for(tools.scene, system.id, choices),
        title=_title(tools.scene, plan, served, user),
        packages=tuple(choice.package for choice in choices if choice.is_package),
        rights=tuple(sorted(single)),
        clients=tuple(clients),
        wave=wave,
    )
    return _User(planned, choices)


def _title(scene: Scene, plan: SystemPlan, served: Served, user: int) -> str:
    role = scene.catalogue.roles.get(served.ground)
    ground = (
        role.name
        if role is not None and role.kind is not RoleKind.LEGACY
        else _GROUNDS.get(served.ground, served.ground)
    )
    part = f" {user + 1}" if len(served.group.joint.contents) > 1 else ""
    return f"{plan.system.name[:_LONGEST_NAME]}: {ground}{part}"


_GROUNDS = {"self": "egen virksomhet", "rettighetshaver": "gitt av kunden"}
_LONGEST_NAME = 150


# -- the rest of it -------------------------------------------------------------------------------


def _successors(tools: Tools, plans: Iterable[SystemPlan]) -> tuple[ServiceSuccessor, ...]:
    """The rows of what is carried over, and of what is opened beside it for somebody who was permitted it before.

    Without the latter the old right would be lost and the new one be told of as gained, though one became the other.
    """
    old = 0
    for plan in plans:
        for served in plan.served:
            for mask in served.old.values():
                old |= mask
        opened = opened_by_plan(tools, plan)
        beside = {(wish.permitted, opened[wish.party]) for wish in plan.wishes if wish.party in opened}
        old |= _kept_beside(tools, beside)
    rows = tools.successions.missing_facts(old)
    return tuple(sorted(rows, key=lambda row: (row.service, row.action, row.resource, row.resource_action)))


def _kept_beside(tools: Tools, found: Iterable[tuple[Grounds, int]]) -> int:
    """Of what was permitted, the rights that have become something that is opened."""
    kept = 0
    for permitted, opened in found:
        for _, mask in permitted:
            for place in bits_of(mask & ~kept):
                if tools.successions.of(place).new & opened:
                    kept |= 1 << place
    return kept


def _stages(plans: Iterable[SystemPlan]) -> tuple[Stage, ...]:
    """Each aim over all enterprise systems and grounds: what was reached, and what no plan can be below."""
    groups = [served.group for plan in plans for served in plan.served]
    classes = [found for group in groups for found in group.classes]
    lost = sum(mask.bit_count() for plan in plans for mask in _uncovered(plan).values())
    gained = sum(found.best.gained * found.parties for found in classes)
    least = sum(found.best.bound * found.parties for found in classes)
    joints = [group.joint for group in groups]
    return (
        Stage("uncovered", lost, lost),
        Stage("unused", gained, least),
        Stage("system-users", sum(each.users[0] for each in joints), sum(each.users[1] for each in joints)),
        Stage("packages", sum(each.packages[0] for each in joints), sum(each.packages[1] for each in joints)),
        Stage("rights", sum(each.rights[0] for each in joints), sum(each.rights[1] for each in joints)),
    )


def _uncovered(plan: SystemPlan) -> Mapping[PartyId, int]:
    """What was wanted for each reportee and is carried on no ground."""
    found: dict[PartyId, int] = {}
    for left, parties in plan.left.items():
        if left.cause not in NOBODYS_CAUSES | {Cause.PERSON_OWNED, Cause.NOT_WATCHED}:
            for party in parties:
                found[party] = found.get(party, 0) | left.old
    return found
