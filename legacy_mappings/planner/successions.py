"""What each old right is in the new world, or why nothing says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from core import Right, ServiceSuccessor, Window, bits_of
from legacy_mappings.planner.records import Cause
from legacy_mappings.planner.scene import Scene
from legacy_mappings.vocabulary import confirmed, successors_in


class Succession(NamedTuple):
    """The rows that hold for an old right, and the new rights they name as a mask.

    Where ``new`` is empty, ``cause`` says why and ``suggestions`` what somebody could choose.
    """

    rows: tuple[ServiceSuccessor, ...]
    new: int
    cause: Cause | None = None
    suggestions: tuple[str, ...] = ()


class Successions:
    """The successors of every right, by the user's tables first and the facts of the store second.

    Only rows that a source states or a user said yes to count. Source: packages-and-roles §9 rule 5,
    users-and-migration §4.1 row 2.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._tables = successors_in(scene.tables.tables)
        self._found: dict[int, Succession] = {}
        self._masks: dict[int, int] = {}

    def of(self, place: int) -> Succession:
        """What the right with this number became."""
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = self._look_up(self._scene.numbering.rights[place])
        return found

    def new_of(self, old: int) -> int:
        """Everything that the old rights of a mask became."""
        found = self._masks.get(old)
        if found is None:
            found = 0
            for place in bits_of(old):
                found |= self.of(place).new
            self._masks[old] = found
        return found

    def missing_facts(self, old: int) -> Iterable[ServiceSuccessor]:
        """The rows behind these old rights, where the store's facts would be followed to another place."""
        for place in bits_of(old):
            facts = self._facts(self._scene.numbering.rights[place])
            followed = {(row.resource, row.resource_action) for row in facts if row.is_followed(self._scene.at)}
            rows = self.of(place).rows
            if {(row.resource, row.resource_action) for row in rows} != followed:
                yield from rows

    def _look_up(self, right: Right) -> Succession:
        if right in self._scene.tables.none:
            return Succession((), 0, Cause.NO_SUCCESSOR)
        rows = tuple(self._in_force(self._tables.get(right, ())))
        facts = tuple(self._in_force(self._facts(right)))
        said = tuple(row for row in rows if confirmed(row)) or tuple(row for row in facts if confirmed(row))
        if said:
            return self._known(said)
        if rows or facts:
            names = {f"{row.resource}:{row.resource_action}" for row in (*rows, *facts)}
            return Succession((), 0, Cause.UNCONFIRMED, tuple(sorted(names)))
        return Succession((), 0, Cause.NO_SUCCESSOR, self._candidates(right))

    def _known(self, rows: tuple[ServiceSuccessor, ...]) -> Succession:
        new = self._scene.mask_of(Right(row.resource, row.resource_action) for row in rows)
        new &= self._scene.standing.everything
        if new:
            return Succession(rows, new)
        names = tuple(sorted({f"{row.resource}:{row.resource_action}" for row in rows}))
        return Succession(rows, 0, Cause.RESOURCE_UNKNOWN, names)

    def _candidates(self, right: Right) -> tuple[str, ...]:
        """Packages that the tables say open the service, where no resource is known."""
        rows = self._scene.tables.tables.service_packages
        return tuple(sorted({row.package for row in rows if row.service == right.service}))

    def _facts(self, right: Right) -> tuple[ServiceSuccessor, ...]:
        return self._scene.catalogue.successors.get(right, ())

    def _in_force(self, rows: Iterable[ServiceSuccessor]) -> Iterable[ServiceSuccessor]:
        return (row for row in rows if Window(row.valid_from, row.valid_to).holds(self._scene.at))
