"""Access packages and roles to look up, open to anybody, in the language that is asked for where there are texts.

Paths and shapes are the platform's; a package without its own description has an empty one. Languages and what
is looked in are told by ``Accept-Language`` and the query. Source: packages-and-roles §3 and §4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request

from core import (
    CataloguedPackage,
    CataloguedRole,
    PackageArea,
    RoleKind,
    RolePackage,
    Service,
    Snapshot,
    find_package,
    id_of,
    list_packages,
    list_roles_in_force,
    packages_of_role,
    search_packages,
)
from rest.body import read_every, read_optional, read_parameter, read_uuid
from rest.door import Door, OpenCall, empty, json_response
from rest.problem import Area
from rest.problem_rows import NOT_FOUND, WRONG_FIELDS
from rest.problems import PACKAGE_URN, Refused

_BASE = "/accessmanagement/api/v1/meta/info"
_LANGUAGES = {"nb": "nb", "no": "nb", "nob": "nb", "nn": "nn", "nno": "nn", "en": "en", "eng": "en"}
_TYPES = {"organization": "organization", "organisasjon": "organization", "person": "person"}
_TYPE_NAMES = {"organization": "Organisasjon", "person": "Person"}
_PROVIDERS = {
    RoleKind.REGISTER: ("Enhetsregisteret", "sys-ccr"),
    RoleKind.LEGACY: ("Altinn 2", "sys-altinn2"),
    RoleKind.MODERN: ("Altinn 3", "sys-altinn3"),
}
LOOKUP_KEYS = ("Code", "LegacyRoleCode", "LegacyUrn", "Name", "Urn")


def add_metadata_routes(door: Door) -> None:
    """Serve packages, their areas and groups, and roles."""
    packages, roles = f"{_BASE}/accesspackages", f"{_BASE}/roles"
    for path, view in (
        (f"{packages}/search", search),
        (f"{packages}/export", export),
        (f"{packages}/group", groups),
        (f"{packages}/group/<group>", group_by_id),
        (f"{packages}/group/<group>/areas", areas_of_group),
        (f"{packages}/area/<area>", area_by_id),
        (f"{packages}/area/<area>/packages", packages_of_area),
        (f"{packages}/package/<package>", package_by_id),
        (f"{packages}/package/<package>/resources", resources_of_package),
        (f"{packages}/package/urn/<urn>", package_by_urn),
        (roles, every_role),
        (f"{roles}/lookup", look_role_up),
        (f"{roles}/lookup/keys", lookup_keys),
        (f"{roles}/<role>", role_by_id),
        (f"{roles}/<role>/packages", role_packages),
    ):
        door.open_route("GET", path, view, Area.LOOKUP)


# -- packages -----------------------------------------------------------------------------------


def search(call: OpenCall) -> Response:
    """The packages that fit a term, best first; 204 where none does."""
    term = read_parameter(request.args, "term")
    kind = read_optional(request.args, "typeName")
    if kind is not None and kind.lower() not in _TYPES:
        raise Refused(WRONG_FIELDS, {"typeName": ["The value must be organization or person."]})
    found = search_packages(
        call.store.snapshot(),
        term,
        owners=read_every(request.args, "resourceProviderCode"),
        in_services=(read_optional(request.args, "searchInResources") or "").lower() == "true",
        party_type=_TYPES[kind.lower()] if kind is not None else "",
    )
    return _listed(
        {
            "object": package_json(each.package),
            "score": each.score,
            "fields": [
                {"field": field, "value": value, "score": score, "words": []} for field, value, score in each.fields
            ],
        }
        for each in found
    )


def export(call: OpenCall) -> Response:
    """The whole hierarchy: groups, their areas, their packages."""
    return _listed(_groups(call.store.snapshot(), with_areas=True).values())


def groups(call: OpenCall) -> Response:
    """The groups of areas."""
    return _listed(_groups(call.store.snapshot(), with_areas=False).values())


def group_by_id(call: OpenCall, group: str) -> Response:
    """One group."""
    return _one(_groups(call.store.snapshot(), with_areas=False), read_uuid("id", group))


def areas_of_group(call: OpenCall, group: str) -> Response:
    """The areas of one group."""
    found = _groups(call.store.snapshot(), with_areas=True).get(read_uuid("id", group))
    if found is None:
        raise Refused(NOT_FOUND)
    return _listed(found["areas"])


def area_by_id(call: OpenCall, area: str) -> Response:
    """One area."""
    return _one(_areas(list_packages(call.store.snapshot())), read_uuid("id", area))


def packages_of_area(call: OpenCall, area: str) -> Response:
    """The packages of one area."""
    found = _areas(list_packages(call.store.snapshot())).get(read_uuid("id", area))
    if found is None:
        raise Refused(NOT_FOUND)
    return _listed(found["packages"])


def package_by_id(call: OpenCall, package: str) -> Response:
    """One package, by its id."""
    return json_response(package_json(_package(call, package)), headers=_told())


def resources_of_package(call: OpenCall, package: str) -> Response:
    """The resources that a package opens something of; 204 where there are none."""
    return _listed(resource_json(service) for service in _package(call, package).services)


def package_by_urn(call: OpenCall, urn: str) -> Response:
    """One package, by its URN or by the code at the end of it."""
    found = find_package(call.store.snapshot(), urn.removeprefix(PACKAGE_URN))
    if found is None:
        raise Refused(NOT_FOUND)
    return json_response(package_json(found), headers=_told())


def _package(call: OpenCall, package: str) -> CataloguedPackage:
    wanted = read_uuid("id", package)
    found = next((each for each in list_packages(call.store.snapshot()) if each.id == wanted), None)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def _groups(snapshot: Snapshot, *, with_areas: bool) -> dict[str, dict[str, Any]]:
    by_group: dict[str, list[CataloguedPackage]] = {}
    named: dict[str, PackageArea] = {}
    for each in list_packages(snapshot):
        if each.area is not None:
            by_group.setdefault(each.area.group_urn, []).append(each)
            named[each.area.group_urn] = each.area
    return {
        id_of(urn): {
            "id": id_of(urn),
            "name": named[urn].group,
            "urn": urn,
            "description": "",
            "type": _TYPE_NAMES[packages[0].package.party_type],
            "areas": list(_areas(packages).values()) if with_areas else [],
        }
        for urn, packages in sorted(by_group.items())
    }


def _areas(packages: Iterable[CataloguedPackage]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in packages:
        if each.area is not None:
            area = found.setdefault(id_of(each.area.urn), {**_area(each.area), "packages": []})
            area["packages"].append(package_json(each, within=True))
    return dict(sorted(found.items(), key=lambda item: item[1]["urn"]))


def _area(area: PackageArea) -> dict[str, Any]:
    return {"id": id_of(area.urn), "name": area.name, "urn": area.urn, "description": "", "icon": ""}


def package_json(each: CataloguedPackage, *, within: bool = False) -> dict[str, Any]:
    """A package; its area is left out ``within`` it."""
    return {
        "id": each.id,
        "name": each.names[_language()],
        "urn": each.package.urn,
        "description": "",
        "isDelegable": each.package.delegable,
        "isAssignable": each.package.assignable,
        "area": None if within or each.area is None else _area(each.area),
        "resources": [resource_json(service) for service in each.services],
    }


def resource_json(service: Service) -> dict[str, Any]:
    """A resource as packages show it."""
    return {
        "id": id_of(f"urn:altinn:resource:{service.id}"),
        "name": service.title,
        "description": "",
        "refId": service.id,
        "provider": _provider(service.owner, service.owner),
        "type": {"id": id_of(f"resourcetype:{service.resource_type}"), "name": service.resource_type},
    }


def _provider(name: str, code: str) -> dict[str, str]:
    return {"id": id_of(f"provider:{code}"), "name": name, "code": code}


# -- roles --------------------------------------------------------------------------------------


def every_role(call: OpenCall) -> Response:
    """Every role in force."""
    return json_response([_role(each) for each in list_roles_in_force(call.store.snapshot())])


def role_by_id(call: OpenCall, role: str) -> Response:
    """One role, by its id."""
    return json_response(_role(_found(call.store.snapshot(), role)))


def role_packages(call: OpenCall, role: str) -> Response:
    """The packages that a role carries."""
    snapshot = call.store.snapshot()
    found = _found(snapshot, role)
    return json_response([_role_package(found, each) for each in packages_of_role(snapshot, found.role.code)])


def look_role_up(call: OpenCall) -> Response:
    """One role, by another of its names. Both the name of the key and the value are compared without case."""
    key, value = read_parameter(request.args, "key").lower(), read_parameter(request.args, "value").casefold()
    names: dict[str, Callable[[CataloguedRole], str]] = {
        "code": lambda each: each.code,
        "legacyrolecode": lambda each: each.legacy_code,
        "legacyurn": lambda each: each.legacy_urn,
        "name": lambda each: each.role.name,
        "urn": lambda each: each.urn,
    }
    if key not in names:
        raise Refused(WRONG_FIELDS, {"key": [f"The value must be one of {', '.join(LOOKUP_KEYS)}."]})
    roles = list_roles_in_force(call.store.snapshot())
    found = next((each for each in roles if names[key](each).casefold() == value), None)
    if found is None:
        raise Refused(NOT_FOUND)
    return json_response(_role(found))


def lookup_keys(call: OpenCall) -> Response:
    """The names that a role can be looked up by."""
    return json_response(list(LOOKUP_KEYS))


def _found(snapshot: Snapshot, role: str) -> CataloguedRole:
    wanted = read_uuid("id", role)
    found = next((each for each in list_roles_in_force(snapshot) if each.id == wanted), None)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def _role(each: CataloguedRole) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.role.name,
        "code": each.code,
        "description": "",
        "isKeyRole": each.role.key_role,
        "urn": each.urn,
        "legacyRoleCode": each.legacy_code or None,
        "legacyUrn": each.legacy_urn or None,
        "isResourcePolicyAvailable": True,
        "provider": _provider(*_PROVIDERS[each.role.kind]),
    }


def _role_package(role: CataloguedRole, each: RolePackage) -> dict[str, Any]:
    return {
        "id": id_of(f"{role.urn} {each.package.package.urn} {each.form}"),
        "role": _role(role),
        "package": package_json(each.package),
        "entityVariant": {"id": id_of(f"variant:{each.form}"), "name": each.form} if each.form else None,
        "hasAccess": each.has_access,
        "canDelegate": each.can_delegate,
    }


# -- answers ------------------------------------------------------------------------------------


def _language() -> str:
    """The first language asked for that there are texts in; bokmål where none is."""
    for part in request.headers.get("Accept-Language", "").split(","):
        found = _LANGUAGES.get(part.partition(";")[0].partition("-")[0].strip().lower())
        if found is not None:
            return found
    return "nb"


def _told() -> dict[str, str]:
    return {"Content-Language": _language(), "Vary": "Accept-Language"}


def _listed(items: Iterable[Any]) -> Response:
    found = list(items)
    return json_response(found, headers=_told()) if found else empty(204)


def _one(items: dict[str, dict[str, Any]], wanted: str) -> Response:
    if wanted not in items:
        raise Refused(NOT_FOUND)
    return json_response(items[wanted], headers=_told())
