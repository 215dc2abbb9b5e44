"""Giving and withdrawing access packages between parties."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from core.domain.caller import Caller
from core.domain.cascade import dependants_of
from core.domain.change import Edit, put, remove
from core.domain.delegation import PackageDelegation
from core.domain.identifiers import PartyId
from core.domain.package_check import MAIN_ADMINISTRATOR, PERSONAL_REPRESENTATIVE
from core.domain.party import Window
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, InvalidInput, NotFound
from core.services.administration import require_access_management
from core.services.connections import require_connection, require_side
from core.services.package_checks import is_person, known_party, refuse_unless_giveable
from core.store.store import Store, Written

ONLY_FOR_PERSONS = frozenset({MAIN_ADMINISTRATOR, PERSONAL_REPRESENTATIVE})
"""Packages that an organisation cannot be given. Source: packages-and-roles §3."""


def give_package(
    store: Store, caller: Caller, giver: PartyId, receiver: PartyId, package: str, *, connected_only: bool = False
) -> PackageDelegation:
    """Give an access package from one party to another; giving what is given already returns what is there.

    The caller is a person who manages the giver's accesses and may give the package. A grant that has run
    out is cleared away with what flowed from it, so that the new one revives nothing. With ``connected_only``
    the receiver must have been connected before; without, the package itself connects the two. Raises
    NotAllowed, NotFound, InvalidInput, DelegationRefused. Source: pdp-and-tokens §14.6, packages-and-roles §3
    and §5.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[PackageDelegation]:
        require_access_management(snapshot, caller, giver, now)
        _check_receiver(snapshot, receiver, package)
        if connected_only:
            require_connection(snapshot, giver, receiver, now)
        there = package_delegations(snapshot, giver, receiver, package)
        ended = tuple(each for each in there if each.valid_to is not None and each.valid_to <= now)
        live = [each for each in there if Window(each.valid_from, each.valid_to).holds(now)]
        if live:
            return Written((), live[0])
        refuse_unless_giveable(snapshot, caller, giver, now, packages=(package,))
        new = PackageDelegation(str(uuid.uuid4()), giver, receiver, package, caller.name)
        return Written((*_end(snapshot, ended, now), put(new)), new)

    return store.change(caller.name, command)


def withdraw_package(
    store: Store,
    caller: Caller,
    giver: PartyId,
    receiver: PartyId,
    package: str,
    *,
    on_behalf_of: PartyId | None = None,
) -> tuple[Edit, ...]:
    """Withdraw a package that ``giver`` gave ``receiver``; everything that flowed from it ends with it.

    Returns what was written: the grants that were removed, and the client delegations that were removed or
    narrowed. From the moment this returns nothing is permitted on them, and giving the package anew revives
    none. The caller is a person who manages the accesses of ``on_behalf_of``: the giver, where nobody is named, or
    the receiver, who gives it up. Raises NotAllowed, NotFound. Source: pdp-and-tokens §11 row 5.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[Edit, ...]]:
        require_side(snapshot, caller, on_behalf_of or giver, giver, receiver, now)
        found = package_delegations(snapshot, giver, receiver, package)
        if not found:
            raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"the package `{package}` is not given to that receiver")
        edits = _end(snapshot, found, now)
        return Written(edits, edits)

    return store.change(caller.name, command)


def package_delegations(
    snapshot: Snapshot, giver: PartyId, receiver: str, package: str
) -> tuple[PackageDelegation, ...]:
    """The grants of the package from ``giver`` itself to ``receiver``, in order of id."""
    return tuple(
        fact
        for fact in snapshot.grounds(giver)
        if isinstance(fact, PackageDelegation) and fact.receiver == receiver and fact.package == package
    )


def _end(snapshot: Snapshot, facts: Iterable[PackageDelegation], at: datetime) -> tuple[Edit, ...]:
    ended = tuple(facts)
    return (*(remove(fact) for fact in ended), *dependants_of(snapshot, ended, at))


def _check_receiver(snapshot: Snapshot, receiver: PartyId, package: str) -> None:
    party = known_party(snapshot, receiver, "receiver")
    if package not in snapshot.catalogue.packages:
        raise InvalidInput(ErrorCode.UNKNOWN_PACKAGE, f"`{package}` is not an access package")
    if package in ONLY_FOR_PERSONS and not is_person(party):
        raise InvalidInput(
            ErrorCode.PACKAGE_NOT_ASSIGNABLE,
            f"`{package}` can be given to a person only",
            details={"packages": package},
        )
