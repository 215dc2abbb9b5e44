"""From every error of the core to its problem, once: status, code and text as the platform has them.

The texts are the platform's own and are matched by clients. Source: rest-systemuser §1.5 and §10.
"""

from __future__ import annotations

from collections.abc import Mapping

from core import ErrorCode
from rest.broker.problem_rows import BROKER_ONLY, IN_BROKER
from rest.problem import Area, Body, Problem, coded, violation

_BAD_REQUEST = Problem(400, "", "Bad Request", Body.FRAMEWORK)
NOT_FOUND = Problem(404, "", "Not Found", Body.FRAMEWORK)
_CONFLICT = Problem(409, "", "Conflict", Body.FRAMEWORK)
WRONG_FIELDS = Problem(400, "", "One or more validation errors occurred.", Body.FIELDS)
FORBIDDEN = Problem(403, "", "Forbidden", Body.EMPTY)
NO_ACCESS = Problem(403, "", "Forbidden", Body.FRAMEWORK)
UNAUTHORIZED = Problem(401, "", "Unauthorized", Body.FRAMEWORK)
VENDOR_UNKNOWN = coded(401, "00023", "Can't resolve the Organisation Number for the Vendor from the Token.")

_NO_ORGANISATION = coded(400, "00000", "Can't resolve the Organisation Number from the logged in Reportee PartyId.")
_NO_SYSTEM = coded(404, "00011", "The Id does not refer to a Registered System.")
_BAD_RIGHT = coded(400, "00001", "One or more Right not found or not delegable.")
_NOT_OF_THE_SYSTEM = coded(
    400, "00063", "One or more accesspackage is not found in the referenced system in the System Register."
)
_OTHER_FACILITATOR = coded(400, "00031", "Party does not match delegation facilitator.")
_REFERS_TO = "The combination of External Ids refer to"
_CLIENT_ID = "/registersystemrequest/clientid"

NOT_AN_ORGANISATION = violation(
    "AUTH.VLD-00000",
    "the org number identifier is not valid ISO6523 identifier",
    "/registersystemrequest/vendor/id",
)

PROBLEMS: Mapping[ErrorCode, Problem] = {
    ErrorCode.INVALID_ORGANISATION_NUMBER: _NO_ORGANISATION,
    ErrorCode.INVALID_PERSON_NUMBER: WRONG_FIELDS,
    ErrorCode.INVALID_XML: _BAD_REQUEST,
    ErrorCode.INVALID_BATCH: _BAD_REQUEST,
    ErrorCode.INVALID_BROWN_OUT: _BAD_REQUEST,
    ErrorCode.INVALID_REPORT: _BAD_REQUEST,
    ErrorCode.INVALID_KEY: _BAD_REQUEST,
    ErrorCode.INVALID_WORLD: _BAD_REQUEST,
    ErrorCode.INVALID_INVENTORY: _BAD_REQUEST,
    ErrorCode.INVALID_PLAN: _BAD_REQUEST,
    ErrorCode.TOTALS_DIFFER: _BAD_REQUEST,
    ErrorCode.INVALID_SYSTEM: Problem(400, "STD-00000", WRONG_FIELDS.title, Body.VALIDATION),
    ErrorCode.SYSTEM_ID_MISMATCH: violation(
        "AUTH.VLD-00012",
        "The system ID in the request body does not match the system ID in the URL",
        "/registersystemrequest/systemid",
    ),
    ErrorCode.INVALID_PASSWORD: _BAD_REQUEST,
    ErrorCode.INVALID_LOGIN: _BAD_REQUEST,
    ErrorCode.INVALID_EXTERNAL_REFERENCE: WRONG_FIELDS,
    ErrorCode.UNKNOWN_ROLE: _BAD_REQUEST,
    ErrorCode.UNKNOWN_PACKAGE: coded(400, "00052", "One or more access packages are invalid"),
    ErrorCode.UNKNOWN_SERVICE: _BAD_RIGHT,
    ErrorCode.RIGHT_OUTSIDE_SYSTEM: _BAD_RIGHT,
    ErrorCode.PACKAGE_OUTSIDE_SYSTEM: _NOT_OF_THE_SYSTEM,
    ErrorCode.PACKAGE_NOT_ASSIGNABLE: coded(
        400,
        "00064",
        "One or more access packages cannot be delegated. Either they are intended for clients or they cannot be "
        "delegated further.",
    ),
    ErrorCode.PACKAGE_NOT_DELEGABLE: coded(
        400,
        "00065",
        "One or more access packages cannot be delegated because they are not intended for client relationships",
    ),
    ErrorCode.NOTHING_REQUESTED: coded(
        400, "00059", "No AccessPackages or Single Rights found, a SystemUser must have at least one"
    ),
    ErrorCode.AGENT_NEEDS_PACKAGES: coded(
        400, "00058", "No AccessPackages found, an Agent SystemUser must have at least one"
    ),
    ErrorCode.REDIRECT_NOT_REGISTERED: coded(400, "00021", "The RedirectUri was not found or not valid."),
    ErrorCode.SYSTEM_HAS_NO_REDIRECTS: coded(400, "00026", "No redirect uris are set for the system"),
    ErrorCode.NOT_AN_AGENT: coded(
        400, "00034", "The system user type of the provided system user GUID is not an agent."
    ),
    ErrorCode.NOT_STANDARD: coded(
        400, "00036", "The system user type of the provided system user GUID is not standard."
    ),
    ErrorCode.FACILITATOR_MISMATCH: coded(400, "00039", "Party does not match delegation facilitator"),
    ErrorCode.CLIENT_NOT_FOUND: coded(400, "00079", "Client not found."),
    ErrorCode.CLIENT_LACKS_PACKAGES: coded(
        400, "00080", "Client does not have the accesspackages the agent system user requires"
    ),
    ErrorCode.RIGHT_NOT_HELD: _BAD_RIGHT,
    ErrorCode.NOT_CONNECTED: violation("AM.VLD-00032", "Assignment of role do not exist.", "$QUERY/to"),
    ErrorCode.RECEIVER_NOT_ALLOWED: violation("AM.VLD-00008", "This entity type is not allowed here.", "$QUERY/to"),
    ErrorCode.CHANGE_ID_IS_SYSTEM_USER: Problem(
        400,
        "",
        "The correlation-id should not be the same as the system-user-id. Give each change an id of its own.",
        Body.TEXT,
    ),
    ErrorCode.AUTHENTICATION_FAILED: UNAUTHORIZED,
    ErrorCode.PERSON_AUTHENTICATION_FAILED: UNAUTHORIZED,
    ErrorCode.CODE_EXPIRED: UNAUTHORIZED,
    ErrorCode.PARTY_NOT_FOUND: _NO_ORGANISATION,
    ErrorCode.ORGANISATION_NOT_FOUND: _NO_ORGANISATION,
    ErrorCode.PERSON_NOT_FOUND: NOT_FOUND,
    ErrorCode.SYSTEM_NOT_FOUND: _NO_SYSTEM,
    ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND: NOT_FOUND,
    ErrorCode.ENTERPRISE_USER_NOT_FOUND: NOT_FOUND,
    ErrorCode.SYSTEM_USER_NOT_FOUND: coded(404, "00015", "The SystemUser was not found."),
    ErrorCode.REQUEST_NOT_FOUND: coded(404, "00010", "The Id does not refer to a Request in our system."),
    ErrorCode.GRANT_NOT_FOUND: coded(400, "00038", "Delegation not found"),
    ErrorCode.BATCH_NOT_FOUND: NOT_FOUND,
    ErrorCode.COHORT_NOT_FOUND: NOT_FOUND,
    ErrorCode.FORM_NOT_FOUND: NOT_FOUND,
    ErrorCode.CONTENT_NOT_FOUND: NOT_FOUND,
    ErrorCode.DELIVERY_NOT_FOUND: NOT_FOUND,
    ErrorCode.NOT_THE_VENDOR: _NO_SYSTEM,
    ErrorCode.NOT_THE_REQUESTED_PARTY: coded(403, "00041", "Party does not match request's orgno"),
    ErrorCode.NOT_RELATED: coded(403, "00066", "The request requires logged in user to have accessmanager write."),
    ErrorCode.NOT_THE_OWNER: coded(403, "00024", "you don't have rights to delete this systemuser"),
    ErrorCode.MISSING_ADMINISTRATION: FORBIDDEN,
    ErrorCode.MISSING_CLIENT_ADMINISTRATION: FORBIDDEN,
    ErrorCode.TOO_MANY_ATTEMPTS: coded(429, "00073", "Account is temporarily locked."),
    ErrorCode.DELEGATION_REFUSED: coded(403, "00014", "DelegationCheck failed with unknown error."),
    ErrorCode.NOT_THE_CALLERS: FORBIDDEN,
    ErrorCode.SYSTEM_EXISTS: Problem(409, "", "The System already exist: {system}", Body.TEXT),
    ErrorCode.SYSTEM_DELETED: Problem(400, "", "Cannot update a system marked as deleted.", Body.TEXT),
    ErrorCode.CLIENT_ID_TAKEN: violation(
        "AUTH.VLD-00004", "One of the client id is already tagged with an existing system", _CLIENT_ID
    ),
    ErrorCode.REQUEST_NOT_NEW: coded(409, "00013", "The Status of the Request is not New."),
    ErrorCode.SYSTEM_USER_EXISTS: coded(
        400, "00004", "Failed to create new SystemUser, existing SystemUser tied to the given System-Id."
    ),
    ErrorCode.REQUEST_PENDING: coded(400, "00007", f"{_REFERS_TO} a Pending Request, please reuse or delete."),
    ErrorCode.REQUEST_ACCEPTED: coded(400, "00006", f"{_REFERS_TO} an already Accepted SystemUser."),
    ErrorCode.REQUEST_REJECTED: coded(
        400, "00009", f"{_REFERS_TO} a Rejected Request, please delete and renew the Request."
    ),
    ErrorCode.CHANGE_ANSWERED: coded(
        409,
        "00061",
        "The Status of the Request is not New. Please generate a new CorrellationId for a new Change Request",
    ),
    ErrorCode.FACT_EXISTS: _CONFLICT,
    ErrorCode.CONNECTION_IN_USE: violation(
        "AM.VLD-00010", "Assignment is active in one or more connections.", "$QUERY/cascade"
    ),
    ErrorCode.DELEGATION_IN_USE: violation(
        "AM.VLD-00031",
        "The delegation has one or more active access packages associated with it. Set cascade to true to remove the "
        "delegation and its active access packages.",
        "$QUERY/cascade",
    ),
    ErrorCode.INVALID_MESSAGE: _BAD_REQUEST,
    ErrorCode.MESSAGE_NOT_FOUND: NOT_FOUND,
    ErrorCode.NOT_THE_SERVICE_OWNER: FORBIDDEN,
    ErrorCode.MISSING_RIGHT: FORBIDDEN,
    ErrorCode.RECEIPT_TYPE_MISSING: _BAD_REQUEST,
    ErrorCode.DATES_REVERSED: _BAD_REQUEST,
    ErrorCode.INVALID_RECEIPT_UPDATE: _BAD_REQUEST,
    ErrorCode.RECEIPT_NOT_FOUND: NOT_FOUND,
    ErrorCode.NOT_AUTHORISED_FOR_REPORTEE: FORBIDDEN,
    ErrorCode.NOT_AUTHORISED_TO_SIGN: FORBIDDEN,
    ErrorCode.LEVEL_TOO_LOW: FORBIDDEN,
    ErrorCode.WRONG_ELEMENT_STATE: _CONFLICT,
    ErrorCode.NOT_READY_TO_CUT_OVER: _CONFLICT,
    ErrorCode.ELEMENT_ARCHIVED: _CONFLICT,
    ErrorCode.ELEMENT_NOT_COMPLETED: _CONFLICT,
    ErrorCode.ELEMENT_NOT_DELETABLE: _CONFLICT,
    ErrorCode.ALREADY_SIGNED: _CONFLICT,
    ErrorCode.WRONG_MESSAGE_STATE: _CONFLICT,
    ErrorCode.MESSAGE_NOT_DELETABLE: _CONFLICT,
    ErrorCode.UNKNOWN_SERVICE_OWNER: _BAD_REQUEST,
    ErrorCode.INVALID_PREFILL: _BAD_REQUEST,
    ErrorCode.BROKER_SERVICE_UNKNOWN: _BAD_REQUEST,
    ErrorCode.INVALID_REPORTEE: _BAD_REQUEST,
    ErrorCode.INVALID_TRANSFER: _BAD_REQUEST,
    ErrorCode.NO_FILE_DATA: _BAD_REQUEST,
    ErrorCode.NOT_A_ZIP_FILE: _BAD_REQUEST,
    ErrorCode.FILE_TOO_LARGE: _BAD_REQUEST,
    ErrorCode.TRANSFER_NOT_FOUND: NOT_FOUND,
    ErrorCode.NO_FILE_READY: NOT_FOUND,
    ErrorCode.SENDER_NOT_AUTHORISED: FORBIDDEN,
    ErrorCode.RECIPIENT_REFUSED: FORBIDDEN,
    ErrorCode.TRANSFER_NOT_AUTHORISED: FORBIDDEN,
    ErrorCode.OTHER_REPORTEE: FORBIDDEN,
    ErrorCode.RECIPIENT_NOT_AUTHORISED: FORBIDDEN,
    ErrorCode.FILE_ALREADY_UPLOADED: _CONFLICT,
    ErrorCode.INVALID_SERVICE_CODE: _BAD_REQUEST,
    ErrorCode.SERVICE_CODE_NEEDED: _BAD_REQUEST,
    ErrorCode.TRANSFER_LEVEL_TOO_LOW: FORBIDDEN,
    **BROKER_ONLY,
    ErrorCode.INVALID_DIALOG: WRONG_FIELDS,
    ErrorCode.INVALID_COHORT: WRONG_FIELDS,
    ErrorCode.SEARCH_TOO_BROAD: Problem(422, "", "Unprocessable Content", Body.FRAMEWORK),
    ErrorCode.DIALOG_NOT_FOUND: NOT_FOUND,
    ErrorCode.DIALOG_DELETED: Problem(410, "", "Gone", Body.FRAMEWORK),
    ErrorCode.BROWN_OUT_NOT_FOUND: Problem(404, "", "Not Found", Body.FRAMEWORK),
    ErrorCode.DIALOG_NOT_AUTHORISED: NO_ACCESS,
    ErrorCode.SIGNATURE_WRONG: NO_ACCESS,
    ErrorCode.GATE_NOT_PASSED: NO_ACCESS,
    ErrorCode.DIALOG_EXISTS: _CONFLICT,
    ErrorCode.PLAN_NOT_FOUND: NOT_FOUND,
    ErrorCode.PLAN_IN_PROGRESS: _CONFLICT,
    ErrorCode.STILL_CUT_OVER: _CONFLICT,
    ErrorCode.STORE_UNAVAILABLE: Problem(503, "", "Service Unavailable", Body.FRAMEWORK),
    ErrorCode.CODE_CHANNEL_UNAVAILABLE: Problem(503, "", "Service Unavailable", Body.FRAMEWORK),
    ErrorCode.BROWN_OUT: Problem(503, "", "Service Unavailable", Body.FRAMEWORK),
}
"""Every error of the core, once."""

IN_AREA: Mapping[tuple[Area, ErrorCode], Problem] = {
    (Area.REGISTER, ErrorCode.INVALID_ORGANISATION_NUMBER): NOT_AN_ORGANISATION,
    (Area.REGISTER, ErrorCode.NOT_THE_VENDOR): FORBIDDEN,
    (Area.REGISTER, ErrorCode.SYSTEM_NOT_FOUND): NOT_FOUND,
    (Area.REGISTER, ErrorCode.SYSTEM_DELETED): _BAD_REQUEST,
    (Area.REGISTER_CHANGE, ErrorCode.NOT_THE_VENDOR): FORBIDDEN,
    (Area.REGISTER_CHANGE, ErrorCode.SYSTEM_NOT_FOUND): Problem(
        404, "", "System with ID '{system}' not found.", Body.TEXT
    ),
    (Area.REGISTER_LOG, ErrorCode.NOT_THE_VENDOR): FORBIDDEN,
    (Area.REGISTER_LOG, ErrorCode.SYSTEM_NOT_FOUND): Problem(404, "", "System with ID {system} not found.", Body.TEXT),
    (Area.SYSTEM_USERS, ErrorCode.PARTY_NOT_FOUND): FORBIDDEN,
    (Area.AGENT_APPROVAL, ErrorCode.REQUEST_NOT_FOUND): coded(
        404, "00030", "The Id does not refer to an AgentRequest in our system."
    ),
    (Area.AGENT_APPROVAL, ErrorCode.NOT_THE_REQUESTED_PARTY): coded(
        403, "00042", "Party does not match agent request's orgno"
    ),
    (Area.CHANGES, ErrorCode.NOT_THE_VENDOR): UNAUTHORIZED,
    (Area.CHANGES, ErrorCode.DELEGATION_REFUSED): _BAD_RIGHT,
    **IN_BROKER,
    (Area.DIALOGS, ErrorCode.LEVEL_TOO_LOW): NO_ACCESS,
    (Area.DIALOGS, ErrorCode.NOT_THE_SERVICE_OWNER): NO_ACCESS,
    (Area.LOOKUP, ErrorCode.SYSTEM_USER_NOT_FOUND): NOT_FOUND,
    (Area.LOOKUP, ErrorCode.SYSTEM_NOT_FOUND): NOT_FOUND,
    (Area.LOOKUP, ErrorCode.ORGANISATION_NOT_FOUND): NOT_FOUND,
    (Area.LOOKUP, ErrorCode.NOT_THE_VENDOR): NOT_FOUND,
    (Area.CLIENTS, ErrorCode.SYSTEM_USER_NOT_FOUND): violation("AUTH.VLD-00014", "System user not found", "?agent"),
    (Area.CLIENTS, ErrorCode.NOT_AN_AGENT): violation(
        "AUTH.VLD-00015", "SystemUser is not a valid system user of type agent", "?agent"
    ),
    (Area.CLIENTS, ErrorCode.PARTY_NOT_FOUND): Problem(404, "", "Party not found", Body.FRAMEWORK),
    (Area.CLIENTS, ErrorCode.ORGANISATION_NOT_FOUND): Problem(404, "", "Party not found", Body.FRAMEWORK),
    (Area.CLIENTS, ErrorCode.AGENT_NEEDS_PACKAGES): _NOT_OF_THE_SYSTEM,
    (Area.AGENT_CLIENTS, ErrorCode.AGENT_NEEDS_PACKAGES): _NOT_OF_THE_SYSTEM,
    (Area.AGENT_CLIENTS, ErrorCode.FACILITATOR_MISMATCH): coded(403, "00044", "Forbidden"),
    (Area.CLIENT_REMOVAL, ErrorCode.FACILITATOR_MISMATCH): _OTHER_FACILITATOR,
    (Area.CLIENT_REMOVAL, ErrorCode.SYSTEM_USER_NOT_FOUND): _OTHER_FACILITATOR,
    (Area.CLIENT_REMOVAL, ErrorCode.NOT_THE_CALLERS): _OTHER_FACILITATOR,
}

"""What is told otherwise in a part of the interface."""

_CHECK = "DelegationCheck failed with error: "
REFUSALS: Mapping[str, Problem] = {
    "missing-role-access": coded(403, "00016", f"{_CHECK}Has not access by a delegation of role in ER or Altinn."),
    "missing-direct-delegation": coded(403, "00018", f"{_CHECK}Has not access by direct delegation."),
    "missing-package-access": coded(403, "00068", f"{_CHECK}Has not access by a delegation of package in Altinn."),
    "access-list": coded(
        403, "00069", f"{_CHECK}The receiver does not have the right based on Access List delegation."
    ),
    "resource-not-delegable": coded(
        403, "00070", f"{_CHECK}The resource cannot be delegated to another user or entity."
    ),
    "maskinporten-schema": coded(
        403, "00071", f"{_CHECK}The resource is not delegable because it is a Maskinporten schema resource."
    ),
}
"""What a right that may not be given is told as, by the reason of the first refusal. Source: rest-systemuser §10.5."""

PACKAGE_REFUSED = coded(400, "00053", "The user does not have enough access to delegate the requested access packages")
