"""What dies with a fact: a client delegation when its ground ends, everything of a system user when it goes.

Dead delegations are removed and not only left without effect, so that giving the ground anew revives none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from core.domain.catalogue import Policy
from core.domain.change import Edit, Fact, put, remove
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.fold import preview
from core.domain.identifiers import ServiceId
from core.domain.party import RegisterRole
from core.domain.party_file import Held, party_of
from core.domain.snapshot import Snapshot
from core.domain.system import SystemUser
from core.domain.vocabulary import ANY_ACTION, OWN_ORGANISATION, Right

_GROUNDS = (RegisterRole, RoleGrant, PackageDelegation, RightDelegation)


def dependants_of(snapshot: Snapshot, removed_facts: Iterable[Fact], at: datetime | None = None) -> tuple[Edit, ...]:
    """What must be written along with the removal of ``removed_facts``, which are still in ``snapshot``.

    A client delegation loses what no holding of its ground gives any longer, and is removed when nothing
    is left. A system user takes its generations, delegations and links with it. With ``at``, holdings that
    ended before do not keep anything alive. Source: pdp-and-tokens §11 rows 5 and 6, and §12.2.
    """
    removed = tuple(removed_facts)
    of_users = tuple(edit for fact in removed if isinstance(fact, SystemUser) for edit in _of_user(snapshot, fact))
    return (*of_users, *dependants_of_edits(snapshot, [remove(fact) for fact in removed], at))


def dependants_of_edits(snapshot: Snapshot, edits: Iterable[Edit], at: datetime | None = None) -> tuple[Edit, ...]:
    """The client delegations that ``edits`` (also those that only narrow a fact) take something from."""
    written = tuple(edit for edit in edits if isinstance(edit.fact, _GROUNDS))
    if not written:
        return ()
    after = preview(snapshot, written)
    parties = sorted({party for edit in written for party in touched_parties(snapshot, edit.fact)})
    return tuple(edit for party in parties for edit in _of_party(snapshot, after, party, at))


# -- system users -------------------------------------------------------------------------------


def _of_user(snapshot: Snapshot, user: SystemUser) -> Iterator[Edit]:
    for party in snapshot.reach.get(user.id) or ():
        file = snapshot.files.get(party)
        if file is not None:
            yield from (remove(each) for each in file.delegations if each.system_user == user.id)
            yield from (remove(holding.fact) for holding in file.own if _receiver(holding) == user.id)
    yield from (remove(each) for each in snapshot.connected_to.get(user.id) or ())
    for links in snapshot.links.values():
        yield from (remove(link) for link in links if link.system_user == user.id)
    changes = (snapshot.change_requests.get(each) for each in snapshot.change_requests_of_user.get(user.id) or ())
    yield from (remove(change) for change in changes if change is not None)
    entry = snapshot.users.get(user.id)
    if entry is not None:
        yield from (remove(generation) for generation in entry.generations.values())


def _receiver(holding: Held) -> str | None:
    return None if isinstance(holding.fact, RegisterRole) else holding.fact.receiver


# -- client delegations -------------------------------------------------------------------------


def touched_parties(snapshot: Snapshot, fact: Fact) -> Iterator[str]:
    """The parties in whose files the fact counts: its own, sub-units, and a sole proprietor's."""
    if not isinstance(fact, (*_GROUNDS, ClientDelegation)):
        return
    party = party_of(fact)
    yield party
    yield from snapshot.sub_units.get(party) or ()
    yield from (other.holder for other in (fact, *snapshot.grounds(party)) if isinstance(other, RegisterRole))


def _of_party(before: Snapshot, after: Snapshot, party: str, at: datetime | None) -> Iterator[Edit]:
    file = after.files.get(party)
    for delegation in file.delegations if file is not None else ():
        if delegation.ground == OWN_ORGANISATION:
            continue
        left = _what_is_left(after, delegation, _sources(before, delegation, None), _sources(after, delegation, at))
        if left != delegation:
            yield put(left) if left is not None else remove(delegation)


def _sources(snapshot: Snapshot, delegation: ClientDelegation, at: datetime | None) -> tuple[Held, ...]:
    held = snapshot.holdings(delegation.client, delegation.provider)
    return tuple(each for each in held if each.ground == delegation.ground and not _has_ended(each, at))


def _has_ended(holding: Held, at: datetime | None) -> bool:
    window = holding.window
    return at is not None and window is not None and window.ends is not None and window.ends <= at


def _what_is_left(
    snapshot: Snapshot,
    delegation: ClientDelegation,
    had: tuple[Held, ...],
    has: tuple[Held, ...],
) -> ClientDelegation | None:
    if had == has:
        return delegation
    if not has:
        return None
    gone = _packages(had) - _packages(has)
    resources, rights = _narrowed(snapshot, delegation, had, has)
    left = replace(delegation, packages=delegation.packages - gone, resources=resources, rights=rights)
    return left if left.packages or left.resources or left.rights else None


def _packages(holdings: tuple[Held, ...]) -> frozenset[str]:
    return frozenset(package for holding in holdings for package in holding.packages)


def _narrowed(
    snapshot: Snapshot, delegation: ClientDelegation, had: tuple[Held, ...], has: tuple[Held, ...]
) -> tuple[frozenset[ServiceId], frozenset[Right]]:
    """The resources and rights that are left. A whole resource that lost an action becomes single rights."""
    resources: set[ServiceId] = set()
    rights: set[Right] = set()
    for resource in delegation.resources:
        opened = _opened(snapshot, Right(resource, ANY_ACTION), has)
        if opened == _opened(snapshot, Right(resource, ANY_ACTION), had):
            resources.add(resource)
        else:
            rights |= opened
    for right in delegation.rights:
        opened = _opened(snapshot, right, has)
        rights |= {right} if opened == _opened(snapshot, right, had) else opened
    return frozenset(resources), frozenset(rights)


def _opened(snapshot: Snapshot, right: Right, holdings: tuple[Held, ...]) -> frozenset[Right]:
    catalogue = snapshot.catalogue
    actions = catalogue.actions.get(right.service, ()) if right.action == ANY_ACTION else (right.action,)
    policies = (catalogue.policies.get(Right(right.service, action)) for action in actions)
    return frozenset(policy.right for policy in policies if policy is not None and _may_open(policy, holdings))


def _may_open(policy: Policy, holdings: tuple[Held, ...]) -> bool:
    """Whether one of the holdings opens the right at any time: a rule that is not in force yet counts too."""
    codes = policy.roles | policy.packages | {rule.code for rule in policy.timed}
    return any(
        not codes.isdisjoint(holding.packages | holding.roles)
        or not holding.rights.isdisjoint((policy.right, policy.whole))
        for holding in holdings
    )
