"""What stops when the old roles end, for whom, and what would keep it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import (
    RIGHTHOLDER,
    Accepts,
    DecisionTerms,
    Fact,
    PolicyRule,
    Question,
    Right,
    RoleGrant,
    Snapshot,
    Subject,
    SubjectKind,
    build_snapshot,
    decide,
    preview,
    put,
    remove,
    under_terms,
)
from legacy_mappings.parity import stops
from legacy_mappings.planner.records import Stopping
from tests.migration.parity.judging import in_order
from tests.migration.parity.moved_world import AT, DIALOG, FORMS, SERVICE, SYSTEMS, moved_world

UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return in_order(moved_world(5))


@pytest.fixture(scope="module")
def moved(facts: list[Fact]) -> Snapshot:
    return build_snapshot(facts, sequence=1, terms=DecisionTerms())


def lines(rows: tuple[Stopping, ...]) -> set[tuple[int, str, Right]]:
    return {(row.enterprise_system, party, right) for row in rows for party in row.reportees for right in row.rights}


def permitted(snapshot: Snapshot, at: datetime) -> set[tuple[int, str, Right]]:
    """What the systems of the old world may do with the old services, one question at a time."""
    return {
        (system, party, right)
        for system in SYSTEMS
        for party in snapshot.files
        for right in snapshot.catalogue.policies
        if right.service in {*FORMS, SERVICE}
        and decide(snapshot, Question(Subject(SubjectKind.ENTERPRISE_SYSTEM, system), party, right, at)).permitted
    }


def test_what_stops_is_what_decide_no_longer_permits(moved: Snapshot) -> None:
    ended = under_terms(moved, replace(moved.terms, old_roles_until=UNTIL))
    found = lines(stops(moved, AT, UNTIL))

    assert found
    assert {line for line in found if line[2].service in {*FORMS, SERVICE}} == (
        permitted(moved, AT) - permitted(ended, UNTIL)
    )
    assert lines(stops(ended, AT, UNTIL)) == found


def test_what_a_linked_system_user_permits_then_is_kept_by_it(moved: Snapshot) -> None:
    found = stops(moved, AT, UNTIL)

    assert {row.keeps.partition(":")[0] for row in found} == {"system-user"}
    by_hand = next(row for row in found if row.ground == RIGHTHOLDER and row.rights[0].service == FORMS[0])
    assert by_hand.keeps == f"system-user:ref-{by_hand.enterprise_system}-{RIGHTHOLDER}-pack-forms"


def test_without_one_the_packages_that_would_keep_it_are_named_or_that_nothing_does(
    facts: list[Fact], moved: Snapshot
) -> None:
    links = [remove(link) for system in SYSTEMS for link in moved.links.get(system) or ()]
    policy = [
        remove(each)
        for each in facts
        if isinstance(each, PolicyRule) and (each.service, each.action) == (DIALOG, "write")
    ]
    found = stops(preview(moved, [*links, *policy]), AT, UNTIL)
    keeps = {right: row.keeps for row in found for right in row.rights}

    assert keeps[Right(FORMS[0], "write")] == "packages:pack-forms,pack-regn,pack-revi"
    assert keeps[Right(SERVICE, "read")] == "packages:pack-regn,pack-revi,pack-service"
    assert keeps[Right(SERVICE, "write")] == ""


def test_a_system_user_whose_right_rests_on_an_imported_role_stops_too(facts: list[Fact], moved: Snapshot) -> None:
    """Its owner holds the right by the role alone, and delegated it singly."""
    file = next(file for file in moved.files.values() for each in file.delegations if each.ground == "REGN")
    given = next(each for each in file.delegations if each.ground == "REGN")
    right = Right(DIALOG, "sign")
    users = moved.users.get(given.system_user)
    assert users is not None
    rule = next(each for each in facts if isinstance(each, PolicyRule))
    by_role = replace(rule, service=right.service, action=right.action, accepts=Accepts.ROLE, code="UTINN")
    singly = preview(moved, [
        put(by_role),
        put(replace(given, rights=frozenset({right}))),
        put(replace(users.latest, rights=frozenset({right}))),
    ])  # fmt: skip

    found = [row for row in stops(singly, AT, UNTIL) if right in row.rights]

    assert {(row.ground, row.keeps) for row in found} == {("REGN", "packages:pack-more")}
    assert given.client in found[0].reportees


def test_what_runs_out_by_itself_before_is_no_news(facts: list[Fact], moved: Snapshot) -> None:
    grants = [each for each in facts if isinstance(each, RoleGrant)]
    ending = preview(moved, [put(replace(each, valid_to=UNTIL - timedelta(days=1))) for each in grants])

    assert not [row for row in stops(ending, AT, UNTIL) if row.ground == RIGHTHOLDER]


def test_only_the_systems_asked_for_are_looked_at(moved: Snapshot) -> None:
    assert {row.enterprise_system for row in stops(moved, AT, UNTIL, [2])} == {2}
