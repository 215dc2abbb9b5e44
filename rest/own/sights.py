"""Who may call what no other platform has, with which scopes, and what each sees: chosen here and nowhere else.

=====================================================  ========================================================
scope                                                  sees
=====================================================  ========================================================
altinn:authorization/authorize, brobygger:decisions    everything, where single decisions are told: who may ask
                                                       the decision point learns nothing new
altinn:authentication/systemuser.request.read          as a vendor: the system users of its own systems
brobygger:insight                                      an organisation: the system users of its own systems, and
                                                       what concerns itself as a party
brobygger:insight.all                                  everything: for whoever operates the gateway
altinn:portal/enduser, altinn:clientdelegations.read   a person: themselves, or the party named in `onBehalfOf`,
                                                       whose accesses or clients they administer
=====================================================  ========================================================

A token with several of them sees what the first in this order sees: everything, an organisation, a vendor, a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import request

from core import (
    EVERYTHING,
    Caller,
    CallerKind,
    PartyId,
    Question,
    Service,
    ServiceId,
    Sight,
    sight_of_organisation,
    sight_of_party,
    sight_of_vendor,
)
from rest.body import read_optional
from rest.door import Call, person
from rest.front import DECIDE_SCOPES, may_ask
from rest.own.asked import party_in_parameter
from rest.problem_rows import FORBIDDEN
from rest.problems import Refused

DECIDING = DECIDE_SCOPES | {"brobygger:decisions"}
"""Who may ask the decision point about anybody."""

INSIGHT = "brobygger:insight"
"""An organisation asks about what concerns itself."""

ALL_INSIGHT = "brobygger:insight.all"
"""Whoever operates the gateway asks about everything."""

VENDOR = "altinn:authentication/systemuser.request.read"
PEOPLE = frozenset({"altinn:portal/enduser", "altinn:clientdelegations.read"})

RESOLVE_SCOPES = PEOPLE | {VENDOR, INSIGHT, ALL_INSIGHT}
CHANGES_SCOPES = RESOLVE_SCOPES
EXPLAIN_SCOPES = RESOLVE_SCOPES | DECIDING
WHAT_IF_SCOPES = PEOPLE | DECIDING | {INSIGHT, ALL_INSIGHT}

_PARAMETER = "onBehalfOf"


def sight_of(call: Call, scopes: frozenset[str]) -> Sight:
    """What the caller sees where a route takes ``scopes``. Refuses a token that names nobody; raises NotAllowed."""
    token, snapshot = call.token, call.store.snapshot()
    if token.allows((DECIDING & scopes) | {ALL_INSIGHT}):
        return EVERYTHING
    caller = Caller(CallerKind.VENDOR, organisation=token.consumer)
    if token.allows(frozenset({INSIGHT}) & scopes):
        return sight_of_organisation(snapshot, caller)
    if token.allows(frozenset({VENDOR}) & scopes):
        return sight_of_vendor(caller)
    return sight_of_party(snapshot, person(call), _on_behalf_of(call), call.store.clock())


def _on_behalf_of(call: Call) -> PartyId | None:
    text = read_optional(request.args, _PARAMETER)
    if text is None:
        return None
    return party_in_parameter(call.store.snapshot(), _PARAMETER, text)


# -- service owners -----------------------------------------------------------------------------


def require_askable(call: Call, questions: Iterable[Question]) -> None:
    """Refuse a service owner that asks about another's services, where the gateway keeps each to its own."""
    askable = _askable(call)
    if askable is not None:
        services = call.store.snapshot().catalogue.services
        for question in questions:
            service = services.get(ServiceId(question.right.service))
            if service is not None and not askable(service):
                raise Refused(FORBIDDEN)


def require_all_askable(call: Call) -> None:
    """Refuse a service owner what tells of every service, where the gateway keeps each to its own."""
    if _askable(call) is not None:
        raise Refused(FORBIDDEN)


def _askable(call: Call) -> Callable[[Service], bool] | None:
    token = call.token
    if not call.options.own_resources_only or token.allows(frozenset({ALL_INSIGHT})) or not token.allows(DECIDING):
        return None
    return may_ask(call.store, token)
