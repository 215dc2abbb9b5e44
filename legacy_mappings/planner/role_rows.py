"""Old roles that were given and open no service that is known: what the tables say became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core import Confidence, PartyId, RoleGrant, Window
from legacy_mappings.planner.approving import Approvers
from legacy_mappings.planner.records import Cause, Gift, RoleRow
from legacy_mappings.planner.scene import Scene
from legacy_mappings.vocabulary import RolePackage, confirmed

_FOR_PERSONS = "giver is a private person"
_FOR_ORGANISATIONS = "giver is an organisation"


def role_rows(scene: Scene, owners: Iterable[PartyId]) -> Iterator[RoleRow]:
    """The roles without a known service that owners of enterprise systems, and enterprise users, were given.

    A stated row applies as it is, an inferred one waits for a yes, a role without a package blocks until somebody
    chooses. Source: packages-and-roles §9 rule 5, users-and-migration §4.1 rows 1 and 2.
    """
    holders = {*owners, *(user.id for user in scene.snapshot.enterprise_users.values())}
    opening = {role for role, rights in scene.catalogue.opened_by.items() if rights}
    for receiver in sorted(holders):
        for giver in scene.snapshot.reach.get(receiver) or ():
            for grant in scene.snapshot.holdings(giver, receiver):
                if not isinstance(grant, RoleGrant) or grant.reportee != giver or grant.role in opening:
                    continue
                if Window(grant.valid_from, grant.valid_to).holds(scene.at):
                    yield _row(scene, grant)


def _row(scene: Scene, grant: RoleGrant) -> RoleRow:
    rows = [row for row in _rows(scene, grant) if row.package is not None]
    packages = tuple(sorted({row.package for row in rows if row.package is not None}))
    if not rows:
        return RoleRow(grant.role, grant.reportee, grant.receiver, (), None, Cause.NO_PACKAGE)
    sure = all(confirmed(row) for row in rows)
    confidence = max((row.confidence for row in rows), key=_ORDER.index)
    cause = None if sure else Cause.UNCONFIRMED
    return RoleRow(grant.role, grant.reportee, grant.receiver, packages, confidence, cause)


_ORDER = [Confidence.STATED, Confidence.USER, Confidence.OURS, Confidence.INFERRED]


def _rows(scene: Scene, grant: RoleGrant) -> Iterator[RolePackage]:
    other = _FOR_ORGANISATIONS if scene.is_person(grant.reportee) else _FOR_PERSONS
    for row in scene.tables.tables.role_packages:
        if row.role.casefold() == grant.role.casefold() and row.condition != other:
            yield row


def gifts_of_roles(scene: Scene, rows: Iterable[RoleRow], approvers: Approvers) -> Iterator[Gift]:
    """The packages that a confirmed row puts in a role's place, where one party can give them to another by hand.

    What follows from a register role cannot be given, and what is sensitive or nobody may give is not.
    """
    for row in rows:
        receiver = scene.snapshot.party(row.receiver)
        if row.cause is not None or receiver is None or scene.has_ended(row.giver):
            continue
        giveable = frozenset(package for hands in approvers.of(row.giver) for package in hands.packages)
        has = {package for held in scene.snapshot.holdings(row.giver, row.receiver) for package in held.packages}
        for package in row.packages:
            known = package in scene.catalogue.packages
            fits = known and scene.assignable(package, person=scene.is_person(row.giver))
            if fits and package in giveable and package not in has and package not in scene.sensitive:
                yield Gift(row.giver, receiver.id, package=package)
