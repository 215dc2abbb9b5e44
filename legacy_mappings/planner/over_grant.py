"""How much a plan opens that is not used, beside two coarse plans that people make by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from core import MAIN_ADMINISTRATOR, OWN_ORGANISATION, RIGHTHOLDER, PartyId, RoleGrant, bits_of
from legacy_mappings.planner.one_system import SystemPlan, Tools
from legacy_mappings.planner.records import OverGrant


class Opened(NamedTuple):
    """Of one reportee of one enterprise system: what the plan opens, what of it is wanted, what was permitted before.

    ``administrator`` and ``role_list`` are what the two coarse plans open.
    """

    plan: int
    wanted: int
    before: int
    administrator: int
    role_list: int


def over_grant(tools: Tools, plans: Iterable[SystemPlan]) -> OverGrant:
    """The plan's over-grant and that of two coarse ones, over everybody who is served.

    The coarse ones: the main administrator's packages for everybody; and for each role one list of packages, those
    that the tables name or that anybody with the role needs. Source: users-and-migration §3 item 12, §4.1 row 3.
    """
    plans = tuple(plans)
    coarse = _Coarse(tools, plans)
    counts: Counter[Opened] = Counter()
    for plan in plans:
        for one in _opened(tools, plan, coarse):
            counts[one] += 1
    return OverGrant(
        wanted=sum(one.wanted.bit_count() * count for one, count in counts.items()),
        opened=sum(one.plan.bit_count() * count for one, count in counts.items()),
        unused=sum((one.plan & ~one.wanted).bit_count() * count for one, count in counts.items()),
        gained=sum((one.plan & ~one.before).bit_count() * count for one, count in counts.items()),
        administrator=sum((one.administrator & ~one.wanted).bit_count() * count for one, count in counts.items()),
        role_list=sum((one.role_list & ~one.wanted).bit_count() * count for one, count in counts.items()),
    )


def opened_by_plan(tools: Tools, plan: SystemPlan) -> dict[PartyId, int]:
    """What the plan of one enterprise system opens for each party, sub-units included."""
    found: dict[PartyId, int] = {}
    for served in plan.served:
        for one in served.group.classes:
            opened = served.group.opened_for(one)
            for party in one.clients:
                for reached in (party, *tools.scene.sub_units(party)):
                    found[reached] = found.get(reached, 0) | opened
    return found


def _opened(tools: Tools, plan: SystemPlan, coarse: _Coarse) -> Iterator[Opened]:
    permitted = {wish.party: wish for wish in plan.wishes}
    wanted: dict[PartyId, int] = {}
    for served in plan.served:
        for party, old in served.old.items():
            wanted[party] = wanted.get(party, 0) | tools.successions.new_of(old)
    for party, opened in opened_by_plan(tools, plan).items():
        wish = permitted.get(party)
        grounds = () if wish is None else wish.permitted
        old = 0
        for _, mask in grounds:
            old |= mask
        before, lists = tools.successions.new_of(old), coarse.role_list(plan, party, grounds)
        yield Opened(opened, wanted.get(party, 0) & opened, before, coarse.administrator(party), lists)


class _Coarse:
    """The two plans that people make by hand."""

    def __init__(self, tools: Tools, plans: Iterable[SystemPlan]) -> None:
        self._tools = tools
        self._needed = _needed_by_ground(plans)
        self._listed: dict[str, int] = {}
        self._by_form: dict[str | None, int] = {}
        rows = tools.scene.tables.tables.role_packages
        self._packages: Mapping[str, frozenset[str]] = {
            role: frozenset(row.package for row in rows if row.role == role and row.package)
            for role in {row.role for row in rows}
        }

    def administrator(self, party: PartyId) -> int:
        """What the main administrator's packages open for the party."""
        found = self._tools.scene.snapshot.party(party)
        form = None if found is None else found.form
        if form not in self._by_form:
            packages = self._tools.scene.catalogue.giveable_by(MAIN_ADMINISTRATOR, form)
            self._by_form[form] = self._tools.scene.standing.by_packages(packages) & self._tools.scene.modern
        return self._by_form[form]

    def role_list(self, plan: SystemPlan, party: PartyId, grounds: Iterable[tuple[str, int]]) -> int:
        """What the lists of the roles open that the owner has at the party."""
        found = 0
        for ground, _ in grounds:
            if ground != RIGHTHOLDER:
                found |= self._list(ground, ground)
                continue
            for held in self._tools.scene.snapshot.holdings(party, plan.system.owner):
                if isinstance(held, RoleGrant):
                    found |= self._list(held.role, RIGHTHOLDER)
        return found

    def _list(self, role: str, ground: str) -> int:
        if role not in self._listed:
            packages = self._packages.get(role) or frozenset()
            if ground not in {RIGHTHOLDER, OWN_ORGANISATION}:
                packages = self._tools.scene.catalogue.carried_by(role, None)
            opened = self._tools.scene.standing.by_packages(packages) & self._tools.scene.modern
            self._listed[role] = opened or self._needed.get(ground, 0)
        return self._listed[role]


def _needed_by_ground(plans: Iterable[SystemPlan]) -> dict[str, int]:
    """Everything that the plan opens for anybody on each ground."""
    found: dict[str, int] = {}
    for plan in plans:
        for served in plan.served:
            for content in served.group.joint.contents:
                for place in bits_of(content):
                    found[served.ground] = found.get(served.ground, 0) | served.group.choices[place].mask
    return found
