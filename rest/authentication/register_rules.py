"""How each broken rule of the system register is told, and how bodies of the register are read.

Source: rest-systemuser §3.1, §3.2 and §10.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core import InvalidSystem, NewSystem, SystemProblem
from rest.body import Members
from rest.problem import Body, Problem
from rest.problems import PACKAGE_URN, Violations
from rest.shapes import read_packages, read_rights

ORGANISATION_PREFIX = "0192:"
"""What an organisation number is written behind."""

_ROOT = "/registersystemrequest"


def read_system(body: Members, vendor: str, *, strict: bool) -> NewSystem:
    """The system in a body, with the organisation number of its vendor. Refuses a body that lacks a member.

    ``strict``: as for `read_rights`.
    """
    return NewSystem(
        id=body.text("id") or "",
        vendor=vendor,
        name=body.localised("name"),
        description=body.localised("description"),
        rights=read_rights(body.members("rights"), strict=strict),
        packages=read_packages(body.members("accessPackages")),
        client_ids=body.texts("clientId"),
        redirect_urls=body.texts("allowedRedirectUrls"),
        visible=body.flag("isVisible", default=True),
    )


def _rule(code: str, title: str, path: str) -> Problem:
    return Problem(400, code, title, Body.VALIDATION, f"{_ROOT}/{path}")


_NOT_A_RESOURCE = _rule(
    "AUTH.VLD-00009",
    "One or more resource id is in wrong format. The valid format is urn:altinn:resource",
    "rights/resource",
)
_UNFIT_PACKAGE = _rule(
    "AUTH.VLD-00008",
    "One or all the accesspackage(s) is not found in altinn's access packages or is not delegable",
    "accesspackages",
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
    "package-unknown": _UNFIT_PACKAGE,
    "package-not-delegable": _UNFIT_PACKAGE,
    "package-repeated": _rule("AUTH.VLD-00007", "One or more duplicate access package(s) found", "accesspackages"),
    "visible-with-client-package": _rule(
        "AUTH.VLD-00018",
        "Access packages meant for system user for client relations can't be used in combination with the flag "
        "isVisible: true",
        "accesspackages",
    ),
}
"""How each broken rule of the register is told, by the rule's code."""

_VALUES_UNDER = {
    "missing-language": "Missing : ",
    "resource-unknown": "ResourceIds Not Found : ",
    "resource-not-delegable-type": "ResourceIds Not Delegable : ",
}
_PACKAGE_SEGMENTS = {"package-unknown": "Not found", "package-not-delegable": "Not possible to delegate"}


def violations_of(invalid: InvalidSystem, *, each_client: bool = False) -> Violations:
    """Everything that is wrong with a system, as one answer.

    With ``each_client`` a client that another system has is told once for each, as when a system is replaced.
    """
    return Violations(_violations(invalid.problems, each_client=each_client))


def _violations(problems: Iterable[SystemProblem], *, each_client: bool) -> Iterator[tuple[Problem, dict[str, str]]]:
    listed = tuple(problems)
    unfit = [problem for problem in listed if problem.code in _PACKAGE_SEGMENTS]
    for problem in listed:
        rule = RULES[problem.code]
        if problem.code == "resource-unknown":
            yield from _unknown_resources(rule, problem.values)
        elif problem.code == "client-id-taken":
            yield from ((rule, {}) for _ in (problem.values if each_client else problem.values[:1]))
        elif problem.code in _PACKAGE_SEGMENTS:
            if problem is unfit[0]:
                yield rule, {"Invalid Urn Details : ": _urn_details(unfit)}
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


def _urn_details(unfit: Iterable[SystemProblem]) -> str:
    segments: dict[str, list[str]] = {}
    for problem in unfit:
        for value in problem.values:
            malformed = value.startswith(":")
            segment = "Invalid format" if malformed else _PACKAGE_SEGMENTS[problem.code]
            segments.setdefault(segment, []).append(value[1:] if malformed else f"{PACKAGE_URN}{value}")
    ordered = sorted(segments, key=("Invalid format", *_PACKAGE_SEGMENTS.values()).index)
    return " | ".join(f"{segment}: {', '.join(segments[segment])}" for segment in ordered)
