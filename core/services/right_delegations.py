"""Giving and withdrawing single rights between parties."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.domain.caller import Caller
from core.domain.cascade import dependants_of, dependants_of_edits
from core.domain.change import Edit, put, remove
from core.domain.delegation import RightDelegation
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Window
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ANY_ACTION, Right
from core.errors import ErrorCode, InvalidInput, NotFound
from core.services.administration import require_access_management
from core.services.connections import require_connection, require_side
from core.services.package_checks import known_party, refuse_unless_giveable
from core.store.store import Store, Written


def give_rights(
    store: Store,
    caller: Caller,
    giver: PartyId,
    receiver: PartyId,
    service: ServiceId,
    actions: Iterable[str] = (),
    *,
    connected_only: bool = False,
) -> RightDelegation:
    """Give actions on one service (every action where none is named) from one party to another.

    Actions that are given already stay; a grant that has run out is cleared away with what flowed from it.
    The caller is a person who manages the giver's accesses and may give each of the actions. With
    ``connected_only`` the receiver must have been connected before; without, the rights themselves connect the
    two. Raises NotAllowed, NotFound, InvalidInput, DelegationRefused. Source: pdp-and-tokens §14.6,
    packages-and-roles §5.
    """
    now = store.clock()
    wanted = frozenset(actions) or frozenset({ANY_ACTION})

    def command(snapshot: Snapshot) -> Written[RightDelegation]:
        require_access_management(snapshot, caller, giver, now)
        _check_receiver(snapshot, receiver, service)
        if connected_only:
            require_connection(snapshot, giver, receiver, now)
        there = right_delegations(snapshot, giver, receiver, service)
        live = next((each for each in there if Window(each.valid_from, each.valid_to).holds(now)), None)
        has = frozenset[str]() if live is None else live.actions
        if live is not None and (wanted <= has or ANY_ACTION in has):
            return Written((), live)
        rights = [Right(service, action) for action in sorted(wanted - has)]
        refuse_unless_giveable(snapshot, caller, giver, now, rights=rights)
        new = live or RightDelegation(str(uuid.uuid4()), giver, receiver, service, frozenset(), caller.name)
        given = replace(new, actions=_joined(has | wanted), given_by=caller.name)
        ended = tuple(each for each in there if each.valid_to is not None and each.valid_to <= now)
        gone = (*(remove(each) for each in ended), *dependants_of(snapshot, ended, now))
        return Written((*gone, put(given)), given)

    return store.change(caller.name, command)


def replace_rights(
    store: Store, caller: Caller, giver: PartyId, receiver: PartyId, service: ServiceId, actions: Iterable[str]
) -> RightDelegation:
    """Make the given actions on one service exactly these; what flowed from those taken away ends with them.

    The receiver must have been connected before. The caller is a person who manages the giver's accesses and may
    give each of the actions that are new. Raises NotAllowed, NotFound, DelegationRefused, and InvalidInput:
    `NOT_CONNECTED`, `UNKNOWN_SERVICE`, `NOTHING_REQUESTED` without an action. Source: pdp-and-tokens §14.6.
    """
    now = store.clock()
    wanted = _joined(frozenset(actions))

    def command(snapshot: Snapshot) -> Written[RightDelegation]:
        require_access_management(snapshot, caller, giver, now)
        _check_receiver(snapshot, receiver, service)
        require_connection(snapshot, giver, receiver, now)
        if not wanted:
            raise InvalidInput(ErrorCode.NOTHING_REQUESTED, "name at least one right; withdraw the resource instead")
        there = right_delegations(snapshot, giver, receiver, service)
        live = next((each for each in there if Window(each.valid_from, each.valid_to).holds(now)), None)
        has = frozenset[str]() if live is None else live.actions
        if ANY_ACTION not in has:
            rights = [Right(service, action) for action in sorted(wanted - has)]
            refuse_unless_giveable(snapshot, caller, giver, now, rights=rights)
        new = live or RightDelegation(str(uuid.uuid4()), giver, receiver, service, frozenset(), caller.name)
        given = replace(new, actions=wanted, given_by=caller.name)
        if live is not None and live.actions == wanted:
            return Written((), live)
        edits = (*(remove(each) for each in there if each.id != new.id), put(given))
        return Written((*edits, *dependants_of_edits(snapshot, edits, now)), given)

    return store.change(caller.name, command)


def withdraw_rights(
    store: Store,
    caller: Caller,
    giver: PartyId,
    receiver: PartyId,
    service: ServiceId,
    actions: Iterable[str] = (),
    *,
    on_behalf_of: PartyId | None = None,
) -> tuple[Edit, ...]:
    """Withdraw actions on one service (every action where none is named); what flowed from them ends with them.

    Returns what was written. The caller is a person who manages the accesses of ``on_behalf_of``: the giver, where
    nobody is named, or the receiver, who gives them up. Raises NotAllowed, NotFound. Source: pdp-and-tokens §11
    row 5 and §12.2.
    """
    now = store.clock()
    unwanted = frozenset(actions) or frozenset({ANY_ACTION})

    def command(snapshot: Snapshot) -> Written[tuple[Edit, ...]]:
        require_side(snapshot, caller, on_behalf_of or giver, giver, receiver, now)
        found = right_delegations(snapshot, giver, receiver, service)
        edits = tuple(_without(snapshot, found, unwanted))
        if not edits:
            raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"those rights on `{service}` are not given to that receiver")
        edits = (*edits, *dependants_of_edits(snapshot, edits, now))
        return Written(edits, edits)

    return store.change(caller.name, command)


def right_delegations(
    snapshot: Snapshot, giver: PartyId, receiver: str, service: ServiceId
) -> tuple[RightDelegation, ...]:
    """The grants on the service from ``giver`` itself to ``receiver``, in order of id."""
    return tuple(
        fact
        for fact in snapshot.grounds(giver)
        if isinstance(fact, RightDelegation) and fact.receiver == receiver and fact.service == service
    )


def _check_receiver(snapshot: Snapshot, receiver: PartyId, service: ServiceId) -> None:
    known_party(snapshot, receiver, "receiver")
    if service not in snapshot.catalogue.services:
        raise InvalidInput(ErrorCode.UNKNOWN_SERVICE, f"there is no service `{service}`")


def _joined(actions: frozenset[str]) -> frozenset[str]:
    return frozenset({ANY_ACTION}) if ANY_ACTION in actions else actions


def _without(snapshot: Snapshot, grants: Iterable[RightDelegation], unwanted: frozenset[str]) -> Iterator[Edit]:
    for grant in grants:
        has = grant.actions
        if ANY_ACTION in has and ANY_ACTION not in unwanted:
            has = frozenset(snapshot.catalogue.actions.get(grant.service, ()))
        left = frozenset[str]() if ANY_ACTION in unwanted else has - unwanted
        if left == has:
            continue
        yield put(replace(grant, actions=left)) if left else remove(grant)
