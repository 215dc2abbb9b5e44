"""Every report of a real move: its figures are those of what it tells of, and nobody's identity number is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from brobygger.demo.firm import firm_world
from brobygger.stack import running_stack
from core import (
    OPERATOR,
    Authority,
    CallOutcome,
    InvalidInput,
    OldCall,
    Place,
    Store,
    count_call,
    import_world,
    mismatch_board,
    moves_of_plan,
    newest_lines,
    parse_person_number,
    set_authority,
    who_calls,
    write_census,
)
from legacy_mappings.apply import apply_plan, plan_board
from legacy_mappings.inventory import Lists, inventory_of_store
from legacy_mappings.parity import Finding, prove_until_settled
from legacy_mappings.planner import make_plan, plan_digest
from legacy_mappings.planner.records import Cover, Plan, PlanOptions
from legacy_mappings.reports import (
    Report,
    authority_report,
    clients_to_write_to,
    files_of,
    inventory_report,
    moves_report,
    parity_report,
    plan_report,
    sunset_report,
)
from legacy_mappings.vocabulary import layered_tables


def reports_of(store: Store, plan: Plan) -> Iterator[Report]:
    snapshot, at = store.snapshot(), store.clock()
    inventory = inventory_of_store(store, at)
    yield inventory_report(inventory, Lists(inventory))
    yield plan_report(plan, snapshot)
    digest = plan_digest(plan)
    yield moves_report(
        digest, plan_board(store, digest, plan), tuple(newest_lines(moves_of_plan(store, digest)).values())
    )
    yield parity_report(prove_until_settled(lambda: (snapshot, snapshot), at=at, plan=plan), snapshot)
    yield authority_report(mismatch_board(store), snapshot)
    yield sunset_report(who_calls(store), snapshot)


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[Plan, dict[str, Report]]]:
    with running_stack(seeded=False) as stack:
        store = stack.store
        import_world(store, OPERATOR, firm_world(10))
        options = PlanOptions(vendor="310000108", cover=Cover.PERMITTED)
        plan = make_plan(inventory_of_store(store, store.clock()), layered_tables([]), options)
        apply_plan(store, plan, approve=True)
        set_authority(store, OPERATOR, [Place(9001)], Authority.SHADOW, cohort="pilot")
        call = OldCall("DataExchange", "asmx", "SubmitBatchPw", "enterprise-system:9001", True, "192.0.2.1", "old/1.0")
        count_call(store, call._replace(outcome=CallOutcome.ANSWERED))
        write_census(store)
        yield plan, {report.name: report for report in reports_of(store, plan)}


def figure(report: Report, label: str) -> object:
    return dict(report.figures)[label]


def test_there_is_one_for_every_step(made: tuple[Plan, dict[str, Report]]) -> None:
    assert set(made[1]) == {"inventory", "plan", "waves", "parity", "authority", "callers"}


def test_the_plan_is_told_as_it_is(made: tuple[Plan, dict[str, Report]]) -> None:
    plan, reports = made
    report = reports["plan"]
    assert figure(report, "system users") == len(plan.users)
    assert figure(report, "gained") == plan.over_grant.gained
    sheets = {sheet.name: sheet for sheet in report.sheets}
    assert len(sheets["mapping"].rows) == len(plan.mapping)
    assert len(sheets["not-carried"].rows) == len(plan.not_carried)
    assert sum(int(row[-1]) for row in sheets["system-users"].rows) == sum(len(user.clients) for user in plan.users)


def test_the_proof_is_told_as_it_is(made: tuple[Plan, dict[str, Report]]) -> None:
    report = made[1]["parity"]
    by_name = {sheet.name: sum(int(row[7]) for row in sheet.rows) for sheet in report.sheets[:3]}
    assert figure(report, "gained") == by_name[Finding.GAINED]
    lost = int(str(figure(report, "lost, agreed"))) + int(str(figure(report, "lost, not agreed")))
    assert lost == by_name[Finding.LOST]
    assert figure(report, "changed in meaning") == by_name[Finding.CHANGED]


def test_whoever_must_act_is_on_a_page(made: tuple[Plan, dict[str, Report]]) -> None:
    reports = made[1]
    assert figure(reports["authority"], "cohorts") == 1
    assert reports["authority"].sheets[0].rows[0][-1] == "no-go: 0 clean days"
    assert figure(reports["callers"], "callers") == 1
    assert reports["callers"].sheets[0].rows[0][-2] == "192.0.2.1"
    assert reports["waves"].sheets[0].rows


def test_letters_name_each_client_and_firm_once(made: tuple[Plan, dict[str, Report]]) -> None:
    with running_stack(seeded=False) as stack:
        import_world(stack.store, OPERATOR, firm_world(10))
        letters = clients_to_write_to(made[0], stack.store.snapshot())
    assert len({(client.id, firm.id) for client, firm, _ in letters}) == len(letters)
    assert sum(len(what) for _, _, what in letters) == len(made[0].gifts)


def is_persons(number: str) -> bool:
    try:
        parse_person_number(number)
    except InvalidInput:
        return False
    return True


def test_nobodys_identity_number_is_in_any_file(made: tuple[Plan, dict[str, Report]]) -> None:
    files = [file for report in made[1].values() for file in files_of(report)]
    numbers = [(name, each) for name, text in files for each in re.findall(r"(?<!\d)\d{11}(?!\d)", text)]
    assert [name for name, each in numbers if is_persons(each)] == []
    assert any("person 15" in text for _, text in files), "no person is told of, so nothing was looked at"
