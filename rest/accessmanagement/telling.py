"""How this room tells the core's errors: as coded violations with the parameter they are about.

Source: pdp-and-tokens §14.5. Codes that it does not list (00010, 00023, 00028, 00034, 00048, 00049) are the platform's
own for the same cases; the texts are what clients match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import wraps

from flask import Response, request

from core import DelegationRefused, ErrorCode, GatewayError, PartyId, mask_numbers_in
from rest.body import read_optional, read_parameter, read_uuid
from rest.door import Call, View
from rest.problem import Problem, violation
from rest.problem_rows import FORBIDDEN
from rest.problems import Refused, Violations

ENTITY_UNKNOWN = ("AM.VLD-00006", "Entity do not exists.")
ENTITY_KIND = ("AM.VLD-00008", "This entity type is not allowed here.")
ASSIGNMENT_IN_USE = ("AM.VLD-00010", "Assignment is active in one or more connections.")
RESOURCE_UNKNOWN = ("AM.VLD-00012", "Resource do not exists.")
EMPTY_LIST = ("AM.VLD-00023", "The list cant be empty")
NOT_AUTHORISED = ("AM.VLD-00026", "User not authorized for operation.")
NOT_FOR_RECEIVER = ("AM.VLD-00028", "One or more packages is not assignable to receipient.")
ROLE_INVALID = ("AM.VLD-00029", "Invalid Role.")
PACKAGE_INVALID = ("AM.VLD-00030", "Invalid Package.")
DELEGATION_IN_USE = (
    "AM.VLD-00031",
    (
        "The delegation has one or more active access packages associated with it. Set cascade to true to remove the "
        "delegation and its active access packages."
    ),
)
NO_ASSIGNMENT = ("AM.VLD-00032", "Assignment of role do not exist.")
NOT_DELEGABLE = ("AM.VLD-00033", "Package is not delegable.")
PERSON_UNKNOWN = ("AM.VLD-00034", "Given external identifiers yielded empty result.")
NOT_ASSIGNABLE = ("AM.VLD-00048", "One or more packages is not assignable.")
RESOURCE_NOT_DELEGABLE = ("AM.VLD-00049", "One or more resources is not delegable.")

_TOLD: Mapping[ErrorCode, tuple[str, str]] = {
    ErrorCode.PARTY_NOT_FOUND: ENTITY_UNKNOWN,
    ErrorCode.SYSTEM_USER_NOT_FOUND: ENTITY_UNKNOWN,
    ErrorCode.RECEIVER_NOT_ALLOWED: ENTITY_KIND,
    ErrorCode.NOT_AN_AGENT: ENTITY_KIND,
    ErrorCode.CONNECTION_IN_USE: ASSIGNMENT_IN_USE,
    ErrorCode.DELEGATION_IN_USE: DELEGATION_IN_USE,
    ErrorCode.UNKNOWN_SERVICE: RESOURCE_UNKNOWN,
    ErrorCode.NOTHING_REQUESTED: EMPTY_LIST,
    ErrorCode.RIGHT_NOT_HELD: NOT_AUTHORISED,
    ErrorCode.UNKNOWN_ROLE: ROLE_INVALID,
    ErrorCode.UNKNOWN_PACKAGE: PACKAGE_INVALID,
    ErrorCode.NOT_CONNECTED: NO_ASSIGNMENT,
    ErrorCode.CLIENT_NOT_FOUND: NO_ASSIGNMENT,
    ErrorCode.PACKAGE_NOT_DELEGABLE: NOT_DELEGABLE,
    ErrorCode.PACKAGE_OUTSIDE_SYSTEM: NOT_DELEGABLE,
    ErrorCode.RIGHT_OUTSIDE_SYSTEM: NOT_DELEGABLE,
    ErrorCode.PERSON_NOT_FOUND: PERSON_UNKNOWN,
    ErrorCode.PACKAGE_NOT_ASSIGNABLE: NOT_FOR_RECEIVER,
}
_REFUSED: Mapping[str, tuple[str, str]] = {
    "package-unknown": PACKAGE_INVALID,
    "package-not-assignable": NOT_ASSIGNABLE,
    "wrong-party-type": NOT_FOR_RECEIVER,
    "resource-not-delegable": RESOURCE_NOT_DELEGABLE,
    "maskinporten-schema": RESOURCE_NOT_DELEGABLE,
}


def telling(view: View, paths: Mapping[str, str]) -> View:
    """The view, with its errors told as violations; ``paths`` are the parameters by whom or what they name."""

    @wraps(view)
    def told(call: Call, **values: str) -> Response:
        try:
            return view(call, **values)
        except GatewayError as error:
            found = tuple(_violations(error, paths))
            if not found:
                raise
            detail = {} if call.options.strict_upstream else {"detail": _sentence(error)}
            raise Violations((each, detail) for each in found) from error

    return told


def _violations(error: GatewayError, paths: Mapping[str, str]) -> Iterator[Problem]:
    if isinstance(error, DelegationRefused):
        for refusal in error.refusals:
            is_package = refusal.what.startswith("urn:altinn:accesspackage:")
            code, title = _REFUSED.get(refusal.reason, NOT_AUTHORISED)
            yield violation(code, title, paths.get("package" if is_package else "resource", ""))
    elif error.code in _TOLD:
        code, title = _TOLD[error.code]
        path = paths.get(error.details.get("which", "")) or paths.get(str(error.code), "")
        yield violation(code, title, path.replace("{index}", error.details.get("index", "0")))


def _sentence(error: GatewayError) -> str:
    helps = " ".join(f"{fix.party} lacks {fix.missing}: {fix.ground}. Ask {fix.giver}." for fix in error.fixes)
    return mask_numbers_in(helps or f"{error.message[:1].upper()}{error.message[1:]}.")


# -- parameters -----------------------------------------------------------------------------------


def acting_party() -> PartyId:
    """The party the caller acts for. A call without one is refused as one without rights (pdp-and-tokens §14.3)."""
    text = read_optional(request.args, "party")
    if text is None:
        raise Refused(FORBIDDEN)
    return PartyId(read_uuid("party", text))


def party_parameter(name: str) -> PartyId:
    """A party, or another that an id names, which must be given."""
    return PartyId(read_uuid(name, read_parameter(request.args, name)))


def optional_party(name: str) -> PartyId | None:
    """A party that may be left out."""
    text = read_optional(request.args, name)
    return None if text is None else PartyId(read_uuid(name, text))


def cascade() -> bool:
    """Whether what depends on it is to go with it."""
    return (read_optional(request.args, "cascade") or "").lower() == "true"
