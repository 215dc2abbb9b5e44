"""Who may act on a party's behalf in the new world: its access managers, client administrators, and vendors."""

from __future__ import annotations

from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.explain import explain
from core.domain.identifiers import PartyId, ServiceId
from core.domain.snapshot import Snapshot
from core.domain.system import System
from core.domain.vocabulary import Right
from core.errors import ErrorCode, NotAllowed, NotFound

ACCESS_MANAGEMENT = ServiceId("altinn_access_management")
"""The resource whose policy says who manages a party's accesses (tilgangsstyrer)."""

CLIENT_ADMINISTRATION = ServiceId("altinn_client_administration")
"""The resource whose policy says who manages a provider's clients (klientadministrator)."""

SYSTEM_USER_OVERVIEW = ServiceId("altinn_system_user_overview")
"""The resource whose policy says who may see a party's system users."""


def require_access_management(
    snapshot: Snapshot, caller: Caller, party: PartyId, at: datetime, *, action: str = "write"
) -> None:
    """The caller manages (or reads) the accesses of ``party``, or is the operator.

    Raises NotAllowed with what would help.
    """
    _require(snapshot, caller, party, Right(ACCESS_MANAGEMENT, action), at, ErrorCode.MISSING_ADMINISTRATION)


def manages_accesses(snapshot: Snapshot, caller: Caller, party: PartyId, at: datetime) -> bool:
    """Whether the caller manages the accesses of ``party``, or is the operator."""
    try:
        require_access_management(snapshot, caller, party, at)
    except NotAllowed:
        return False
    return True


def require_overview(snapshot: Snapshot, caller: Caller, party: PartyId, at: datetime) -> None:
    """The caller may see the system users of ``party``, or is the operator. Raises NotAllowed with what would help."""
    _require(snapshot, caller, party, Right(SYSTEM_USER_OVERVIEW, "read"), at, ErrorCode.MISSING_ADMINISTRATION)


def require_client_administration(
    snapshot: Snapshot, caller: Caller, owner: PartyId, at: datetime, *, action: str = "write"
) -> None:
    """The caller manages the clients of ``owner``, or is the operator. Raises NotAllowed with what would help."""
    right = Right(CLIENT_ADMINISTRATION, action)
    _require(snapshot, caller, owner, right, at, ErrorCode.MISSING_CLIENT_ADMINISTRATION)


def require_operator(caller: Caller) -> None:
    """The caller works on the installation itself. Raises NotAllowed."""
    if caller.kind is not CallerKind.OPERATOR:
        raise NotAllowed(ErrorCode.MISSING_ADMINISTRATION, "only the operator of the installation may do this")


def require_vendor(caller: Caller, vendor: str) -> None:
    """The caller is the organisation ``vendor``, or the operator. Raises NotAllowed."""
    if caller.kind is not CallerKind.OPERATOR and caller.organisation != vendor:
        raise NotAllowed(ErrorCode.NOT_THE_VENDOR, f"only its vendor, {vendor}, may do this with the system")


def system_of_vendor(snapshot: Snapshot, caller: Caller, system_id: str) -> System:
    """The standing system of the caller.

    Raises NotFound alike for an unknown, a deleted and another vendor's system, so that nothing is told
    about other vendors. Source: rest-systemuser §12.3 row 39.
    """
    system = snapshot.systems.get(system_id)
    if system is None or system.deleted or not is_vendors(caller, system):
        raise no_such_system(system_id)
    return system


def is_vendors(caller: Caller, system: System) -> bool:
    """Whether the system is the caller's own; the operator's are all."""
    return caller.kind is CallerKind.OPERATOR or caller.organisation == system.vendor


def standing_system(snapshot: Snapshot, system_id: str) -> System:
    """The system, anybody's, where it has not been deleted. Raises NotFound."""
    system = snapshot.systems.get(system_id)
    if system is None or system.deleted:
        raise no_such_system(system_id)
    return system


def no_such_system(system_id: str) -> NotFound:
    """The error for a system that is not there, or is not the caller's to see."""
    return NotFound(
        ErrorCode.SYSTEM_NOT_FOUND,
        f"there is no system `{system_id}` in the system register",
        details={"system": system_id},
    )


def no_such_user() -> NotFound:
    """The error for a system user that is not there, or is not the caller's to see."""
    return NotFound(ErrorCode.SYSTEM_USER_NOT_FOUND, "there is no such system user")


def _require(snapshot: Snapshot, caller: Caller, party: PartyId, right: Right, at: datetime, code: ErrorCode) -> None:
    if caller.kind is CallerKind.OPERATOR:
        return
    if caller.kind is not CallerKind.PERSON or caller.party is None:
        raise NotAllowed(code, "only a person who is logged on can do this")
    decision = decide(snapshot, Question(Subject(SubjectKind.PERSON, caller.party), party, right, at))
    if not decision.permitted:
        explanation = explain(snapshot, decision)
        raise NotAllowed(code, explanation.sentence, fixes=explanation.fixes)
