"""One enterprise system's old rights for one reportee against what its linked system users may do: by masks alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from core import SystemUserLink, ground_order
from legacy_mappings.parity.records import Actor, Finding
from legacy_mappings.parity.succession import MEANINGS, SAME_RIGHT, Succession

WRONG_REFERENCE = "wrong-reference"
"""The system user's own external reference is not the one that the link names."""

WRONG_GROUND = "wrong-ground"
"""A system user may do it, and on another ground than the one it is linked for."""

ANOTHER_GROUND = "permitted-on-another-ground"
"""The old world permitted it, and on another ground."""

NEW_SERVICE = "no-old-service"
"""No old right becomes this one."""

NOT_PERMITTED = "not-permitted-before"

OPENED_BY_CUT_OVER = "opened-by-cut-over"
"""An old right that nobody had: what opens it in the new world is there for another old right."""

NO_SUCCESSOR = "no-successor"
NO_LINK = "no-linked-system-user"

Grounds = tuple[tuple[str, int], ...]
"""What the old world permits, by ground."""

NewGrounds = tuple[tuple[int, str, int], ...]
"""What each linked system user may do, by its place and by ground."""

Agreed = tuple[tuple[str, str, int], ...]
"""What a plan does not carry over: ground (empty: every one), cause, rights."""


class Keeper(NamedTuple):
    """A linked system user. ``answers``: its own external reference is the one that the link names."""

    link: SystemUserLink
    reference: str
    answers: bool

    def actor(self, ground: str) -> Actor:
        """The system user as an actor on ``ground``."""
        return Actor(self.link.enterprise_system, ground, self.reference, self.link.system_user)


class Line(NamedTuple):
    """Rights that were found alike. ``cause`` is None where it takes a question about this very reportee."""

    actor: Actor
    finding: Finding
    cause: str | None
    agreed: bool
    mask: int


class Comparer:
    """Compares for one enterprise system and its keepers, which are in the order of preference."""

    def __init__(
        self, enterprise_system: int, keepers: Sequence[Keeper], succession: Succession, answered: int
    ) -> None:
        """``answered`` are the old rights that the old doors would answer by the new world after cut-over."""
        self._system = enterprise_system
        self._answered = answered
        self._keepers = keepers
        self._linked = {keeper.link.ground for keeper in keepers}
        self._succession = succession

    def lines(self, old: Grounds, new: NewGrounds, agreed: Agreed) -> Iterator[Line]:
        """Everything that either side permits: each old right once, each new one that none explains once an actor."""
        permitted = dict(old)
        everything = _union(permitted.values())
        left = everything
        for meaning in MEANINGS:
            for place, ground, mask in new:
                keeper = self._keepers[place]
                if keeper.answers and ground == keeper.link.ground:
                    kept = left & permitted.get(ground, 0) & self._succession.kept_by(mask, meaning)
                    left &= ~kept
                    if kept:
                        finding = Finding.KEPT if meaning == SAME_RIGHT else Finding.CHANGED
                        yield Line(keeper.actor(ground), finding, meaning, agreed=False, mask=kept)
        yield from self._lost(permitted, left, agreed)
        for place, ground, mask in new:
            keeper = self._keepers[place]
            for cause, gained in self._gained(keeper, ground, mask, permitted.get(ground, 0), everything):
                if gained:
                    yield Line(keeper.actor(ground), Finding.GAINED, cause, agreed=False, mask=gained)
        yield from self._opened(new, everything)

    def _opened(self, new: NewGrounds, everything: int) -> Iterator[Line]:
        """Old rights that nobody had, each once: the old doors ask only whether any linked system user may."""
        left = self._answered & ~everything
        for place, ground, mask in new:
            opened = left & _union(self._succession.kept_by(mask, meaning) for meaning in MEANINGS)
            left &= ~opened
            if opened:
                actor = self._keepers[place].actor(ground)
                yield Line(actor, Finding.GAINED, OPENED_BY_CUT_OVER, agreed=False, mask=opened)

    def _lost(self, permitted: Mapping[str, int], left: int, agreed: Agreed) -> Iterator[Line]:
        """First what the plan leaves behind; each right is told of once, under the first of its grounds."""
        for (ground, cause), mask in _left_behind(permitted, left, agreed).items():
            left &= ~mask
            yield Line(Actor(self._system, ground), Finding.LOST, cause, agreed=True, mask=mask)
        linked = _union(mask for ground, mask in permitted.items() if ground in self._linked)
        mapped = self._succession.mapped
        causes = ((NO_SUCCESSOR, ~mapped), (NO_LINK, mapped & ~linked), (None, mapped & linked))
        for ground in sorted(permitted, key=ground_order):
            lost = left & permitted[ground]
            left &= ~lost
            for why, mask in causes:
                if lost & mask:
                    yield Line(Actor(self._system, ground), Finding.LOST, why, agreed=False, mask=lost & mask)

    def _gained(
        self, keeper: Keeper, ground: str, mask: int, permitted: int, everything: int
    ) -> Iterator[tuple[str, int]]:
        if not keeper.answers:
            yield WRONG_REFERENCE, mask
        elif ground != keeper.link.ground:
            yield WRONG_GROUND, mask
        else:
            more = mask & ~self._succession.image(permitted)
            elsewhere = more & self._succession.image(everything)
            yield NEW_SERVICE, more & ~self._succession.successors
            yield ANOTHER_GROUND, elsewhere
            yield NOT_PERMITTED, more & self._succession.successors & ~elsewhere


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _left_behind(permitted: Mapping[str, int], left: int, agreed: Agreed) -> dict[tuple[str, str], int]:
    """Of ``left``, what the plan names, by ground and cause: each right once.

    A plan tells of a right that no ground carries for one of the grounds it rests on. Where it no longer rests on
    that one, the loss is another than the plan's.
    """
    found: dict[tuple[str, str], int] = {}
    for on, cause, named in agreed:
        for ground in (on,) if on else sorted(permitted, key=ground_order):
            mask = left & named & permitted.get(ground, 0)
            left &= ~mask
            if mask:
                found[ground, cause] = found.get((ground, cause), 0) | mask
    return found
