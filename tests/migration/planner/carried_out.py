"""A plan carried out by writing facts, as its steps would leave them: so that `decide` can be asked what it opens."""

from __future__ import annotations

from collections.abc import Iterator

from core import (
    OWN_ORGANISATION,
    ClientDelegation,
    Fact,
    Generation,
    PackageDelegation,
    PartyId,
    Right,
    RightDelegation,
    ServiceId,
    Snapshot,
    System,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    build_snapshot,
)
from legacy_mappings.planner.records import Gift, Plan, PlannedUser

_BY = "plan"


def carried_out(before: Snapshot, facts: list[Fact], plan: Plan) -> Snapshot:
    """The facts after the plan."""
    after = [*facts, *plan.successors, *_systems(plan), *(_given(gift) for gift in plan.gifts)]
    for user in plan.users:
        after += _user(plan, user)
    return build_snapshot(after, sequence=before.sequence + 1, terms=before.terms)


def _systems(plan: Plan) -> Iterator[Fact]:
    for entry in plan.systems:
        yield System(
            entry.id, entry.id, entry.vendor, {}, {}, entry.rights, entry.packages, entry.client_ids, (), False, False,
            plan.at,
        )  # fmt: skip


def _given(gift: Gift) -> Fact:
    name = f"gift {gift.giver} {gift.receiver} {gift.package}{gift.service}"
    if gift.package:
        return PackageDelegation(name, gift.giver, gift.receiver, gift.package, _BY)
    return RightDelegation(name, gift.giver, gift.receiver, ServiceId(gift.service), frozenset(gift.actions), _BY)


def _user(plan: Plan, user: PlannedUser) -> Iterator[Fact]:
    identity = user.reference
    yield SystemUser(identity, user.kind, user.system, user.owner, user.reference, user.title, plan.at)
    yield Generation(identity, 1, frozenset(user.packages), frozenset(user.rights), plan.at)
    yield SystemUserLink(user.enterprise_system, identity, user.ground, user.reference)
    if user.kind is SystemUserKind.STANDARD:
        yield from _own(user)
    for client in user.clients:
        yield _client(user, client)


def _own(user: PlannedUser) -> Iterator[Fact]:
    assert user.ground == OWN_ORGANISATION
    for package in user.packages:
        yield PackageDelegation(f"{user.reference} {package}", user.owner, user.reference, package, _BY)
    for right in user.rights:
        name = f"{user.reference} {right.service} {right.action}"
        yield RightDelegation(name, user.owner, user.reference, right.service, frozenset({right.action}), _BY)


def _client(user: PlannedUser, client: PartyId) -> Fact:
    packages, rights = frozenset(user.packages), frozenset[Right](user.rights)
    name = f"{user.reference} {client}"
    return ClientDelegation(
        name, user.reference, 1, user.owner, client, user.ground, packages, frozenset(), rights, _BY
    )  # fmt: skip
