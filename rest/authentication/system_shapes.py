"""The JSON shapes of the system register's change log, and rights in the old format.

Source: rest-systemuser §3.9, §3.10.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core import ANY_ACTION, NewSystem, Right, System, SystemChange
from rest.problems import PACKAGE_URN
from rest.shapes import RESOURCE, moment_json, rights_json

_APP = "app_"


def system_change_json(system: System, change: SystemChange) -> dict[str, Any]:
    """One line of a change log. What was submitted has the names and the nulls that the platform keeps it with."""
    shape: dict[str, Any] = {
        "systemInternalId": system.internal_id,
        "changedByOrgNumber": change.by,
        "changeType": str(change.kind),
    }
    submitted = _submitted(change)
    if submitted is not None:
        shape["changedData"] = submitted
    if change.client is not None:
        shape["clientId"] = change.client
    return {**shape, "created": moment_json(change.at)}


def _submitted(change: SystemChange) -> dict[str, Any] | list[dict[str, Any]] | None:
    if change.whole is not None:
        return _whole(change.whole)
    if change.rights is not None:
        return _rights(change.rights)
    return None if change.packages is None else _packages(change.packages)


def _whole(new: NewSystem) -> dict[str, Any]:
    return {
        "Id": new.id,
        "Vendor": {"ID": f"0192:{new.vendor}"},
        "Name": dict(new.name),
        "Description": dict(new.description),
        "Rights": _rights(new.rights),
        "AccessPackages": _packages(new.packages),
        "ClientId": list(new.client_ids),
        "IsVisible": new.visible,
        "AllowedRedirectUrls": list(new.redirect_urls),
    }


def _rights(rights: Iterable[Right]) -> list[dict[str, Any]]:
    return [
        {
            "Action": None if right.action == ANY_ACTION else right.action,
            "Resource": [{"Id": RESOURCE, "Value": right.service}],
        }
        for right in rights
    ]


def _packages(packages: Iterable[str]) -> list[dict[str, Any]]:
    return [{"Urn": f"{PACKAGE_URN}{package}"} for package in packages]


def old_rights_json(rights: Iterable[Right]) -> list[dict[str, Any]]:
    """Rights as they were written before apps were resources: an app by its owner and its name."""
    return [
        {**shape, "resource": _app(right) or shape["resource"]}
        for right, shape in ((right, rights_json((right,))[0]) for right in rights)
    ]


def _app(right: Right) -> list[dict[str, str]]:
    owner, _, app = right.service.removeprefix(_APP).partition("_")
    if not right.service.startswith(_APP) or not app:
        return []
    return [{"id": "urn:altinn:org", "value": owner}, {"id": "urn:altinn:app", "value": app}]
