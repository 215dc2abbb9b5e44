"""Conformance check 16: the list of authorised parties and the decision point never disagree, in any world."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.authorised_parties import AuthorisedParty, MainUnits, PartyChoice, authorised_parties
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, ServiceId
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ServiceKind
from tests.core.decisions.random_facts import ASKED, EVERYBODY, NEW, OTHER
from tests.core.decisions.random_worlds import SUBJECTS, RandomWorld, worlds

ASKED_FOR = [
    subject for subject in SUBJECTS if subject.kind not in {SubjectKind.ENTERPRISE_SYSTEM, SubjectKind.PERSON_LOGIN}
]
SLOW = list(HealthCheck)
MOMENTS = st.sampled_from(ASKED)


def flat(items: Iterable[AuthorisedParty]) -> dict[str, AuthorisedParty]:
    """Every item by party id, sub-units too; placeholders are left out. None may come twice."""
    found: dict[str, AuthorisedParty] = {}
    for item in items:
        for each in (item, *item.sub_units):
            assert each.party.id not in found
            if each.access is not None:
                found[each.party.id] = each
            else:
                assert each.sub_units
    return found


def permitted(snapshot: Snapshot, subject: Subject, party: str, at: datetime) -> set[ServiceId]:
    """The services of which the decision point permits something, asked one by one."""
    rights = snapshot.catalogue.policies
    return {right.service for right in rights if decide(snapshot, Question(subject, party, right, at)).permitted}


@settings(max_examples=50, suppress_health_check=SLOW)
@given(worlds(), MOMENTS)
def test_a_party_is_listed_exactly_when_something_is_permitted(world: RandomWorld, at: datetime) -> None:
    snapshot = world.snapshot()
    services = snapshot.catalogue.services
    for subject in ASKED_FOR:
        listed = flat(authorised_parties(snapshot, subject, at))
        for party in EVERYBODY:
            open_for = permitted(snapshot, subject, party, at)
            assert (party in listed) is bool(open_for), (subject, party)
            if open_for:
                access = listed[party].access
                assert access is not None
                modern = {each for each in open_for if services[each].kind is ServiceKind.RESOURCE}
                assert access.services == tuple(sorted(modern)), (subject, party)


@settings(max_examples=25, suppress_health_check=SLOW)
@given(worlds(), MOMENTS, st.sampled_from(((NEW,), (OTHER,), (NEW, OTHER), ())))
def test_a_choice_of_services_is_as_if_there_were_no_others(
    world: RandomWorld, at: datetime, chosen: tuple[ServiceId, ...]
) -> None:
    snapshot = world.snapshot()
    choice = PartyChoice(services=frozenset(chosen))
    for subject in ASKED_FOR:
        listed = flat(authorised_parties(snapshot, subject, at, choice))
        expected = {party for party in EVERYBODY if permitted(snapshot, subject, party, at) & set(chosen)}
        assert listed.keys() == expected, subject


@settings(max_examples=25, suppress_health_check=SLOW)
@given(worlds(), MOMENTS)
def test_every_choice_takes_away_and_adds_nothing(world: RandomWorld, at: datetime) -> None:
    snapshot = world.snapshot()
    for subject, (by_role, below, ended) in product(ASKED_FOR, product((True, False), repeat=3)):
        everything = flat(authorised_parties(snapshot, subject, at))
        some = flat(authorised_parties(snapshot, subject, at, PartyChoice(by_role, below, ended)))
        assert some.keys() <= everything.keys()
        if not ended:
            assert all(each.party.ended is None or each.party.ended > at for each in some.values())


@settings(max_examples=25, suppress_health_check=SLOW)
@given(worlds(), MOMENTS)
def test_a_list_can_be_taken_up_at_any_key(world: RandomWorld, at: datetime) -> None:
    snapshot = world.snapshot()
    for subject in ASKED_FOR:
        whole = list(authorised_parties(snapshot, subject, at))
        assert [item.party.id for item in whole] == sorted(item.party.id for item in whole)
        for start in EVERYBODY:
            rest = list(authorised_parties(snapshot, subject, at, start=start))
            assert rest == [item for item in whole if item.party.id >= start]


@settings(max_examples=25, suppress_health_check=SLOW)
@given(st.lists(worlds(), min_size=2, max_size=3), MOMENTS)
def test_what_is_remembered_is_never_of_another_world(several: list[RandomWorld], at: datetime) -> None:
    remembered = MainUnits(worth=0)
    for world in [*several, several[0]]:
        snapshot = world.snapshot()
        for subject in ASKED_FOR:
            fresh = list(authorised_parties(snapshot, subject, at))
            assert list(authorised_parties(snapshot, subject, at, main_units=remembered)) == fresh


@settings(max_examples=25, suppress_health_check=SLOW)
@given(worlds(), MOMENTS, st.frozensets(st.sampled_from(EVERYBODY), max_size=3))
def test_chosen_parties_come_with_their_sub_units_and_nothing_else(
    world: RandomWorld, at: datetime, wanted: frozenset[str]
) -> None:
    snapshot = world.snapshot()
    chosen = frozenset(PartyId(each) for each in wanted)
    for subject in ASKED_FOR:
        everything = flat(authorised_parties(snapshot, subject, at))
        some = flat(authorised_parties(snapshot, subject, at, PartyChoice(parties=chosen)))
        expected = {
            party
            for party, item in everything.items()
            if party in chosen or (item.party.kind == "sub-unit" and item.party.main_unit in chosen)
        }
        assert some.keys() == expected
