"""What old rights are in the new world and back, whole sets of them at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from core import Catalogue, Numbering, Right, ServiceKind, ServiceSuccessor, bits_of

SAME_RIGHT = "same-right"
ANOTHER_ACTION = "another-action"
BECAME_ONE = "became-one"
MEANINGS = (SAME_RIGHT, ANOTHER_ACTION, BECAME_ONE)
"""How a successor can relate to the old right: the same action; another one; one action for two of a service."""


class Succession:
    """The successors that decisions follow at one moment, by the numbers of a numbering that has both sides' rights.

    ``mapped`` are the old rights that have a successor, ``successors`` the new rights that are one.
    """

    def __init__(self, catalogue: Catalogue, at: datetime, numbering: Numbering) -> None:
        self._rows: dict[Right, tuple[ServiceSuccessor, ...]] = {}
        for right, rows in catalogue.successors.items():
            in_force = tuple(row for row in rows if row.is_followed(at))
            if in_force:
                self._rows[right] = in_force
        self._becomes: dict[str, dict[int, int]] = {meaning: defaultdict(int) for meaning in MEANINGS}
        for row, meaning in self._meanings():
            bits = self._becomes[meaning]
            bits[numbering.places[Right(row.service, row.action)]] |= numbering.mask_of((_new(row),))
        self._images: dict[int, int] = {}
        self._sources: dict[tuple[str, int], int] = {}
        self.mapped = numbering.mask_of(self._rows)
        self.successors = self.image(self.mapped)

    def _meanings(self) -> Iterator[tuple[ServiceSuccessor, str]]:
        """Each row with how its meaning changes. Source of the rule: users-and-migration §4.1 row 13."""
        actions: dict[tuple[str, Right], set[str]] = defaultdict(set)
        rows = [row for rows in self._rows.values() for row in rows]
        for row in rows:
            actions[row.service, _new(row)].add(row.action)
        for row in rows:
            if row.action != row.resource_action:
                yield row, ANOTHER_ACTION
            else:
                yield row, BECAME_ONE if len(actions[row.service, _new(row)]) > 1 else SAME_RIGHT

    def rows_of(self, right: Right) -> tuple[ServiceSuccessor, ...]:
        """What the right is in the new world, in order of resource and action."""
        return self._rows.get(right, ())

    def image(self, old: int) -> int:
        """What these old rights are in the new world."""
        found = self._images.get(old)
        if found is None:
            found = 0
            for place in bits_of(old):
                for bits in self._becomes.values():
                    found |= bits.get(place, 0)
            self._images[old] = found
        return found

    def kept_by(self, new: int, meaning: str) -> int:
        """The old rights of which ``new`` holds a successor of this meaning."""
        key = (meaning, new)
        found = self._sources.get(key)
        if found is None:
            found = 0
            for place, bits in self._becomes[meaning].items():
                found |= (1 << place) if bits & new else 0
            self._sources[key] = found
        return found


def _new(row: ServiceSuccessor) -> Right:
    return Right(row.resource, row.resource_action)


def of_old_world(catalogue: Catalogue, numbering: Numbering) -> int:
    """The rights that the old doors serve: forms and services of the old platforms.

    What a system of the old world could do with a modern resource, no door lets it ask.
    """
    services = catalogue.services
    old = (right for right in catalogue.policies if services[right.service].kind is not ServiceKind.RESOURCE)
    return numbering.mask_of(old)


def numbering_for(before: Catalogue, after: Catalogue) -> Numbering:
    """A numbering of every right of either side, and of every one that a successor's row names."""
    rows = [row for rows in after.successors.values() for row in rows]
    return Numbering.of(before, after, more=[*after.successors, *map(_new, rows)])
