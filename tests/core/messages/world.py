"""A small world with a public body, its message service, an accountant and those it reports for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher

from core import (
    Accepts,
    Caller,
    CallerKind,
    Confidence,
    EnterpriseSystem,
    Fact,
    MessageFile,
    MessageText,
    NewMessage,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    Role,
    RoleGrant,
    RoleKind,
    Service,
    ServiceId,
    ServiceKind,
    ServiceOwner,
)

BODY, OFFICE, CLIENT, STRANGER, PERSON = "310000000", "310000507", "310000515", "310000523", "01819012365"
SERVICE, OTHER_SERVICE, BROKER = (ServiceId(f"svc:{code}/260101") for code in ("9070", "9071", "9080"))
BODY_SYSTEM, OFFICE_SYSTEM, PERSON_SYSTEM, STRANGER_SYSTEM = 100001, 100002, 100003, 100004
PASSWORD = "hemmelig1"
READER, WRITER = "UTOMR", "UTINN"
OWNER = ServiceOwner("OEB", BODY, "Oppdiktet etat", BODY_SYSTEM)

_SOURCE = ("made for the tests", "2026-11-22")


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default=datetime(2026, 3, 9, 9, 15, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **spans: float) -> None:
        self.now += timedelta(**spans)


def party(number: str) -> PartyId:
    """The party id of a number of this world."""
    return PartyId(f"party-{number}")


def _party(number: str, altinn_id: int) -> Party:
    kind = PartyKind.PERSON if len(number) == 11 else PartyKind.ORGANISATION
    return Party(party(number), kind, number, f"Oppdiktet {altinn_id}", altinn_id)


def service(service_id: ServiceId, owner: str, resource_type: str, level: int = 0) -> Service:
    """A service of the later platform."""
    return Service(
        id=service_id,
        kind=ServiceKind.LEGACY,
        title=f"Tjeneste {service_id}",
        owner=owner,
        minimum_level=level,
        minimum_level_org=None,
        resource_type=resource_type,
        delegable=True,
        access_list=False,
        form_number=None,
        source=_SOURCE[0],
        dated=_SOURCE[1],
        confidence=Confidence.STATED,
    )


def rule(service_id: ServiceId, action: str, role: str) -> PolicyRule:
    """Whoever holds the role may do the action."""
    return PolicyRule(service_id, action, Accepts.ROLE, role, *_SOURCE, Confidence.STATED)


def system(number: int, owner: str) -> EnterpriseSystem:
    """A system with the world's password."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    return EnterpriseSystem(number, party(owner), f"System {number}", hasher.hash(PASSWORD))


def world() -> list[Fact]:
    """Every fact, in the order of import."""
    return [
        *(Role(code, RoleKind.LEGACY, code, False, True, *_SOURCE, Confidence.STATED) for code in (READER, WRITER)),
        service(SERVICE, OWNER.name, "Correspondence"),
        service(OTHER_SERVICE, "En annen etat", "Correspondence"),
        service(BROKER, OWNER.code, "Broker"),
        *(rule(SERVICE, action, role) for action in ("read", "archive-read") for role in (READER, WRITER)),
        rule(SERVICE, "write", WRITER),
        *(_party(number, place) for place, number in enumerate((BODY, OFFICE, CLIENT, STRANGER, PERSON), start=50001)),
        system(BODY_SYSTEM, BODY),
        system(OFFICE_SYSTEM, OFFICE),
        system(PERSON_SYSTEM, PERSON),
        system(STRANGER_SYSTEM, STRANGER),
        RoleGrant("grant-1", party(CLIENT), party(OFFICE), WRITER, "person:somebody"),
    ]


def caller(number: int, owner: str) -> Caller:
    """A system that has logged on."""
    return Caller(CallerKind.ENTERPRISE_SYSTEM, party=party(owner), enterprise_system=number)


AT_OFFICE, AT_PERSON, AT_STRANGER = (
    caller(OFFICE_SYSTEM, OFFICE),
    caller(PERSON_SYSTEM, PERSON),
    caller(STRANGER_SYSTEM, STRANGER),
)
SENDER = Caller(CallerKind.SERVICE_OWNER, organisation=BODY, enterprise_system=BODY_SYSTEM)


def message(reference: str = "M-1", reportee: str = CLIENT, **changes: object) -> NewMessage:
    """A message that is complete, with what ``changes`` say."""
    text = MessageText(1044, "Svar på innsendingen", "Alt er i orden", "<p>Innsendingen er mottatt & behandlet.</p>")
    values: dict[str, object] = {"service": SERVICE, "reference": reference, "reportee": reportee, "text": text}
    return NewMessage(**{**values, **changes})  # type: ignore[arg-type]


PDF = MessageFile("Vedtak", "vedtak.pdf", "V-1", "application_pdf", "Unspecified", b"%PDF-1.4 " + bytes(300_000))
