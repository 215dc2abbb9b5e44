"""A synthetic firm with clients, and a plan made by hand that moves its enterprise system on three grounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from core import (
    Accepts,
    Caller,
    CallerKind,
    Confidence,
    EnterpriseSystem,
    Fact,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    RegisterRole,
    Right,
    Service,
    ServiceId,
    ServiceKind,
    ServiceSuccessor,
    Store,
    SystemUserKind,
    organisation_check_digit,
    person_check_digits,
    shipped_vocabulary,
)
from legacy_mappings.planner import plan_digest
from legacy_mappings.planner.records import Gift, OverGrant, Plan, PlannedSystem, PlannedUser, PlanOptions

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = ("made up for the tests", "2026-11-22", Confidence.USER)
PAYROLL, TAX, SALARY = "regnskapsforer-lonn", "skattegrunnlag", "a-ordning"
A_MELDING, TAX_RETURN = ServiceId("app_ske_a-melding"), ServiceId("app_ske_skattemelding")
OLD_A_MELDING, OLD_TAX = ServiceId("asmx:669/1"), ServiceId("asmx:212/1")
FIRM, VENDOR, STUCK = PartyId("firm"), PartyId("vendor"), PartyId("stuck")
BOSS = PartyId("boss")
ENTERPRISE_SYSTEM = 4711
WRITE = "write"


def number(place: int) -> str:
    """The organisation number at a place of the synthetic 310 series."""
    # Not every eight digits have a ninth; of three in a row, some have.
    for first in range(31_000_000 + 3 * place, 31_000_000 + 3 * place + 3):
        digit = organisation_check_digit(str(first))
        if digit is not None:
            return f"{first}{digit}"
    raise ValueError(f"no organisation number at place {place}")


def client(place: int) -> PartyId:
    """The party id of a client."""
    return PartyId(f"client-{place}")


def manager(place: int) -> PartyId:
    """The party id of the client's general manager."""
    return PartyId(f"manager-{place}")


def firm_facts(clients: int) -> Iterator[Fact]:
    """The shipped words, two resources, the firm with its system, and clients that have it as accountant.

    The client ``STUCK`` has no general manager: nobody there can give anything.
    """
    yield from shipped_vocabulary()
    for service, packages in ((A_MELDING, (PAYROLL, SALARY)), (TAX_RETURN, (TAX,))):
        yield _service(service, ServiceKind.RESOURCE)
        for package in packages:
            yield PolicyRule(service, WRITE, Accepts.PACKAGE, package, *SOURCE)
    for service in (OLD_A_MELDING, OLD_TAX):
        yield _service(service, ServiceKind.FORM)
    yield Party(FIRM, PartyKind.ORGANISATION, number(1), "Firmaet AS", 1, "AS")
    yield Party(VENDOR, PartyKind.ORGANISATION, number(2), "Leverandøren AS", 2, "AS")
    yield Party(STUCK, PartyKind.ORGANISATION, number(3), "Fast AS", 3, "AS")
    yield Party(BOSS, PartyKind.PERSON, _person(1), "Bente Prøve", 4)
    for place in range(clients):
        yield Party(client(place), PartyKind.ORGANISATION, number(10 + place), f"Klient {place} AS", 10 + place, "AS")
        yield Party(manager(place), PartyKind.PERSON, _person(10 + place), f"Leder {place}", 1_000_000 + place)
    yield RegisterRole("boss", FIRM, BOSS, "DAGL")
    yield RegisterRole("regn-stuck", STUCK, FIRM, "REGN")
    for place in range(clients):
        yield RegisterRole(f"dagl-{place}", client(place), manager(place), "DAGL")
        yield RegisterRole(f"regn-{place}", client(place), FIRM, "REGN")
    yield EnterpriseSystem(ENTERPRISE_SYSTEM, FIRM, "Lønn og regnskap", "no password opens this")


def filled(store: Store, clients: int = 4) -> Store:
    """The store with the firm in it."""
    store.import_facts("tests", firm_facts(clients))
    return store


def plan_for(clients: Iterable[int] = range(4), *, givers: Iterable[int] = (0, 1), waves: bool = False) -> Plan:
    """A plan: payroll for every client by register, tax for those who give it, the firm's own salary."""
    all_clients, all_givers = tuple(clients), tuple(givers)
    half = len(all_clients) // 2 if waves else len(all_clients)
    system = f"{number(2)}_bro"
    first = _agent("ref-regn", "REGN", PAYROLL, all_clients[:half], system, 1)
    second = [_agent("ref-regn-2", "REGN", PAYROLL, all_clients[half:], system, 2)] if waves else []
    given = _agent("ref-gitt", "rettighetshaver", TAX, all_givers, system, 2 if waves else 1)
    own = PlannedUser(
        "ref-egen", ENTERPRISE_SYSTEM, FIRM, SystemUserKind.STANDARD, "self", system, "Egen lønn",
        (SALARY,), (), (), 1,
    )  # fmt: skip
    return Plan(
        at=AT,
        sequence=0,
        options=PlanOptions(number(2)),
        successors=(
            ServiceSuccessor(OLD_TAX, WRITE, TAX_RETURN, WRITE, *SOURCE),
            ServiceSuccessor(OLD_A_MELDING, WRITE, A_MELDING, WRITE, *SOURCE),
        ),
        systems=(PlannedSystem(system, number(2), "Broen", (SALARY, PAYROLL, TAX), (), (), exists=False),),
        users=(own, given, first, *second),
        gifts=tuple(Gift(client(place), FIRM, TAX) for place in all_givers),
        mapping=(),
        role_rows=(),
        not_carried=(),
        approvers=(),
        over_grant=OverGrant(0, 0, 0, 0, 0, 0),
        stages=(),
        stopping=(),
    )


def right(service: ServiceId) -> Right:
    """The right to send in a form of the service."""
    return Right(service, WRITE)


def person(party: PartyId) -> Caller:
    """The caller that a person is."""
    return Caller(CallerKind.PERSON, party=party)


def _agent(reference: str, ground: str, package: str, clients: tuple[int, ...], system: str, wave: int) -> PlannedUser:
    return PlannedUser(
        reference, ENTERPRISE_SYSTEM, FIRM, SystemUserKind.AGENT, ground, system, reference,
        (package,), (), tuple(client(place) for place in clients), wave,
    )  # fmt: skip


def _service(service: ServiceId, kind: ServiceKind) -> Service:
    resource_type = "AltinnApp" if kind is ServiceKind.RESOURCE else ""
    return Service(
        service, kind, service, "Skatteetaten", minimum_level=0, minimum_level_org=None, resource_type=resource_type,
        delegable=True, access_list=False, form_number=None, source=SOURCE[0], dated=SOURCE[1], confidence=SOURCE[2],
    )  # fmt: skip


def _person(place: int) -> str:
    """A synthetic national identity number (80 added to the month)."""
    date = f"{1 + place % 28:02d}{81 + place // 28 % 12}{place // 336 % 100:02d}"
    for serial in range(100, 500):
        first = f"{date}{serial}"
        digits = person_check_digits(first)
        if digits is not None:
            return f"{first}{digits}"
    raise ValueError(f"no number for person {place}")


DIGEST = plan_digest(plan_for())
"""What names the plan without any wish."""
