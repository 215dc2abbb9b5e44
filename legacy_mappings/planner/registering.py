"""The entries of the system register that a plan needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from core import Right, System
from legacy_mappings.planner.classes import Choice
from legacy_mappings.planner.records import PlannedSystem
from legacy_mappings.planner.scene import Scene

FOR_PROVIDERS = "-klient"
"""What is added to the id of the entry for users with packages that follow from a register role."""

_NAME = "overgang"


def entry_for(scene: Scene, enterprise_system: int, choices: Iterable[Choice]) -> str:
    """The id of the entry that a system user with this content belongs under.

    Packages that nobody can give by hand make an entry invisible, so they have one of their own beside the one a
    system is known by. Source: users-and-migration §4.1 rows 16 and 25; rest-systemuser §3.2.
    """
    packages = (scene.catalogue.packages[choice.package] for choice in choices if choice.is_package)
    named = scene.options.registered.get(enterprise_system, f"{scene.options.vendor}_{_NAME}")
    return named if all(package.assignable for package in packages) else f"{named}{FOR_PROVIDERS}"


def entries(scene: Scene, users: Iterable[tuple[str, tuple[Choice, ...]]]) -> tuple[PlannedSystem, ...]:
    """The entries with everything that their system users have at the most, in order of id.

    A Maskinporten client that stands under an entry already stays there: one is on one entry only.
    """
    packages: dict[str, set[str]] = defaultdict(set)
    rights: dict[str, set[Right]] = defaultdict(set)
    for entry, choices in users:
        packages[entry] |= {choice.package for choice in choices if choice.is_package}
        single = (choice.mask for choice in choices if not choice.is_package)
        rights[entry] |= {right for mask in single for right in scene.numbering.rights_in(mask)}
    return tuple(_entry(scene, entry, packages[entry], rights[entry]) for entry in sorted(packages))


def _entry(scene: Scene, entry: str, packages: set[str], rights: set[Right]) -> PlannedSystem:
    there = _there(scene, entry)
    clients = _clients(scene, entry)
    if there is None:
        name = entry.partition("_")[2]
        return PlannedSystem(
            entry, scene.options.vendor, name, tuple(sorted(packages)), tuple(sorted(rights)), clients, exists=False
        )
    return PlannedSystem(
        id=entry,
        vendor=there.vendor,
        name=there.name.get("nb") or entry,
        packages=tuple(sorted(packages | set(there.packages))),
        rights=tuple(sorted(rights | set(there.rights))),
        client_ids=tuple(sorted({*clients, *there.client_ids})),
        exists=True,
    )


def _there(scene: Scene, entry: str) -> System | None:
    found = scene.snapshot.systems.get(entry)
    return None if found is None or found.deleted else found


def _clients(scene: Scene, entry: str) -> tuple[str, ...]:
    """The clients wanted for the entry that no other entry has, wanted or registered."""
    wanted = scene.options.client_ids
    before = {client for other in sorted(wanted) if other < entry for client in wanted[other]}
    taken = scene.snapshot.client_ids
    free = (client for client in wanted.get(entry, ()) if taken.get(client) in {None, entry} and client not in before)
    return tuple(sorted(set(free)))
