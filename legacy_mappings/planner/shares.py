"""Which ground carries which of a reportee's wishes; what no ground carries, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core import bits_of, ground_order
from legacy_mappings.planner.carriers import Carrier, Carriers
from legacy_mappings.planner.records import Cause
from legacy_mappings.planner.scene import Scene
from legacy_mappings.planner.successions import Successions


class Share(NamedTuple):
    """What one ground carries: old rights, and what they became."""

    carrier: Carrier
    old: int
    new: int


class Left(NamedTuple):
    """Old rights that no ground carries, told for one of the grounds they rested on."""

    ground: str
    cause: Cause
    old: int
    suggestions: tuple[str, ...]


class Shared(NamedTuple):
    """The shares of one reportee by ground, and what is left."""

    shares: tuple[Share, ...]
    left: tuple[Left, ...]


class Sharing:
    """Divides wishes between grounds: each old right goes to the first ground it rested on that can carry it.

    Register relations come first, for they need no hand of the client's. Source: users-and-migration §4.1 rows 8, 12.
    """

    def __init__(self, scene: Scene, successions: Successions, carriers: Carriers) -> None:
        self._scene, self._successions, self._carriers = scene, successions, carriers
        self._found: dict[tuple[tuple[Carrier, int], ...], Shared] = {}
        self._opened: dict[Carrier, int] = {}

    def of(self, grounds: tuple[tuple[Carrier, int], ...]) -> Shared:
        """The shares of old rights wanted on these grounds."""
        found = self._found.get(grounds)
        if found is None:
            found = self._found[grounds] = self._divide(grounds)
        return found

    def _divide(self, grounds: tuple[tuple[Carrier, int], ...]) -> Shared:
        shares: list[Share] = []
        done = 0
        for carrier, wanted in sorted(grounds, key=lambda each: ground_order(each[0].ground)):
            share = self._share(carrier, wanted & ~done)
            if share.old:
                shares.append(share)
                done |= share.old
        left = [each for carrier, wanted in grounds for each in self._left(carrier, wanted & ~done)]
        return Shared(tuple(shares), tuple(sorted(left)))

    def _share(self, carrier: Carrier, wanted: int) -> Share:
        openable = self.openable(carrier)
        old = new = 0
        for place in bits_of(wanted):
            found = self._successions.of(place).new & openable
            if found:
                old |= 1 << place
                new |= found
        return Share(carrier, old, new)

    def openable(self, carrier: Carrier) -> int:
        """The new rights that a system user could do on this ground."""
        found = self._opened.get(carrier)
        if found is None:
            by_packages = self._scene.standing.by_packages(carrier.packages)
            found = (by_packages | carrier.rights) & self._scene.modern & ~carrier.barred & ~self._scene.too_high
            self._opened[carrier] = found
        return found

    def _left(self, carrier: Carrier, old: int) -> Iterator[Left]:
        causes: dict[tuple[Cause, tuple[str, ...]], int] = {}
        for place in bits_of(old):
            key = self._cause(carrier, place)
            causes[key] = causes.get(key, 0) | 1 << place
        for (cause, suggestions), mask in sorted(causes.items()):
            yield Left(carrier.ground, cause, mask, suggestions)

    def _cause(self, carrier: Carrier, place: int) -> tuple[Cause, tuple[str, ...]]:
        found = self._successions.of(place)
        if found.cause is not None:
            return found.cause, found.suggestions
        first = next(bits_of(found.new))
        return self._carriers.why_not(carrier, first)
