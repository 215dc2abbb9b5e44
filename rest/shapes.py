"""The JSON shapes of systems and system users, and the core's records they stand for.

Names, order and what is left out are the platform's: strict clients exist. Source: rest-systemuser §1.7, §3, §5.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from core import (
    ANY_ACTION,
    Party,
    Right,
    ServiceId,
    Snapshot,
    System,
    SystemUser,
)
from rest.body import Members
from rest.problems import PACKAGE_URN

RESOURCE = "urn:altinn:resource"


# -- in -----------------------------------------------------------------------------------------


def read_rights(members: Iterable[Members], *, strict: bool) -> tuple[Right, ...]:
    """The rights in a body, every action where none is named.

    Several ``actions`` are ours (pdp-and-tokens §12.2): the platform does not read them, and neither do we where
    ``strict`` says to do as it does.
    A resource named by anything but its id becomes a service that cannot exist, so that the core refuses
    it together with everything else that is wrong.
    """
    return tuple(
        Right(ServiceId(_resource(pair)), action)
        for right in members
        for pair in _resources(right)
        for action in _actions(right, strict=strict)
    )


def _actions(right: Members, *, strict: bool) -> tuple[str, ...]:
    several = () if strict else right.texts("actions")
    return several or (right.text("action") or ANY_ACTION,)


def _resources(right: Members) -> tuple[Members, ...]:
    """What the right is to. The platform fails where it is to nothing; here it is a body that cannot be read."""
    pairs = right.members("resource")
    if not pairs:
        raise right.refuse("A right must name a resource.")
    return pairs


def _resource(pair: Members) -> str:
    kind, value = pair.text("id") or "", pair.text("value") or ""
    return value if kind == RESOURCE else f"{kind}={value}"


def read_packages(members: Iterable[Members]) -> tuple[str, ...]:
    """The codes of the packages in a body; what names no package becomes a code that the core must refuse."""
    return tuple(_package(each.text("urn") or "") for each in members)


def _package(urn: str) -> str:
    code = urn.removeprefix(PACKAGE_URN)
    return code if code != urn else f":{urn}"


# -- out ----------------------------------------------------------------------------------------


def rights_json(rights: Iterable[Right]) -> list[dict[str, Any]]:
    """Rights as the platform writes them."""
    return [_right(right) for right in rights]


def _right(right: Right) -> dict[str, Any]:
    resource = {"resource": [{"id": RESOURCE, "value": right.service}]}
    return resource if right.action == ANY_ACTION else {"action": right.action, **resource}


def packages_json(packages: Iterable[str]) -> list[dict[str, str]]:
    """Packages as the platform writes them."""
    return [{"urn": f"{PACKAGE_URN}{package}"} for package in packages]


def moment_json(moment: datetime) -> str:
    """UTC with ``Z``; no fraction where there is none."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def system_item_json(system: System) -> dict[str, Any]:
    """A system as an item of a list."""
    return {
        "systemId": system.id,
        "systemVendorOrgNumber": system.vendor,
        "systemVendorOrgName": "",
        "name": dict(system.name),
        "description": dict(system.description),
        "rights": rights_json(system.rights),
        "accessPackages": packages_json(system.packages),
        "isVisible": system.visible,
    }


def system_json(system: System) -> dict[str, Any]:
    """A system by itself."""
    return {
        "id": system.id,
        "vendor": {"ID": f"0192:{system.vendor}"},
        "name": dict(system.name),
        "description": dict(system.description),
        "rights": rights_json(system.rights),
        "accessPackages": packages_json(system.packages),
        "isDeleted": system.deleted,
        "clientId": list(system.client_ids),
        "isVisible": system.visible,
        "allowedRedirectUrls": list(system.redirect_urls),
    }


def system_user_json(snapshot: Snapshot, user: SystemUser, *, product: str = "") -> dict[str, Any]:
    """A system user as vendors and the token issuer see it."""
    return {
        "id": user.id,
        "integrationTitle": user.title,
        "systemId": user.system,
        "productName": product,
        "reporteeOrgNo": _number(snapshot.party(user.owner)),
        "created": moment_json(user.created),
        "isDeleted": False,
        "supplierName": "",
        "supplierOrgno": _vendor_of(snapshot, user),
        "externalRef": user.external_ref,
        "userType": str(user.kind),
    }


def agent_json(snapshot: Snapshot, user: SystemUser) -> dict[str, Any]:
    """An agent system user as its owner's people see it."""
    owner, system, entry = snapshot.party(user.owner), snapshot.systems.get(user.system), snapshot.users.get(user.id)
    return {
        **system_user_json(snapshot, user),
        "systemInternalId": system.internal_id if system is not None else "",
        "partyId": str(owner.altinn_id) if owner is not None else "",
        "partyUuId": "",
        "accessPackages": packages_json(sorted(entry.latest.packages)) if entry is not None else [],
    }


def client_json(party: Party) -> dict[str, str]:
    """A client in a list."""
    return {
        "clientId": party.id,
        "clientOrganizationNumber": party.masked_number,
        "clientOrganizationName": party.name,
    }


def _number(party: Party | None) -> str:
    return "" if party is None else party.number


def _vendor_of(snapshot: Snapshot, user: SystemUser) -> str:
    system = snapshot.systems.get(user.system)
    return "" if system is None else system.vendor
