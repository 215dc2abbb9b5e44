"""AdministrationExternal: roles between parties, and whom somebody may act for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import HeldRole, Party, PartyKind, ReporteeSearch, RoleSearch, find_reportees, find_roles
from soap.svc.call import Call, Handler
from soap.svc.faults import CallFailed
from soap.svc.logons import system_caller

_ARGUMENT_MISSING = 30004
_NOT_FOUND = 0

# What the platform called the two kinds of source is not stated anywhere: proposed.
_REGISTER, _GIVEN = "Enhetsregisteret", "Altinn"


def _get_roles(call: Call, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    caller = system_caller(call, values)
    search = values.get("roleSearchBE") or {}
    named = [text for name in ("CoveredByUser", "CoveredByParty") if (text := (search.get(name) or "").strip())]
    if len(named) != 1:
        raise CallFailed(_ARGUMENT_MISSING, "Exactly one of CoveredByUser and CoveredByParty must be given.")
    wanted = RoleSearch(named[0], _given(search, "OfferedByParty"), _given(search, "RoleCodeFilter"))
    return [_role(held) for held in find_roles(call.store, caller, wanted)]


def _get_reportees(call: Call, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    caller = system_caller(call, values)
    search = ReporteeSearch(
        person=_given(values, "userSSN"),
        ended=bool(values.get("retrieveInActiveReportee")),
        sub_units=bool(values.get("retrieveSubEnitiy")),
        most=_most(values.get("maximumReporteeCount")),
    )
    return [_reportee(party) for party in find_reportees(call.store, caller, search)]


def _get_reportee_by_key(call: Call, values: Mapping[str, Any]) -> None:
    system_caller(call, values)
    raise CallFailed(_NOT_FOUND, "There is no reportee for this key: this gateway gives out no temporary keys.")


def _role(held: HeldRole) -> dict[str, Any]:
    return {
        "CoveredBy": held.covered_by.number,
        # Who acted for the giver is not told; the giver is.
        "DelegatedBy": None if held.registered else held.offered_by.number,
        "OfferedBy": held.offered_by.number,
        "RoleCode": held.role.code,
        "RoleName": held.role.name,
        "RoleTypeSource": _REGISTER if held.registered else _GIVEN,
    }


def _reportee(party: Party) -> dict[str, Any]:
    if party.kind is PartyKind.PERSON:
        return {"Name": party.name, "OrganizationNumber": None, "ReporteeType": "Person", "SSN": party.number}
    return {"Name": party.name, "OrganizationNumber": party.number, "ReporteeType": "Organization", "SSN": None}


def _given(values: Mapping[str, Any], name: str) -> str | None:
    return (values.get(name) or "").strip() or None


def _most(count: int | None) -> int | None:
    return count if count is not None and count > 0 else None


HANDLERS: Mapping[str, Handler] = {
    "GetRoles": _get_roles,
    "GetReportees": _get_reportees,
    "GetReporteeByTempKey": _get_reportee_by_key,
}
"""The operations of the service. Importing policies and logging consents have ended; the contract says what came."""
