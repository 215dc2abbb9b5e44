"""What an inventory tells: figures that brute force agrees with, persons' systems, dead systems, stale pairs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core import (
    DecisionTerms,
    EnterpriseSystem,
    Fact,
    Numbering,
    Party,
    PartyId,
    PartyKind,
    Question,
    RegisterRole,
    Right,
    RoleGrant,
    Snapshot,
    Subject,
    SubjectKind,
    SystemState,
    build_snapshot,
    decide,
)
from legacy_mappings.inventory import (
    Inventory,
    Lists,
    Observed,
    PersonOwned,
    Silence,
    StalePair,
    Use,
    inventory_of_snapshot,
)
from tests.small_world import FIRM, FORM, GIVER, MANAGER, SYSTEM, small_world

AT = datetime(2026, 11, 22, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=800)
ALONE, OTHER, DEAD = (PartyId(f"00000000-0000-4000-8000-0000000000a{place}") for place in (1, 2, 3))
SUBMIT = Right(FORM, "write")
MORE: list[Fact] = [
    Party(ALONE, PartyKind.ORGANISATION, "310000701", "Vigdis Prøvesen ENK", 11, "ENK"),
    Party(OTHER, PartyKind.ORGANISATION, "310000809", "Gammel ENK", 12, "ENK", ended=LONG_AGO),
    Party(DEAD, PartyKind.ORGANISATION, "310000906", "Nedlagt AS", 13, "AS", ended=LONG_AGO),
    RegisterRole("r-1", ALONE, MANAGER, "INNH"),
    RegisterRole("r-2", OTHER, MANAGER, "INNH"),
    RoleGrant("g-2", DEAD, FIRM, "systeminnsendingsrettighet", "person:manager"),
    EnterpriseSystem(5001, MANAGER, "Hjemmelaget", "-"),
    EnterpriseSystem(5002, FIRM, "Arkivert", "-", SystemState.LOCKED),
    EnterpriseSystem(5003, FIRM, "Glemt", "-"),
]
EVERYTHING_SEEN = Observed("logg", AT - timedelta(days=500), AT, None)


def _snapshot() -> Snapshot:
    return build_snapshot([*small_world(), *MORE], sequence=1, terms=DecisionTerms())


def _inventory(*uses: Use, observed: tuple[Observed, ...] = (EVERYTHING_SEEN,)) -> Inventory:
    return inventory_of_snapshot(_snapshot(), AT, uses=uses, observed=observed)


def _actor(system: int) -> Subject:
    return Subject(SubjectKind.ENTERPRISE_SYSTEM, system)


def _use(system: int, reportee: PartyId, days: int) -> Use:
    return Use(system, reportee, SUBMIT, 3, AT - timedelta(days=days))


def test_the_figures_are_those_of_asking_every_question() -> None:
    snapshot = _snapshot()
    permitted = {
        (system, file.party.id, right)
        for system in snapshot.enterprise_systems
        for file in snapshot.files.values()
        for right in Numbering.of(snapshot.catalogue).rights
        if decide(snapshot, Question(_actor(system), file.party.id, right, AT)).permitted
    }
    found = Lists(_inventory(_use(SYSTEM, GIVER, 3), _use(SYSTEM, FIRM, 5))).summary()
    assert found.permitted == len(permitted) > 0
    assert found.pairs == len({pair[:2] for pair in permitted})
    assert found.permitted_by_ground == {"rettighetshaver": 4, "self": 3}
    assert (found.used_pairs, found.used, found.enterprise_systems) == (2, 2, 4)
    assert found.parties == {"organisation": 6, "person": 1}


def test_a_person_that_owns_a_system_has_its_living_sole_proprietorships_beside_it() -> None:
    assert Lists(_inventory()).person_owned() == (PersonOwned(5001, MANAGER, (ALONE,), 1),)


def test_a_silent_system_is_dead_only_where_it_was_watched() -> None:
    uses = (_use(SYSTEM, GIVER, 3), _use(5001, MANAGER, 700))
    watched = {each.enterprise_system: each.why for each in Lists(_inventory(*uses)).dead_systems()}
    assert watched == {5001: Silence.NOT_FOR_LONG, 5002: Silence.LOCKED, 5003: Silence.NEVER_USED}
    unseen = {each.enterprise_system: each.why for each in Lists(_inventory(*uses, observed=())).dead_systems()}
    assert unseen == {5001: Silence.NOT_FOR_LONG, 5002: Silence.LOCKED}


@pytest.mark.parametrize(
    ("stretches", "watched"),
    [
        ([], False),
        ([(400, 0)], True),
        ([(370, 0)], True),
        ([(350, 0)], False),
        ([(900, 500)], False),
        ([(400, 200), (210, 0)], True),
        ([(400, 390), (400, 390), (400, 390)], False),
        ([(400, 300), (150, 0)], False),
    ],
)
def test_silence_means_something_where_nine_tenths_of_the_time_were_seen(
    stretches: list[tuple[int, int]], *, watched: bool
) -> None:
    observed = tuple(
        Observed(f"s{place}", AT - timedelta(days=begins), AT - timedelta(days=ends), frozenset({5003}))
        for place, (begins, ends) in enumerate(stretches)
    )
    lists = Lists(_inventory(observed=observed))
    assert lists.is_watched(5003) is watched
    assert not lists.is_watched(SYSTEM)


def test_pairs_without_use_and_reportees_that_ended_are_stale() -> None:
    lists = Lists(_inventory(_use(SYSTEM, GIVER, 600), _use(SYSTEM, FIRM, 3), _use(SYSTEM, DEAD, 2)))
    assert list(lists.stale()) == [
        StalePair(SYSTEM, GIVER, AT - timedelta(days=600), Silence.NOT_FOR_LONG),
        StalePair(SYSTEM, DEAD, AT - timedelta(days=2), Silence.ENDED),
    ]
    shorter = Lists(_inventory(_use(SYSTEM, GIVER, 30), _use(SYSTEM, FIRM, 3)), stale_after=timedelta(days=10))
    assert [pair.why for pair in shorter.stale()] == [Silence.NOT_FOR_LONG, Silence.ENDED]


def test_use_that_nothing_permits_is_listed_with_what_the_decision_says() -> None:
    (found,) = Lists(_inventory(_use(SYSTEM, GIVER, 1), _use(SYSTEM, ALONE, 1), _use(SYSTEM, OTHER, 1))).unexplained()
    assert (found.enterprise_system, found.right, found.reportees) == (SYSTEM, SUBMIT, (ALONE, OTHER))
    assert found.reason == "missing-submission-role"
