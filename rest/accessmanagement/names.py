"""How this room names roles, packages and resources: by words, by URNs, and by the ids of the metadata.

Source of the words: pdp-and-tokens §10.3 and §14.4. The ids are the same as those that `metadata.py` lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from core import RoleCode, Snapshot, id_of, package_details, role_codes
from rest.problems import PACKAGE_URN

RESOURCE_URN = "urn:altinn:resource:"
_NO_ID = str(UUID(int=0))


@cache
def _roles() -> Mapping[str, RoleCode]:
    return {row.code: row for row in role_codes()}


@cache
def _role_names() -> Mapping[str, str]:
    """The code of each role by everything it goes by, in lower case."""
    return {
        name.lower(): row.code
        for row in role_codes()
        for name in (row.code, row.modern_code, row.urn, row.legacy_urn, id_of(row.urn))
        if name
    }


def role_code(text: str) -> str:
    """The code of a role that is named by word, by URN, by its old code or by its id.

    What names no role comes back as it is, for the core to refuse.
    """
    return _role_names().get(text.lower(), text)


def role_id(code: str) -> str:
    """The id of a role."""
    row = _roles().get(code)
    return id_of(code if row is None else row.urn)


def package_id(code: str) -> str:
    """The id of an access package."""
    detail = package_details().get(code)
    return id_of(f"{PACKAGE_URN}{code}") if detail is None else detail.id


def resource_id(service: str) -> str:
    """The id of a resource, beside the name it is known by."""
    return id_of(f"{RESOURCE_URN}{service}")


def relation_id(giver: str, receiver: str, role: str) -> str:
    """The id of one party's relation to another."""
    return id_of(f"{giver} {receiver} {role}")


def package_code(snapshot: Snapshot, text: str) -> str:
    """The code of a package that is named by URN, by code or by its id; what names none comes back as it is."""
    code = text.removeprefix(PACKAGE_URN)
    if code in snapshot.catalogue.packages:
        return code
    return next((each for each in snapshot.catalogue.packages if package_id(each) == code.lower()), code)


# -- shapes ---------------------------------------------------------------------------------------


def role_json(code: str) -> dict[str, Any]:
    """A role in short."""
    row = _roles().get(code)
    if row is None:
        return {"id": role_id(code), "code": code.lower(), "urn": code, "legacyurn": None}
    legacy, _, old = row.legacy_urn.rpartition(":")
    return {
        "id": role_id(code),
        "code": row.modern_code,
        "urn": row.urn,
        "legacyurn": f"{legacy}:{old.upper()}" if old else None,
    }


def package_json(code: str) -> dict[str, str]:
    """A package in short. The area of one that does not ship is not known."""
    detail = package_details().get(code)
    area = _NO_ID if detail is None else id_of(detail.area)
    return {"id": package_id(code), "urn": f"{PACKAGE_URN}{code}", "areaId": area}


def resource_json(service: str) -> dict[str, str]:
    """A resource in short."""
    return {"id": resource_id(service), "value": service}
