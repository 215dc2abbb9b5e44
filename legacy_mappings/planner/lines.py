"""The lines a person judges: each old right with what it became, and each that is not carried with its cause."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from core import RIGHTHOLDER, PartyId, Right, ServiceSuccessor, bits_of
from legacy_mappings.planner.groups import Class, Group
from legacy_mappings.planner.one_system import Served, SystemPlan, Tools
from legacy_mappings.planner.records import Cause, MappingLine, NotCarried
from legacy_mappings.planner.scene import Scene

HELP = MappingProxyType({
    Cause.NO_SUCCESSOR: "The one who migrates: add a row to your own service_successors.csv that says what it became.",
    Cause.UNCONFIRMED: "The one who migrates: say yes by a row of your own with the same target, or name another one.",
    Cause.RESOURCE_UNKNOWN: "The service's owner: the resource and its action must be in the resource register.",
    Cause.NO_PACKAGE: "The service's owner: the resource's policy accepts nothing that a system user can have.",
    Cause.NOT_HELD: "The client: the relation carries no package that opens it, so it must give one by its own hand.",
    Cause.NOT_DELEGABLE: "The service's owner: what opens it may not be passed on to this kind of system user.",
    Cause.SENSITIVE: "The client: consent to the package by name; then plan with it among the sensitive ones allowed.",
    Cause.OLD_ROLES_ONLY: "The service's owner: its policy names imported roles only; it works until these end.",
    Cause.LEVEL_TOO_HIGH: "A person: the service asks for a higher authentication level than a system user has.",
    Cause.NEEDS_PERSON: "A person who has the right: this is a personal act, and no system does it.",
    Cause.NOT_USED: "Nobody needs to; to carry it all the same, declare it as needed or plan everything permitted.",
    Cause.NOT_WATCHED: "The one who migrates: bring records of use of the whole time, or plan everything permitted.",
    Cause.DEAD_SYSTEM: "The owner: the system has not called for long; say that it is dead, or carry what is stale.",
    Cause.LOCKED_SYSTEM: "The operator: the system is locked; unlock it before planning if it is to live on.",
    Cause.ENDED_PARTY: "Nobody: the unit is deleted or the person dead; confirm that nothing is to be handed in.",
    Cause.PERSON_OWNED: "The owner: let the sole proprietorship take the system over, or log on as a person instead.",
    Cause.NO_APPROVER: "The party: name somebody who manages its accesses and may give this; nobody there can now.",
})  # fmt: skip
"""For each cause, who can do what about it. Source: users-and-migration §4.1."""


# -- carried --------------------------------------------------------------------------------------


def mapping_lines(tools: Tools, plans: Iterable[SystemPlan]) -> Iterator[MappingLine]:
    """One line for each old right, new right and what opens it, with the number of (system, reportee) it is for.

    A right changes its meaning where the action is another one, or where two actions of one service became one.
    Source: users-and-migration §4.1 row 13.
    """
    pairs: Counter[tuple[Right, Right, str]] = Counter()
    rows: dict[tuple[Right, Right], ServiceSuccessor] = {}
    for plan in plans:
        for served in plan.served:
            for found, carried, count in _alike(served):
                for row, package in _opened(tools, served.group, found, carried):
                    key = Right(row.service, row.action), Right(row.resource, row.resource_action)
                    rows[key] = row
                    pairs[*key, package] += count
    joined = Counter((before.service, after) for before, after in rows)
    for (old, new, package), reportees in sorted(pairs.items()):
        row = rows[old, new]
        changed = old.action != new.action or joined[old.service, new] > 1
        yield MappingLine(old, new, package, row.confidence, row.source, row.dated, reportees, changed)


def _alike(served: Served) -> Iterator[tuple[Class, int, int]]:
    """Each class with old rights that are carried for some of it, and for how many reportees."""
    classes = served.group.classes
    class_of = {party: place for place, found in enumerate(classes) for party in found.clients}
    counted = Counter((class_of[served.carried.get(party, party)], old) for party, old in served.old.items())
    for (place, old), count in sorted(counted.items()):
        yield classes[place], old, count


def _opened(tools: Tools, group: Group, found: Class, old: int) -> Iterator[tuple[ServiceSuccessor, str]]:
    choices = [choice for user in found.users for choice in group.choices_of(user)]
    for place in bits_of(old):
        for row in tools.successions.of(place).rows:
            new = tools.scene.mask_of([Right(row.resource, row.resource_action)])
            opening = sorted((choice.is_package, choice.urn, choice.package) for choice in choices if choice.mask & new)
            if opening:
                yield row, opening[0][2]


# -- not carried ----------------------------------------------------------------------------------


def not_carried(scene: Scene, plan: SystemPlan) -> Iterator[NotCarried]:
    """What of one enterprise system has no new place, with its cause. Nothing is dropped without one."""
    for left, parties in plan.left.items():
        rights = scene.numbering.rights_in(left.old)
        sentence = _sentence(left.cause, left.ground)
        yield NotCarried(plan.system.id, left.ground, left.cause, rights, parties, sentence, left.suggestions)
    personal: dict[int, list[PartyId]] = defaultdict(list)
    for party, used in scene.uses_of(plan.system.id):
        if acts := used.lately & scene.standing.personal:
            personal[acts].append(party)
    for acts, found in sorted(personal.items()):
        rights = scene.numbering.rights_in(acts)
        yield NotCarried(plan.system.id, "", Cause.NEEDS_PERSON, rights, tuple(found), HELP[Cause.NEEDS_PERSON])


def _sentence(cause: Cause, ground: str) -> str:
    if cause is Cause.NOT_HELD and ground == RIGHTHOLDER:
        return "The client: nobody there may give a package that opens it, or an access list keeps the client out."
    return HELP[cause]
