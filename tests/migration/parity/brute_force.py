"""What a comparison must find, by asking `decide` one question at a time: nothing of the code under test is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core import (
    EVERY_REPORTEE,
    OWN_ORGANISATION,
    RIGHTHOLDER,
    Authority,
    AuthorityRow,
    Question,
    RegisterRole,
    Right,
    ServiceKind,
    ServiceSuccessor,
    Snapshot,
    Subject,
    SubjectKind,
    SystemUserLink,
    decide,
    preview,
    put,
    ruling_for,
)
from legacy_mappings.parity.records import Parity
from tests.core.decisions.one_ground import only_from


class Expected(NamedTuple):
    """One line: the finding, who acts (system, ground, reference, system user), for whom, and what."""

    finding: str
    enterprise_system: int
    ground: str
    reference: str
    system_user: str
    reportee: str
    right: Right


def lines_of(parity: Parity) -> list[Expected]:
    """Every line that a comparison found, one by one."""
    return [
        Expected(
            str(group.finding), group.actor.enterprise_system, group.actor.ground, group.actor.reference,
            group.actor.system_user, reportee, right,
        )
        for group in parity.groups
        for reportee in group.reportees
        for right in group.rights
    ]  # fmt: skip


def expected_lines(before: Snapshot, after: Snapshot, at: datetime, systems: tuple[int, ...]) -> set[Expected]:
    """Every line that must be found."""
    asked = _Asked(before, after, at)
    return {line for system in systems for party in asked.parties for line in asked.lines(system, party)}


class _Asked:
    """Both worlds, whole and ground by ground."""

    def __init__(self, before: Snapshot, after: Snapshot, at: datetime) -> None:
        self._before, self._after, self._at = before, after, at
        self.parties = sorted({*before.files, *after.files})
        held = (fact for snapshot in (before, after) for party in self.parties for fact in snapshot.grounds(party))
        roles = {fact.role for fact in held if isinstance(fact, RegisterRole)}
        grounds = sorted({RIGHTHOLDER, OWN_ORGANISATION, "REGN", "REVI", *roles})
        self._before_on = {ground: only_from(before, ground) for ground in grounds}
        self._after_on = {ground: only_from(after, ground) for ground in grounds}
        services = before.catalogue.services
        self._old = [each for each in before.catalogue.policies if services[each.service].kind != ServiceKind.RESOURCE]
        self._new = list(after.catalogue.policies)
        rows = (put(AuthorityRow(each, EVERY_REPORTEE, Authority.NEW, at)) for each in after.enterprise_systems)
        self._cut_over = preview(after, tuple(rows))
        self._rows = [row for row in after.vocabulary.values() if isinstance(row, ServiceSuccessor) and self._now(row)]

    def _now(self, row: ServiceSuccessor) -> bool:
        if row.confidence == "inferred":
            return False
        return (row.valid_from is None or row.valid_from <= self._at) and (
            row.valid_to is None or self._at < row.valid_to
        )

    def lines(self, system: int, party: str) -> Iterator[Expected]:
        """The lines of one enterprise system and one reportee."""
        old = {right: grounds for right in self._old if (grounds := self._old_grounds(system, party, right))}
        links = self._after.links.get(system) or ()
        explained: set[tuple[str, str, Right]] = set()
        usable = {
            (link, ground, right)
            for link in links
            for right in self._new
            for ground in self._new_grounds(link, party, right)
        }
        for right, grounds in old.items():
            keepers = []
            for link, ground, new in usable:
                row = next((row for row in self._rows if _old(row) == right and _new(row) == new), None)
                if row is not None and self._answers(link) and ground == link.ground and ground in grounds:
                    explained.add((link.system_user, ground, new))
                    keepers.append((self._meaning(row), *_place(link)))
            if keepers:
                meaning, _, ground, reference, user = min(keepers)
                yield Expected("changed" if meaning else "kept", system, ground, reference, user, party, right)
            else:
                yield Expected("lost", system, min(grounds, key=_first), "", "", party, right)
        for link, ground, new in usable:
            if (link.system_user, ground, new) not in explained:
                reference = self._reference(link)
                yield Expected("gained", system, ground, reference, link.system_user, party, new)
        yield from self._opened(system, party, old, sorted(usable, key=lambda each: (*_place(each[0]), each[1])))

    def _opened(
        self,
        system: int,
        party: str,
        old: Mapping[Right, set[str]],
        usable: Sequence[tuple[SystemUserLink, str, Right]],
    ) -> Iterator[Expected]:
        """Old rights that nobody had, and that an old door would say yes to after cut-over."""
        subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, system)
        for right in self._old:
            if right in old or not ruling_for(self._cut_over, subject, party, right, self._at).ruling.permitted:
                continue
            link, ground = next(
                (link, ground)
                for link, ground, new in usable
                if any(_old(row) == right and _new(row) == new for row in self._rows)
            )
            yield Expected("gained", system, ground, self._reference(link), link.system_user, party, right)

    def _old_grounds(self, system: int, party: str, right: Right) -> set[str]:
        subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, system)
        if not decide(self._before, Question(subject, party, right, self._at)).permitted:
            return set()
        known = self._before.enterprise_systems.get(system)
        if known is not None and known.owner == party:
            return {OWN_ORGANISATION}
        found = {
            ground
            for ground, snapshot in self._before_on.items()
            if decide(snapshot, Question(subject, party, right, self._at)).permitted
        }
        assert found, (system, party, right)
        return found

    def _new_grounds(self, link: SystemUserLink, party: str, right: Right) -> set[str]:
        if not self._permits(self._after, link, party, right):
            return set()
        found = {ground for ground, only in self._after_on.items() if self._permits(only, link, party, right)}
        assert found, (link, party, right)
        return found

    def _permits(self, snapshot: Snapshot, link: SystemUserLink, party: str, right: Right) -> bool:
        subject = Subject(SubjectKind.SYSTEM_USER, link.system_user)
        decision = decide(snapshot, Question(subject, party, right, self._at))
        too_high = any(
            each.category == "minimum-authenticationlevel" and each.level > 3 for each in decision.obligations
        )
        return decision.permitted and not too_high

    def _reference(self, link: SystemUserLink) -> str:
        entry = self._after.users.get(link.system_user)
        return "" if entry is None else entry.user.external_ref

    def _answers(self, link: SystemUserLink) -> bool:
        return self._reference(link) == link.external_ref

    def _meaning(self, row: ServiceSuccessor) -> int:
        """0 for the same right, 1 for another action, 2 for one right in place of two of a service."""
        if row.action != row.resource_action:
            return 1
        into = {other.action for other in self._rows if other.service == row.service and _new(other) == _new(row)}
        return 2 if len(into) > 1 else 0


def _old(row: ServiceSuccessor) -> Right:
    return Right(row.service, row.action)


def _new(row: ServiceSuccessor) -> Right:
    return Right(row.resource, row.resource_action)


def _first(ground: str) -> tuple[int, str]:
    return {RIGHTHOLDER: 1, OWN_ORGANISATION: 2}.get(ground, 0), ground


def _place(link: SystemUserLink) -> tuple[int, str, str, str]:
    return (*_first(link.ground), link.external_ref, link.system_user)
