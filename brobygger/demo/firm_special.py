"""The synthetic firm's special cases of the old world, one of each kind that a migration has to know.

Source of the list: users-and-migration §4.3, with the mapping problems of §4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from brobygger.demo.firm_records import FIRM_DAY, SUBMISSION_ROLE, FirmSystem, Mint, Thing, used, write
from core import (
    EnterpriseSystem,
    EnterpriseUser,
    Fact,
    Party,
    Right,
    RightDelegation,
    ServiceId,
    SystemState,
)

_VAT, _PAYROLL = write("asmx:212/5810"), write("asmx:669/6088")
_LATELY = FIRM_DAY - timedelta(days=20)
_LONG_AGO = FIRM_DAY - timedelta(days=1100)
_OLD_DAYS = datetime(2004, 3, 1, tzinfo=UTC)
_RELATION_ENDED = datetime(2025, 1, 1, tzinfo=UTC)
_COMPANY_ENDED = datetime(2025, 6, 1, tzinfo=UTC)

# Each: the client's name, the role it gave, and the service that was used by it.
_ONE_SERVICE = (
    ("Gamle Roller AS", "UTINN", "svc:9111/260101"),
    ("Udelegerbar AS", "UTINN", "svc:9112/260101"),
    ("Sykefravær AS", "LOPER", "svc:9113/260101"),
    ("Avstemming AS", "LOPER", "svc:9114/260101"),
    ("Høyt Nivå AS", "UTINN", "svc:9115/260101"),
    ("Ukjent Ressurs AS", "UTINN", "svc:9116/260101"),
    ("Uten Etterfølger AS", "UTINN", "svc:9117/260101"),
    ("Skjema Uten Etterfølger AS", SUBMISSION_ROLE, "asmx:735/5804"),
)


def special_cases(mint: Mint, firm: Party) -> Iterator[Thing]:
    """Every special case: who is in it, what they gave, and what was used."""
    yield from _own_reporting(firm)
    yield from _idle_systems(mint, firm)
    yield from _owned_by_persons(mint)
    yield from _municipality(mint)
    yield from _ended(mint, firm)
    yield from _awkward_services(mint, firm)
    yield from _awkward_clients(mint, firm)
    yield from _enterprise_user(mint, firm)


def led_company(mint: Mint, name: str, form: str = "AS") -> tuple[Party, *tuple[Fact, ...]]:
    """A company with a manager who may approve for it."""
    company, manager = mint.organisation(name, form), mint.person(f"Leder av {name}")
    return company, manager, mint.role(company, manager, "DAGL")


def _own_reporting(firm: Party) -> Iterator[Thing]:
    for system, name in (
        (FirmSystem.MAIN, "Årsoppgjør"),
        (FirmSystem.PAYROLL, "Lønn"),
        (FirmSystem.AUDIT, "Revisjon"),
        (FirmSystem.OWN_REPORTING, "Egen rapportering"),
    ):
        yield EnterpriseSystem(int(system), firm.id, name, "")
    yield used(FirmSystem.OWN_REPORTING, firm, _VAT, 6, _LATELY)
    yield used(FirmSystem.OWN_REPORTING, firm, _PAYROLL, 6, _LATELY)


def _idle_systems(mint: Mint, firm: Party) -> Iterator[Thing]:
    """A system that has not called for years, and one that is locked."""
    yield EnterpriseSystem(int(FirmSystem.DEAD), firm.id, "Gammelt program", "")
    yield EnterpriseSystem(int(FirmSystem.LOCKED), firm.id, "Sperret program", "", SystemState.LOCKED)
    yield used(FirmSystem.DEAD, firm, _VAT, 6, _LONG_AGO)


def _owned_by_persons(mint: Mint) -> Iterator[Thing]:
    """Systems registered on a person: one with a sole proprietorship, one without any organisation."""
    sole, other = mint.person("Innehaver av Enkeltmann ENK"), mint.person("Systemeier uten foretak")
    enterprise = mint.organisation("Enkeltmann ENK", "ENK")
    yield from (sole, other, enterprise, mint.role(enterprise, sole, "INNH"))
    yield EnterpriseSystem(int(FirmSystem.OF_SOLE_PROPRIETOR), sole.id, "Enkeltmanns program", "")
    yield EnterpriseSystem(int(FirmSystem.OF_PERSON), other.id, "Privat program", "")
    yield mint.given(enterprise, sole.id, SUBMISSION_ROLE)
    yield used(FirmSystem.OF_SOLE_PROPRIETOR, enterprise, _VAT, 1, _LATELY)
    yield used(FirmSystem.OF_SOLE_PROPRIETOR, sole, write("asmx:2/6010"), 1, _LATELY)
    client, *company = led_company(mint, "Nabo AS")
    yield from (client, *company, mint.given(client, other.id, SUBMISSION_ROLE))
    yield used(FirmSystem.OF_PERSON, client, _VAT, 6, _LATELY)


def _municipality(mint: Mint) -> Iterator[Thing]:
    """A municipality that reports for a sub-unit and for departments, of which one gave nothing.

    A sub-unit inherits, a department must delegate. Source: users-and-migration §4.1 row 11.
    """
    municipality, *people = led_company(mint, "Eksempel kommune", "KOMM")
    yield from (municipality, *people)
    yield EnterpriseSystem(int(FirmSystem.MUNICIPALITY), municipality.id, "Kommunens program", "")
    school = mint.organisation("Eksempel skole", "BEDR", main_unit=municipality.id)
    yield from (school, mint.given(school, municipality.id, SUBMISSION_ROLE))
    for party in (municipality, school):
        yield used(FirmSystem.MUNICIPALITY, party, _PAYROLL, 6, _LATELY)
    for name, gave in (("Oppvekst", True), ("Teknisk", True), ("Kultur", False)):
        department, *leaders = led_company(mint, f"Eksempel kommune {name}", "ORGL")
        yield from (department, *leaders, mint.role(department, municipality, "ORGL"))
        if gave:
            yield mint.given(department, municipality.id, SUBMISSION_ROLE)
            yield used(FirmSystem.MUNICIPALITY, department, _PAYROLL, 6, _LATELY)


def _ended(mint: Mint, firm: Party) -> Iterator[Thing]:
    """A company that was deleted, a relation that the register has ended, and a grant that nobody remembers."""
    gone = mint.organisation("Opphørt AS", ended=_COMPANY_ENDED)
    yield from (gone, mint.given(gone, firm.id, SUBMISSION_ROLE))
    yield used(FirmSystem.MAIN, gone, _VAT, 6, _COMPANY_ENDED - timedelta(days=30))
    left, *company = led_company(mint, "Byttet Regnskapsfører AS")
    yield from (left, *company, mint.role(left, firm, "REGN", until=_RELATION_ENDED))
    yield used(FirmSystem.MAIN, left, _VAT, 6, _RELATION_ENDED - timedelta(days=30))
    ghost, *company = led_company(mint, "Glemt Fullmakt AS")
    yield from (ghost, *company, mint.given(ghost, firm.id, SUBMISSION_ROLE, since=_OLD_DAYS))


def _awkward_services(mint: Mint, firm: Party) -> Iterator[Thing]:
    """One client for each kind of service that cannot simply be moved, and one that uses three versions of a form."""
    for name, role, service in _ONE_SERVICE:
        client, *company = led_company(mint, name)
        yield from (client, *company, mint.given(client, firm.id, role))
        yield used(FirmSystem.MAIN, client, write(service), 4, _LATELY)
    single, *company = led_company(mint, "Enkeltrettighet AS")
    service = ServiceId("svc:9114/260101")
    yield from (single, *company)
    yield RightDelegation(
        mint.id("single", single.id), single.id, firm.id, service, frozenset({"write"}), "synthetic-firm"
    )
    yield used(FirmSystem.PAYROLL, single, Right(service, "write"), 12, _LATELY)
    versions, *company = led_company(mint, "Tre Versjoner AS")
    yield from (versions, *company, mint.role(versions, firm, "REGN"))
    for version, last in (("3148", _LONG_AGO), ("4348", FIRM_DAY - timedelta(days=300)), ("5810", _LATELY)):
        yield used(FirmSystem.MAIN, versions, write(f"asmx:212/{version}"), 6, last)


def _awkward_clients(mint: Mint, firm: Party) -> Iterator[Thing]:
    """Nobody who could approve; every ground at once; roles that open nothing known."""
    alone = mint.organisation("Uten Godkjenner AS")
    yield from (alone, mint.given(alone, firm.id, SUBMISSION_ROLE))
    yield used(FirmSystem.MAIN, alone, _VAT, 6, _LATELY)
    every, *company = led_company(mint, "Alle Grunnlag AS")
    yield from (every, *company, mint.role(every, firm, "REGN"), mint.role(every, firm, "REVI"))
    yield from (mint.given(every, firm.id, SUBMISSION_ROLE), mint.given(every, firm.id, "UTINN"))
    for system in (FirmSystem.MAIN, FirmSystem.AUDIT):
        yield used(system, every, _VAT, 6, _LATELY)
        yield used(system, every, write("svc:9110/260101"), 4, _LATELY)
    giver, *company = led_company(mint, "Rollegiver AS")
    yield from (giver, *company)
    # No successor known; a proposal; stated.
    for role in ("GKBHT", "PAVAD", "ADMAI"):
        yield mint.given(giver, firm.id, role)


def _enterprise_user(mint: Mint, firm: Party) -> Iterator[Thing]:
    """An enterprise user with its organisation's key role, whom a client made main administrator."""
    user = EnterpriseUser(mint.id("enterprise-user", firm.id), firm.id, "syntetisk-virksomhetsbruker", "")
    client, *company = led_company(mint, "Hovedadministrert AS")
    yield from (user, client, *company)
    yield mint.given(firm, user.id, "ECKEYROLE")
    yield mint.given(client, user.id, "HADM")
