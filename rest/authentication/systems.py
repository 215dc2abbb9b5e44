"""The system register: vendors register their systems and read them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flask import Response, request

from core import (
    Caller,
    CallerKind,
    InvalidSystem,
    NewSystem,
    SystemProblem,
    register_system,
    systems_of_vendor,
    vendor_system,
)
from rest.body import Members, read_object
from rest.door import PREFIX, Call, Door, json_response, vendor
from rest.problem import Area, Body, Problem
from rest.problem_rows import FORBIDDEN, NOT_AN_ORGANISATION
from rest.problems import PACKAGE_URN, Refused, Violations
from rest.shapes import read_packages, read_rights, system_item_json, system_json

_ADMINISTRATOR = "altinn:authentication/systemregister.admin"
_SCOPES = frozenset({"altinn:authentication/systemregister.write", _ADMINISTRATOR})
_PARAMETER = "registerNewSystem"
_ORGANISATION_PREFIX = "0192:"


def add_system_routes(door: Door) -> None:
    """Serve the register."""
    base = f"{PREFIX}/systemregister/vendor"
    door.route("POST", base, register, _SCOPES, Area.REGISTER)
    door.route("GET", base, own_systems, _SCOPES, Area.REGISTER)
    door.route("GET", f"{base}/<system_id>", own_system, _SCOPES, Area.REGISTER)


def register(call: Call) -> Response:
    """Register a system; the answer is its internal id."""
    caller = _vendor_or_administrator(call)
    new = _new_system(read_object(request.get_data(), _PARAMETER))
    try:
        return json_response(register_system(call.store, caller, new).internal_id)
    except InvalidSystem as invalid:
        raise Violations(_violations(invalid.problems)) from invalid


def own_systems(call: Call) -> Response:
    """The caller's standing systems."""
    organisation = vendor(call, FORBIDDEN).organisation or ""
    systems = systems_of_vendor(call.store.snapshot(), organisation)
    return json_response([system_item_json(system) for system in systems], headers={"Cache-Control": "no-store"})


def own_system(call: Call, system_id: str) -> Response:
    """One system of the caller, also a deleted one."""
    return json_response(system_json(vendor_system(call.store.snapshot(), _vendor_or_administrator(call), system_id)))


def _vendor_or_administrator(call: Call) -> Caller:
    caller = vendor(call, FORBIDDEN)
    if _ADMINISTRATOR in call.token.scopes:
        return Caller(CallerKind.OPERATOR, organisation=caller.organisation)
    return caller


def _new_system(body: Members) -> NewSystem:
    body.require("id", "vendor", "name", "description")
    return NewSystem(
        id=body.text("id") or "",
        vendor=_vendor_number(body.member("vendor")),
        name=body.localised("name"),
        description=body.localised("description"),
        rights=read_rights(body.members("rights")),
        packages=read_packages(body.members("accessPackages")),
        client_ids=body.texts("clientId"),
        redirect_urls=body.texts("allowedRedirectUrls"),
        visible=body.flag("isVisible", default=True),
    )


def _vendor_number(body: Members) -> str:
    number = body.text("ID") or ""
    if not number.startswith(_ORGANISATION_PREFIX):
        raise Refused(NOT_AN_ORGANISATION)
    return number.removeprefix(_ORGANISATION_PREFIX)


# -- violations ---------------------------------------------------------------------------------

_ROOT = "/registersystemrequest"


def _rule(code: str, title: str, path: str) -> Problem:
    return Problem(400, code, title, Body.VALIDATION, f"{_ROOT}/{path}")


_NOT_A_RESOURCE = _rule(
    "AUTH.VLD-00009",
    "One or more resource id is in wrong format. The valid format is urn:altinn:resource",
    "rights/resource",
)
RULES: Mapping[str, Problem] = {
    "id-has-blank": _rule(
        "AUTH.VLD-00013",
        "System ID cannot have spaces in id (leading, trailing or in between the id)",
        "systemid",
    ),
    "id-format": _rule("AUTH.VLD-00001", "The system id does not match the format orgnumber_xxxx...", "systemid"),
    # The platform answers these two with a failure of its own; here they are told like other violations.
    "id-too-long": _rule("STD.VLD-00001", "The system id is longer than 255 signs", "systemid"),
    "missing-language": _rule("STD.VLD-00000", "A text is missing in one of the languages nb, nn and en", "name"),
    "id-exists": _rule("AUTH.VLD-00002", "The system id already exists", "systemid"),
    "redirect-url-invalid": _rule(
        "AUTH.VLD-00005",
        "One or more of the redirect urls format is not valid. The valid format is https://xxx.xx",
        "allowedredirecturls",
    ),
    "client-id-taken": _rule(
        "AUTH.VLD-00004", "One of the client id is already tagged with an existing system", "clientid"
    ),
    "client-id-repeated": _rule("AUTH.VLD-00011", "Request contains duplicate client ids", "clientid"),
    "resource-unknown": _rule(
        "AUTH.VLD-00003",
        "One or more resources specified in rights were not found in Altinn's resource register.",
        "rights/resource",
    ),
    "resource-not-delegable-type": _rule(
        "AUTH.VLD-00017",
        "One or more resources specified in rights is of resource type which is not delegable.",
        "rights/resource",
    ),
    "right-repeated": _rule("AUTH.VLD-00006", "One or more duplicate rights found", "rights/resource"),
    "package-unknown-or-not-delegable": _rule(
        "AUTH.VLD-00008",
        "One or all the accesspackage(s) is not found in altinn's access packages or is not delegable",
        "accesspackages",
    ),
    "package-repeated": _rule("AUTH.VLD-00007", "One or more duplicate access package(s) found", "accesspackages"),
    "visible-with-client-package": _rule(
        "AUTH.VLD-00018",
        "Access packages meant for system user for client relations can't be used in combination with the flag "
        "isVisible: true",
        "accesspackages",
    ),
}
"""How each broken rule of the register is told, by the rule's code. Source: rest-systemuser §10.2."""

_VALUES_UNDER = {
    "missing-language": "Missing : ",
    "resource-unknown": "ResourceIds Not Found : ",
    "resource-not-delegable-type": "ResourceIds Not Delegable : ",
}


def _violations(problems: Iterable[SystemProblem]) -> Iterator[tuple[Problem, dict[str, str]]]:
    for problem in problems:
        rule = RULES[problem.code]
        if problem.code == "resource-unknown":
            yield from _unknown_resources(rule, problem.values)
        elif problem.code == "package-unknown-or-not-delegable":
            yield rule, {"Invalid Urn Details : ": _urn_details(problem.values)}
        elif problem.code in _VALUES_UNDER:
            yield rule, {_VALUES_UNDER[problem.code]: " | ".join(problem.values)}
        else:
            yield rule, {}


def _unknown_resources(rule: Problem, values: tuple[str, ...]) -> Iterator[tuple[Problem, dict[str, str]]]:
    """Resources that are not in the register, apart from those that were not named as resources at all."""
    misnamed = tuple(value for value in values if "=" in value)
    missing = tuple(value for value in values if "=" not in value)
    if misnamed:
        named = " | ".join(value.partition("=")[2] for value in misnamed)
        yield _NOT_A_RESOURCE, {"Invalid Resource Id Details : ": named}
    if missing:
        yield rule, {_VALUES_UNDER["resource-unknown"]: " | ".join(missing)}


def _urn_details(values: tuple[str, ...]) -> str:
    malformed = [value for value in values if ":" in value]
    missing = [f"{PACKAGE_URN}{value}" for value in values if value not in malformed]
    segments = [("Invalid format", [value.removeprefix(":") for value in malformed]), ("Not found", missing)]
    return " | ".join(f"{name}: {', '.join(found)}" for name, found in segments if found)
