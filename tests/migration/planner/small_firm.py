"""A firm with a vocabulary of its own, so small that every cause can be read from the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from core import (
    Accepts,
    AccessPackage,
    Carriage,
    Confidence,
    DecisionTerms,
    EnterpriseSystem,
    Fact,
    Nesting,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    RegisterRole,
    Right,
    Role,
    RoleGrant,
    RoleKind,
    RuleRow,
    Service,
    ServiceId,
    ServiceKind,
    ServiceSuccessor,
    Snapshot,
    build_snapshot,
    organisation_check_digit,
)
from legacy_mappings.inventory.records import Inventory, Observed, Use
from legacy_mappings.planner.records import PlanOptions
from legacy_mappings.vocabulary import Layered, layered_tables

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
VENDOR = "310000205"
SUBMISSION = "systeminnsendingsrettighet"
SYSTEM = 9001
_SAID = ("made for the tests", "2026-11-22")
_ACCESS, _CLIENTS = ServiceId("altinn_access_management"), ServiceId("altinn_client_administration")


def party(name: str) -> PartyId:
    """The id of a party by its name."""
    return PartyId(str(uuid5(NAMESPACE_OID, name)))


def organisation(name: str, number: int, **more: Any) -> Party:
    """An organisation, number ``number`` of the synthetic series."""
    eights = (f"{31_000_000 + each}" for each in range(number * 20, number * 20 + 20))
    digits = next(eight for eight in eights if organisation_check_digit(eight) is not None)
    kind, legal = more.pop("kind", PartyKind.ORGANISATION), more.pop("form", "AS")
    return Party(party(name), kind, f"{digits}{organisation_check_digit(digits)}", name, number, legal, **more)


def person(name: str, number: int, **more: Any) -> Party:
    """A person. Nothing here reads the number."""
    return Party(party(name), PartyKind.PERSON, f"0181701{number:04d}", name, number, **more)


def resource(name: str, packages: Iterable[str], *, level: int = 3, delegable: bool = True) -> Iterator[Fact]:
    """A modern resource with the action write, and the packages (or, in capitals, roles) that open it."""
    yield Service(
        ServiceId(name),
        ServiceKind.RESOURCE,
        name,
        "Etaten",
        level,
        None,
        "GenericAccessResource",
        delegable,
        False,
        None,
        *_SAID,
        Confidence.STATED,
    )
    yield from (rule(name, "write", code) for code in packages)


def rule(service: str, action: str, code: str) -> PolicyRule:
    """A policy rule; codes in capitals are roles."""
    accepts = Accepts.ROLE if code.isupper() else Accepts.PACKAGE
    return PolicyRule(ServiceId(service), action, accepts, code, *_SAID, Confidence.STATED)


def form(number: int) -> ServiceId:
    """A form of the first platform."""
    return ServiceId(f"asmx:{number}/1")


def write(number: int) -> Right:
    """Handing in a form."""
    return Right(form(number), "write")


def old_form(number: int) -> Service:
    """A form as a service."""
    return Service(
        form(number),
        ServiceKind.FORM,
        f"Skjema {number}",
        "Etaten",
        0,
        None,
        "",
        False,
        False,
        None,
        *_SAID,
        Confidence.STATED,
    )


def became(number: int, name: str, confidence: Confidence = Confidence.USER) -> ServiceSuccessor:
    """What a form is in the new world."""
    return ServiceSuccessor(form(number), "write", ServiceId(name), "write", *_SAID, confidence)


def package(
    code: str, *, assignable: bool = True, delegable: bool = True, party_type: str = "organization"
) -> AccessPackage:
    """An access package."""
    return AccessPackage(code, code, party_type, assignable, delegable, *_SAID)


def carries(role: str, *packages: str, gives: bool = False) -> Iterator[Carriage]:
    """The register role carries the packages; with ``gives`` its holder may give them on."""
    for each in packages:
        yield Carriage(role, each, "", True, gives, *_SAID)


GENERAL = ("a", "b", "c", "admin", "clients")


def vocabulary() -> Iterator[Fact]:
    """Packages a, b and c that anybody can give, r1 and r2 of the accountant, v1 of the auditor; forms 1 to 9."""
    for code in ("REGN", "REVI", "DAGL"):
        yield Role(code, RoleKind.REGISTER, code, code == "DAGL", False, *_SAID, Confidence.STATED)
    yield Role(SUBMISSION, RoleKind.LEGACY, "Systeminnsendingsrettighet", False, True, *_SAID, Confidence.STATED)
    yield from (package(code) for code in ("a", "b", "c"))
    yield package("p", party_type="person")
    yield package("sykefravaer-personopplysninger-saerlig-kategori")
    yield from (package(code, assignable=False) for code in ("r1", "r2", "v1"))
    yield from (package(code, delegable=False) for code in ("admin", "clients"))
    yield from carries("REGN", "r1", "r2")
    yield from carries("REVI", "v1")
    yield from carries("DAGL", *GENERAL, "sykefravaer-personopplysninger-saerlig-kategori", gives=True)
    yield from carries("PRIV", "p", gives=True)
    yield Nesting("*", frozenset({"DAGL", "REGN", "REVI"}), *_SAID)
    yield RuleRow("client-relations", frozenset({"REGN", "REVI"}), True, *_SAID, Confidence.OURS)
    registered = frozenset({"REGN", "REVI"})
    yield RuleRow("registered-accountant-or-auditor-submits", registered, True, *_SAID, Confidence.STATED)
    yield from resource(_ACCESS, (), delegable=False)
    yield from (rule(_ACCESS, "write", "admin"), rule(_CLIENTS, "write", "clients"))
    yield from resource(_CLIENTS, (), delegable=False)
    yield from (old_form(number) for number in range(1, 10))


def head(client: Party, number: int) -> Iterator[Fact]:
    """The client, and a general manager of its own."""
    boss = person(f"head of {client.name}", number)
    yield from (client, boss, RegisterRole(f"dagl-{client.name}", client.id, boss.id, "DAGL"))


def relation(client: Party, role: str, firm: Party) -> Fact:
    """What ties the client to the firm: a register role, or the submission role given by hand."""
    if role == SUBMISSION:
        return RoleGrant(f"gave-{client.name}", client.id, firm.id, role, "person:boss")
    return RegisterRole(f"{role}-{client.name}", client.id, firm.id, role)


FIRM = organisation("firm", 1)


def system(number: int = SYSTEM, owner: Party = FIRM) -> EnterpriseSystem:
    """An enterprise system of the firm."""
    return EnterpriseSystem(number, owner.id, f"System {number}", "no password opens this")


def firm_facts(*facts: Fact | Iterable[Fact]) -> list[Fact]:
    """The vocabulary, the firm with its head and its system, and these."""
    found = [*vocabulary(), *head(FIRM, 2), system()]
    for each in facts:
        found += each if isinstance(each, Iterable) else [each]
    return found


def snapshot_of(facts: Iterable[Fact], sequence: int = 1) -> Snapshot:
    """The facts as the core reads them."""
    return build_snapshot(facts, sequence=sequence, terms=DecisionTerms())


def used(client: Party, *numbers: int, enterprise_system: int = SYSTEM, days_ago: int = 10) -> list[Use]:
    """Use of forms for a client."""
    last = AT - timedelta(days=days_ago)
    return [Use(enterprise_system, client.id, write(number), 1, last) for number in numbers]


def inventory(
    facts: Iterable[Fact], uses: Iterable[Use] = (), declared: Mapping[int, frozenset[Right]] | None = None
) -> Inventory:
    """An inventory of the facts, with a log that saw every system where anything was used."""
    found = tuple(uses)
    observed = (Observed("log", AT - timedelta(days=400), AT, None),) if found else ()
    return Inventory(snapshot_of(facts), AT, found, observed, declared or {}, (), ())


def tables() -> Layered:
    """The shipped tables; what these forms became is said by facts of the store."""
    return layered_tables([])


def options(**more: Any) -> PlanOptions:
    """Options with the vendor filled in."""
    return replace(PlanOptions(VENDOR), **more)
