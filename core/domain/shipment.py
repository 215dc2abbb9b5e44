"""What is handed in over the later platform: a shipment of one form set, with files and perhaps a signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.domain.identifiers import PartyId

MOST_ATTACHED = 30 * 1024 * 1024
"""Bytes of all files of one shipment together. Source: soap-svc §9.2."""

LONGEST_REFERENCE = 255
"""Longest reference, name or file name that is kept, in characters."""


@dataclass(frozen=True, slots=True)
class ShipmentForm:
    """One form. ``data`` is its XML exactly as sent; ``parent`` what it hangs on, empty for a main form."""

    format_id: str
    format_version: int | None
    reference: str
    parent: str
    completed: bool
    data: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShipmentFile:
    """One attachment. ``content`` is None where none was sent; ``checksum`` is the sender's own, kept."""

    name: str
    reference: str
    parent: str
    file_name: str
    encrypted: bool
    type_name: str
    checksum: str
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SystemSignature:
    """What an end-user system says about a person's signing in it."""

    reference: str = ""
    user: str = ""
    logged_on: datetime | None = None
    signed: datetime | None = None
    version: str = ""
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One shipment (FormTaskShipment). (the caller's owner, ``reference``) names it.

    ``reportee`` is a number as sent. ``users`` (who may sign, for signing that the user controls) and
    ``encrypted_key`` are JSON, kept and passed on as they are.
    """

    reportee: str = field(repr=False)
    reference: str
    service_code: str
    service_edition: int | None
    forms: tuple[ShipmentForm, ...]
    files: tuple[ShipmentFile, ...] = ()
    signature: SystemSignature | None = None
    signatures_required: int = 1
    delegation_locked: bool = False
    users: str | None = field(default=None, repr=False)
    encrypted_key: str | None = field(default=None, repr=False)
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class FormUpdate:
    """New data for a form of an element; ``form`` None adds a form."""

    form: int | None
    format_id: str
    format_version: int | None
    reference: str
    data: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that was uploaded ahead and is to be attached to an element; ``content`` is where it lies."""

    name: str
    reference: str
    file_name: str
    type_name: str
    checksum: str
    content: str
    size: int


def sender_of(owner: PartyId) -> str:
    """Whose references for shipments they are, as submissions are kept: the owner's (soap-svc §8.3)."""
    return f"owner:{owner}"


def problem_with_file_name(name: str) -> str | None:
    """What is wrong with a file name, or None. Source of the rules: soap-svc §9.2."""
    if ":" in name or "\\" in name:
        return "FileName may not contain : or \\"
    stem, dot, extension = name.rpartition(".")
    if not (stem and dot and extension.strip()):
        return "FileName needs a file extension"
    if len(name) > LONGEST_REFERENCE:
        return f"FileName has at most {LONGEST_REFERENCE} characters"
    return None
