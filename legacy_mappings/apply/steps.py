"""A plan as ordered steps: wave by wave, and in each what the later steps rest on first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

from core import RIGHTHOLDER, MoveStep, PartyId, PartyKind, ServiceSuccessor, Snapshot
from legacy_mappings.apply.records import SHARED, Stage
from legacy_mappings.apply.work import Work, Workshop
from legacy_mappings.planner.records import Gift, Plan, PlannedUser

Waves = Collection[int] | None
"""Which waves; None for the whole plan."""


def steps_of(
    plan: Plan, digest: str, snapshot: Snapshot, workshop: Workshop, waves: Waves = None
) -> tuple[MoveStep, ...]:
    """The steps of the plan, or of some of its waves with what they share, in the order they are carried out in.

    A step is known by its stage and key, which name organisations by number, and persons by party id.
    """
    return tuple(_Steps(plan, digest, snapshot, workshop, waves).all())


def planned_counts(plan: Plan, digest: str, snapshot: Snapshot, workshop: Workshop) -> Mapping[tuple[int, Stage], int]:
    """How many steps the plan has, by wave and stage."""
    return Counter((step.wave, Stage(step.stage)) for step in steps_of(plan, digest, snapshot, workshop))


class _Steps:
    def __init__(self, plan: Plan, digest: str, snapshot: Snapshot, workshop: Workshop, waves: Waves) -> None:
        self._plan = plan
        self._digest = digest
        self._snapshot = snapshot
        self._workshop = workshop
        self._wanted = frozenset(user.wave for user in plan.users) if waves is None else frozenset(waves)
        self._all = waves is None

    def all(self) -> Iterator[MoveStep]:
        """Every step, what is shared first, then wave by wave."""
        shared = (self._successors(), self._systems(), self._gifts())
        by_wave: dict[int, dict[Stage, list[MoveStep]]] = defaultdict(lambda: defaultdict(list))
        for steps in (*shared, self._of_users()):
            for step in steps:
                by_wave[step.wave][Stage(step.stage)].append(step)
        for wave in sorted(by_wave):
            for stage in Stage:
                yield from by_wave[wave][stage]

    def _step(self, wave: int, stage: Stage, key: str, work: Work) -> MoveStep:
        # Clients have nothing to do with each other, and neither have gifts between different parties.
        apart = {Stage.CLIENTS: key, Stage.GIFTS: key.rpartition(" ")[0]}.get(stage, "")
        return MoveStep(self._digest, wave, stage, key, work, apart=apart)

    def _successors(self) -> Iterator[MoveStep]:
        by_service: dict[str, list[ServiceSuccessor]] = defaultdict(list)
        for row in self._plan.successors:
            by_service[row.service].append(row)
        for service, rows in by_service.items():
            yield self._step(SHARED, Stage.SUCCESSORS, service, self._workshop.successors(rows))

    def _systems(self) -> Iterator[MoveStep]:
        for planned in self._plan.systems:
            wave = self._wave(user.wave for user in self._plan.users if user.system == planned.id)
            if wave is not None:
                yield self._step(wave, Stage.SYSTEMS, planned.id, self._workshop.system(planned))

    def _gifts(self) -> Iterator[MoveStep]:
        for_client: dict[tuple[PartyId, PartyId], list[PlannedUser]] = defaultdict(list)
        for user in self._plan.users:
            if user.ground == RIGHTHOLDER:
                for client in user.clients:
                    for_client[client, user.owner].append(user)
        for gift in self._plan.gifts:
            users = for_client.get((gift.giver, gift.receiver), ())
            wave = self._wave(user.wave for user in users if _rests_on(user, gift))
            if wave is not None:
                yield self._step(wave, Stage.GIFTS, self._key_of_gift(gift), self._workshop.gift(gift))

    def _of_users(self) -> Iterator[MoveStep]:
        for planned in self._plan.users:
            if planned.wave not in self._wanted:
                continue
            key, shop = self._key_of_user(planned), self._workshop
            yield self._step(planned.wave, Stage.REQUESTS, key, shop.request(planned))
            yield self._step(planned.wave, Stage.APPROVALS, key, shop.approval(planned))
            for client in dict.fromkeys(planned.clients):
                work = shop.client(planned, client)
                yield self._step(planned.wave, Stage.CLIENTS, f"{key} {self._name(client)}", work)
            link = f"{planned.enterprise_system} {key}"
            yield self._step(planned.wave, Stage.LINKS, link, shop.link(planned))

    def _wave(self, needed_by: Collection[int] | Iterator[int]) -> int | None:
        """The wave of something that these waves need; None where no wanted one does."""
        waves = frozenset(needed_by)
        if not waves and self._all:
            return SHARED
        if not waves & self._wanted:
            return None
        return min(waves) if len(waves) == 1 else SHARED

    def _key_of_user(self, planned: PlannedUser) -> str:
        return f"{planned.system} {self._name(planned.owner)} {planned.reference}"

    def _key_of_gift(self, gift: Gift) -> str:
        what = gift.package or f"{gift.service}:{','.join(gift.actions)}"
        return f"{self._name(gift.giver)} {self._name(gift.receiver)} {what}"

    def _name(self, party: PartyId) -> str:
        found = self._snapshot.party(party)
        return party if found is None or found.kind is PartyKind.PERSON else found.number


def _rests_on(user: PlannedUser, gift: Gift) -> bool:
    """Whether the system user needs the gift. A gift of single rights may stand for any of its packages or rights."""
    return gift.package in user.packages or (not gift.package and (gift.service in _services(user) or not user.rights))


def _services(user: PlannedUser) -> frozenset[str]:
    return frozenset(right.service for right in user.rights)
