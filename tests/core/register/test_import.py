"""Registers in bulk: what begins and ends, what ends with it, and that nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.domain.caller import OPERATOR
from core.domain.decision import Outcome, Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, organisation_check_digit
from core.domain.new_records import ClientWish
from core.domain.party import PartyKind, RegisterRole
from core.domain.vocabulary import Right
from core.errors import ErrorCode, GatewayError
from core.services.agent_delegations import delegate_to_agent
from core.services.agents import add_agent
from core.services.clients import add_client, delegations_for
from core.services.package_delegations import give_package
from core.services.register_import import RegisterReport, import_register
from tests.core.systems.world import (
    BRANCH_R,
    CLIENT_B,
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    ENK,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NAERING,
    NOW,
    PROPRIETOR,
    SIGNING,
    STRANGER,
    TAX,
    House,
    build_house,
    numbered,
)

NEW_NUMBER, NEW_SUB = "310002003", "310002011"
PERSON = "01828010154"
PERMIT, NO = Outcome.PERMIT, Outcome.NOT_APPLICABLE


def role(party: str, holder: str, code: str = "REGN", **more: Any) -> dict[str, Any]:
    """A row of a role at a party of the world."""
    return {"party": numbered(party), "holder": numbered(holder), "role": code, **more}


def every_role(house: House) -> list[dict[str, Any]]:
    """The register as it is, as rows."""
    held = (held.fact for file in house.now.files.values() for held in file.own)
    roles = [fact for fact in held if isinstance(fact, RegisterRole)]
    rows = [
        {"party": _number(house, each.party), "holder": _number(house, each.holder), "role": each.role}
        for each in roles
    ]
    return sorted(rows, key=str)


def _number(house: House, party: str) -> str:
    found = house.now.party(party)
    assert found is not None
    return found.number


def take(house: House, *roles: dict[str, Any], **more: Any) -> RegisterReport:
    """Take in rows of roles."""
    return import_register(house.store, OPERATOR, more.pop("parties", ()), roles, **more)


def reasons(report: RegisterReport) -> list[tuple[str, int, str]]:
    """What was rejected, and why."""
    return [(each.list, each.place, each.reason) for each in report.rejected]


# -- what begins --------------------------------------------------------------------------------


def test_new_parties_and_roles_are_taken_in_and_count_at_once(house: House) -> None:
    agent = house.agent(SIGNING)
    parties = [
        {"number": NEW_SUB, "name": "Ny avdeling", "form": "BEDR", "main_unit": NEW_NUMBER},
        {"number": NEW_NUMBER, "name": "Ny kunde AS", "form": "AS"},
        {"number": PERSON, "name": "SYNTETISK NY"},
    ]
    report = import_register(
        house.store, OPERATOR, parties, [{"party": NEW_NUMBER, "holder": numbered(FACIL), "role": "REGN"}]
    )
    assert (report.new_parties, report.new_roles, report.rejected) == (3, 1, ())
    client, sub_unit = house.now.party_numbered(NEW_NUMBER), house.now.party_numbered(NEW_SUB)
    assert client is not None
    assert sub_unit is not None
    assert (sub_unit.kind, sub_unit.main_unit) == (PartyKind.SUB_UNIT, client.id)
    add_client(house.store, FACIL_MANAGER, agent.id, client.id)
    for party in (client.id, sub_unit.id):
        assert house.answer(agent, MVA, "write", party)[0] is PERMIT


def test_ids_of_persons_are_not_made_from_their_numbers_and_party_ids_are_free_ones(house: House) -> None:
    rows = [{"number": PERSON, "name": "SYNTETISK NY"}]
    import_register(house.store, OPERATOR, rows)
    first = house.now.party_numbered(PERSON)
    assert first is not None
    assert PERSON not in first.id
    assert sum(party.party.altinn_id == first.altinn_id for party in house.now.files.values()) == 1


def test_the_same_file_twice_changes_nothing_the_second_time(house: House) -> None:
    rows = [role(CLIENT_U, FACIL, "regnskapsforer", valid_from="2026-01-01"), role(STRANGER, FACIL)]
    parties = [{"number": numbered(CLIENT_U), "name": "Nytt navn AS"}, {"number": NEW_NUMBER, "name": "Ny AS"}]
    first = take(house, *rows, parties=parties)
    assert (first.new_roles, first.new_parties, first.changed_parties) == (2, 1, 1)
    before = house.now.sequence
    second = take(house, *rows, parties=parties)
    assert (second.same_roles, second.same_parties, house.now.sequence) == (2, 2, before)


def test_roles_go_by_every_name_they_have(house: House) -> None:
    names = (
        "REGN",
        "regn",
        "regnskapsforer",
        "urn:altinn:rolecode:regn",
        "urn:altinn:external-role:ccr:regnskapsforer",
    )
    reports = [take(house, role(CLIENT_U, FACIL, name)) for name in names]
    assert [(each.new_roles, each.same_roles) for each in reports] == [(1, 0), *[(0, 1)] * 4]


def test_what_a_row_does_not_say_stays_as_it_is(house: House) -> None:
    before = house.now.party(CLIENT_R)
    assert before is not None
    import_register(house.store, OPERATOR, [{"number": before.number, "name": "Annet navn AS"}])
    after = house.now.party(CLIENT_R)
    assert after is not None
    assert (after.name, after.form, after.altinn_id) == ("Annet navn AS", before.form, before.altinn_id)


def test_a_great_many_rows_go_in_and_are_all_there(house: House) -> None:
    numbers = [f"{n}{digit}" for n in range(31310000, 31312600) if (digit := organisation_check_digit(str(n)))]
    parties = [{"number": number, "name": f"Klient {number}", "form": "AS"} for number in numbers]
    roles = [{"party": number, "holder": numbered(FACIL), "role": "REGN"} for number in numbers]
    report = import_register(house.store, OPERATOR, parties, roles)
    assert (report.new_parties, report.new_roles) == (len(numbers), len(numbers))
    assert len(numbers) > 2000
    assert len(house.now.reach.get(FACIL) or ()) >= len(numbers)


# -- what ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["ended list", "passed", "complete"])
def test_a_role_that_has_ended_takes_the_system_user_s_access_with_it_at_once(house: House, how: str) -> None:
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    assert house.answer(agent, MVA, "write", CLIENT_R)[0] is PERMIT
    assert house.answer(agent, MVA, "write", BRANCH_R)[0] is PERMIT
    row = role(CLIENT_R, FACIL)
    if how == "ended list":
        report = take(house, ended=[row])
    elif how == "passed":
        report = take(house, {**row, "valid_to": "2026-05-04T11:59:59+00:00"})
    else:
        report = take(house, *(each for each in every_role(house) if each != row), complete=True)
    assert (report.ended_roles, report.ended_with_them, report.rejected) == (1, 1, ())
    for party in (CLIENT_R, BRANCH_R):
        assert house.answer(agent, MVA, "write", party)[0] is NO
    assert delegations_for(house.now, agent.id, CLIENT_R) == ()


def test_what_has_ended_does_not_come_back_with_the_role(house: House) -> None:
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    take(house, ended=[role(CLIENT_R, FACIL)])
    take(house, role(CLIENT_R, FACIL))
    assert house.answer(agent, MVA, "write", CLIENT_R)[0] is NO


@pytest.mark.parametrize("more", [{"valid_to": None}, {"valid_to": "2027-01-01"}, {"valid_from": "2026-05-06"}])
def test_nor_does_it_come_back_with_a_role_that_ran_out_and_begins_again(house: House, more: dict[str, Any]) -> None:
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    take(house, role(CLIENT_R, FACIL, valid_to="2026-05-05"))
    later = NOW + timedelta(days=2)
    house.store.clock = lambda: later
    question = Question(Subject(SubjectKind.SYSTEM_USER, agent.id), CLIENT_R, Right(MVA, "write"), later)
    assert decide(house.now, question).outcome is NO
    report = take(house, role(CLIENT_R, FACIL, **{"valid_to": None, **more}))
    assert (report.changed_roles, report.ended_with_them, report.rejected) == (1, 1, ())
    after = question._replace(at=later + timedelta(days=30))
    assert [decide(house.now, each).outcome for each in (question, after)] == [NO, NO]
    assert delegations_for(house.now, agent.id, CLIENT_R) == ()
    again = [each.ground for each in house.now.holdings(CLIENT_R, FACIL) if each.ground == "REGN"]
    assert again == ["REGN"]


def test_a_person_who_has_died_is_no_agent_and_has_no_clients(house: House) -> None:
    row = {"number": PERSON, "name": "Ola Ansatt"}
    import_register(house.store, OPERATOR, [row])
    found = house.now.party_numbered(PERSON)
    assert found is not None
    add_agent(house.store, FACIL_MANAGER, FACIL, found.id, introduced=True)
    wish = ClientWish("REGN", (SIGNING,))
    delegate_to_agent(house.store, FACIL_MANAGER, FACIL, CLIENT_R, found.id, [wish])
    question = Question(Subject(SubjectKind.PERSON, found.id), CLIENT_R, Right(MVA, "write"), NOW)
    assert decide(house.now, question).outcome is PERMIT
    report = import_register(house.store, OPERATOR, [{**row, "ended": "2026-05-01"}])
    assert report.ended_with_them == 1
    assert decide(house.now, question).outcome is NO
    assert (delegations_for(house.now, found.id, CLIENT_R), house.now.connected_to.get(found.id)) == ((), None)


def test_a_role_given_an_end_in_the_future_goes_on_until_then(house: House) -> None:
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    report = take(house, role(CLIENT_R, FACIL, valid_to="2026-05-05"))
    assert (report.changed_roles, report.ended_roles, report.ended_with_them) == (1, 0, 0)
    assert house.answer(agent, MVA, "write", CLIENT_R)[0] is PERMIT
    (holding,) = (each for each in house.now.holdings(CLIENT_R, FACIL) if each.ground == "REGN")
    assert holding.window is not None
    assert holding.window.ends is not None


def test_an_ended_provider_loses_its_clients_and_keeps_none_that_it_was_given(house: House) -> None:
    """Row 14: the organisation that holds the roles is deleted."""
    agent = house.agent(SIGNING, TAX)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    give_package(house.store, OPERATOR, CLIENT_R, FACIL, TAX)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    assert house.answer(agent, MVA, "write", CLIENT_R)[0] is PERMIT
    report = import_register(house.store, OPERATOR, [{"number": numbered(FACIL), "ended": "2026-05-01"}])
    assert (report.changed_parties, report.ended_roles, report.ended_grants) == (1, 4, 2)
    for service in (MVA, NAERING):
        assert house.answer(agent, service, "write", CLIENT_R)[0] is NO
    assert house.now.holdings(CLIENT_U, FACIL) == ()
    again = import_register(house.store, OPERATOR, [{"number": numbered(FACIL), "ended": "2026-05-01"}])
    assert (again.same_parties, again.ended_roles) == (1, 0)


def test_the_end_of_a_provider_in_the_future_ends_what_it_holds_then(house: House) -> None:
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    import_register(house.store, OPERATOR, [{"number": numbered(FACIL), "ended": "2026-06-01"}])
    assert house.answer(agent, MVA, "write", CLIENT_R)[0] is PERMIT
    (holding,) = (each for each in house.now.holdings(CLIENT_R, FACIL) if each.ground == "REGN")
    assert holding.window is not None
    assert str(holding.window.ends) == "2026-06-01 00:00:00+00:00"


def test_a_deleted_sole_proprietorship_goes_on_reaching_its_owner_for_two_years(house: House) -> None:
    """Row 15: for the client itself the register decides, and ENK has its two years."""
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, ENK)
    import_register(house.store, OPERATOR, [{"number": numbered(ENK), "ended": "2026-05-01"}])
    assert house.answer(agent, MVA, "write", PROPRIETOR)[0] is PERMIT
    import_register(house.store, OPERATOR, [{"number": numbered(ENK), "ended": "2024-04-01"}])
    assert house.answer(agent, MVA, "write", PROPRIETOR)[0] is NO


def test_a_party_that_had_ended_by_mistake_comes_back_without_what_it_held(house: House) -> None:
    number = numbered(FACIL)
    import_register(house.store, OPERATOR, [{"number": number, "ended": "2026-05-01"}])
    refused = take(house, role(CLIENT_R, FACIL))
    assert reasons(refused) == [("roles", 1, "`holder` has ended")]
    report = take(house, role(CLIENT_R, FACIL), parties=[{"number": number, "ended": None}])
    assert (report.changed_parties, report.new_roles, report.rejected) == (1, 1, ())


# -- a complete file, and rows that cannot be read -----------------------------------------------


def test_a_complete_file_ends_what_it_does_not_have_and_nothing_else(house: House) -> None:
    rows = every_role(house)
    assert take(house, *rows, complete=True).same_roles == len(rows)
    assert every_role(house) == rows
    report = take(house, *rows[1:], complete=True)
    assert (report.ended_roles, every_role(house)) == (1, rows[1:])


def test_nothing_ends_because_of_a_row_that_cannot_be_read(house: House) -> None:
    rows = every_role(house)
    (at, *_) = (place for place, row in enumerate(rows) if row["role"] == "REGN")
    misspelled = [*rows[:at], {**rows[at], "role": "REGNN"}, *rows[at + 1 :]]
    report = take(house, *misspelled, complete=True)
    assert reasons(report) == [("roles", at + 1, "there is no role `REGNN`")]
    assert report.rejected[0].row == misspelled[at]
    assert (report.ended_roles, report.withheld) == (0, 1)
    assert every_role(house) == rows


def test_a_row_that_tells_nothing_withholds_every_end(house: House) -> None:
    rows = every_role(house)
    report = take(house, *rows[2:], {"party": "?", "holder": "310000205", "role": "REGN"}, complete=True)
    assert (report.ended_roles, report.withheld, len(report.rejected)) == (0, 2, 1)
    assert every_role(house) == rows


def test_a_complete_file_without_roles_is_refused(house: House) -> None:
    with pytest.raises(GatewayError) as refused:
        take(house, complete=True)
    assert refused.value.code is ErrorCode.INVALID_WORLD


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"name": "Uten nummer"}, "`number` is missing"),
        ({"number": "310002002", "name": "X"}, "`number` is no organisation number and no identity number"),
        ({"number": NEW_NUMBER}, "a party that is new needs a `name`"),
        ({"number": NEW_NUMBER, "name": ""}, "`name` is missing"),
        ({"number": NEW_NUMBER, "name": 7}, "`name` must be a text"),
        ({"number": NEW_NUMBER, "nmae": "X"}, "there is no column `nmae`"),
        ({"number": NEW_NUMBER, "name": "X", "ended": "i går"}, "`ended` is no date (YYYY-MM-DD) and no moment"),
        ({"number": NEW_NUMBER, "name": "X", "kind": "firma"}, "`kind` must be one of organisation, sub-unit, person"),
        ({"number": NEW_NUMBER, "name": "X", "kind": "person"}, "`kind` and `number` do not agree"),
        ({"number": NEW_NUMBER, "name": "X", "id": "17"}, "`id` is no UUID"),
        ({"number": NEW_NUMBER, "name": "X", "altinn_id": "x"}, "`altinn_id` must be a whole number"),
        ({"number": NEW_NUMBER, "name": "X", "altinn_id": 51000001}, "`altinn_id` is another party's"),
        ({"number": NEW_NUMBER, "name": "X", "main_unit": NEW_SUB}, "a party of the row is not known"),
        ("310002003", "the row is not an object"),
    ],
    ids=range(14),
)
def test_a_party_that_cannot_be_taken_in_is_kept_with_its_reason(house: House, row: Any, reason: str) -> None:
    report = import_register(house.store, OPERATOR, [{"number": NEW_SUB[:9], "name": "Annen"}, row])
    expected = [] if row == {"number": NEW_NUMBER, "name": "X", "main_unit": NEW_SUB} else [("parties", 2, reason)]
    assert reasons(report) == expected
    assert report.new_parties == (2 if not expected else 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"party": None}, "`party` is missing"),
        ({"holder": "310002003"}, "a party of the row is not known"),
        ({"holder": "3100020"}, "`holder` is no organisation number, no identity number and no UUID"),
        ({"role": "XYZ"}, "there is no role `XYZ`"),
        ({"valid_to": 2026}, "`valid_to` must be a text"),
        ({"until": "2026"}, "there is no column `until`"),
    ],
    ids=range(6),
)
def test_a_role_that_cannot_be_taken_in_is_kept_with_its_reason(
    house: House, change: dict[str, Any], reason: str
) -> None:
    report = take(house, {**role(CLIENT_U, FACIL), **change}, role(CLIENT_B, FACIL))
    assert reasons(report) == [("roles", 1, reason)]
    assert report.new_roles == 1
    assert "310002003" not in repr(report)


def test_an_id_is_of_one_thing(house: House) -> None:
    report = take(house, role(CLIENT_U, FACIL, id="ny"), role(STRANGER, FACIL, id="ny"))
    assert reasons(report) == [("roles", 2, "`id` is another's in this file")]
    taken = take(house, role(STRANGER, FACIL, id=f"regn-{CLIENT_R}"))
    assert reasons(taken) == [("roles", 1, "`id` is another role's")]
    one = {"name": "X", "id": "00000000-0000-4000-8000-000000000001"}
    parties = [{**one, "number": NEW_NUMBER}, {**one, "number": NEW_SUB}]
    assert reasons(take(house, parties=parties)) == [("parties", 2, "`id` is another's in this file")]


def test_it_is_the_same_in_every_database(database_url: str) -> None:
    house = build_house(database_url)
    try:
        agent = house.agent(SIGNING)
        add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
        rows = every_role(house)
        gone = role(CLIENT_R, FACIL)
        report = take(house, *(row for row in rows if row != gone), complete=True)
        assert (report.ended_roles, report.ended_with_them) == (1, 1)
        assert house.answer(agent, MVA, "write", CLIENT_R)[0] is NO
    finally:
        house.store.close()


def test_only_the_operator_takes_in_the_registers(house: House) -> None:
    with pytest.raises(GatewayError) as refused:
        import_register(house.store, FACIL_MANAGER, [{"number": NEW_NUMBER, "name": "X"}])
    assert refused.value.code is ErrorCode.MISSING_ADMINISTRATION


def test_a_number_that_is_another_party_s_is_refused(house: House) -> None:
    row = {"number": numbered(CLIENT_U), "id": "00000000-0000-4000-8000-000000000001"}
    report = import_register(house.store, OPERATOR, [row])
    assert reasons(report) == [("parties", 1, "`number` is another party's")]
    assert house.now.party(PartyId("00000000-0000-4000-8000-000000000001")) is None
