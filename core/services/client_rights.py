"""The narrowed grant: for one client, less than a whole package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import put
from core.domain.client_relations import client_relations, is_held, is_within, may_be_passed_on, packages_of
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party_file import Held
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import Generation
from core.domain.vocabulary import ANY_ACTION, OWN_ORGANISATION, Right
from core.errors import ErrorCode, InvalidInput
from core.services.administration import require_access_management
from core.services.clients import agent_for, delegations_for, new_delegation, no_such_client, of_ground
from core.services.package_checks import refuse_unless_giveable
from core.store.store import Store, Written


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be delegated for one client from one ground. ``resources`` are whole resources."""

    packages: frozenset[str]
    resources: frozenset[ServiceId]
    rights: frozenset[Right]

    @property
    def every_right(self) -> tuple[Right, ...]:
        """The single rights, and the whole resources as the right to every action."""
        return tuple(sorted(self.rights | {Right(resource, ANY_ACTION) for resource in self.resources}))


def delegate_client_rights(  # noqa: PLR0917 - the grant is the sum of these parts
    store: Store,
    caller: Caller,
    agent: str,
    client: PartyId,
    ground: str,
    packages: Iterable[str] = (),
    resources: Iterable[ServiceId] = (),
    rights: Iterable[Right] = (),
) -> ClientDelegation:
    """Delegate packages, whole resources or single rights for one client, from one ground; it adds to what is there.

    Nothing beyond the ceiling of the latest generation and nothing beyond what the owner holds for the
    client through the ground is taken. The ground ``self`` connects the owner's own organisation; then the
    caller must be able to give all of it. The caller administers the owner's clients. Raises NotFound,
    NotAllowed, DelegationRefused, and InvalidInput: `NOT_AN_AGENT`, `CLIENT_NOT_FOUND` without that
    relation, `NOTHING_REQUESTED`, `UNKNOWN_SERVICE`, `PACKAGE_NOT_DELEGABLE`, `PACKAGE_OUTSIDE_SYSTEM` and
    `RIGHT_OUTSIDE_SYSTEM` beyond the ceiling, `RIGHT_NOT_HELD` beyond what is held.
    Source: pdp-and-tokens §12.2, §14.4.
    """
    now = store.clock()
    wanted = Wanted(frozenset(packages), frozenset(resources), frozenset(rights))

    def command(snapshot: Snapshot) -> Written[ClientDelegation]:
        entry = agent_for(snapshot, caller, agent, now)
        check_known(snapshot, wanted)
        if ground == OWN_ORGANISATION:
            _check_own(snapshot, caller, entry, client, wanted, now)
        else:
            held = held_through(snapshot, entry.user.owner, client, ground, now)
            check_held(snapshot, entry.latest, held, wanted, now)
        before = of_ground(delegations_for(snapshot, agent, client), ground)
        after = joined(before or new_delegation(entry, client, ground, caller), wanted)
        after = replace(after, generation=entry.latest.number)
        return Written(() if after == before else (put(after),), after)

    return store.change(caller.name, command)


def check_known(snapshot: Snapshot, wanted: Wanted) -> None:
    """Something is wanted, of resources that exist. Raises InvalidInput."""
    if not wanted.packages and not wanted.every_right:
        raise InvalidInput(ErrorCode.NOTHING_REQUESTED, "name at least one package, resource or right")
    unknown = sorted({right.service for right in wanted.every_right} - set(snapshot.catalogue.services))
    _refuse(unknown, ErrorCode.UNKNOWN_SERVICE, "there is no resource", "resource")


def held_through(snapshot: Snapshot, provider: PartyId, client: PartyId, ground: str, at: datetime) -> tuple[Held, ...]:
    """What the provider holds for the client through the ground. Raises InvalidInput without such a relation."""
    held = client_relations(snapshot, provider, client, at).get(ground, ())
    if not held:
        raise no_such_client()
    return held


def check_held(
    snapshot: Snapshot, ceiling: Generation | None, held: tuple[Held, ...], wanted: Wanted, at: datetime
) -> None:
    """What is wanted may be passed on, is inside the ceiling (where there is one), and is held.

    Raises InvalidInput: `PACKAGE_NOT_DELEGABLE`, `PACKAGE_OUTSIDE_SYSTEM`, `RIGHT_OUTSIDE_SYSTEM`,
    `RIGHT_NOT_HELD`, in this order. Source: pdp-and-tokens §12.2.
    """
    unfit = [package for package in sorted(wanted.packages) if not may_be_passed_on(snapshot, package)]
    _refuse(unfit, ErrorCode.PACKAGE_NOT_DELEGABLE, "may not be passed on to an agent:", "package")
    if ceiling is not None:
        _check_ceiling(snapshot, ceiling, wanted, at)
    through = f"the owner does not hold for the client through `{held[0].ground}`:"
    _refuse(sorted(wanted.packages - packages_of(held)), ErrorCode.RIGHT_NOT_HELD, through, "package")
    lacking = [_name(right) for right in wanted.every_right if not is_held(snapshot, held, right, at)]
    _refuse(lacking, ErrorCode.RIGHT_NOT_HELD, through, "resource")


def _check_own(
    snapshot: Snapshot, caller: Caller, entry: UserEntry, client: PartyId, wanted: Wanted, at: datetime
) -> None:
    """The owner's own organisation: what a standard system user could be given. Source: packages-and-roles §7."""
    if client != entry.user.owner:
        raise no_such_client()
    require_access_management(snapshot, caller, entry.user.owner, at)
    _check_ceiling(snapshot, entry.latest, wanted, at)
    refuse_unless_giveable(snapshot, caller, client, at, rights=wanted.every_right, packages=sorted(wanted.packages))


def _check_ceiling(snapshot: Snapshot, ceiling: Generation, wanted: Wanted, at: datetime) -> None:
    outside = sorted(wanted.packages - ceiling.packages)
    _refuse(outside, ErrorCode.PACKAGE_OUTSIDE_SYSTEM, "the system user was not approved for", "package")
    beyond = [_name(right) for right in wanted.every_right if not is_within(snapshot, ceiling, right, at)]
    _refuse(beyond, ErrorCode.RIGHT_OUTSIDE_SYSTEM, "the system user was not approved for", "resource")


def joined(delegation: ClientDelegation, wanted: Wanted) -> ClientDelegation:
    """The delegation with what is wanted added."""
    return replace(
        delegation,
        packages=delegation.packages | wanted.packages,
        resources=delegation.resources | wanted.resources,
        rights=delegation.rights | wanted.rights,
    )


def _name(right: Right) -> str:
    return f"{right.service}:{right.action}"


def _refuse(what: Sequence[str], code: ErrorCode, sentence: str, which: str) -> None:
    if what:
        names = ", ".join(what)
        raise InvalidInput(code, f"{sentence} {names}", details={"what": names, "which": which})
