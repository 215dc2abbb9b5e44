"""The system register: vendors' systems."""

from __future__ import annotations

import uuid
from dataclasses import replace

from core.domain.caller import Caller
from core.domain.change import put
from core.domain.identifiers import parse_organisation_number
from core.domain.new_records import NewSystem
from core.domain.snapshot import Snapshot
from core.domain.system import System
from core.services.administration import no_such_system, require_vendor
from core.services.system_check import InvalidSystem, problems_with
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
        problems = problems_with(snapshot, new)
        if problems:
            raise InvalidSystem(problems)
        return Written((put(system),), system)

    return store.change(caller.name, command)


def systems_of_vendor(snapshot: Snapshot, organisation: str) -> tuple[System, ...]:
    """The vendor's standing systems, visible and hidden, in order of id."""
    found = (system for system in snapshot.systems.values() if system.vendor == organisation and not system.deleted)
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

    Raises NotFound where there is none or it is deleted already, NotAllowed where it is another vendor's.
    Source: rest-systemuser §3.8, pdp-and-tokens §11 row 7b.
    """

    def command(snapshot: Snapshot) -> Written[System]:
        system = vendor_system(snapshot, caller, system_id)
        if system.deleted:
            raise no_such_system(system_id)
        deleted = replace(system, deleted=True, client_ids=())
        return Written((put(deleted),), deleted)

    return store.change(caller.name, command)
