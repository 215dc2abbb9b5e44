"""What each caller may see of who may do what: the one place where that is chosen."""

from __future__ import annotations

from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.identifiers import PartyId
from core.domain.sight import EVERYTHING, Sight
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, NotAllowed
from core.services.administration import manages_accesses, require_client_administration


def sight_of_vendor(caller: Caller) -> Sight:
    """What an organisation sees as the vendor of its systems: their system users. Raises NotAllowed without one."""
    if caller.organisation is None:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "the caller is no organisation")
    return Sight(vendor=caller.organisation)


def sight_of_organisation(snapshot: Snapshot, caller: Caller) -> Sight:
    """What an organisation sees of its own: its systems' users, and what concerns itself as a party.

    Raises NotAllowed without an organisation.
    """
    as_vendor = sight_of_vendor(caller)
    party = snapshot.party_numbered(as_vendor.vendor or "")
    return Sight(vendor=as_vendor.vendor, party=None if party is None else party.id)


def sight_of_party(snapshot: Snapshot, caller: Caller, party: PartyId | None, at: datetime) -> Sight:
    """What a person sees: what concerns themselves, or ``party``, whose accesses or clients they administer.

    The operator sees everything. Raises NotAllowed with what would help.
    """
    if caller.kind is CallerKind.OPERATOR:
        return EVERYTHING
    if party is None or party == caller.party:
        return Sight(party=caller.party)
    if not manages_accesses(snapshot, caller, party, at):
        require_client_administration(snapshot, caller, party, at, action="read")
    return Sight(party=party)
