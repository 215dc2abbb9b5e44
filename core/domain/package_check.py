"""check_packages and check_rights: may this person give this on behalf of this party.

Source of the rules: packages-and-roles §5, as the platform's own check evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.answers import holds, is_let_in
from core.domain.catalogue import NOTHING, Policy, narrowed
from core.domain.delegation import PackageDelegation
from core.domain.identifiers import PartyId
from core.domain.party import Party, PartyKind, RegisterRole, Window
from core.domain.party_file import Held
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ANY_ACTION, RIGHTHOLDER, Right, ServiceKind
from core.errors import Fix, Refusal

MAIN_ADMINISTRATOR = "hovedadministrator"
"""The package that lets its holder give what it does not have; the role of the same name lists what."""

PERSONAL_REPRESENTATIVE = "virksomhetens-representant-skjemaoppgaver"
"""A package that is bound to a person: neither organisations nor system users can be given it."""

PRIVATE_PERSON = "PRIV"
"""The role under which the vocabulary lists what every person holds for themselves."""

MASKINPORTEN_SCHEMA = "MaskinportenSchema"
"""The type of resources that are given as scopes and never to a party's system user."""


class GiveReason(StrEnum):
    """Why something may, or may not, be given. The first reason is the one that decided."""

    ROLE_ACCESS = "role-access"
    DIRECT_DELEGATION = "direct-delegation"
    MAIN_ADMINISTRATOR = "main-administrator"
    OWN_PARTY = "own-party"
    OPERATOR = "operator"
    MISSING_ROLE_ACCESS = "missing-role-access"
    MISSING_DIRECT_DELEGATION = "missing-direct-delegation"
    MISSING_PACKAGE_ACCESS = "missing-package-access"
    NOT_ON_ACCESS_LIST = "access-list"
    RESOURCE_NOT_DELEGABLE = "resource-not-delegable"
    MASKINPORTEN_SCHEMA = "maskinporten-schema"
    PACKAGE_UNKNOWN = "package-unknown"
    WRONG_PARTY_TYPE = "wrong-party-type"
    PACKAGE_NOT_ASSIGNABLE = "package-not-assignable"
    RIGHT_UNKNOWN = "right-unknown"


@dataclass(frozen=True, slots=True)
class PackageCheck:
    """Whether one package may be given, and why."""

    package: str
    allowed: bool
    reasons: tuple[GiveReason, ...]


@dataclass(frozen=True, slots=True)
class RightCheck:
    """Whether one single right may be given, and why."""

    right: Right
    allowed: bool
    reasons: tuple[GiveReason, ...]


class _Reach(NamedTuple):
    """What a person reaches at a party: packages by the way they are reached, giving roles, single rights."""

    by_role: frozenset[str]
    direct: frozenset[str]
    by_main: frozenset[str]
    roles: frozenset[str]
    rights: frozenset[Right]

    def way(self, package: str) -> GiveReason | None:
        """The way by which the package may be given on, or None."""
        if package in self.by_role:
            return GiveReason.ROLE_ACCESS
        if package == MAIN_ADMINISTRATOR:
            # Only who is main administrator by a role may appoint another one.
            return None
        if package in self.direct:
            return GiveReason.DIRECT_DELEGATION
        return GiveReason.MAIN_ADMINISTRATOR if package in self.by_main else None


def check_packages(
    snapshot: Snapshot, giver_person: PartyId | None, party: PartyId, packages: Iterable[str], at: datetime
) -> tuple[PackageCheck, ...]:
    """Whether the person may give each package on behalf of ``party``, in the order asked.

    ``giver_person`` is None for the operator, whom no party's rights bind. A sub-unit has what its main
    unit has. Source: packages-and-roles §5 steps 1 to 6.
    """
    giving = snapshot.party(party)
    reach = None if giver_person is None or giving is None else _reach(snapshot, giver_person, giving, at)
    checks = []
    for package in packages:
        reason = _package_obstacle(snapshot, giving, package)
        if reason is not None:
            checks.append(PackageCheck(package, False, (reason,)))
        else:
            way = GiveReason.OPERATOR if reach is None else reach.way(package)
            checks.append(PackageCheck(package, way is not None, (way or GiveReason.MISSING_PACKAGE_ACCESS,)))
    return tuple(checks)


def check_rights(
    snapshot: Snapshot, giver_person: PartyId | None, party: PartyId, rights: Iterable[Right], at: datetime
) -> tuple[RightCheck, ...]:
    """Whether the person may give each single right on behalf of ``party``, in the order asked.

    The action ``*`` asks for every action of the service. ``giver_person`` is None for the operator. Here
    a package that may be given on counts even where the package itself is not assignable.
    Source: packages-and-roles §5 step 7, rest-systemuser §10.5 for the reasons and their order.
    """
    giving = snapshot.party(party)
    reach = None if giver_person is None or giving is None else _reach(snapshot, giver_person, giving, at)
    is_own = giver_person == party
    return tuple(_check_right(snapshot, reach, giving, right, at, is_own=is_own) for right in rights)


def refusals_of(party: Party, checks: Iterable[PackageCheck | RightCheck]) -> tuple[Refusal, ...]:
    """What may not be given, each with its reason and what would help. Names are URNs."""
    return tuple(_refusal(party, check) for check in checks if not check.allowed)


# -- packages -----------------------------------------------------------------------------------


def _package_obstacle(snapshot: Snapshot, party: Party | None, package: str) -> GiveReason | None:
    known = snapshot.catalogue.packages.get(package)
    if known is None:
        return GiveReason.PACKAGE_UNKNOWN
    if party is None or known.party_type != package_party_type(party):
        return GiveReason.WRONG_PARTY_TYPE
    return None if known.assignable else GiveReason.PACKAGE_NOT_ASSIGNABLE


def package_party_type(party: Party) -> str:
    """The party type, as packages name it, of packages that ``party`` can give."""
    return "person" if party.kind is PartyKind.PERSON else "organization"


# -- single rights ------------------------------------------------------------------------------


def _check_right(
    snapshot: Snapshot, reach: _Reach | None, party: Party | None, right: Right, at: datetime, *, is_own: bool
) -> RightCheck:
    policies = _policies(snapshot, right, at)
    service = snapshot.catalogue.services.get(right.service)
    if service is None or not policies or party is None:
        return RightCheck(right, False, (GiveReason.RIGHT_UNKNOWN,))
    if service.resource_type == MASKINPORTEN_SCHEMA:
        return RightCheck(right, False, (GiveReason.MASKINPORTEN_SCHEMA,))
    if service.kind is not ServiceKind.RESOURCE or not service.delegable:
        return RightCheck(right, False, (GiveReason.RESOURCE_NOT_DELEGABLE,))
    if not all(is_let_in(policy, party) for policy in policies):
        return RightCheck(right, False, (GiveReason.NOT_ON_ACCESS_LIST,))
    if is_own or reach is None:
        return RightCheck(right, True, (GiveReason.OWN_PARTY if is_own else GiveReason.OPERATOR,))
    for policy in policies:
        way = _right_way(policy, reach)
        if way is None:
            return RightCheck(right, False, tuple(_missing(policy)))
    return RightCheck(right, True, (_right_way(policies[0], reach) or GiveReason.ROLE_ACCESS,))


def _policies(snapshot: Snapshot, right: Right, at: datetime) -> list[Policy]:
    catalogue = snapshot.catalogue
    actions = catalogue.actions.get(right.service, ()) if right.action == ANY_ACTION else (right.action,)
    found = [catalogue.policies.get(Right(right.service, action)) for action in actions]
    until = snapshot.terms.old_roles_until
    ended = until is not None and at >= until
    return [narrowed(policy, at, policy.lasting_roles if ended else None) for policy in found if policy is not None]


def _right_way(policy: Policy, reach: _Reach) -> GiveReason | None:
    for package in sorted(policy.packages):
        way = reach.way(package)
        if way is not None:
            return way
    if not policy.roles.isdisjoint(reach.roles):
        return GiveReason.ROLE_ACCESS
    return GiveReason.DIRECT_DELEGATION if {policy.right, policy.whole} & reach.rights else None


def _missing(policy: Policy) -> Iterator[GiveReason]:
    if policy.roles:
        yield GiveReason.MISSING_ROLE_ACCESS
    if policy.packages:
        yield GiveReason.MISSING_PACKAGE_ACCESS
    yield GiveReason.MISSING_DIRECT_DELEGATION


# -- what a person reaches ----------------------------------------------------------------------


def _reach(snapshot: Snapshot, person: PartyId, party: Party, at: datetime) -> _Reach:
    catalogue = snapshot.catalogue
    own = person == party.id and party.kind is PartyKind.PERSON
    by_role = set(catalogue.giveable_by(PRIVATE_PERSON, None)) if own else set()
    roles = set(catalogue.roles_brought_by(PRIVATE_PERSON)) if own else set()
    direct: set[str] = set()
    rights: set[Right] = set()
    reached: set[str] = set()
    for holding in holdings_reached(snapshot, person, party, at):
        reached |= holding.packages
        rights |= holding.rights
        if isinstance(holding.fact, RegisterRole):
            by_role |= _giveable(snapshot, holding.fact)
            roles |= _giving_roles(snapshot, holding)
        elif isinstance(holding.fact, PackageDelegation):
            direct |= holding.packages
        else:
            roles |= {role for role in holding.roles if _is_delegable(snapshot, role)}
    is_main = MAIN_ADMINISTRATOR in reached | by_role
    by_main = catalogue.giveable_by(MAIN_ADMINISTRATOR, party.form) if is_main else NOTHING
    return _Reach(frozenset(by_role), frozenset(direct), by_main, frozenset(roles), frozenset(rights))


def holdings_reached(snapshot: Snapshot, person: PartyId, party: Party, at: datetime) -> Iterator[Held]:
    """What the person holds for the party at ``at``, alone or through a key role at a holder (one link).

    What is held for a main unit is in its sub-units' files already.
    """
    yield from _live(snapshot.holdings(party.id, person), at)
    for link in snapshot.represents.get(person) or ():
        if snapshot.catalogue.is_key_role(link.role) and Window(link.valid_from, link.valid_to).holds(at):
            yield from (holding for holding in _live(snapshot.holdings(party.id, link.party), at) if holding.nests)


def _live(holdings: Iterable[Held], at: datetime) -> Iterator[Held]:
    return (holding for holding in holdings if holds(holding, at))


def _giveable(snapshot: Snapshot, role: RegisterRole) -> frozenset[str]:
    registered_at = snapshot.party(role.party)
    return snapshot.catalogue.giveable_by(role.role, registered_at.form if registered_at is not None else None)


def _giving_roles(snapshot: Snapshot, holding: Held) -> frozenset[str]:
    """The roles a register role brings, unless it is a provider's, which may use but not give.

    That a single right follows what the role may do with packages is inferred.
    """
    if not isinstance(holding.fact, RegisterRole):
        return NOTHING
    provider = snapshot.catalogue.is_client_role(holding.ground)
    return NOTHING if provider and not _giveable(snapshot, holding.fact) else holding.roles


def _is_delegable(snapshot: Snapshot, role: str) -> bool:
    known = snapshot.catalogue.roles.get(role)
    return known is not None and known.delegable is not False


# -- what would help ----------------------------------------------------------------------------


def _refusal(party: Party, check: PackageCheck | RightCheck) -> Refusal:
    what = urn_of_package(check.package) if isinstance(check, PackageCheck) else _urn_of_right(check.right)
    reason = check.reasons[0]
    ground, giver = _HELP.get(reason, _GIVEN)
    return Refusal(what, reason, (Fix(reason, what, party.masked_number, ground, giver),))


def urn_of_package(package: str) -> str:
    """The package as it is written on the wire, whether it exists or not."""
    return f"urn:altinn:accesspackage:{package}"


def _urn_of_right(right: Right) -> str:
    action = "" if right.action == ANY_ACTION else f":{right.action}"
    return f"urn:altinn:resource:{right.service}{action}"


_GIVEN = (
    f"held there by a register role that may give it, as {RIGHTHOLDER} or as {MAIN_ADMINISTRATOR}",
    "a person who is general manager or main administrator of the party",
)
_HELP = {
    GiveReason.PACKAGE_NOT_ASSIGNABLE: (
        "follows from a register role only; nobody can give it by hand",
        "Enhetsregisteret, where the party registers its accountant, auditor or property manager",
    ),
    GiveReason.WRONG_PARTY_TYPE: ("a package of the other party type", "nobody: ask for a package of the party's type"),
    GiveReason.PACKAGE_UNKNOWN: ("a package of the catalogue", "the one who asks, with another code"),
    GiveReason.RIGHT_UNKNOWN: ("a resource and action that exist", "the service's owner"),
    GiveReason.RESOURCE_NOT_DELEGABLE: ("a resource that may be delegated", "the service's owner"),
    GiveReason.MASKINPORTEN_SCHEMA: ("given as a Maskinporten scope instead", "the service's owner"),
    GiveReason.NOT_ON_ACCESS_LIST: ("entered on the service's access list", "the service's owner"),
}
