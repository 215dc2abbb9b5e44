"""What a plan holds: system users to be, what clients must give first, and what is not carried over and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core import Confidence, PartyId, Right, ServiceSuccessor, SystemUserKind


class Cover(StrEnum):
    """What a plan covers of what is permitted.

    ``used``: what was used or is declared; where nothing at all is known of a system's use, everything permitted.
    ``permitted``: everything, used or not.
    """

    USED = "used"
    PERMITTED = "permitted"


class Cause(StrEnum):
    """Why something old has no new place. Each has its rule in users-and-migration §4.1."""

    NO_SUCCESSOR = "no-successor"  # no row says what the service is in the new world
    UNCONFIRMED = "unconfirmed"  # the row that says so is inferred, and nobody has said yes to it
    RESOURCE_UNKNOWN = "resource-unknown"  # the successor names a resource that is not in the register
    NO_PACKAGE = "no-package"  # the resource's policy accepts nothing that a system user can have
    NOT_HELD = "not-held"  # the ground carries no package that opens it
    NOT_DELEGABLE = "not-delegable"  # what opens it may not be passed on to this kind of system user
    SENSITIVE = "sensitive"  # only a package that asks for a consent of its own opens it
    OLD_ROLES_ONLY = "old-roles-only"  # the policy names imported roles only; works until these end
    LEVEL_TOO_HIGH = "level-too-high"  # the resource asks for more than a system user's level
    NEEDS_PERSON = "needs-person"  # a personal act: a person must do it
    NOT_USED = "not-used"  # permitted, but neither used nor declared
    NOT_WATCHED = "not-watched"  # not seen in use, by records that cover too little time for that to mean anything
    DEAD_SYSTEM = "dead-system"  # the system has not called for long
    LOCKED_SYSTEM = "locked-system"
    ENDED_PARTY = "ended-party"  # the reportee was deleted or is dead
    PERSON_OWNED = "person-owned"  # the owner is a person: no system user can have a person as its owner
    NO_APPROVER = "no-approver"  # nobody at the party could approve


NOBODYS_CAUSES = frozenset({Cause.NOT_USED, Cause.DEAD_SYSTEM, Cause.LOCKED_SYSTEM, Cause.ENDED_PARTY})
"""The causes that wait for nobody's choice: nobody uses it."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan is asked for.

    ``vendor`` is the organisation number under which systems are entered in the system register; ``registered``
    names an entry of its own for single enterprise systems; ``client_ids`` are the Maskinporten clients of entries.
    ``agent_rights``: single rights on agent system users, which the platform's guides do not allow and we do.
    ``until``: also look past this moment, when imported old roles stop. ``wave_size`` counts enterprise systems.
    """

    vendor: str
    cover: Cover = Cover.USED
    stale_after: timedelta = timedelta(days=400)
    carry_stale: bool = False
    agent_rights: bool = False
    sensitive: frozenset[str] = frozenset()
    registered: Mapping[int, str] = field(default_factory=dict)
    client_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    systems: frozenset[int] = frozenset()
    wave_size: int = 100
    until: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Gift:
    """What a client must give the firm by its own hand first: a package, or actions on one resource."""

    giver: PartyId
    receiver: PartyId
    package: str = ""
    service: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedSystem:
    """An entry of the system register. ``exists``: it is there already, and is widened where it lacks something."""

    id: str
    vendor: str
    name: str
    packages: tuple[str, ...]
    rights: tuple[Right, ...]
    client_ids: tuple[str, ...]
    exists: bool


@dataclass(frozen=True, slots=True)
class PlannedUser:
    """A system user to be, for one enterprise system and one ground.

    ``reference`` is its external reference: opaque, stable, with no number of anybody in it. A standard one works for
    its ``owner`` (ground ``self``) and has no clients. ``wave`` says when; waves begin at 1.
    """

    reference: str
    enterprise_system: int
    owner: PartyId
    kind: SystemUserKind
    ground: str
    system: str
    title: str
    packages: tuple[str, ...]
    rights: tuple[Right, ...]
    clients: tuple[PartyId, ...]
    wave: int


@dataclass(frozen=True, slots=True)
class MappingLine:
    """One old right, what it is in the new world, and what opens it there: a line a person can judge.

    ``package`` is empty where a single right is used. ``pairs`` are the (enterprise system, reportee) it is for.
    ``changed``: it does not mean the same any more (another action, two rights that became one).
    """

    old: Right
    new: Right
    package: str
    confidence: Confidence
    source: str
    dated: str
    pairs: int
    changed: bool


@dataclass(frozen=True, slots=True)
class NotCarried:
    """Old rights without a new place: of one enterprise system, for these reportees, on this ground, for this cause.

    ``suggestions`` are candidate packages or rows, for whoever must choose; ``help`` says who can do what about it.
    """

    enterprise_system: int
    ground: str
    cause: Cause
    rights: tuple[Right, ...]
    reportees: tuple[PartyId, ...]
    help: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OverGrant:
    """Services opened but not used, counted as (reportee, right): by this plan, and by two coarse ones.

    ``administrator``: the main administrator's packages for everybody; ``role_list``: one fixed package list per role.
    ``gained`` are those of the plan that the old world did not permit.
    """

    wanted: int
    opened: int
    unused: int
    gained: int
    administrator: int
    role_list: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One aim of the optimiser, in its place in the order: the value reached, the bound proved, and how far apart.

    ``gap`` is ``value - bound``: 0 is proved best.
    """

    aim: str
    value: int
    bound: int

    @property
    def gap(self) -> int:
        """How far from proved best."""
        return self.value - self.bound


@dataclass(frozen=True, slots=True)
class RoleRow:
    """An old role that was given and opens no service that is known: what became of it, and how sure that is.

    A stated row is applied as it is, an inferred one needs a yes, one without a package blocks until somebody chooses.
    """

    role: str
    giver: PartyId
    receiver: str
    packages: tuple[str, ...]
    confidence: Confidence | None
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Stopping:
    """What stops working at ``PlanOptions.until``, for whom, and what would keep it."""

    enterprise_system: int
    ground: str
    rights: tuple[Right, ...]
    reportees: tuple[PartyId, ...]
    keeps: str


@dataclass(frozen=True, slots=True)
class Approver:
    """Who must say yes to something of the plan: how many persons at the party could; with none it is stuck."""

    party: PartyId
    what: str
    persons: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: sorted throughout, so that the same input gives the same bytes.

    ``sequence`` and ``at`` are those of the facts it was made from. ``successors`` are the rows that must be facts
    before anything else, because the user's tables say them and the store does not.
    """

    at: datetime
    sequence: int
    options: PlanOptions
    successors: tuple[ServiceSuccessor, ...]
    systems: tuple[PlannedSystem, ...]
    users: tuple[PlannedUser, ...]
    gifts: tuple[Gift, ...]
    mapping: tuple[MappingLine, ...]
    role_rows: tuple[RoleRow, ...]
    not_carried: tuple[NotCarried, ...]
    approvers: tuple[Approver, ...]
    over_grant: OverGrant
    stages: tuple[Stage, ...]
    stopping: tuple[Stopping, ...]
