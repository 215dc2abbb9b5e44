"""Who calls, for the routes that system users, end users and service owners share."""

from __future__ import annotations

from core import Caller, CallerKind
from rest.door import Call, person
from rest.problem import Problem
from rest.problem_rows import FORBIDDEN
from rest.problems import Refused


def system_user(call: Call, otherwise: Problem = FORBIDDEN) -> Caller:
    """The system user that calls, for its owner; refused with ``otherwise`` where the token names none of ours.

    A raw Maskinporten token and an exchanged one are the same here. Whether the system user still stands is
    for the decision to say. Source: pdp-and-tokens §1.3 and §4.
    """
    claim = call.token.system_user
    snapshot = call.store.snapshot()
    owner = None if claim is None else snapshot.party_numbered(claim.owner)
    if claim is None or owner is None:
        raise Refused(otherwise)
    known = snapshot.users.get(claim.id)
    if known is not None and known.user.owner != owner.id:
        raise Refused(otherwise)
    return Caller(CallerKind.SYSTEM_USER, party=owner.id, system_user=claim.id)


def end_user(call: Call) -> Caller:
    """The system user or, where the token names none, the person that calls. Refuses anybody else."""
    return person(call) if call.token.system_user is None else system_user(call)


def service_owner(call: Call) -> Caller:
    """The service owner that calls, by its organisation. Refuses a token that names none."""
    if call.token.consumer is None:
        raise Refused(FORBIDDEN)
    return Caller(CallerKind.SERVICE_OWNER, organisation=call.token.consumer)
