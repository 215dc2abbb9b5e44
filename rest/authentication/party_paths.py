"""What the paths of a party's own routes name: the party by its number, and requests by their UUIDs."""

from __future__ import annotations

from core import ErrorCode, PartyId
from rest.body import read_party_id
from rest.door import Call
from rest.problem_rows import FORBIDDEN, PROBLEMS
from rest.problems import Refused

PORTAL = frozenset({"altinn:portal/enduser"})
"""The scope of people who are logged on to the portal."""


def party_in_path(call: Call, party: str) -> PartyId:
    """The party with this numeric id. Refuses a call about one that is not there."""
    found = find_party(call, party)
    if found is None:
        raise Refused(PROBLEMS[ErrorCode.PARTY_NOT_FOUND])
    return found


def own_party_in_path(call: Call, party: str) -> PartyId:
    """The party with this numeric id. Refuses one that is not there as one that is not the caller's."""
    found = find_party(call, party)
    if found is None:
        raise Refused(FORBIDDEN)
    return found


def find_party(call: Call, party: str) -> PartyId | None:
    """The party with this numeric id, or None. Refuses what is no number."""
    found = call.store.snapshot().party_with_altinn_id(read_party_id("party", party))
    return None if found is None else found.id
