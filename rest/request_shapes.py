"""The JSON shapes of requests and change requests, for vendors and for the people who answer them.

Names, order and what is left out are the platform's: strict clients exist. Source: rest-systemuser §5.2, §5.6, §6.
"""

from __future__ import annotations

from typing import Any

from core import (
    ChangeForPerson,
    ChangeRequest,
    ChangeStatus,
    RequestForPerson,
    Snapshot,
    SystemUserKind,
    SystemUserRequest,
    has_timed_out,
)
from rest.door import Call
from rest.shapes import moment_json, packages_json, rights_json

_CONFIRM_PAGE = {SystemUserKind.STANDARD: "request", SystemUserKind.AGENT: "agentrequest"}
_CONFIRM_CHANGE = "changerequest"


def request_json(call: Call, request: SystemUserRequest, *, confirm: bool = False) -> dict[str, Any]:
    """A request as its vendor and the asked party see it; with ``confirm`` the address where it is answered.

    An agent's has no ``rights`` unless it asked for some.
    """
    shape: dict[str, Any] = {
        "id": request.id,
        "integrationTitle": request.title,
        "externalRef": request.external_ref,
        "systemId": request.system,
        "partyOrgNo": _number(call.store.snapshot(), request.owner),
    }
    if request.kind is SystemUserKind.STANDARD or request.rights:
        shape["rights"] = rights_json(request.rights)
    shape["accessPackages"] = packages_json(request.packages)
    shape["status"] = str(request.status)
    if request.redirect_url is not None:
        shape["redirectUrl"] = request.redirect_url
    if confirm:
        shape["confirmUrl"] = _confirm_url(call, _CONFIRM_PAGE[request.kind], request.id)
    shape["escalated"] = request.escalated
    shape["created"] = moment_json(request.created)
    shape["timedOut"] = has_timed_out(request.created, call.store.clock())
    return shape


def request_for_person_json(call: Call, found: RequestForPerson) -> dict[str, Any]:
    """A request as the pages see it where people answer.

    The platform leaves out the title, and the type of all but agents, whose type it gives wrongly; here both
    are told as they are, unless the door keeps strictly to the platform. Source: rest-systemuser §12.1 row 18.
    """
    request, owner, strict = found.request, found.owner, call.options.strict_upstream
    shape: dict[str, Any] = {"id": request.id}
    if not strict:
        shape["integrationTitle"] = request.title
    shape |= {
        "externalRef": request.external_ref,
        "systemId": request.system,
        "partyOrgNo": owner.number,
        "partyId": owner.altinn_id,
        "partyUuid": owner.id,
        "rights": rights_json(request.rights),
        "accessPackages": packages_json(request.packages),
        "status": str(request.status),
    }
    if request.redirect_url is not None:
        shape["redirectUrl"] = request.redirect_url
    shape["escalated"] = request.escalated
    shape["userMayEscalateButNotApprove"] = found.may_only_escalate
    shape["created"] = moment_json(request.created)
    if not strict:
        shape["systemUserType"] = str(request.kind)
    elif request.kind is SystemUserKind.AGENT:
        shape["systemUserType"] = "Standard"
    return shape


def change_json(call: Call, change: ChangeRequest, *, confirm: bool = False) -> dict[str, Any]:
    """A change request as its vendor and the asked party see it; ``confirm`` as for `request_json`."""
    shape = _change(call.store.snapshot(), change)
    if confirm:
        unneeded = change.status is ChangeStatus.NO_CHANGE_NEEDED
        shape["confirmUrl"] = "" if unneeded else _confirm_url(call, _CONFIRM_CHANGE, change.id)
    shape["created"] = moment_json(change.created)
    shape["timedOut"] = has_timed_out(change.created, call.store.clock())
    return shape


def change_for_person_json(call: Call, found: ChangeForPerson) -> dict[str, Any]:
    """A change request as the pages see it where people answer."""
    return {
        **_change(call.store.snapshot(), found.change),
        "timedOut": has_timed_out(found.change.created, call.store.clock()),
        "partyId": found.owner.altinn_id,
        "partyUuid": found.owner.id,
    }


def _change(snapshot: Snapshot, change: ChangeRequest) -> dict[str, Any]:
    entry = snapshot.users.get(change.system_user)
    owner, reference = ("", "") if entry is None else (_number(snapshot, entry.user.owner), entry.user.external_ref)
    shape: dict[str, Any] = {
        "id": change.id,
        "externalRef": reference,
        "systemId": change.system,
        "systemUserId": change.system_user,
        "partyOrgNo": owner,
        "requiredRights": rights_json(change.required_rights),
        "unwantedRights": rights_json(change.unwanted_rights),
        "requiredAccessPackages": packages_json(change.required_packages),
        "unwantedAccessPackages": packages_json(change.unwanted_packages),
        "status": str(change.status),
    }
    if change.redirect_url is not None:
        shape["redirectUrl"] = change.redirect_url
    return shape


def _confirm_url(call: Call, page: str, name: str) -> str:
    base = call.options.confirm_url.rstrip("/")
    return f"{base}/accessmanagement/ui/systemuser/{page}?id={name}&DONTCHOOSEREPORTEE=true"


def _number(snapshot: Snapshot, party: str) -> str:
    found = snapshot.party(party)
    return "" if found is None else found.number
