"""list_reportees: the same answers as decide, asked the other way round, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core import (
    DecisionTerms,
    Fact,
    Page,
    Party,
    PartyId,
    PartyKind,
    Question,
    Right,
    RoleGrant,
    Subject,
    SubjectKind,
    build_snapshot,
    decide,
    list_reportees,
    organisation_check_digit,
)
from tests.small_world import FIRM, FORM, GIVER, GRANT, STRANGER, SUBMISSION_ROLE, SYSTEM, small_world

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUBJECT = Subject(SubjectKind.ENTERPRISE_SYSTEM, SYSTEM)


def _clients(count: int) -> list[Fact]:
    facts: list[Fact] = []
    for number in range(31400000, 31400000 + count):
        digit = organisation_check_digit(str(number))
        if digit is not None:
            party = PartyId(f"10000000-0000-4000-8000-{number:012d}")
            facts.append(Party(party, PartyKind.ORGANISATION, f"{number}{digit}", f"Klient {number}", number, "AS"))
            facts.append(RoleGrant(f"grant-{number}", party, FIRM, SUBMISSION_ROLE, "tests"))
    return facts


def test_the_owner_and_those_who_gave_the_role_are_listed_and_no_others() -> None:
    snapshot = build_snapshot(small_world(), sequence=1, terms=DecisionTerms())
    listed = {each.party.id for each in list_reportees(snapshot, SUBJECT, at=NOW).items}
    assert listed == {FIRM, GIVER}
    assert STRANGER not in listed


def test_a_party_is_listed_exactly_when_something_is_permitted_for_it() -> None:
    ended = replace(GRANT, id="ended", reportee=STRANGER, valid_to=NOW)
    snapshot = build_snapshot([*small_world(), ended], sequence=1, terms=DecisionTerms())
    listed = {each.party.id for each in list_reportees(snapshot, SUBJECT, at=NOW).items}
    for party in snapshot.files:
        permitted = any(
            decide(snapshot, Question(SUBJECT, party, right, NOW)).permitted for right in snapshot.catalogue.policies
        )
        assert (party in listed) is permitted


def test_pages_lose_and_double_nothing_while_others_are_added() -> None:
    facts = [*small_world(), *_clients(120)]
    snapshot = build_snapshot(facts, sequence=1, terms=DecisionTerms())
    expected = [each.party.id for each in list_reportees(snapshot, SUBJECT, at=NOW, page=Page(size=1000)).items]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = list_reportees(snapshot, SUBJECT, at=NOW, page=Page(after, 50))
        seen += [each.party.id for each in page.items]
        after = page.next
        late = replace(GRANT, id=f"late-{len(seen)}", reportee=STRANGER)
        snapshot = build_snapshot([*facts, late], sequence=2, terms=DecisionTerms())
    assert len(seen) > 100
    assert [party for party in seen if party != STRANGER] == expected


def test_a_list_for_one_right_holds_only_those_it_is_permitted_for() -> None:
    snapshot = build_snapshot(small_world(), sequence=1, terms=DecisionTerms())
    for right, expected in ((Right(FORM, "write"), 2), (Right(FORM, "sign"), 0)):
        assert len(list_reportees(snapshot, SUBJECT, at=NOW, right=right).items) == expected
