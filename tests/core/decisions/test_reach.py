"""What an actor reaches, all at once, is exactly what `decide` permits it, right by right and ground by ground."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId
from core.domain.numbering import Numbering, bits_of
from core.domain.reach import Reaches, reach
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import OWN_ORGANISATION, RIGHTHOLDER, AccessListEntry, DecisionTerms, Right
from tests.core.decisions.one_ground import only_from
from tests.core.decisions.random_facts import ASKED, EVERYBODY, GROUNDS, NEW, OTHER, OWNERS, USERS
from tests.core.decisions.random_worlds import RandomWorld, worlds

SLOW = list(HealthCheck)
ACTORS = (
    *(Subject(SubjectKind.ENTERPRISE_SYSTEM, number) for number in (1, 2, 3, 4)),
    Subject(SubjectKind.ENTERPRISE_USER, "ec-user"),
    Subject(SubjectKind.ENTERPRISE_USER, "nobody"),
    *(Subject(SubjectKind.SYSTEM_USER, user) for user in (*USERS, "nobody")),
    *(Subject(SubjectKind.ORGANISATION, owner) for owner in (*OWNERS, "nobody")),
)
EVERY_GROUND = (*dict.fromkeys((*GROUNDS, "DAGL", "INNH", "KONT")),)

Lines = dict[tuple[str, str], set[Right]]


@settings(max_examples=60, suppress_health_check=SLOW)
@given(worlds(), st.sampled_from(ASKED))
def test_every_actor_reaches_what_decide_permits_and_nothing_else(world: RandomWorld, at: datetime) -> None:
    snapshot = world.snapshot(AccessListEntry(NEW, PartyId("pat"), frozenset()))
    reaches = Reaches(snapshot, at, Numbering.of(snapshot.catalogue))

    for subject in ACTORS:
        assert _by_party(_reached(snapshot, reaches, subject)) == _permitted(snapshot, subject, at), subject


@settings(max_examples=20, suppress_health_check=SLOW)
@given(worlds(), st.sampled_from(ASKED))
def test_each_ground_reaches_what_decide_permits_where_nothing_flows_from_any_other(
    world: RandomWorld, at: datetime
) -> None:
    snapshot = world.snapshot()
    reaches = Reaches(snapshot, at, Numbering.of(snapshot.catalogue))
    found = {subject: _reached(snapshot, reaches, subject) for subject in ACTORS}

    for ground in (*EVERY_GROUND, OWN_ORGANISATION):
        alone = only_from(snapshot, ground)
        for subject in ACTORS:
            itself = _itself(snapshot, subject)
            expected = {
                party: rights
                for party, rights in _permitted(alone, subject, at).items()
                if (party == itself) == (ground == OWN_ORGANISATION) or subject.kind is SubjectKind.SYSTEM_USER
            }
            reached = {party: rights for (party, on), rights in found[subject].items() if on == ground}
            assert reached == expected, (subject, ground)


def test_the_random_worlds_reach_by_many_grounds() -> None:
    """Every kind of actor reaches something on the grounds that it can have: else agreement would prove little."""
    told: dict[SubjectKind, set[str]] = defaultdict(set)

    @settings(max_examples=25, database=None, derandomize=True, suppress_health_check=SLOW)
    @given(worlds(), st.sampled_from(ASKED))
    def ask(world: RandomWorld, at: datetime) -> None:
        snapshot = world.snapshot()
        for subject in ACTORS:
            reached = reach(snapshot, subject, at, Numbering.of(snapshot.catalogue))
            told[subject.kind].update(each.ground for each in reached)

    ask()

    assert {"REGN", "REVI", RIGHTHOLDER, OWN_ORGANISATION} <= told[SubjectKind.ENTERPRISE_SYSTEM]
    assert {"REGN", "REVI", RIGHTHOLDER, OWN_ORGANISATION} <= told[SubjectKind.SYSTEM_USER]
    assert {"REGN", RIGHTHOLDER} <= told[SubjectKind.ENTERPRISE_USER]


@settings(max_examples=20, suppress_health_check=SLOW)
@given(worlds(), st.sampled_from(ASKED))
def test_what_is_reached_comes_in_order_once_each_and_never_empty(world: RandomWorld, at: datetime) -> None:
    snapshot = world.snapshot()
    for subject in ACTORS:
        reached = list(reach(snapshot, subject, at, Numbering.of(snapshot.catalogue)))

        keys = [(each.party, each.ground) for each in reached]
        assert keys == sorted(set(keys))
        assert all(each.mask for each in reached)


def test_persons_are_not_followed() -> None:
    snapshot = RandomWorld({}, DecisionTerms()).snapshot()
    with_person = Subject(SubjectKind.ENTERPRISE_SYSTEM, 1, "pat")
    for subject in (Subject(SubjectKind.PERSON, "pat"), Subject(SubjectKind.PERSON_LOGIN, "pat"), with_person):
        with pytest.raises(ValueError, match="not known"):
            reach(snapshot, subject, ASKED[0], Numbering(()))


def test_a_numbering_is_the_same_for_the_same_rights_in_any_order() -> None:
    rights = [Right(NEW, "write"), Right(OTHER, "read"), Right(NEW, "read"), Right(NEW, "read")]
    numbering = Numbering(rights)

    assert numbering.rights == Numbering(reversed(rights)).rights == tuple(sorted(set(rights)))
    assert numbering.rights_in(numbering.mask_of(rights[:2])) == (Right(NEW, "write"), Right(OTHER, "read"))
    assert list(bits_of(0b10110)) == [1, 2, 4]
    assert len(numbering) == 3
    with pytest.raises(KeyError):
        numbering.mask_of([Right(NEW, "sign")])


def _reached(snapshot: Snapshot, reaches: Reaches, subject: Subject) -> Lines:
    numbering = Numbering.of(snapshot.catalogue)
    return {(each.party, each.ground): set(numbering.rights_in(each.mask)) for each in reaches.of(subject)}


def _by_party(lines: Lines) -> dict[str, set[Right]]:
    found: dict[str, set[Right]] = defaultdict(set)
    for (party, _), rights in lines.items():
        found[party] |= rights
    return dict(found)


def _permitted(snapshot: Snapshot, subject: Subject, at: datetime) -> dict[str, set[Right]]:
    found: dict[str, set[Right]] = defaultdict(set)
    for party in (*EVERYBODY, "stranger"):
        for right in snapshot.catalogue.policies:
            if decide(snapshot, Question(subject, party, right, at)).permitted:
                found[party].add(right)
    return dict(found)


def _itself(snapshot: Snapshot, subject: Subject) -> str | None:
    """For whom an actor needs no ground."""
    if subject.kind is SubjectKind.ENTERPRISE_SYSTEM:
        system = snapshot.enterprise_systems.get(int(subject.id))
        return None if system is None else system.owner
    return str(subject.id) if subject.kind is SubjectKind.ORGANISATION else None
