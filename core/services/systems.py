"""The system register: vendors' systems, and what has been done to each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from core.domain.caller import Caller
from core.domain.change import put
from core.domain.identifiers import parse_organisation_number
from core.domain.new_records import NewSystem
from core.domain.snapshot import Snapshot
from core.domain.system import System
from core.domain.system_change import SystemChange, SystemChangeKind
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, InvalidInput
from core.services.administration import no_such_system, require_vendor
from core.services.system_check import (
    InvalidSystem,
    SystemProblem,
    problems_with,
    problems_with_packages,
    problems_with_replacement,
    problems_with_rights,
)
from core.store.ledger import Ledger
from core.store.store import Store, Written


def register_system(store: Store, caller: Caller, new: NewSystem) -> System:
    """Register a system of the caller.

    Raises InvalidInput where ``vendor`` is no organisation number, then NotAllowed where it is not the
    caller's, then InvalidSystem with all rules that are broken. Source: rest-systemuser §3.3.
    """
    parse_organisation_number(new.vendor)
    require_vendor(caller, new.vendor)
    system = System(
        id=new.id,
        internal_id=str(uuid.uuid4()),
        vendor=new.vendor,
        name=dict(new.name),
        description=dict(new.description),
        rights=new.rights,
        packages=new.packages,
        client_ids=new.client_ids,
        redirect_urls=new.redirect_urls,
        visible=new.visible,
        deleted=False,
        created=store.clock(),
    )

    def command(snapshot: Snapshot) -> Written[System]:
        _refuse(problems_with(snapshot, new))
        return _changed(system, _line(store, caller, system, SystemChangeKind.CREATE, whole=new))

    return store.change(caller.name, command)


def replace_system(store: Store, caller: Caller, system_id: str, new: NewSystem) -> System:
    """Put ``new`` in place of everything in a system but its ids and the time it was registered.

    System users and requests that are there stay as they are. Raises, in this order: NotFound, NotAllowed where
    the system is another vendor's, NotFound where ``new`` names another vendor, InvalidInput with
    `SYSTEM_ID_MISMATCH` where it names another id, Conflict where the system is deleted, InvalidSystem.
    Source: rest-systemuser §3.4, with §12.1 rows 8 and 11: redirect addresses and languages are looked at too.
    """

    def command(snapshot: Snapshot) -> Written[System]:
        system = vendor_system(snapshot, caller, system_id)
        if new.vendor != system.vendor:
            raise no_such_system(system_id)
        if new.id != system_id:
            raise InvalidInput(ErrorCode.SYSTEM_ID_MISMATCH, f"the system is `{system_id}` and cannot be renamed")
        _refuse_deleted(system)
        _refuse(problems_with_replacement(snapshot, new))
        replaced = replace(
            system,
            name=dict(new.name),
            description=dict(new.description),
            rights=new.rights,
            packages=new.packages,
            client_ids=new.client_ids,
            redirect_urls=new.redirect_urls,
            visible=new.visible,
        )
        return _changed(replaced, _line(store, caller, replaced, SystemChangeKind.UPDATE, whole=new))

    return store.change(caller.name, command)


def replace_system_rights(store: Store, caller: Caller, system_id: str, rights: tuple[Right, ...]) -> System:
    """Put ``rights`` in place of those of a system; none are added or merged.

    Raises NotFound, NotAllowed, Conflict where it is deleted, InvalidSystem. Source: rest-systemuser §3.7, with
    §12.1 row 9.
    """

    def command(snapshot: Snapshot) -> Written[System]:
        system = _standing_system(snapshot, caller, system_id)
        _refuse(problems_with_rights(snapshot.catalogue, rights))
        replaced = replace(system, rights=rights)
        return _changed(replaced, _line(store, caller, replaced, SystemChangeKind.RIGHTS, rights=rights))

    return store.change(caller.name, command)


def replace_system_packages(store: Store, caller: Caller, system_id: str, packages: tuple[str, ...]) -> System:
    """Put ``packages`` in place of those of a system; none are added or merged. Raises as `replace_system_rights`."""

    def command(snapshot: Snapshot) -> Written[System]:
        system = _standing_system(snapshot, caller, system_id)
        _refuse(problems_with_packages(snapshot.catalogue, packages, visible=system.visible))
        replaced = replace(system, packages=packages)
        line = _line(store, caller, replaced, SystemChangeKind.PACKAGES, packages=packages)
        return _changed(replaced, line)

    return store.change(caller.name, command)


def systems_of_vendor(snapshot: Snapshot, organisation: str) -> tuple[System, ...]:
    """The vendor's standing systems, visible and hidden, in order of id."""
    found = (system for system in snapshot.systems.values() if system.vendor == organisation and not system.deleted)
    return tuple(sorted(found, key=lambda system: system.id))


def offered_systems(snapshot: Snapshot) -> tuple[System, ...]:
    """The standing systems that are offered to everybody, in order of id. Source: rest-systemuser §3.10."""
    found = (system for system in snapshot.systems.values() if system.visible and not system.deleted)
    return tuple(sorted(found, key=lambda system: system.id))


def vendor_system(snapshot: Snapshot, caller: Caller, system_id: str) -> System:
    """One system of the caller; a deleted one is still shown.

    Raises NotFound where there is none, NotAllowed where it is another vendor's.
    """
    system = snapshot.systems.get(system_id)
    if system is None:
        raise no_such_system(system_id)
    require_vendor(caller, system.vendor)
    return system


def delete_system(store: Store, caller: Caller, system_id: str) -> System:
    """Delete a system for good: its id stays taken, its client ids are free, its system users stop working.

    Raises NotFound where there is none, NotAllowed where it is another vendor's, Conflict where it is deleted
    already. Source: rest-systemuser §3.8 with §12.1 row 10, pdp-and-tokens §11 row 7b.
    """

    def command(snapshot: Snapshot) -> Written[System]:
        system = _standing_system(snapshot, caller, system_id)
        deleted = replace(system, deleted=True, client_ids=())
        return _changed(deleted, _line(store, caller, deleted, SystemChangeKind.DELETE))

    return store.change(caller.name, command)


def system_changes(store: Store, caller: Caller, system_id: str) -> tuple[System, tuple[SystemChange, ...]]:
    """The system, also a deleted one, and what has been done to it, newest first.

    Raises NotFound, NotAllowed. Source: rest-systemuser §3.9.
    """
    system = vendor_system(store.snapshot(), caller, system_id)
    return system, store.read(lambda ledger: ledger.register.changes_of(system_id))


# -- together -------------------------------------------------------------------------------------


def _standing_system(snapshot: Snapshot, caller: Caller, system_id: str) -> System:
    system = vendor_system(snapshot, caller, system_id)
    _refuse_deleted(system)
    return system


def _refuse_deleted(system: System) -> None:
    if system.deleted:
        raise Conflict(ErrorCode.SYSTEM_DELETED, f"the system `{system.id}` is deleted, for good")


def _refuse(problems: tuple[SystemProblem, ...]) -> None:
    if problems:
        raise InvalidSystem(problems)


def _line(
    store: Store,
    caller: Caller,
    system: System,
    kind: SystemChangeKind,
    *,
    whole: NewSystem | None = None,
    rights: tuple[Right, ...] | None = None,
    packages: tuple[str, ...] | None = None,
) -> SystemChange:
    by, now = caller.organisation or "", store.clock()
    return SystemChange(system.id, kind, by, caller.client, now, whole, rights, packages)


def _changed(system: System, line: SystemChange) -> Written[System]:
    return Written((put(system),), system, _remember(line))


def _remember(line: SystemChange) -> Callable[[Ledger], None]:
    def beside(ledger: Ledger) -> None:
        ledger.register.add_change(ledger.sequence(), line)

    return beside
