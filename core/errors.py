"""The errors of the core: one tree, one stable code each, no word of any transport.

GatewayError
├── InvalidInput            the input itself is wrong: an identifier, a batch, a body
├── AuthenticationFailed    the caller did not prove who it is; never says which part was wrong
├── NotFound                a lookup named something that is not there
├── NotAllowed              the caller may not do this
│   └── DelegationRefused   … because it may not give away what it asked to give
├── Conflict                what is asked clashes with what is already so
└── Unavailable             the store could not be asked, or not freshly enough
    └── BrownedOut          … because the old platform is closed for a while, as planned
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ErrorCode(StrEnum):
    """Every error the core can raise. A door translates each exactly once."""

    # InvalidInput
    INVALID_ORGANISATION_NUMBER = "invalid-organisation-number"
    INVALID_PERSON_NUMBER = "invalid-person-number"
    INVALID_XML = "invalid-xml"
    INVALID_BATCH = "invalid-batch"
    INVALID_WORLD = "invalid-world"
    INVALID_INVENTORY = "invalid-inventory"
    INVALID_PLAN = "invalid-plan"
    TOTALS_DIFFER = "totals-differ"
    INVALID_SYSTEM = "invalid-system"
    SYSTEM_ID_MISMATCH = "system-id-mismatch"
    INVALID_PASSWORD = "invalid-password"
    INVALID_LOGIN = "invalid-login"
    INVALID_EXTERNAL_REFERENCE = "invalid-external-reference"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_PACKAGE = "unknown-package"
    UNKNOWN_SERVICE = "unknown-service"
    RIGHT_OUTSIDE_SYSTEM = "right-outside-system"
    PACKAGE_OUTSIDE_SYSTEM = "package-outside-system"
    PACKAGE_NOT_ASSIGNABLE = "package-not-assignable"
    PACKAGE_NOT_DELEGABLE = "package-not-delegable"
    NOTHING_REQUESTED = "nothing-requested"
    AGENT_NEEDS_PACKAGES = "agent-needs-packages"
    REDIRECT_NOT_REGISTERED = "redirect-not-registered"
    SYSTEM_HAS_NO_REDIRECTS = "system-has-no-redirects"
    NOT_AN_AGENT = "not-an-agent"
    NOT_STANDARD = "not-standard"
    FACILITATOR_MISMATCH = "facilitator-mismatch"
    CLIENT_NOT_FOUND = "client-not-found"
    CLIENT_LACKS_PACKAGES = "client-lacks-packages"
    RIGHT_NOT_HELD = "right-not-held"
    NOT_CONNECTED = "not-connected"
    RECEIVER_NOT_ALLOWED = "receiver-not-allowed"
    CHANGE_ID_IS_SYSTEM_USER = "change-id-is-system-user"
    RECEIPT_TYPE_MISSING = "receipt-type-missing"
    DATES_REVERSED = "dates-reversed"
    INVALID_RECEIPT_UPDATE = "invalid-receipt-update"
    INVALID_MESSAGE = "invalid-message"
    UNKNOWN_SERVICE_OWNER = "unknown-service-owner"
    INVALID_PREFILL = "invalid-prefill"
    BROKER_SERVICE_UNKNOWN = "broker-service-unknown"
    INVALID_REPORTEE = "invalid-reportee"
    INVALID_TRANSFER = "invalid-transfer"
    NO_FILE_DATA = "no-file-data"
    NOT_A_ZIP_FILE = "not-a-zip-file"
    FILE_TOO_LARGE = "file-too-large"
    INVALID_SERVICE_CODE = "invalid-service-code"
    SERVICE_CODE_NEEDED = "service-code-needed"
    INVALID_DIALOG = "invalid-dialog"
    INVALID_COHORT = "invalid-cohort"
    SEARCH_TOO_BROAD = "search-too-broad"
    INVALID_BROKER_RESOURCE = "invalid-broker-resource"
    RESOURCE_NOT_CONFIGURED = "resource-not-configured"
    REQUIRED_PARTY_MISSING = "required-party-missing"
    REQUIRED_PARTY_NOT_ALONE = "required-party-not-alone"
    CHECKSUM_DIFFERS = "checksum-differs"
    INVALID_BROWN_OUT = "invalid-brown-out"
    INVALID_REPORT = "invalid-report"
    INVALID_KEY = "invalid-key"
    # AuthenticationFailed
    AUTHENTICATION_FAILED = "authentication-failed"
    PERSON_AUTHENTICATION_FAILED = "person-authentication-failed"
    CODE_EXPIRED = "code-expired"
    # NotFound
    PARTY_NOT_FOUND = "party-not-found"
    ORGANISATION_NOT_FOUND = "organisation-not-found"
    PERSON_NOT_FOUND = "person-not-found"
    SYSTEM_NOT_FOUND = "system-not-found"
    ENTERPRISE_SYSTEM_NOT_FOUND = "enterprise-system-not-found"
    ENTERPRISE_USER_NOT_FOUND = "enterprise-user-not-found"
    SYSTEM_USER_NOT_FOUND = "system-user-not-found"
    REQUEST_NOT_FOUND = "request-not-found"
    GRANT_NOT_FOUND = "grant-not-found"
    BATCH_NOT_FOUND = "batch-not-found"
    COHORT_NOT_FOUND = "cohort-not-found"
    FORM_NOT_FOUND = "form-not-found"
    RECEIPT_NOT_FOUND = "receipt-not-found"
    CONTENT_NOT_FOUND = "content-not-found"
    DELIVERY_NOT_FOUND = "delivery-not-found"
    MESSAGE_NOT_FOUND = "message-not-found"
    TRANSFER_NOT_FOUND = "transfer-not-found"
    NO_FILE_READY = "no-file-ready"
    DIALOG_NOT_FOUND = "dialog-not-found"
    DIALOG_DELETED = "dialog-deleted"
    BROWN_OUT_NOT_FOUND = "brown-out-not-found"
    PLAN_NOT_FOUND = "plan-not-found"
    # NotAllowed
    NOT_THE_VENDOR = "not-the-vendor"
    NOT_THE_REQUESTED_PARTY = "not-the-requested-party"
    NOT_THE_OWNER = "not-the-owner"
    NOT_RELATED = "not-related"
    MISSING_ADMINISTRATION = "missing-administration"
    MISSING_CLIENT_ADMINISTRATION = "missing-client-administration"
    NOT_THE_SERVICE_OWNER = "not-the-service-owner"
    MISSING_RIGHT = "missing-right"
    TOO_MANY_ATTEMPTS = "too-many-attempts"
    NOT_AUTHORISED_FOR_REPORTEE = "not-authorised-for-reportee"
    NOT_AUTHORISED_TO_SIGN = "not-authorised-to-sign"
    LEVEL_TOO_LOW = "authentication-level-too-low"
    DELEGATION_REFUSED = "delegation-refused"
    NOT_THE_CALLERS = "not-the-callers"
    SENDER_NOT_AUTHORISED = "sender-not-authorised"
    RECIPIENT_REFUSED = "recipient-refused"
    TRANSFER_NOT_AUTHORISED = "transfer-not-authorised"
    OTHER_REPORTEE = "other-reportee"
    RECIPIENT_NOT_AUTHORISED = "recipient-not-authorised"
    TRANSFER_LEVEL_TOO_LOW = "transfer-level-too-low"
    TRANSFER_NOT_AVAILABLE = "transfer-not-available"
    DIALOG_NOT_AUTHORISED = "dialog-not-authorised"
    SIGNATURE_WRONG = "signature-wrong"
    GATE_NOT_PASSED = "gate-not-passed"
    # Conflict
    SYSTEM_EXISTS = "system-exists"
    SYSTEM_DELETED = "system-deleted"
    CLIENT_ID_TAKEN = "client-id-taken"
    REQUEST_NOT_NEW = "request-not-new"
    SYSTEM_USER_EXISTS = "system-user-exists"
    REQUEST_PENDING = "request-pending"
    REQUEST_ACCEPTED = "request-accepted"
    REQUEST_REJECTED = "request-rejected"
    CHANGE_ANSWERED = "change-answered"
    FACT_EXISTS = "fact-exists"
    CONNECTION_IN_USE = "connection-in-use"
    DELEGATION_IN_USE = "delegation-in-use"
    WRONG_ELEMENT_STATE = "wrong-element-state"
    NOT_READY_TO_CUT_OVER = "not-ready-to-cut-over"
    ELEMENT_ARCHIVED = "element-archived"
    ELEMENT_NOT_COMPLETED = "element-not-completed"
    ELEMENT_NOT_DELETABLE = "element-not-deletable"
    ALREADY_SIGNED = "already-signed"
    WRONG_MESSAGE_STATE = "wrong-message-state"
    MESSAGE_NOT_DELETABLE = "message-not-deletable"
    FILE_ALREADY_UPLOADED = "file-already-uploaded"
    TRANSFER_NOT_PUBLISHED = "transfer-not-published"
    NOT_DOWNLOADED_YET = "not-downloaded-yet"
    DIALOG_EXISTS = "dialog-exists"
    PLAN_IN_PROGRESS = "plan-in-progress"
    STILL_CUT_OVER = "still-cut-over"
    # Unavailable
    STORE_UNAVAILABLE = "store-unavailable"
    CODE_CHANNEL_UNAVAILABLE = "code-channel-unavailable"
    BROWN_OUT = "brown-out"


@dataclass(frozen=True, slots=True)
class Fix:
    """What would turn a refusal round, and who can do it.

    ``missing`` names the thing in the field's own words, ``party`` for whom it is missing (an
    organisation number, or a masked national identity number), ``ground`` how it could come and
    ``giver`` who can give it.
    """

    code: str
    missing: str
    party: str
    ground: str
    giver: str


class GatewayError(Exception):
    """An error with a stable code, a sentence, and what would help."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        fixes: tuple[Fix, ...] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fixes = fixes
        self.details: Mapping[str, str] = details or {}


class InvalidInput(GatewayError):
    """The input is not what it should be; nothing was stored."""


class InvalidMembers(InvalidInput):
    """Members of the input that are not what they should be; ``problems`` says by member what is wrong."""

    def __init__(self, code: ErrorCode, problems: Mapping[str, list[str]]) -> None:
        names = ", ".join(sorted(problems))
        super().__init__(code, f"not as they must be: {names}", details={"members": names})
        self.problems = problems


class AuthenticationFailed(GatewayError):
    """Unknown, wrong or locked: one answer for all, so that nothing can be probed.

    The code tells a system's own log-on from that of a person through a system, and from a one-time code
    that was right but has run out.
    """

    def __init__(self, code: ErrorCode = ErrorCode.AUTHENTICATION_FAILED) -> None:
        super().__init__(code, _NOT_AUTHENTICATED[code])


_NOT_AUTHENTICATED = {
    ErrorCode.AUTHENTICATION_FAILED: "the system id or the password is wrong, or the system is locked",
    ErrorCode.PERSON_AUTHENTICATION_FAILED: "the person, the password or the one-time code is wrong, or locked",
    ErrorCode.CODE_EXPIRED: "the one-time code has run out; ask for a new one",
}


class NotFound(GatewayError):
    """A lookup named something that is not there, or is not the caller's to see."""


class NotAllowed(GatewayError):
    """The caller is known, but may not do this."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that may not be given away, and the field's reason code."""

    what: str
    reason: str
    fixes: tuple[Fix, ...] = field(default=())


class DelegationRefused(NotAllowed):
    """The caller may not give what it asked to give; ``refusals`` say why, item by item."""

    def __init__(self, message: str, refusals: tuple[Refusal, ...]) -> None:
        fixes = tuple(fix for refusal in refusals for fix in refusal.fixes)
        super().__init__(ErrorCode.DELEGATION_REFUSED, message, fixes=fixes)
        self.refusals = refusals


class Conflict(GatewayError):
    """What is asked clashes with what is already so."""


class Unavailable(GatewayError):
    """The store could not be asked, or not freshly enough. Trying again later is right."""


class BrownedOut(Unavailable):
    """The old operations are closed to the caller for a while, which is planned; nothing of the call was done.

    ``brown_out`` is its id; after ``seconds`` the same call may be sent again.
    """

    def __init__(self, brown_out: str, seconds: int) -> None:
        super().__init__(
            ErrorCode.BROWN_OUT,
            "the old platform is closed for a while, as a warning before it ends; "
            f"nothing was stored, send the same again after {seconds} seconds",
            details={"seconds": str(seconds)},
        )
        self.brown_out = brown_out
        self.seconds = seconds
