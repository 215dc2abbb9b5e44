"""What there is: services of the later platform, the schemas of their forms, code lists.

Forms of the first platform are not among the services: they have no service code, and are listed by
`active_forms`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from core.domain.code_list import CodeFilter, CodeList, filtered
from core.domain.identifiers import form_id, legacy_service_id
from core.domain.service_owner import ServiceOwner, ServiceType, type_of
from core.domain.vocabulary import Service, ServiceKind
from core.errors import ErrorCode, InvalidInput
from core.services.forms import is_open
from core.store.ledger import Ledger
from core.store.store import Store

_CODE = re.compile(r"[0-9A-Za-zÆØÅæøå._-]{1,50}")
_OWNER_CODE = re.compile(r"[0-9A-Za-zÆØÅæøå._ -]{1,100}")
_FIRST_LANGUAGE = 1044


@dataclass(frozen=True, slots=True)
class ServiceSearch:
    """Which services are wanted; what is empty asks for nothing."""

    code: str = ""
    edition: int | None = None
    owner_code: str = ""
    type: ServiceType | None = None


@dataclass(frozen=True, slots=True)
class AvailableService:
    """A service that may be used now. ``most_bytes`` is how large a streamed attachment may be, None without a rule."""

    code: str
    edition: int
    title: str
    owner_code: str
    owner_name: str
    type: ServiceType
    valid_from: datetime | None
    valid_to: datetime | None
    most_bytes: int | None


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A form that a service consists of. ``position`` 0 is the main form; ``schema`` is its XSD as registered."""

    format_id: str
    format_version: int
    position: int
    schema: str


def available_services(store: Store, search: ServiceSearch | None = None) -> tuple[AvailableService, ...]:
    """The services of the later platform that are open now, in order of code and edition.

    Raises InvalidInput for a code [30013] or owner code [30005] that could be none, and for an edition
    without a code [40039].
    """
    wanted = search or ServiceSearch()
    _check(wanted)
    now, services = store.clock(), store.snapshot().catalogue.services.values()
    open_now = [each for each in services if each.kind is ServiceKind.LEGACY and is_open(each, now)]

    def describe(ledger: Ledger) -> list[AvailableService]:
        owners = ledger.messages.service_owners()
        return [found for each in open_now if (found := _described(ledger, owners, each)) is not None]

    found = store.read(describe)
    return tuple(sorted((each for each in found if _is_wanted(each, wanted)), key=_place))


def form_definitions(store: Store, code: str, edition: int | None) -> tuple[FormDefinition, ...]:
    """The forms that a service is declared to consist of and that have a schema, main form first.

    Raises InvalidInput as `available_services` does, and for a service that is not there.
    """
    _check(ServiceSearch(code, edition))
    service = legacy_service_id(code, str(edition or 0))
    if service not in store.snapshot().catalogue.services:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no service {service}")

    def define(ledger: Ledger) -> tuple[FormDefinition, ...]:
        found = []
        for form in ledger.forms.service_forms(service):
            number = form.format_id.strip()
            schema = ledger.form_schema(form_id(int(number), form.format_version)) if number.isdigit() else None
            if schema is not None:
                found.append(FormDefinition(form.format_id, form.format_version, form.position, schema))
        return tuple(found)

    return store.read(define)


def find_code_list(
    store: Store, name: str, version: int, language: int, wanted: CodeFilter | None = None
) -> CodeList | None:
    """A code list in a version (0 for the newest) and a language, or None.

    Where the language is not there, bokmål is given, or else what there is.
    """
    lists = store.read(lambda ledger: ledger.code_lists.named(name.strip()))
    newest = lists[0].version if lists else 0
    of_version = [each for each in lists if each.version == (version or newest)]
    for preferred in (language, _FIRST_LANGUAGE):
        found = next((each for each in of_version if each.language == preferred), None)
        if found is not None:
            break
    else:
        found = of_version[0] if of_version else None
    return found if found is None or wanted is None else filtered(found, wanted)


def _check(search: ServiceSearch) -> None:
    if search.code and _CODE.fullmatch(search.code) is None:
        raise InvalidInput(ErrorCode.INVALID_SERVICE_CODE, "a service code is letters and digits, at most 50")
    if search.owner_code and _OWNER_CODE.fullmatch(search.owner_code) is None:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE_OWNER, "a service owner code is letters and digits")
    if search.edition and not search.code:
        raise InvalidInput(ErrorCode.SERVICE_CODE_NEEDED, "a service code is required when an edition code is given")


def _described(ledger: Ledger, owners: tuple[ServiceOwner, ...], service: Service) -> AvailableService | None:
    """The service as it is listed; None for one that is not named by code and edition."""
    code, _, edition = service.id.removeprefix("svc:").partition("/")
    kind = type_of(service)
    if kind is None or not edition.isdigit():
        return None
    owner = next((each for each in owners if each.owns(service)), None)
    return AvailableService(
        code=code,
        edition=int(edition),
        title=service.title,
        owner_code=service.owner if owner is None else owner.code,
        owner_name=service.owner if owner is None else owner.name,
        type=kind,
        valid_from=service.valid_from,
        valid_to=service.valid_to,
        most_bytes=ledger.forms.attachment_rule(service.id),
    )


def _is_wanted(service: AvailableService, search: ServiceSearch) -> bool:
    return (
        (not search.code or service.code.casefold() == search.code.casefold())
        and (not search.edition or service.edition == search.edition)
        and (not search.owner_code or service.owner_code.casefold() == search.owner_code.casefold())
        and (search.type is None or service.type is search.type)
    )


def _place(service: AvailableService) -> tuple[str, int]:
    return service.code, service.edition
