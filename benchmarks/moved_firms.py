"""A synthetic move of any size: firms, their clients' old rights, and the system users that took their place.

One in a thousand clients was moved badly. The same size always gives the same world. Each client has a registered
accountant and a firm that it gave old roles to; a tenth of them have an auditor too.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from benchmarks.world import NOW
from core import (
    OWN_ORGANISATION,
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
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    form_id,
    legacy_service_id,
)

SUBMISSION = "systeminnsendingsrettighet"
REGISTER = {"REGN": "pack-regn", "REVI": "pack-revi"}
GIVEN = {SUBMISSION: "pack-forms", **{f"ROLE{number}": f"pack-{number}" for number in range(3)}}
"""What is given in the new world for each old role."""

FORMS = tuple(form_id(number, 1) for number in range(100, 160))
SERVICES = tuple(legacy_service_id(str(number), "1") for number in range(4000, 4030))
PER_FIRM = 50
_AT_A_TIME = 1_000
_SOURCE = ("benchmark", "2026-01-01")
_NONE: tuple[frozenset[ServiceId], frozenset[Right]] = (frozenset(), frozenset())


class MovedFirms(NamedTuple):
    """The world of so many clients, who each give about ten things."""

    clients: int

    @property
    def firms(self) -> int:
        """How many firms there are, and enterprise systems."""
        return max(4, self.clients // PER_FIRM)

    def facts(self) -> Iterator[Fact]:
        """Every fact, a thousand clients at a time and of these kind by kind."""
        yield from _vocabulary()
        for number in range(self.firms):
            yield from _firm(number)
        for first in range(0, self.clients, _AT_A_TIME):
            some = [list(self._client(each)) for each in range(first, min(first + _AT_A_TIME, self.clients))]
            for kind in (Party, RegisterRole, RoleGrant, PackageDelegation, ClientDelegation):
                for facts in some:
                    yield from (fact for fact in facts if isinstance(fact, kind))

    def _client(self, number: int) -> Iterator[Fact]:
        client = PartyId(_uuid("client", number))
        yield Party(client, PartyKind.ORGANISATION, f"{320_000_000 + number}", f"Klient {number} AS", number, "AS")
        spoilt = number % 1_000 == 500
        grounds = ("REGN", "REVI") if number % 10 == 0 else ("REGN",)
        for place, ground in enumerate(grounds):
            firm = (number // PER_FIRM + place) % self.firms
            yield RegisterRole(_uuid(f"er-{ground}", number), client, _firm_id(firm), ground)
            if not (spoilt and ground == "REGN"):
                yield _put_on(client, firm, ground, REGISTER[ground], number)
        firm = (number * 7 + 1) % self.firms
        for role, package in GIVEN.items():
            yield RoleGrant(_uuid(role, number), client, _firm_id(firm), role, "benchmark")
            yield PackageDelegation(_uuid(package, number), client, _firm_id(firm), package, "benchmark")
            yield _put_on(client, firm, RIGHTHOLDER, package, number)


def _put_on(client: PartyId, firm: int, ground: str, package: str, number: int) -> ClientDelegation:
    user = _user_id(firm, package)
    return ClientDelegation(
        _uuid(f"on-{package}", number),
        user,
        1,
        _firm_id(firm),
        client,
        ground,
        frozenset({package}),
        *_NONE,
        "benchmark",
    )


def _firm_id(number: int) -> PartyId:
    return PartyId(_uuid("firm", number))


def _user_id(firm: int, package: str) -> str:
    return _uuid(f"user-{package}", firm)


def _firm(number: int) -> Iterator[Fact]:
    firm, system = _firm_id(number), f"310000000_firm_{number}"
    yield Party(
        firm, PartyKind.ORGANISATION, f"{310_000_000 + number}", f"Firma {number} AS", 90_000_000 + number, "AS"
    )
    yield EnterpriseSystem(number + 1, firm, f"Sluttbrukersystem {number}", "-")
    name = {"nb": f"System {number}"}
    yield System(system, _uuid("system", number), "310000000", name, name, (), (), (), (), False, False, NOW)
    agents = [*REGISTER.items(), *((RIGHTHOLDER, package) for package in GIVEN.values())]
    for ground, package in agents:
        yield from _user(number, system, ground, package, SystemUserKind.AGENT, frozenset({package}))
    given = frozenset(GIVEN.values())
    yield from _user(number, system, OWN_ORGANISATION, "own", SystemUserKind.STANDARD, given)
    for package in sorted(given):
        yield PackageDelegation(_uuid(f"own-{package}", number), firm, _user_id(number, "own"), package, "benchmark")


def _user(
    firm: int, system: str, ground: str, name: str, kind: SystemUserKind, ceiling: frozenset[str]
) -> Iterator[Fact]:
    user, reference = _user_id(firm, name), f"{ground}-{name}"
    yield SystemUser(user, kind, system, _firm_id(firm), reference, name, NOW)
    yield Generation(user, 1, ceiling, frozenset(), NOW)
    yield SystemUserLink(firm + 1, user, ground, reference)


def _vocabulary() -> Iterator[Fact]:
    for code in REGISTER:
        yield Role(code, RoleKind.REGISTER, code, False, False, *_SOURCE, Confidence.OURS)
    for code in GIVEN:
        yield Role(code, RoleKind.LEGACY, code, False, True, *_SOURCE, Confidence.OURS)
    yield RuleRow(REGISTERED_CLIENT_RULE, frozenset(REGISTER), True, *_SOURCE, Confidence.OURS)
    for package in (*REGISTER.values(), *GIVEN.values()):
        yield AccessPackage(package, package, "organization", True, True, *_SOURCE)
    for role, package in REGISTER.items():
        yield Carriage(role, package, "", True, False, *_SOURCE)
        yield from (Conferral(old, role, *_SOURCE, Confidence.OURS) for old in GIVEN if old != SUBMISSION)
    for form in FORMS:
        yield from _moved(form, ServiceKind.FORM, ("write",), SUBMISSION)
    for number, service in enumerate(SERVICES):
        yield from _moved(service, ServiceKind.LEGACY, ("read", "write"), f"ROLE{number % 3}")


def _moved(service: ServiceId, kind: ServiceKind, actions: tuple[str, ...], role: str) -> Iterator[Fact]:
    """A service of the old world, the resource that takes its place, and who may use either."""
    resource = ServiceId(f"res-{service.replace(':', '-').replace('/', '-')}")
    yield _service(service, kind, 0)
    yield _service(resource, ServiceKind.RESOURCE, 3)
    for action in actions:
        if kind is ServiceKind.LEGACY:
            yield PolicyRule(service, action, Accepts.ROLE, role, *_SOURCE, Confidence.OURS)
        for package in (*REGISTER.values(), GIVEN[role]):
            yield PolicyRule(resource, action, Accepts.PACKAGE, package, *_SOURCE, Confidence.OURS)
        yield ServiceSuccessor(service, action, resource, action, *_SOURCE, Confidence.USER)


def _service(service: ServiceId, kind: ServiceKind, level: int) -> Service:
    return Service(service, kind, service, "benchmark", level, None, "", True, False, None, *_SOURCE, Confidence.OURS)


def _uuid(kind: str, number: int) -> str:
    text = blake2b(f"{kind}/{number}".encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"
