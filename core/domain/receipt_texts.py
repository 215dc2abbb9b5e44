"""The texts of receipts. Clients match their beginnings by substring, so these are contract (soap-svc §8.4)."""

from __future__ import annotations

from core.domain.identifiers import mask_number, mask_numbers_in

INSTANTIATED = "Successfully Instantiated"
SCHEMA_OK = "Schema Validation OK"
SENT = "SignAndSend Completed Successfully"
DELETED = "Deleted"
FORM_FAILED = "Form Validation Failed"
SCHEMA_ERROR = "SchemaValidationError"
NOT_A_SIGNATURE = "Not A Valid Signature"
NO_SERVICES = "There exist no valid services with given service code/edition code"
EDITION_MISSING = "Service Edition Code is Missing"
ALREADY_EXISTS = "Shipment Already Exists"
INVALID_REPORTEE = "Invalid reportee"
MISSING_ARGUMENT = "Argument Null Exception"

_LONGEST_ECHO = 80


def with_detail(text: str, detail: str) -> str:
    """The text, and what was wrong in particular."""
    return f"{text}: {mask_numbers_in(detail)}"


def not_a_service(code: str, edition: int) -> str:
    """There is no such service, or not now."""
    return f"Not A Valid Service. ServiceCode: {_echo(code)}, ServiceEdition: {edition}"


def not_a_format(format_id: str, version: int | None) -> str:
    """The service has no such form."""
    shown = "" if version is None else version
    return (
        f"Not A Valid DataFormatId Or DataFormatVersion. DataFormatId: {_echo(format_id)}, DataFormatVersion: {shown}"
    )


def repeated(text: str) -> str:
    """A shipment that was taken in before, and what its receipt says now.

    Proposed: both stand in the answer, so that whoever matches either finds it, and a repeat changes nothing.
    """
    return f"{ALREADY_EXISTS}. {text}"


def updated_by(system: str, text: str) -> str:
    """A text that an end-user system gave a receipt (soap-svc §9.3)."""
    return f"Receipt updated by EndUserSystem: {system}. {text}"


def received_by_owner(reference: str | None) -> str:
    """What was sent and archived, once the service owner has taken it: the last step of soap-svc §8.2.

    Proposed: it begins with the text from before, which clients match.
    """
    known = f" Reference: {_echo(reference)}." if reference else ""
    return f"{SENT}. Received by the service owner.{known}"


def _echo(text: str) -> str:
    return mask_number(" ".join(text.split()))[:_LONGEST_ECHO]
