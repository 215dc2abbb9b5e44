"""Refusing to give away what the giver may not give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.identifiers import PartyId
from core.domain.package_check import check_packages, check_rights, refusals_of
from core.domain.party import Party, PartyKind
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import DelegationRefused, ErrorCode, NotFound


def refuse_unless_giveable(
    snapshot: Snapshot,
    caller: Caller,
    party: PartyId,
    at: datetime,
    *,
    rights: Iterable[Right] = (),
    packages: Iterable[str] = (),
) -> None:
    """The caller may give every right and every package on behalf of ``party``.

    The operator is bound by what can be given at all, and not by what a person holds. Raises
    DelegationRefused, whose refusals name each right and package by URN, rights first.
    """
    giver = known_party(snapshot, party)
    person = None if caller.kind is CallerKind.OPERATOR else caller.party
    refusals = (
        *refusals_of(giver, check_rights(snapshot, person, party, rights, at)),
        *refusals_of(giver, check_packages(snapshot, person, party, packages, at)),
    )
    if refusals:
        names = ", ".join(f"{refusal.what} ({refusal.reason})" for refusal in refusals)
        raise DelegationRefused(f"the caller may not give on behalf of {giver.masked_number}: {names}", refusals)


def known_party(snapshot: Snapshot, party: str, which: str = "party") -> Party:
    """The party. Raises NotFound, whose details say ``which`` of those concerned it is."""
    found = snapshot.party(party)
    if found is None:
        raise NotFound(ErrorCode.PARTY_NOT_FOUND, "there is no such party", details={"which": which})
    return found


def is_person(party: Party) -> bool:
    """Whether the party is a person."""
    return party.kind is PartyKind.PERSON
