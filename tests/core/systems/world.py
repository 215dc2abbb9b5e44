"""A small synthetic world: a vendor, an accounting firm, its clients, and the rows of vocabulary they need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain.caller import Caller, CallerKind
from core.domain.change import Edit, Fact
from core.domain.decision import Decision, Outcome, Question, Reason, Subject, SubjectKind, decide
from core.domain.delegation import PackageDelegation
from core.domain.identifiers import PartyId, ServiceId, organisation_check_digit, person_check_digits
from core.domain.new_records import NewRequest, NewSystem
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.snapshot import Snapshot
from core.domain.system import SystemUser, SystemUserKind
from core.domain.vocabulary import (
    CLIENT_ROLES_RULE,
    PERSON_INHERITS_RULE,
    Accepts,
    AccessListEntry,
    AccessPackage,
    Carriage,
    Conferral,
    Confidence,
    Nesting,
    PolicyRule,
    Right,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceKind,
)
from core.services.approvals import approve_request
from core.services.requests import request_system_user
from core.services.systems import register_system
from core.store.store import Store, Written

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOURCE = ("made up for the tests", "2026-01-01")
GRADED = (*SOURCE, Confidence.OURS)

VENDOR, OTHER_VENDOR = PartyId("vendor"), PartyId("other-vendor")
FACIL = PartyId("facil")
CLIENT_R, CLIENT_B, CLIENT_F, CLIENT_U = (PartyId(f"client-{letter}") for letter in "rbfu")
BRANCH_U, BRANCH_R = PartyId("branch-u"), PartyId("branch-r")
ENK, PROPRIETOR = PartyId("enk"), PartyId("proprietor")
OWNDATA, STRANGER = PartyId("owndata"), PartyId("stranger")

MVA, BOLIG, NAERING = ServiceId("skd-mva"), ServiceId("skd-bolig"), ServiceId("skd-naering")
A06, A07, A08 = ServiceId("nav-a06"), ServiceId("nav-a07"), ServiceId("nav-a08")
EXPLICIT, BY_ROLE, LISTED = ServiceId("skd-eksplisitt"), ServiceId("skd-rolle"), ServiceId("skd-liste")
FIXED, SCOPE = ServiceId("skd-fast"), ServiceId("skd-scope")
MANAGEMENT, CLIENTS = ServiceId("altinn_access_management"), ServiceId("altinn_client_administration")

SIGNING, PAYROLL, PROPERTY = (
    "regnskapsforer-med-signeringsrettighet",
    "regnskapsforer-lonn",
    "forretningsforer-eiendom",
)
VAT, TAX, SALARY = "merverdiavgift", "skattegrunnlag", "a-ordning"
MANAGER, CLIENT_MANAGER, MAIN = "tilgangsstyrer", "klientadministrator", "hovedadministrator"
MARKER, REPRESENTATIVE, CITIZEN = "eksplisitt", "virksomhetens-representant-skjemaoppgaver", "innbygger-skatt"

_PACKAGES = {  # code: (party type, assignable, delegable)
    **dict.fromkeys((VAT, TAX, SALARY), ("organization", True, True)),
    **dict.fromkeys((MANAGER, CLIENT_MANAGER, MAIN, REPRESENTATIVE), ("organization", True, False)),
    **dict.fromkeys((SIGNING, PAYROLL, PROPERTY), ("organization", False, True)),
    MARKER: ("organization", False, False),
    CITIZEN: ("person", True, True),
}
_CARRIED = (  # role, package, form, may use, may give
    *(
        (role, package, "", True, True)
        for role in ("DAGL", "INNH")
        for package in (VAT, TAX, SALARY, MANAGER, CLIENT_MANAGER, MAIN, REPRESENTATIVE)
    ),
    ("KNUF", VAT, "", True, True),
    ("REGN", SIGNING, "", True, False),
    ("REGN", PAYROLL, "", True, False),
    ("FFØR", PROPERTY, "ESEK", True, False),
    *((MAIN, package, "", False, True) for package in (VAT, TAX, SALARY, MANAGER, MARKER)),
    ("PRIV", CITIZEN, "", True, True),
)
_POLICIES = (  # service, action, packages, roles
    (MVA, "write", (VAT, SIGNING), ()),
    (MVA, "read", (VAT,), ()),
    (BOLIG, "write", (PROPERTY, TAX), ()),
    (NAERING, "write", (SIGNING, TAX), ()),
    (A06, "read", (PAYROLL, SALARY), ()),
    (A06, "write", (SALARY,), ()),
    (A07, "read", (PAYROLL,), ()),
    (A08, "read", (PAYROLL, TAX), ()),
    (EXPLICIT, "read", (MARKER,), ()),
    (BY_ROLE, "write", (), ("UTINN",)),
    (LISTED, "write", (VAT,), ()),
    (FIXED, "write", (VAT,), ()),
    (SCOPE, "read", (VAT,), ()),
    (MANAGEMENT, "write", (MANAGER, MAIN), ()),
    (CLIENTS, "read", (CLIENT_MANAGER,), ()),
    (CLIENTS, "write", (CLIENT_MANAGER,), ()),
)
_ORGANISATIONS = {  # id: (number without check digit, form)
    VENDOR: ("31000010", "AS"),
    FACIL: ("31000020", "AS"),
    CLIENT_R: ("31000030", "AS"),
    CLIENT_F: ("31000041", "AS"),
    CLIENT_B: ("31000050", "ESEK"),
    CLIENT_U: ("31000060", "AS"),
    OWNDATA: ("31000070", "AS"),
    STRANGER: ("31000090", "AS"),
    OTHER_VENDOR: ("31000110", "AS"),
    ENK: ("31000120", "ENK"),
}
_SUB_UNITS = {BRANCH_U: ("31000130", CLIENT_U), BRANCH_R: ("31000140", CLIENT_R)}
# Everyone who acts: a person, and where the person is general manager.
_PEOPLE = {
    PartyId("facil-manager"): FACIL,
    PartyId("client-manager"): CLIENT_U,
    PartyId("registered-manager"): CLIENT_R,
    PartyId("own-manager"): OWNDATA,
    PartyId("stranger-manager"): STRANGER,
    PartyId("own-helper"): None,
    PartyId("own-main-admin"): None,
    PartyId("outsider"): None,
}


def numbered(party: str) -> str:
    """The organisation number of an organisation of this world."""
    first = _ORGANISATIONS[PartyId(party)][0]
    return f"{first}{organisation_check_digit(first)}"


def person(party: str) -> Caller:
    """A person of this world as a caller."""
    return Caller(CallerKind.PERSON, party=PartyId(party))


def vendor(party: PartyId = VENDOR) -> Caller:
    """A vendor of this world as a caller."""
    return Caller(CallerKind.VENDOR, party=party, organisation=numbered(party))


SYSTEM = f"{numbered(VENDOR)}_fjellregnskap"
FACIL_MANAGER, CLIENT_BOSS = person("facil-manager"), person("client-manager")
OWN_MANAGER, OWN_HELPER = person("own-manager"), person("own-helper")


def regn(client: str) -> RegisterRole:
    """The accounting firm registered as the accountant of ``client``."""
    return RegisterRole(f"regn-{client}", PartyId(client), FACIL, "REGN")


def given(giver: str, receiver: str, package: str, valid_to: datetime | None = None) -> PackageDelegation:
    """A package given before the test begins."""
    name = f"{giver}-{receiver}-{package}"
    return PackageDelegation(name, PartyId(giver), receiver, package, "before", valid_to=valid_to)


def facts() -> Iterator[Fact]:
    """Every fact of the world, in the order of import."""
    yield from _vocabulary()
    yield from _parties()
    yield AccessListEntry(LISTED, OWNDATA, frozenset())
    for manager, organisation in _PEOPLE.items():
        if organisation is not None:
            yield RegisterRole(f"dagl-{organisation}", organisation, manager, "DAGL")
    yield from (regn(CLIENT_R), regn(ENK), RegisterRole("innh", ENK, PROPRIETOR, "INNH"))
    yield from (RegisterRole(f"ffor-{client}", client, FACIL, "FFØR") for client in (CLIENT_B, CLIENT_F))
    yield given(OWNDATA, "own-helper", MANAGER)
    yield given(OWNDATA, "own-main-admin", MAIN)


def _vocabulary() -> Iterator[Fact]:
    for code in ("DAGL", "INNH"):
        yield Role(code, RoleKind.REGISTER, code, True, False, *GRADED)
    for code in ("REGN", "FFØR", "KNUF", "PRIV"):
        yield Role(code, RoleKind.REGISTER, code, False, False, *GRADED)
    yield Role("UTINN", RoleKind.LEGACY, "Utfyller/Innsender", False, True, *GRADED)
    yield from (Conferral("UTINN", role, *GRADED) for role in ("DAGL", "REGN"))
    for package, (party_type, assignable, delegable) in _PACKAGES.items():
        yield AccessPackage(package, package, party_type, assignable, delegable, *SOURCE)
    for role, package, form, may_use, may_give in _CARRIED:
        yield Carriage(role, package, form, may_use, may_give, *SOURCE)
    yield Nesting("*", frozenset({"DAGL", "REGN"}), *SOURCE)
    yield RuleRow(CLIENT_ROLES_RULE, frozenset({"REGN", "FFØR"}), True, *GRADED)
    yield RuleRow(PERSON_INHERITS_RULE, frozenset({"REGN"}), True, *GRADED)
    for service in dict.fromkeys(policy[0] for policy in _POLICIES):
        yield resource(service)
    for service, action, packages, roles in _POLICIES:
        yield from (PolicyRule(service, action, Accepts.PACKAGE, code, *GRADED) for code in packages)
        yield from (PolicyRule(service, action, Accepts.ROLE, code, *GRADED) for code in roles)


def resource(service: ServiceId) -> Service:
    """A modern resource of this world."""
    kind = "MaskinportenSchema" if service == SCOPE else "GenericAccessResource"
    return Service(
        service, ServiceKind.RESOURCE, service, "skd", 3, None, kind, service != FIXED, service == LISTED, None, *GRADED
    )


def _parties() -> Iterator[Fact]:
    altinn_id = 51_000_000
    for party, (_, form) in _ORGANISATIONS.items():
        altinn_id += 1
        yield Party(party, PartyKind.ORGANISATION, numbered(party), f"{party.upper()} AS", altinn_id, form)
    for party, (first, main) in _SUB_UNITS.items():
        altinn_id += 1
        number = f"{first}{organisation_check_digit(first)}"
        yield Party(party, PartyKind.SUB_UNIT, number, f"{party.upper()} AVD", altinn_id, "BEDR", main)
    serials = (f"018190{serial}" for serial in range(100, 1000))
    numbers = (f"{serial}{digits}" for serial in serials if (digits := person_check_digits(serial)) is not None)
    for party, number in zip((*_PEOPLE, PROPRIETOR), numbers, strict=False):
        altinn_id += 1
        yield Party(party, PartyKind.PERSON, number, f"SYNTETISK {party.upper()}", altinn_id)


@dataclass(frozen=True)
class House:
    """A store that holds the world and one registered system, with shorthand for what tests do again and again."""

    store: Store

    @property
    def now(self) -> Snapshot:
        """The newest facts."""
        return self.store.snapshot()

    def write(self, *edits: Edit) -> None:
        """Write changes without asking any rule, as the registers do."""
        self.store.change("test", lambda _: Written(edits, None))

    def approved(
        self,
        owner: str,
        caller: Caller,
        *,
        packages: tuple[str, ...] = (),
        rights: tuple[Right, ...] = (),
        kind: SystemUserKind = SystemUserKind.AGENT,
        ref: str | None = None,
    ) -> SystemUser:
        """A system user that was asked for and approved."""
        party = self.now.party(owner)
        number = party.number if party is not None else ""
        new = NewRequest(kind, SYSTEM, number, ref, rights=rights, packages=packages)
        request = request_system_user(self.store, vendor(), new).request
        return approve_request(self.store, caller, PartyId(owner), request.id, kind)

    def agent(self, *packages: str, rights: tuple[Right, ...] = (), ref: str | None = None) -> SystemUser:
        """An agent system user of the accounting firm."""
        return self.approved(FACIL, FACIL_MANAGER, packages=packages, rights=rights, ref=ref)

    def decision(self, user: SystemUser | str, service: ServiceId, action: str, party: str) -> Decision:
        """What decide says of a system user."""
        id_ = user if isinstance(user, str) else user.id
        return decide(self.now, Question(Subject(SubjectKind.SYSTEM_USER, id_), party, Right(service, action), NOW))

    def answer(self, user: SystemUser | str, service: ServiceId, action: str, party: str) -> tuple[Outcome, Reason]:
        """Outcome and first reason of the decision."""
        decision = self.decision(user, service, action, party)
        return decision.outcome, decision.reasons[0]


def build_house(url: str) -> House:
    """The world written to an empty database at ``url``."""
    house = open_house(url)
    house.store.import_facts("test", facts())
    register_system(house.store, vendor(), fjellregnskap())
    return house


def open_house(url: str) -> House:
    """The world that is at ``url``."""
    return House(Store(url, clock=lambda: NOW))


def fjellregnskap() -> NewSystem:
    """The vendor's system: hidden, since it lists packages that are for clients only."""
    texts = {"nb": "Fjellregnskap", "nn": "Fjellrekneskap", "en": "Mountain Accounts"}
    return NewSystem(
        id=SYSTEM,
        vendor=numbered(VENDOR),
        name=texts,
        description=texts,
        rights=tuple(Right(service, "*") for service in (MVA, A06, A07, A08, BY_ROLE, LISTED, FIXED)),
        packages=(VAT, TAX, SALARY, SIGNING, PAYROLL, PROPERTY, MANAGER, REPRESENTATIVE, CITIZEN),
        client_ids=("client-of-fjell",),
        redirect_urls=("https://app.fjell.example/retur",),
        visible=False,
    )
