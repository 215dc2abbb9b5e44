"""Prefill (preutfylling): what a service owner already knows of a reportee, ready to be put into a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.domain.identifiers import ServiceId


@dataclass(frozen=True, slots=True)
class PrefilledForm:
    """The known content of one form. ``data`` is the form as XML, kept as it was sent."""

    format_id: str
    format_version: int
    reference: str
    data: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrefilledFile:
    """A file that comes with the forms. ``media`` is the type as the contract names it."""

    name: str
    file_name: str
    reference: str
    media: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prefill:
    """A set of forms prefilled for a reportee. (sender, ``service``, ``reportee``, ``reference``) names it.

    ``reportee`` is a number, ``shipment`` the sender's reference for the whole delivery. ``identity`` are the
    values that tell several sets for the same service apart, ``identity_code`` their hash where the sender
    gave one. The first of ``forms`` is the main form. Outside ``valid_from`` – ``valid_to`` it is not given out.
    """

    service: ServiceId
    reportee: str = field(repr=False)
    reference: str
    shipment: str
    forms: tuple[PrefilledForm, ...]
    files: tuple[PrefilledFile, ...] = ()
    identity: tuple[str, ...] = ()
    identity_code: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptPrefill:
    """A prefill as it is kept: whose it is, by service owner code, and when it came."""

    id: str
    owner_code: str
    kept: datetime
    prefill: Prefill
