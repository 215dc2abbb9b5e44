"""The world that the vendor client meets: its own firm, one customer with a manager, and the services it knows."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from brobygger.demo.keys import public_part
from tests.doors.rest.vendor import (
    ASK,
    AUTHORIZE,
    CLIENT,
    OWNDATA,
    OWNDATA_UUID,
    PARTY_ID,
    PER,
    READ,
    REGISTER,
    VENDOR,
)

ACCOUNTS = "app_brg_aarsregnskap-vanlig-202406"
SHARES = "ske-innrapportering-aksjonaerregisteroppgave"
TAX = "app_skd_formueinntekt-skattemelding-v2"
_OPENED_BY = {ACCOUNTS: "regnskap-okonomi-rapport", SHARES: "aksjer-og-eierforhold", TAX: "skattegrunnlag"}
_SCOPES = (
    REGISTER,
    ASK,
    READ,
    AUTHORIZE,
    "altinn:instances.read",
    "altinn:instances.write",
    "skatteetaten:innrapporteringaksjonaerregisteroppgave",
    "skatteetaten:formueinntekt/skattemelding",
)
_MADE = datetime(2026, 5, 2, 8, tzinfo=UTC).isoformat()
_SOURCED = {"source": "synthetic, made for the tests", "dated": "2026-11-22", "confidence": "ours"}
_MANAGER = "ba110000-0000-4000-8000-000000000024"


def start(key: dict[str, Any]) -> dict[str, Any]:
    """The world document before the client has called anybody; ``key`` is its private key."""
    client = {"client": CLIENT, "organisation": VENDOR, "scopes": list(_SCOPES), "keys": [public_part(key)]}
    manages = {"id": "dagl-owndata", "party": OWNDATA_UUID, "holder": _MANAGER, "role": "DAGL"}
    facts = {
        "service": [_service(name) for name in _OPENED_BY],
        "policy_rule": [_rule(*opened, action) for opened in _OPENED_BY.items() for action in ("read", "write")],
        "party": [
            _party("organisation", "feed0000-0000-4000-8000-000000000108", VENDOR, 50000007, form="AS"),
            _party("organisation", OWNDATA_UUID, OWNDATA, PARTY_ID[OWNDATA], form="AS"),
            _party("person", _MANAGER, PER, 50000024),
        ],
        "register_role": [manages],
    }
    return {**_document(facts), "issuer_clients": [client]}


def earlier_users(system: str, count: int) -> dict[str, Any]:
    """As many system users of the customer, approved when the client's system did not know the tax return yet."""
    users = [_user(system, number) for number in range(count)]
    known = (ACCOUNTS, SHARES)
    rights = [[service, "*"] for service in known]
    return _document(
        {
            "system_user": users,
            "generation": [
                {"system_user": user["id"], "number": 1, "packages": [], "rights": rights, "created": _MADE}
                for user in users
            ],
            "right_delegation": [_given(user["id"], service) for user in users for service in known],
        }
    )


def _document(facts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {"format": "brobygger-world/1", "facts": facts}


def _party(kind: str, name: str, number: str, altinn_id: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "number": number, "name": f"Party {number[-3:]}", "altinn_id": altinn_id, **more}


def _service(name: str) -> dict[str, Any]:
    kind = "AltinnApp" if name.startswith("app_") else "GenericAccessResource"
    owner = name.split("_")[1] if name.startswith("app_") else "skd"
    facts = {"id": name, "kind": "resource", "title": name, "owner": owner, "minimum_level": 0, "resource_type": kind}
    return {**facts, "delegable": True, "access_list": False, **_SOURCED}


def _rule(service: str, package: str, action: str) -> dict[str, Any]:
    return {"service": service, "action": action, "accepts": "package", "code": package, **_SOURCED}


def _user(system: str, number: int) -> dict[str, Any]:
    name = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{system}/{number}"))
    facts = {"id": name, "kind": "standard", "system": system, "owner": OWNDATA_UUID, "title": "Wenche"}
    return {**facts, "external_ref": f"earlier-{number}", "created": _MADE}


def _given(user: str, service: str) -> dict[str, Any]:
    facts = {"giver": OWNDATA_UUID, "receiver": user, "service": service, "actions": ["*"]}
    return {"id": f"{user}/{service}", **facts, "given_by": f"person:{_MANAGER}"}
