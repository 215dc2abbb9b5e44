"""What a parity report holds: every (actor, reportee, service, action) that either world permits, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core import PartyId, Right


class Finding(StrEnum):
    """What became of something that either world permits."""

    KEPT = "kept"
    CHANGED = "changed"  # kept, with another meaning: another action, two rights that became one
    LOST = "lost"
    GAINED = "gained"


@dataclass(frozen=True, slots=True, order=True)
class Actor:
    """Who acts: an enterprise system, and in the new world the system user that takes its place for one ground.

    ``reference`` and ``system_user`` are empty where nobody in the new world answers. ``ground`` is what the right
    flows from: a register role, ``rettighetshaver`` or ``self``.
    """

    enterprise_system: int
    ground: str
    reference: str = ""
    system_user: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are alike: one actor, one finding, one cause; every one of ``rights`` for every one of ``reportees``.

    ``cause`` is a stable code; ``chain`` names, for lost and gained lines, the facts that gave it for the first of the
    reportees (kind and id, in order); ``agreed`` says that the plan names this loss and its cause.
    """

    actor: Actor
    finding: Finding
    cause: str
    rights: tuple[Right, ...]
    reportees: tuple[PartyId, ...]
    chain: tuple[str, ...] = ()
    agreed: bool = False

    @property
    def lines(self) -> int:
        """How many (actor, reportee, service, action) the group is."""
        return len(self.rights) * len(self.reportees)


@dataclass(frozen=True, slots=True)
class Parity:
    """The comparison. ``before`` and ``after`` are the sequences of the facts each side was asked of.

    ``passes`` is how often it was run until two runs agreed; what came and went between them is ``moved``. Not
    ``settled``: no two runs have agreed, because it was run once only or facts kept moving.
    """

    at: datetime
    before: int
    after: int
    pairs: int
    groups: tuple[Group, ...]
    passes: int = 1
    moved: tuple[Group, ...] = ()
    settled: bool = False

    def count(self, finding: Finding, *, agreed: bool | None = None, systems: frozenset[int] | None = None) -> int:
        """How many lines were found so; of those agreed, or not agreed, or of some systems, where that is named."""
        return sum(
            group.lines
            for group in self.groups
            if group.finding is finding
            and (agreed is None or group.agreed is agreed)
            and (systems is None or group.actor.enterprise_system in systems)
        )
