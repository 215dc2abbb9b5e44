"""Resources and their policies, open to anybody: a vendor looks up here what a service demands.

Paths and shapes are the platform's; the keys of rights are ours, ``<resource>:<action>``. Addresses of policies
as XML are not served: policies are rows here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from core import (
    RightDemand,
    Service,
    ServiceOwner,
    demands_of,
    find_resource,
    list_resources,
    owner_of,
    resources_by_subject,
    service_owners,
)
from rest.body import read_flag, read_json, read_optional, wrong_body
from rest.door import Door, OpenCall, json_response
from rest.problem import Area
from rest.problem_rows import NOT_FOUND
from rest.problems import Refused
from rest.shapes import RESOURCE

_BASE = "/resourceregistry/api/v1/resource"
_ACTION = "urn:oasis:names:tc:xacml:1.0:action:action-id"
_MOST_SUBJECTS = 1000


def add_resource_routes(door: Door) -> None:
    """Serve the registry."""
    door.open_route("GET", f"{_BASE}/resourcelist", resource_list, Area.LOOKUP)
    door.open_route("GET", f"{_BASE}/Search", search, Area.LOOKUP)
    door.open_route("POST", f"{_BASE}/bysubjects", by_subjects, Area.LOOKUP)
    door.open_route("GET", f"{_BASE}/<resource>", resource_by_id, Area.LOOKUP)
    door.open_route("GET", f"{_BASE}/<resource>/policy/rules", policy_rules, Area.LOOKUP)
    door.open_route("GET", f"{_BASE}/<resource>/policy/rights", policy_rights, Area.LOOKUP)
    door.open_route("GET", f"{_BASE}/<resource>/policy/subjects", policy_subjects, Area.LOOKUP)


def resource_list(call: OpenCall) -> Response:
    """Every resource that is open now."""
    with_apps = read_flag(request.args, "includeApps", default=True)
    found = list_resources(call.store.snapshot(), call.store.clock(), with_apps=with_apps)
    return _resources(call, found)


def search(call: OpenCall) -> Response:
    """The resources with the given texts in their id and title, and of the given type; all of them without any."""
    wanted = {name: (read_optional(request.args, name) or "").casefold() for name in ("id", "title", "resourceType")}
    found = list_resources(call.store.snapshot(), call.store.clock())
    return _resources(
        call,
        (
            each
            for each in found
            if wanted["id"] in each.id.casefold()
            and wanted["title"] in each.title.casefold()
            and wanted["resourceType"] in ("", each.resource_type.casefold())
        ),
    )


def resource_by_id(call: OpenCall, resource: str) -> Response:
    """One resource."""
    return json_response(_resource(_found(call, resource), service_owners(call.store)))


def policy_rules(call: OpenCall, resource: str) -> Response:
    """The policy as flat rules: one subject, one action, one resource each."""
    service = _found(call, resource)
    return json_response(
        [
            {"subject": [_pair(subject)], "action": _action(demand), "resource": _named(service)}
            for demand in _demands(call, service)
            for subject in demand.subjects
        ]
    )


def policy_rights(call: OpenCall, resource: str) -> Response:
    """The policy right by right, each with all who have it."""
    service = _found(call, resource)
    return json_response(
        [
            {
                "action": _action(demand),
                "resource": _named(service),
                "subjects": [{"subjectAttributes": [_pair(subject)]} for subject in demand.subjects],
                "rightKey": f"{service.id}:{demand.right.action}",
                "subjectTypes": sorted({_pair(subject)["type"] for subject in demand.subjects}),
            }
            for demand in _demands(call, service)
        ]
    )


def policy_subjects(call: OpenCall, resource: str) -> Response:
    """The packages and roles that have some right of the resource; not found where there are none."""
    demands = _demands(call, _found(call, resource))
    subjects = dict.fromkeys(subject for demand in demands for subject in demand.subjects)
    if not subjects:
        raise Refused(NOT_FOUND)
    return json_response({"links": {}, "data": [_reference(subject) for subject in sorted(subjects)]})


def by_subjects(call: OpenCall) -> Response:
    """For each package or role (its URN) in the body, the resources it opens something of."""
    found = resources_by_subject(call.store.snapshot(), _subjects(request.get_data()), call.store.clock())
    data = [
        {
            "subject": _reference(subject),
            "resources": [_reference(f"{RESOURCE}:{resource}") for resource in resources],
        }
        for subject, resources in found.items()
    ]
    return json_response({"links": {}, "data": data})


def _subjects(body: bytes) -> list[str]:
    subjects = read_json(body, "subjects")
    if not isinstance(subjects, list) or not all(isinstance(each, str) for each in subjects):
        raise wrong_body("The body must be a list of texts.", "subjects")
    if len(subjects) > _MOST_SUBJECTS:
        raise wrong_body(f"The body must hold no more than {_MOST_SUBJECTS} texts.", "subjects")
    return subjects


def _found(call: OpenCall, resource: str) -> Service:
    found = find_resource(call.store.snapshot(), resource)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def _demands(call: OpenCall, service: Service) -> tuple[RightDemand, ...]:
    return demands_of(call.store.snapshot(), service.id, call.store.clock())


# -- shapes -------------------------------------------------------------------------------------


def _resources(call: OpenCall, found: Iterable[Service]) -> Response:
    owners = service_owners(call.store)
    return json_response([_resource(each, owners) for each in found])


def _resource(service: Service, owners: Iterable[ServiceOwner]) -> dict[str, Any]:
    owner = owner_of(service, owners)
    return {
        "identifier": service.id,
        "title": _texts(service.title),
        "description": _texts(""),
        "rightDescription": _texts(""),
        "status": "Completed",
        "resourceReferences": [],
        "delegable": service.delegable,
        "visible": True,
        "hasCompetentAuthority": {
            "name": _texts(service.owner if owner is None else owner.name),
            "organization": None if owner is None else owner.organisation,
            "orgcode": service.owner if owner is None else owner.code,
        },
        "keywords": [],
        "accessListMode": "Enabled" if service.access_list else "Disabled",
        "selfIdentifiedUserEnabled": False,
        "enterpriseUserEnabled": False,
        "resourceType": service.resource_type,
        "authorizationReference": [{"id": RESOURCE, "value": service.id}],
    }


def _texts(text: str) -> dict[str, str]:
    """The one text there is, in every language."""
    return dict.fromkeys(("nb", "nn", "en"), text)


def _action(demand: RightDemand) -> dict[str, str]:
    return {"type": _ACTION, "value": demand.right.action}


def _named(service: Service) -> list[dict[str, str]]:
    return [{"type": RESOURCE, "value": service.id}]


def _pair(urn: str) -> dict[str, str]:
    kind, _, value = urn.rpartition(":")
    return {"type": kind, "value": value}


def _reference(urn: str) -> dict[str, str]:
    return {**_pair(urn), "urn": urn}
