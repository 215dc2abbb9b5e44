"""A small world that was moved well: every old right has its system user, and nothing more is permitted.

Two firms with an enterprise system each; clients on the register's grounds and by their own hand, a sole
proprietorship with its owner, persons, sub-units; drawn from a seed. Everything is synthetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from core import (
    OWN_ORGANISATION,
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    RIGHTHOLDER,
    Accepts,
    AccessPackage,
    Carriage,
    ClientDelegation,
    Conferral,
    Confidence,
    EnterpriseSystem,
    Fact,
    Generation,
    Nesting,
    PackageDelegation,
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
    System,
    SystemState,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    form_id,
    organisation_check_digit,
    person_check_digits,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUBMISSION = "systeminnsendingsrettighet"
FIRMS = (PartyId("firm-1"), PartyId("firm-2"))
SYSTEMS = (1, 2)
LOCKED_SYSTEM = 3
FORMS = (form_id(1, 1), form_id(2, 1), form_id(2, 2))
SERVICE = ServiceId("svc:3357/1")
TAX, PAY, DIALOG, EXTRA = (ServiceId(f"res-{name}") for name in ("tax", "pay", "dialog", "extra"))
GROUNDS = ("REGN", "REVI", RIGHTHOLDER, OWN_ORGANISATION)
PACKAGE_OF = {"REGN": "pack-regn", "REVI": "pack-revi"}
BY_ROLE = {SUBMISSION: "pack-forms", "UTINN": "pack-service"}
"""What a client gives in the new world for a role that it gave in the old one."""

MORE = "pack-more"
PACKAGES = (*PACKAGE_OF.values(), *BY_ROLE.values(), MORE)
ACTIONS = ("archive-read", "read", "sign", "write")

_SOURCE = ("synthetic", "2026-11-22")
_NO_RIGHTS: frozenset[Right] = frozenset()
_NO_SERVICES: frozenset[ServiceId] = frozenset()


def moved_world(seed: int) -> list[Fact]:
    """The world of a seed, in the order of import."""
    random = Random(seed)  # noqa: S311 - the same world every time
    facts = [*_vocabulary(), *_services(), *_firms()]
    for number in range(random.randint(5, 9)):
        facts += _client(number, random)
    facts += _persons(random)
    for firm, system in zip(FIRMS, SYSTEMS, strict=True):
        facts += _users(firm, system)
    return facts


def user_of(system: int, ground: str, package: str) -> str:
    """The id of the system user of an enterprise system for one ground."""
    return f"user-{system}-{ground}-{package}"


# -- words ----------------------------------------------------------------------------------------


def _vocabulary() -> Iterator[Fact]:
    for code in ("REGN", "REVI", "INNH", "DAGL"):
        yield Role(code, RoleKind.REGISTER, code, code in {"INNH", "DAGL"}, False, *_SOURCE, Confidence.OURS)
    for code in (SUBMISSION, "UTINN"):
        yield Role(code, RoleKind.LEGACY, code, False, True, *_SOURCE, Confidence.OURS)
    for role, package in PACKAGE_OF.items():
        yield Conferral("UTINN", role, *_SOURCE, Confidence.OURS)
        yield Carriage(role, package, "", True, False, *_SOURCE)
    for package in PACKAGES:
        yield AccessPackage(package, package, "organization", package not in PACKAGE_OF.values(), True, *_SOURCE)
    yield Nesting("*", frozenset({"REGN", "REVI"}), *_SOURCE)
    for rule in (REGISTERED_CLIENT_RULE, PERSON_INHERITS_RULE):
        yield RuleRow(rule, frozenset({"REGN", "REVI"}), True, *_SOURCE, Confidence.OURS)


def _services() -> Iterator[Fact]:
    for form in FORMS:
        yield _service(form, ServiceKind.FORM, 0)
    yield _service(SERVICE, ServiceKind.LEGACY, 2)
    for resource in (TAX, PAY, DIALOG, EXTRA):
        yield _service(resource, ServiceKind.RESOURCE, 3)
    for action in ACTIONS:
        yield PolicyRule(SERVICE, action, Accepts.ROLE, "UTINN", *_SOURCE, Confidence.OURS)
    for package in (*PACKAGE_OF.values(), "pack-forms"):
        yield from (_accepts(resource, "write", package) for resource in (TAX, PAY))
    for package in (*PACKAGE_OF.values(), "pack-service"):
        yield from (_accepts(DIALOG, action, package) for action in ("read", "write"))
    for resource, action in ((EXTRA, "read"), (DIALOG, "sign"), (PAY, "read")):
        yield _accepts(resource, action, MORE)
    for form, resource in zip(FORMS, (TAX, PAY, PAY), strict=True):
        yield ServiceSuccessor(form, "write", resource, "write", *_SOURCE, Confidence.USER)
    for action, becomes in (("read", "read"), ("archive-read", "read"), ("write", "write"), ("sign", "sign")):
        yield ServiceSuccessor(SERVICE, action, DIALOG, becomes, *_SOURCE, Confidence.USER)


def _service(service: ServiceId, kind: ServiceKind, level: int) -> Service:
    return Service(service, kind, service, "synthetic", level, None, "", True, False, None, *_SOURCE, Confidence.OURS)


def _accepts(resource: ServiceId, action: str, package: str) -> PolicyRule:
    return PolicyRule(resource, action, Accepts.PACKAGE, package, *_SOURCE, Confidence.OURS)


# -- who there is ---------------------------------------------------------------------------------


def party(name: str, number: int, kind: PartyKind, form: str | None = None, main: PartyId | None = None) -> Party:
    """A synthetic party; ``number`` makes its own number and party number."""
    return Party(PartyId(name), kind, _number(number, kind), name, 50_000_000 + number, form, main)


def _number(number: int, kind: PartyKind) -> str:
    """The ``number``-th valid number from the series of test populations."""
    found = -1
    for rest in range(100_000):
        begins = f"0181{rest:05}" if kind is PartyKind.PERSON else f"310{rest:05}"
        digits = person_check_digits(begins) if kind is PartyKind.PERSON else organisation_check_digit(begins)
        found += digits is not None
        if found == number:
            return f"{begins}{digits}"
    raise AssertionError(number)


def _firms() -> Iterator[Fact]:
    for number, (firm, system) in enumerate(zip(FIRMS, SYSTEMS, strict=True)):
        yield party(firm, number, PartyKind.ORGANISATION, "AS")
        yield EnterpriseSystem(system, firm, f"System {system}", "no password opens this")
        yield System(
            f"sys-{system}", f"id-{system}", "310000000", {"nb": "System"}, {"nb": "System"}, (), PACKAGES,
            (f"client-{system}",), (), False, False, AT,
        )  # fmt: skip
    yield EnterpriseSystem(LOCKED_SYSTEM, FIRMS[0], "Locked", "no password opens this", SystemState.LOCKED)
    yield party("stranger", 3, PartyKind.ORGANISATION, "AS")


def _client(number: int, random: Random) -> list[Fact]:
    """A client with what ties it to one firm or both, in both worlds; some with a sub-unit, some with an owner."""
    sole = random.random() < 0.3
    client = party(f"client-{number}", 10 + number, PartyKind.ORGANISATION, "ENK" if sole else "AS")
    facts: list[Fact] = [client]
    if sole:
        owner = party(f"owner-{number}", 100 + number, PartyKind.PERSON)
        facts += [owner, RegisterRole(f"er-{number}-INNH", client.id, owner.id, "INNH")]
    if random.random() < 0.4:
        facts.append(party(f"sub-{number}", 40 + number, PartyKind.SUB_UNIT, "BEDR", client.id))
    for system in random.sample(SYSTEMS, random.choice((1, 1, 2))):
        for tie in random.sample((*PACKAGE_OF, *BY_ROLE), random.choice((1, 1, 2))):
            facts += _tied(client.id, system, tie)
    return facts


def _persons(random: Random) -> list[Fact]:
    facts: list[Fact] = []
    for number in range(2):
        person = party(f"person-{number}", 120 + number, PartyKind.PERSON)
        facts += [person, *_tied(person.id, random.choice(SYSTEMS), SUBMISSION)]
    return facts


def _tied(client: PartyId, system: int, tie: str) -> list[Fact]:
    """A register role of the firm at the client, or a role the client gave it; and what took its place."""
    firm = FIRMS[SYSTEMS.index(system)]
    name = f"{client}-{firm}-{tie}"
    if tie in PACKAGE_OF:
        package, ground = PACKAGE_OF[tie], tie
        held: list[Fact] = [RegisterRole(f"er-{name}", client, firm, tie)]
    else:
        package, ground = BY_ROLE[tie], RIGHTHOLDER
        gift = PackageDelegation(f"gift-{name}", client, firm, package, "person:manager")
        held = [RoleGrant(f"role-{name}", client, firm, tie, "person:manager"), gift]
    delegation = ClientDelegation(
        f"client-{name}", user_of(system, ground, package), 1, firm, client, ground, frozenset({package}),
        _NO_SERVICES, _NO_RIGHTS, "person:manager",
    )  # fmt: skip
    return [*held, delegation]


def _users(firm: PartyId, system: int) -> Iterator[Fact]:
    agents = list(PACKAGE_OF.items())
    agents += [(RIGHTHOLDER, package) for package in BY_ROLE.values()]
    for ground, package in agents:
        yield from _user(firm, system, ground, SystemUserKind.AGENT, frozenset({package}), package)
    given = frozenset(BY_ROLE.values())
    yield from _user(firm, system, OWN_ORGANISATION, SystemUserKind.STANDARD, given, "own")
    user = user_of(system, OWN_ORGANISATION, "own")
    for package in sorted(given):
        yield PackageDelegation(f"own-{system}-{package}", firm, user, package, "person:manager")


def _user(
    firm: PartyId, system: int, ground: str, kind: SystemUserKind, ceiling: frozenset[str], package: str
) -> Iterator[Fact]:
    name, reference = user_of(system, ground, package), f"ref-{system}-{ground}-{package}"
    yield SystemUser(name, kind, f"sys-{system}", firm, reference, f"For {ground}", AT)
    yield Generation(name, 1, ceiling, _NO_RIGHTS, AT)
    yield SystemUserLink(system, name, ground, reference)
