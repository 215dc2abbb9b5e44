"""One enterprise system on one ground: classes of clients that are alike, each with its best sets, and the users."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core import PartyId, Right, bits_of
from legacy_mappings.planner.carriers import Carrier
from legacy_mappings.planner.classes import Best, Choice, Problem, solve_class
from legacy_mappings.planner.scene import Scene
from legacy_mappings.planner.users import Joint, join_classes


class Client(NamedTuple):
    """A reportee to be served on a ground: what the ground carries, what is needed, for how many parties it counts.

    A sub-unit whose main unit is served too is carried by it, and its needs are the main unit's.
    """

    carrier: Carrier
    needed: int
    parties: int


class Class(NamedTuple):
    """Clients that need the same and can be given the same; ``users`` are the places of those they are put on."""

    carrier: Carrier
    needed: int
    clients: tuple[PartyId, ...]
    parties: int
    best: Best
    users: tuple[int, ...]


class Group(NamedTuple):
    """What was found for one enterprise system on one ground.

    ``contents`` are the users' choices as masks of places in ``choices``.
    """

    choices: tuple[Choice, ...]
    classes: tuple[Class, ...]
    joint: Joint

    def opened_for(self, found: Class) -> int:
        """Every right that the class's users open for it."""
        opened = 0
        for user in found.users:
            for place in bits_of(self.joint.contents[user]):
                opened |= self.choices[place].mask
        return opened & ~found.carrier.barred

    def choices_of(self, user: int) -> tuple[Choice, ...]:
        """What a user has."""
        return tuple(self.choices[place] for place in bits_of(self.joint.contents[user]))


class Optimiser:
    """Solves groups; problems that are alike are solved once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._classes: dict[Problem, Best] = {}
        self._joints: dict[tuple[tuple[tuple[int, ...], ...], int, bool], Joint] = {}

    def group(self, clients: Mapping[PartyId, Client]) -> Group:
        """The users for these clients of one enterprise system on one ground.

        Source: users-and-migration §3 item 12, §4.1 rows 1, 3, 9, 16, 17.
        """
        alike: dict[tuple[Carrier, int], list[PartyId]] = defaultdict(list)
        for party in sorted(clients):
            alike[clients[party].carrier, clients[party].needed].append(party)
        choices = self._choices(alike)
        solved = [
            (carrier, needed, tuple(parties), self._best(choices, carrier, needed))
            for (carrier, needed), parties in sorted(alike.items(), key=lambda item: item[1])
        ]
        joint = self._join(choices, [best for *_, best in solved])
        classes = tuple(
            Class(carrier, needed, parties, sum(clients[party].parties for party in parties), best, placed)
            for (carrier, needed, parties, best), placed in zip(solved, joint.placed, strict=True)
        )
        return Group(choices, classes, joint)

    def _choices(self, alike: Iterable[tuple[Carrier, int]]) -> tuple[Choice, ...]:
        """Single rights and packages that open something needed, by URN; no package whose part rights can play."""
        single = beyond = 0
        packages: dict[str, bool] = {}
        for carrier, needed in alike:
            single |= carrier.rights & needed
            beyond |= needed & ~carrier.rights
            for package in carrier.packages:
                if self._scene.standing.by_package(package) & needed:
                    packages.setdefault(package, False)
        found = [
            Choice(f"urn:altinn:accesspackage:{package}", package, mask)
            for package in packages
            if (mask := self._scene.standing.by_package(package)) & beyond
        ]
        found += [
            Choice(urn_of_right(self._scene.numbering.rights[place]), "", 1 << place) for place in bits_of(single)
        ]
        return tuple(sorted(found))

    def _best(self, choices: Sequence[Choice], carrier: Carrier, needed: int) -> Best:
        open_to = tuple(
            (place, choice.mask & ~carrier.barred)
            for place, choice in enumerate(choices)
            if (choice.package in carrier.packages if choice.is_package else choice.mask & carrier.rights)
        )
        problem = Problem(needed, open_to)
        best = self._classes.get(problem)
        if best is None:
            best = self._classes[problem] = solve_class(problem)
        return best

    def _join(self, choices: Sequence[Choice], best: Sequence[Best]) -> Joint:
        packages = sum(1 << place for place, choice in enumerate(choices) if choice.is_package)
        key = (tuple(each.sets for each in best), packages, all(each.whole for each in best))
        joint = self._joints.get(key)
        if joint is None:
            joint = self._joints[key] = join_classes(key[0], packages, whole=key[2])
        return joint


def urn_of_right(right: Right) -> str:
    """A single right as it is written on the wire."""
    return f"urn:altinn:resource:{right.service}:{right.action}"
