"""A firm, its client and a person, with services of the later platform that ask for roles."""

from __future__ import annotations

from dataclasses import replace

from core import (
    Accepts,
    Caller,
    CallerKind,
    Confidence,
    Edit,
    Fact,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    RegisterRole,
    RoleGrant,
    Service,
    ServiceId,
    ServiceKind,
    Shipment,
    ShipmentFile,
    ShipmentForm,
    Store,
    SystemSignature,
    Written,
)
from tests.small_world import FIRM, GIVER, MANAGER, SYSTEM, small_world

PLAIN = ServiceId("svc:1234/140113")
SIGNED = ServiceId("svc:1235/140113")
SECURE = ServiceId("svc:1236/140113")
CLERK = PartyId("00000000-0000-4000-8000-00000000000e")
WRITE_GRANT = RoleGrant("grant-utinn", GIVER, FIRM, "UTINN", "person:manager")
SIGN_GRANT = RoleGrant("grant-signe", GIVER, MANAGER, "SIGNE", "person:manager")
ANOTHER_SIGN_GRANT = RoleGrant("grant-signe-2", GIVER, CLERK, "SIGNE", "person:manager")

FIRMS_SYSTEM = Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM)
WITH_MANAGER = replace(FIRMS_SYSTEM, person=MANAGER)
WITH_CLERK = replace(FIRMS_SYSTEM, person=CLERK)
MANAGERS_LOGIN = Caller(CallerKind.PERSON_LOGIN, party=MANAGER)

REPORTEE = "310000302"
FORM = ShipmentForm("999", 12345, "S-1-H", "", completed=True, data="<Skjema>æøå</Skjema>")
_SOURCE = ("made for the tests", "2026-11-22", Confidence.STATED)


def forms_world() -> list[Fact]:
    """The small world, with three services: one without a signing step, one with, one that asks for level 3."""
    services: list[Fact] = [_service(PLAIN, 0), _service(SIGNED, 0), _service(SECURE, 3)]
    rules: list[Fact] = [
        PolicyRule(service, action, Accepts.ROLE, role, *_SOURCE)
        for service in (PLAIN, SIGNED, SECURE)
        for action, role in (("write", "UTINN"), ("read", "UTINN"), ("archive-read", "UTINN"))
    ]
    rules.append(PolicyRule(SIGNED, "sign", Accepts.ROLE, "SIGNE", *_SOURCE))
    rules.append(PolicyRule(PLAIN, "archive-delete", Accepts.ROLE, "UTINN", *_SOURCE))
    people: list[Fact] = [
        Party(CLERK, PartyKind.PERSON, "01817010136", "Kari Prøvesen", 5),
        RegisterRole("register-2", GIVER, CLERK, "STYR"),
    ]
    return [*small_world(), *services, *rules, *people, WRITE_GRANT, SIGN_GRANT, ANOTHER_SIGN_GRANT]


def filled(store: Store) -> Store:
    """The store with the world in it."""
    store.import_facts("tests", forms_world())
    return store


def edit(store: Store, *edits: Edit) -> None:
    """Change facts."""
    store.change("tests", lambda _snapshot: Written(edits, None))


def shipment(reference: str = "S-1", *forms: ShipmentForm, service: str = "1234", **changes: object) -> Shipment:
    """A shipment of one completed form, unless others are given."""
    made = Shipment(REPORTEE, reference, service, 140113, forms or (FORM,))
    return replace(made, **changes)  # type: ignore[arg-type]


def signed(reference: str = "S-1", **changes: object) -> Shipment:
    """A completed shipment of the service that is signed, with a signature."""
    return shipment(reference, service="1235", signature=SystemSignature("sig", "kari"), **changes)


def file(reference: str, content: bytes | None = b"%PDF", **changes: object) -> ShipmentFile:
    """An attachment."""
    made = ShipmentFile("Noter", reference, "S-1-H", "noter.pdf", encrypted=False, type_name="application_pdf",
                        checksum="", content=content)  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def _service(service: ServiceId, level: int) -> Service:
    return Service(
        service,
        ServiceKind.LEGACY,
        f"Skjema for {service}",
        "Skatteetaten",
        minimum_level=level,
        minimum_level_org=None,
        resource_type="",
        delegable=True,
        access_list=False,
        form_number=None,
        source=_SOURCE[0],
        dated=_SOURCE[1],
        confidence=Confidence.STATED,
    )
