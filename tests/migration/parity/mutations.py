"""Errors planted in a world that was moved well, and changes that must go unnoticed: lots drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any, TypeVar

from core import (
    RIGHTHOLDER,
    Accepts,
    AccessListEntry,
    ClientDelegation,
    Confidence,
    Edit,
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
    RightDelegation,
    RoleGrant,
    Service,
    ServiceKind,
    ServiceSuccessor,
    System,
    SystemState,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    put,
    remove,
)
from tests.migration.parity.moved_world import (
    AT,
    DIALOG,
    EXTRA,
    FIRMS,
    GROUNDS,
    MORE,
    PACKAGE_OF,
    PACKAGES,
    PAY,
    SUBMISSION,
    SYSTEMS,
    TAX,
    party,
)

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Lots:
    """The facts of a world, and the chance to draw among them."""

    facts: tuple[Fact, ...]
    random: Random

    def all(self, kind: type[F]) -> list[F]:
        """The facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def one(self, kind: type[F]) -> F:
        """One fact of a kind."""
        return self.random.choice(self.all(kind))

    def among(self, *values: Any) -> Any:
        """One of the values."""
        return self.random.choice(values)


Mutation = Callable[[Lots], list[Edit]]


# -- too much -------------------------------------------------------------------------------------


def package_too_many(lots: Lots) -> list[Edit]:
    """A client is put on with one package more, which it has given and the ceiling names too."""
    given = lots.one(ClientDelegation)
    ceiling = _ceiling(lots, given.system_user)
    more = lots.among(*PACKAGES)
    gift = PackageDelegation("too-many", given.client, given.provider, more, "test")
    wider: list[Fact] = [replace(given, packages=given.packages | {more}, ground=lots.among(given.ground, RIGHTHOLDER))]
    return [put(each) for each in (gift, *wider, replace(ceiling, packages=ceiling.packages | {more}))]


def own_package_too_many(lots: Lots) -> list[Edit]:
    """An owner gives its own system user one package more."""
    user = lots.random.choice([each for each in lots.all(SystemUser) if each.kind is SystemUserKind.STANDARD])
    ceiling, more = _ceiling(lots, user.id), lots.among(*PACKAGES)
    gift = PackageDelegation("own-too-many", user.owner, user.id, more, "test")
    return [put(gift), put(replace(ceiling, packages=ceiling.packages | {more}))]


def single_right_too_many(lots: Lots) -> list[Edit]:
    """A client is put on with a single right of its own giving."""
    given = lots.one(ClientDelegation)
    ceiling = _ceiling(lots, given.system_user)
    right = lots.among(Right(EXTRA, "read"), Right(TAX, "write"), Right(DIALOG, "sign"), Right(PAY, "*"))
    gift = RightDelegation("single", given.client, given.provider, right.service, frozenset({right.action}), "test")
    more = replace(given, id="single", ground=RIGHTHOLDER, rights=frozenset({right}))
    return [put(gift), put(more), put(replace(ceiling, rights=ceiling.rights | {right}))]


def another_s_client(lots: Lots) -> list[Edit]:
    """A firm's system user is put on a client of the other firm, or on one it has on another ground."""
    user, client = lots.one(SystemUser), lots.one(ClientDelegation)
    ground = lots.among(*GROUNDS)
    packages = frozenset(lots.random.sample(PACKAGES, 2))
    new = ClientDelegation("another", user.id, 1, user.owner, client.client, ground, packages, *_NONE, "test")
    holds: list[Fact] = []
    if lots.random.random() < 0.7:
        holds.append(_holding(lots, client.client, user.owner, ground))
    return [*map(put, holds), put(new)]


def ceiling_widened(lots: Lots) -> list[Edit]:
    """A ceiling names more packages, and its clients were put on with all of them."""
    ceiling = lots.one(Generation)
    wide = replace(ceiling, packages=frozenset(PACKAGES))
    clients = [each for each in lots.all(ClientDelegation) if each.system_user == ceiling.system_user]
    gifts = [
        PackageDelegation(f"wide-{number}", each.client, each.provider, MORE, "test")
        for number, each in enumerate(clients)
    ]
    wider = [replace(each, packages=frozenset(PACKAGES)) for each in clients]
    return [put(wide), *map(put, gifts), *map(put, wider)]


def resource_opened_wider(lots: Lots) -> list[Edit]:
    """A package of the world opens one more right."""
    right: Right = lots.among(Right(EXTRA, "read"), Right(TAX, "read"), Right(DIALOG, "sign"), Right(TAX, "write"))
    rule = PolicyRule(
        right.service, right.action, Accepts.PACKAGE, lots.among(*PACKAGES), "test", "2026-11-22", Confidence.OURS
    )
    return [put(rule)]


def sub_unit_appears(lots: Lots) -> list[Edit]:
    """A firm, or a client, has a sub-unit that inherits."""
    main = lots.among(*FIRMS, lots.one(ClientDelegation).client)
    return [put(party("new-sub", 60, PartyKind.SUB_UNIT, "BEDR", main))]


def sub_unit_moves(lots: Lots) -> list[Edit]:
    """A sub-unit belongs to somebody else."""
    subs = [each for each in lots.all(Party) if each.kind is PartyKind.SUB_UNIT]
    main = lots.among(*FIRMS, lots.one(ClientDelegation).client)
    return [put(replace(lots.random.choice(subs), main_unit=main))] if subs else []


def old_right_appears(lots: Lots) -> list[Edit]:
    """Somebody gives a firm an old role, or the register says that it is somebody's accountant."""
    who = lots.one(Party)
    holder = lots.among(*FIRMS)
    if who.id == holder:
        return []
    if lots.random.random() < 0.5:
        return [put(RoleGrant("appears", who.id, holder, lots.among(SUBMISSION, "UTINN"), "test"))]
    return [put(RegisterRole("appears", who.id, holder, lots.among("REGN", "REVI")))]


# -- in the wrong place ---------------------------------------------------------------------------


def client_on_wrong_ground(lots: Lots) -> list[Edit]:
    """A client delegation flows from another ground, which may even stand."""
    given = lots.one(ClientDelegation)
    ground = lots.random.choice([each for each in GROUNDS if each != given.ground])
    return [put(replace(given, ground=ground)), put(_holding(lots, given.client, given.provider, ground, given))]


def client_on_wrong_user(lots: Lots) -> list[Edit]:
    """A client is put on the system user of another ground or firm."""
    given, other = lots.one(ClientDelegation), lots.one(SystemUser)
    return [put(replace(given, system_user=other.id))]


def wrong_reference_on_user(lots: Lots) -> list[Edit]:
    """The system user answers to another reference than the link names."""
    return [put(replace(lots.one(SystemUser), external_ref="another"))]


def wrong_reference_on_link(lots: Lots) -> list[Edit]:
    """The link names another reference than the system user answers to."""
    return [put(replace(lots.one(SystemUserLink), external_ref="another"))]


def wrong_ground_on_link(lots: Lots) -> list[Edit]:
    """The link is for another ground."""
    link = lots.one(SystemUserLink)
    return [put(replace(link, ground=lots.random.choice([each for each in GROUNDS if each != link.ground])))]


def linked_to_another_system(lots: Lots) -> list[Edit]:
    """A system user is linked to the other firm's enterprise system as well."""
    link = lots.one(SystemUserLink)
    return [put(replace(link, enterprise_system=sum(SYSTEMS) - link.enterprise_system))]


# -- too little -----------------------------------------------------------------------------------


def missing_right(lots: Lots) -> list[Edit]:
    """A client delegation lacks a package."""
    return [put(replace(lots.one(ClientDelegation), packages=frozenset()))]


def delegation_gone(lots: Lots) -> list[Edit]:
    """A client is not on its system user."""
    return [remove(lots.one(ClientDelegation))]


def dead_ground(lots: Lots) -> list[Edit]:
    """The register no longer has the relation that a client delegation flows from."""
    return [remove(lots.one(RegisterRole))]


def gift_withdrawn(lots: Lots) -> list[Edit]:
    """A client, or an owner for its own system user, has taken a package back."""
    return [remove(lots.one(PackageDelegation))]


def role_withdrawn(lots: Lots) -> list[Edit]:
    """A client has taken an old role back: the old world alone has changed."""
    return [remove(lots.one(RoleGrant))]


def ceiling_narrowed(lots: Lots) -> list[Edit]:
    """A ceiling lacks a package."""
    ceiling = lots.one(Generation)
    return [put(replace(ceiling, packages=ceiling.packages - {lots.random.choice(sorted(ceiling.packages))}))]


def wrong_generation(lots: Lots) -> list[Edit]:
    """A client is on a generation that there is not."""
    return [put(replace(lots.one(ClientDelegation), generation=2))]


def link_gone(lots: Lots) -> list[Edit]:
    """An enterprise system is not linked to a system user."""
    return [remove(lots.one(SystemUserLink))]


def user_gone(lots: Lots) -> list[Edit]:
    """A system user is not there, its generation neither."""
    user = lots.one(SystemUser)
    return [remove(user), remove(_ceiling(lots, user.id))]


def system_deleted(lots: Lots) -> list[Edit]:
    """An entry of the system register is deleted."""
    return [put(replace(lots.one(System), deleted=True))]


def ran_out(lots: Lots) -> list[Edit]:
    """A delegation, a gift or a register role ran out a minute ago, or begins in one."""
    fact: Any = lots.one(lots.among(ClientDelegation, PackageDelegation, RegisterRole, RoleGrant))
    minute = timedelta(minutes=1)
    window = lots.among({"valid_to": AT - minute}, {"valid_from": AT + minute}, {"valid_to": AT})
    return [put(replace(fact, **window))]


def successor_gone(lots: Lots) -> list[Edit]:
    """No row says any longer what an old right is."""
    return [remove(lots.one(ServiceSuccessor))]


def successor_changed(lots: Lots) -> list[Edit]:
    """A row says that an old right is something else."""
    row = lots.one(ServiceSuccessor)
    return [remove(row), put(replace(row, resource=lots.among(TAX, PAY, DIALOG, EXTRA)))]


def service_closed(lots: Lots) -> list[Edit]:
    """A service of either world is closed."""
    return [put(replace(lots.one(Service), valid_to=AT))]


def access_list(lots: Lots) -> list[Edit]:
    """A resource lets in a few only."""
    resource = lots.random.choice([each for each in lots.all(Service) if each.kind is ServiceKind.RESOURCE])
    listed = [AccessListEntry(resource.id, each.client, frozenset()) for each in lots.all(ClientDelegation)[:2]]
    return [put(replace(resource, access_list=True)), *map(put, listed)]


def policy_narrowed(lots: Lots) -> list[Edit]:
    """A service no longer accepts what it did."""
    return [remove(lots.one(PolicyRule))]


def system_locked(lots: Lots) -> list[Edit]:
    """An enterprise system is locked, while its system users go on, or a locked one is let in again."""
    system = lots.one(EnterpriseSystem)
    return [put(replace(system, state=lots.among(*SystemState)))]


ERRORS: Mapping[str, Mutation] = MappingProxyType({
    each.__name__: each
    for each in (
        package_too_many, own_package_too_many, single_right_too_many, another_s_client, ceiling_widened,
        resource_opened_wider, sub_unit_appears, sub_unit_moves, old_right_appears, client_on_wrong_ground,
        client_on_wrong_user, wrong_reference_on_user, wrong_reference_on_link, wrong_ground_on_link,
        linked_to_another_system, missing_right, delegation_gone, dead_ground, gift_withdrawn, role_withdrawn,
        ceiling_narrowed, wrong_generation, link_gone, user_gone, system_deleted, ran_out, successor_gone,
        successor_changed, service_closed, access_list, policy_narrowed, system_locked,
    )
})  # fmt: skip


# -- what changes nothing -------------------------------------------------------------------------


def titles(lots: Lots) -> list[Edit]:
    """Names of parties, services and system users."""
    facts: Iterable[Any] = lots.random.sample([*lots.all(Party), *lots.all(Service), *lots.all(SystemUser)], 5)
    return [put(replace(each, **{"name" if isinstance(each, Party) else "title": "Renamed"})) for each in facts]


def audit_fields(lots: Lots) -> list[Edit]:
    """Who did it, when it was made, where a row comes from."""
    given: list[Any] = [*lots.all(ClientDelegation), *lots.all(PackageDelegation), *lots.all(RoleGrant)]
    rows: list[Any] = [*lots.all(ServiceSuccessor), *lots.all(PolicyRule)]
    return [
        *(put(replace(each, given_by="somebody else")) for each in given),
        *(put(replace(each, created=AT - timedelta(days=9))) for each in lots.all(SystemUser)),
        *(put(replace(each, dated="2020-01-01", confidence=Confidence.STATED)) for each in rows),
    ]


def surrogate_ids(lots: Lots) -> list[Edit]:
    """The same facts under other ids."""
    kind: type[Any] = lots.among(ClientDelegation, PackageDelegation, RoleGrant, RegisterRole)
    facts = lots.all(kind)
    return [*map(remove, facts), *(put(replace(each, id=f"other-{each.id}")) for each in facts)]


def unrelated_parties(lots: Lots) -> list[Edit]:
    """Parties that no system here works for, and what they are to each other; an unlinked system user."""
    one, other = (party(f"unrelated-{n}", 70 + n, PartyKind.ORGANISATION, "AS") for n in (1, 2))
    user = SystemUser("unlinked", SystemUserKind.AGENT, "sys-1", other.id, "unlinked", "Unlinked", AT)
    ceiling = Generation("unlinked", 1, frozenset(PACKAGES), frozenset(), AT)
    held = RegisterRole("unrelated", one.id, other.id, "REGN")
    client = ClientDelegation(
        "unrelated", "unlinked", 1, other.id, one.id, "REGN", frozenset({PACKAGE_OF["REGN"]}), *_NONE, "test"
    )
    return [put(each) for each in (one, other, user, ceiling, held, client)]


def second_grant(lots: Lots) -> list[Edit]:
    """The same once more: a role, a package, a register role, a client delegation."""
    facts: Iterable[Any] = (
        lots.one(kind) for kind in (ClientDelegation, PackageDelegation, RoleGrant, RegisterRole)
    )  # fmt: skip
    return [put(replace(each, id=f"second-{each.id}")) for each in facts]


def useless_ceiling(lots: Lots) -> list[Edit]:
    """A ceiling names what nobody gave."""
    user = lots.random.choice([each for each in lots.all(SystemUser) if each.kind is SystemUserKind.AGENT])
    ceiling = _ceiling(lots, user.id)
    return [put(replace(ceiling, packages=ceiling.packages | {MORE}, rights=frozenset({Right(EXTRA, "read")})))]


def ended_long_ago(lots: Lots) -> list[Edit]:
    """What is over, or has not begun, counts in neither world."""
    role, client = lots.one(RoleGrant), lots.one(ClientDelegation)
    long_ago, some_day = AT - timedelta(days=400), AT + timedelta(days=400)
    return [
        put(replace(role, id="ended", receiver=lots.among(*FIRMS), role="UTINN", valid_to=long_ago)),
        put(replace(client, id="to-come", packages=frozenset(PACKAGES), valid_from=some_day)),
    ]


NEUTRAL: Mapping[str, Mutation] = MappingProxyType({
    each.__name__: each
    for each in (
        titles, audit_fields, surrogate_ids, unrelated_parties, second_grant, useless_ceiling, ended_long_ago
    )
})  # fmt: skip


# -- helpers --------------------------------------------------------------------------------------

_NONE: tuple[frozenset[Any], frozenset[Any]] = (frozenset(), frozenset())


def _ceiling(lots: Lots, user: str) -> Generation:
    return next(each for each in lots.all(Generation) if each.system_user == user)


def _holding(
    lots: Lots, client: PartyId, provider: PartyId, ground: str, given: ClientDelegation | None = None
) -> Fact:
    """What makes a ground stand."""
    if ground in PACKAGE_OF:
        return RegisterRole("stands", client, provider, ground)
    package = lots.random.choice(sorted(given.packages) if given is not None and given.packages else PACKAGES)
    return PackageDelegation("stands", client, provider, package, "test")
