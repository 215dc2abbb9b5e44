"""How resources broker files: set by the owner of the resource, and held against what is announced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from core.domain.caller import Caller
from core.domain.file_transfer import BrokerResource, NewFileTransfer, brokers_files
from core.domain.identifiers import ServiceId, parse_organisation_number
from core.domain.snapshot import Snapshot
from core.domain.texts import UNKEEPABLE, can_be_kept
from core.errors import ErrorCode, InvalidInput, InvalidMembers
from core.services.service_owners import owned_service
from core.store.ledger import Ledger
from core.store.store import Store

LONGEST_LIFETIME, LONGEST_GRACE = timedelta(days=365), timedelta(hours=24)
LARGEST_SETTING = 100 * 1024**3
"""The largest file a resource can be set up for, in bytes; the upload itself is bounded lower."""

MOST_PROPERTIES = 10
_LONGEST_NAME = 255
_LONGEST_KEY, _LONGEST_VALUE = 50, 300
_MD5 = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_DAYS = (365, 30, 7, 1)
_SECONDS = (3600, 60, 1)


@dataclass(frozen=True, slots=True)
class ResourceSettings:
    """What the owner of a resource says; None leaves it as it was. Durations are ISO 8601."""

    most_bytes: int | None = None
    lifetime: str | None = None
    purge_confirmed: bool | None = None
    grace: str | None = None
    owner_required: bool | None = None


def configure_broker_resource(
    store: Store, caller: Caller, service_id: ServiceId, settings: ResourceSettings
) -> BrokerResource:
    """Set how a resource of the caller's brokers files. The first time makes it fit for use.

    Raises InvalidInput for a resource that brokers no files [00005] and for a value that cannot be, whose
    details name the rule that is broken; NotAllowed for another owner's; Unavailable. That years count 365
    days and months 30 is how the platform reads durations.
    """
    snapshot = store.snapshot()
    _require_broker(snapshot, service_id)

    def keep(ledger: Ledger) -> BrokerResource:
        owned_service(ledger, snapshot, caller, service_id)
        changed = _changed(ledger.broker.resource(service_id) or BrokerResource(service_id), settings)
        ledger.broker.set_resource(changed)
        return changed

    return store.write(keep)


def broker_settings(ledger: Ledger, snapshot: Snapshot, service_id: ServiceId) -> BrokerResource:
    """How a resource brokers files. Raises InvalidInput where it does not [00005] or was never configured [00025]."""
    _require_broker(snapshot, service_id)
    found = ledger.broker.resource(service_id)
    if found is None:
        raise InvalidInput(ErrorCode.RESOURCE_NOT_CONFIGURED, f"the owner of {service_id} has not configured it")
    return found


def check_new_transfer(new: NewFileTransfer) -> None:
    """Raises InvalidMembers where a transfer cannot be as announced. Source: pdp-and-tokens §16.1."""
    problems: dict[str, list[str]] = {}
    for member, sentence in (*_wrong(new), *_wrong_properties(new)):
        problems.setdefault(member, []).append(sentence)
    if problems:
        raise InvalidMembers(ErrorCode.INVALID_TRANSFER, problems)


def check_owner_takes_part(ledger: Ledger, snapshot: Snapshot, settings: BrokerResource, new: NewFileTransfer) -> None:
    """Where the resource demands it, its owner sends the file or is the only one to get it.

    Raises InvalidInput where it is neither sender nor recipient [00026] or not the only recipient [00027].
    """
    if not settings.owner_required:
        return
    service = snapshot.catalogue.services[new.service]
    owner = ledger.messages.service_owner(service.owner)
    number = service.owner if owner is None else owner.organisation
    if number == new.sender:
        return
    if number not in new.recipients:
        raise InvalidInput(ErrorCode.REQUIRED_PARTY_MISSING, "the owner of the resource must send or get the file")
    if len(set(new.recipients)) > 1:
        raise InvalidInput(ErrorCode.REQUIRED_PARTY_NOT_ALONE, "the owner of the resource must get the file alone")


def _require_broker(snapshot: Snapshot, service_id: ServiceId) -> None:
    service = snapshot.catalogue.services.get(service_id)
    if service is None or not brokers_files(service):
        raise InvalidInput(ErrorCode.BROKER_SERVICE_UNKNOWN, f"{service_id} is not a resource that brokers files")


# -- settings -----------------------------------------------------------------------------------


def _changed(before: BrokerResource, settings: ResourceSettings) -> BrokerResource:
    most = settings.most_bytes
    if most is not None and most <= 0:
        raise _broken("size-zero" if most == 0 else "size-negative")
    if most is not None and most > LARGEST_SETTING:
        raise _broken("size-too-large")
    lifetime = _duration(settings.lifetime, before.lifetime, "lifetime", LONGEST_LIFETIME)
    grace = _duration(settings.grace, before.grace, "grace", LONGEST_GRACE)
    return BrokerResource(
        service=before.service,
        most_bytes=before.most_bytes if most is None else most,
        lifetime=lifetime,
        purge_confirmed=before.purge_confirmed if settings.purge_confirmed is None else settings.purge_confirmed,
        grace=grace,
        owner_required=before.owner_required if settings.owner_required is None else settings.owner_required,
    )


def _duration(text: str | None, before: timedelta, name: str, longest: timedelta) -> timedelta:
    if text is None:
        return before
    found = _DURATION.fullmatch(text)
    if found is None:
        raise _broken(f"{name}-format")
    parts = [int(part or 0) for part in found.groups()]
    days = sum(count * length for count, length in zip(parts[:4], _DAYS, strict=True))
    seconds = sum(count * length for count, length in zip(parts[4:], _SECONDS, strict=True))
    duration = timedelta(days=days, seconds=seconds)
    if duration > longest:
        raise _broken(f"{name}-too-long")
    return duration


def _broken(rule: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_BROKER_RESOURCE, f"the setting breaks a rule: {rule}", details={"rule": rule})


# -- transfers ----------------------------------------------------------------------------------


def _wrong(new: NewFileTransfer) -> Iterator[tuple[str, str]]:
    if not 1 <= len(new.file_name.strip()) <= _LONGEST_NAME or len(new.file_name) > _LONGEST_NAME:
        yield "fileName", f"A file name has 1 to {_LONGEST_NAME} characters."
    if not new.file_name.isprintable():
        yield "fileName", "A file name has no control characters."
    if len(new.reference) > _LONGEST_NAME:
        yield "sendersFileTransferReference", f"A reference has at most {_LONGEST_NAME} characters."
    if not can_be_kept((new.reference,)):
        yield "sendersFileTransferReference", UNKEEPABLE
    if not new.recipients:
        yield "recipients", "A file is for at least one recipient."
    for member, numbers in (("sender", (new.sender,)), ("recipients", new.recipients)):
        if not all(_is_organisation(number) for number in numbers):
            yield member, "An organisation is named by `0192:` or its URN, and nine digits."
    if new.checksum is not None and not _MD5.fullmatch(new.checksum):
        yield "checksum", "The checksum must be an MD5 in hexadecimal."


def _wrong_properties(new: NewFileTransfer) -> Iterator[tuple[str, str]]:
    if len(new.properties) > MOST_PROPERTIES:
        yield "propertyList", f"There are at most {MOST_PROPERTIES} properties."
    if any(len(key) > _LONGEST_KEY or len(value) > _LONGEST_VALUE for key, value in new.properties):
        yield "propertyList", f"A key has at most {_LONGEST_KEY} characters, a value {_LONGEST_VALUE}."
    if not can_be_kept(text for pair in new.properties for text in pair):
        yield "propertyList", UNKEEPABLE


def _is_organisation(number: str) -> bool:
    try:
        return parse_organisation_number(number) == number
    except InvalidInput:
        return False
