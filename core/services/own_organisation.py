"""An agent system user that also works for its own owner (self-delegation). Source: rest-systemuser §4.8 and §9.4."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.change import put, remove
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.vocabulary import OWN_ORGANISATION
from core.errors import ErrorCode, InvalidInput, NotAllowed
from core.services.administration import no_such_system, require_access_management
from core.services.agent_clients import agent_of_party
from core.services.clients import delegations_for, new_delegation, of_ground
from core.services.package_checks import refuse_unless_giveable
from core.store.store import Store, Written


def connect_own_organisation(
    store: Store, caller: Caller, party: PartyId, owner: PartyId, agent: str
) -> ClientDelegation:
    """Let an agent system user of ``party`` work for it too, with everything it was approved for; twice is once.

    Each of its packages must be one that a standard system user could be given, and the caller must be able to give
    all of it. The caller manages the party's accesses; ``owner`` is the party itself. Raises NotAllowed, NotFound
    (also where its system is gone), DelegationRefused, and InvalidInput: `NOT_AN_AGENT`,
    `PACKAGE_NOT_ASSIGNABLE`, whose details name the ``packages``. Source: rest-systemuser §4.8 U16.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[ClientDelegation]:
        entry = _entry(snapshot, caller, party, owner, agent, now)
        if not entry.active:
            raise no_such_system(entry.user.system)
        ceiling = entry.latest
        unfit = [package for package in sorted(ceiling.packages) if not _is_assignable(snapshot, package)]
        if unfit:
            raise InvalidInput(
                ErrorCode.PACKAGE_NOT_ASSIGNABLE,
                f"follow from a register role only: {', '.join(unfit)}",
                details={"packages": ", ".join(unfit)},
            )
        packages, rights = sorted(ceiling.packages), sorted(ceiling.rights)
        refuse_unless_giveable(snapshot, caller, party, now, rights=rights, packages=packages)
        before = _own(snapshot, agent, party)
        after = replace(
            before or new_delegation(entry, party, OWN_ORGANISATION, caller),
            generation=ceiling.number,
            packages=ceiling.packages,
            rights=ceiling.rights,
        )
        return Written(() if after == before else (put(after),), after)

    return store.change(caller.name, command)


def disconnect_own_organisation(store: Store, caller: Caller, party: PartyId, owner: PartyId, agent: str) -> bool:
    """Let an agent system user work for its clients only; returns whether it worked for its owner before.

    The caller manages the party's accesses; ``owner`` is the party itself. Raises NotAllowed, NotFound,
    InvalidInput. Source: rest-systemuser §4.8 U17.
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[bool]:
        _entry(snapshot, caller, party, owner, agent, now)
        there = _own(snapshot, agent, party)
        return Written(() if there is None else (remove(there),), there is not None)

    return store.change(caller.name, command)


def works_for_own_organisation(
    snapshot: Snapshot, caller: Caller, party: PartyId, owner: PartyId, agent: str, at: datetime
) -> bool:
    """Whether an agent system user of ``party`` works for it too.

    The caller manages the party's accesses. Raises NotAllowed, NotFound, InvalidInput. Source: rest-systemuser
    §4.8 U18.
    """
    _entry(snapshot, caller, party, owner, agent, at)
    return _own(snapshot, agent, party) is not None


def _entry(snapshot: Snapshot, caller: Caller, party: PartyId, owner: PartyId, agent: str, at: datetime) -> UserEntry:
    require_access_management(snapshot, caller, party, at)
    if owner != party:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "the owner is another party than the one acted for")
    return agent_of_party(snapshot, party, agent)


def _own(snapshot: Snapshot, agent: str, party: PartyId) -> ClientDelegation | None:
    return of_ground(delegations_for(snapshot, agent, party), OWN_ORGANISATION)


def _is_assignable(snapshot: Snapshot, package: str) -> bool:
    known = snapshot.catalogue.packages.get(package)
    return known is not None and known.assignable
