"""How errors of brokered files are told: the codes of the broker, `BRO-` and five digits.

That a missing right is told as 401 is the platform's way, kept for compatibility.
Source: pdp-and-tokens §16.3 and §19; the texts are the broker's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from core import ErrorCode
from rest.problem import Area, Body, Problem, coded

NO_ACCESS = coded(
    401,
    "BRO-00006",
    "You must use a bearer token that represents a system user with access to the resource in the Resource Rights "
    "Registry",
)
NOT_SATISFIABLE = coded(416, "BRO-00029", "The requested byte range is not satisfiable")
_NO_FILE = coded(400, "BRO-00003", "No file uploaded yet")

BROKER_ONLY: Mapping[ErrorCode, Problem] = {
    ErrorCode.TRANSFER_NOT_AVAILABLE: coded(
        403,
        "BRO-00007",
        "The requested file transfer's file is not ready for download. See file transfer status.",
    ),
    ErrorCode.CHECKSUM_DIFFERS: coded(
        400,
        "BRO-00009",
        "The checksum of uploaded file did not match the checksum specified in initialize call.",
    ),
    ErrorCode.TRANSFER_NOT_PUBLISHED: coded(
        400,
        "BRO-00010",
        "A file transfer can only be confirmed to be downloaded when it is published. See file transfer status.",
    ),
    ErrorCode.NOT_DOWNLOADED_YET: coded(400, "BRO-00019", "Cannot confirm before the files have been downloaded"),
    ErrorCode.RESOURCE_NOT_CONFIGURED: coded(400, "BRO-00025", "The resource has not been configured for the broker"),
    ErrorCode.REQUIRED_PARTY_MISSING: coded(
        400, "BRO-00026", "The service owner of the resource must be the sender or the recipient"
    ),
    ErrorCode.REQUIRED_PARTY_NOT_ALONE: coded(
        400, "BRO-00027", "The service owner of the resource must be the only recipient"
    ),
    ErrorCode.INVALID_BROKER_RESOURCE: coded(400, "STD-00000", "One or more validation errors occurred."),
}
"""Errors that nothing but the broker knows."""

_SHARED: Mapping[ErrorCode, Problem] = {
    ErrorCode.TRANSFER_NOT_FOUND: coded(404, "BRO-00001", "The requested file transfer was not found"),
    ErrorCode.NO_FILE_READY: _NO_FILE,
    ErrorCode.NO_FILE_DATA: _NO_FILE,
    ErrorCode.FILE_ALREADY_UPLOADED: coded(
        409,
        "BRO-00004",
        "A file transfer has already been, or attempted to be, created. Create a new file transfer resource to try "
        "again.",
    ),
    ErrorCode.BROKER_SERVICE_UNKNOWN: coded(
        403,
        "BRO-00005",
        "The resource needs to be registered as an Altinn 3 resource and it has to be associated with a service owner",
    ),
    ErrorCode.INVALID_TRANSFER: Problem(400, "", "One or more validation errors occurred.", Body.FIELDS),
    ErrorCode.SENDER_NOT_AUTHORISED: NO_ACCESS,
    ErrorCode.TRANSFER_NOT_AUTHORISED: NO_ACCESS,
    ErrorCode.RECIPIENT_NOT_AUTHORISED: NO_ACCESS,
    ErrorCode.OTHER_REPORTEE: NO_ACCESS,
    ErrorCode.TRANSFER_LEVEL_TOO_LOW: NO_ACCESS,
    ErrorCode.FILE_TOO_LARGE: coded(400, "BRO-00016", "File size exceeds maximum"),
    ErrorCode.RECIPIENT_REFUSED: coded(
        400, "BRO-00028", "One or more recipients are not on the access list of the resource"
    ),
}

IN_BROKER: Mapping[tuple[Area, ErrorCode], Problem] = {(Area.BROKER, code): row for code, row in _SHARED.items()}
"""Errors that other doors know as well."""

RESOURCE_RULES: Mapping[str, Problem] = {
    "size-negative": coded(400, "BRO-00011", "Max file transfer size cannot be negative"),
    "size-zero": coded(400, "BRO-00012", "Max file transfer size cannot be zero"),
    "size-too-large": coded(400, "BRO-00022", "Max file transfer size cannot be set higher than 100GB"),
    "lifetime-format": coded(
        400,
        "BRO-00014",
        "Invalid file transfer time to live format. Should follow ISO8601 standard for duration. Example: 'P30D' for "
        "30 days.",
    ),
    "lifetime-too-long": coded(400, "BRO-00015", "Time to live cannot exceed 365 days"),
    "grace-format": coded(
        400,
        "BRO-00017",
        "Invalid grace period format. Should follow ISO8601 standard for duration. Example: 'PT2H' for 2 hours.",
    ),
    "grace-too-long": coded(400, "BRO-00018", "Grace period cannot exceed 24 hours"),
}
"""How each broken rule of a resource's settings is told, by the rule's code."""
