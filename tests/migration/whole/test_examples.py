"""The old documentation's examples moved whole: plan, apply, proof, cut-over; old clients are answered as before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pytest
from zeep import Client

from brobygger.demo.world import demo_data
from brobygger.stack import Stack, running_stack
from core import (
    OPERATOR,
    Authority,
    Place,
    Right,
    Subject,
    SubjectKind,
    SubmissionDecision,
    cut_over,
    explain,
    form_id,
    parse_untrusted,
    ruling_for,
    set_authority,
)
from legacy_mappings.apply import apply_plan
from legacy_mappings.inventory import inventory_of_store
from legacy_mappings.parity import Finding, Parity, prove_until_settled
from legacy_mappings.planner import make_plan
from legacy_mappings.planner.records import Cause, Cover, Plan, PlanOptions
from legacy_mappings.vocabulary import layered_tables

TABLES = resources.files("brobygger.demo").joinpath("tables")
SYSTEMS = (100101, 100201, 100202, 100301, 100302, 100303, 100401, 100501)
OPTIONS = PlanOptions(vendor="310000108", cover=Cover.PERMITTED, systems=frozenset(SYSTEMS))
FORM = form_id(212, 4348)
BATCH = (
    '<DataBatch schemaVersion="1.1" batchId="{batch}" enterpriseSystemId="{system}" receiptType="OnDemand"><DataUnits>'
    '<DataUnit participantId="{party}" sendersReference="{batch}-1" completed="0" locked="0">'
    '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"/></DataUnit></DataUnits></DataBatch>'
)


@dataclass(frozen=True)
class Asked:
    """What an example asks at the old door."""

    example: int
    system: int
    password: str
    party: str
    permitted: bool


@dataclass(frozen=True)
class Moved:
    """The demo world after everything was carried out and cut over."""

    stack: Stack
    plan: Plan
    parity: Parity
    before: dict[Asked, str]
    after: dict[Asked, str]


def asked() -> list[Asked]:
    data = demo_data()
    examples = {example["example"]: example for example in data["examples"]}
    found = []
    for question in data["old_world"]:
        if question.get("service") != "svc":
            example = examples[question["example"]]
            system: dict[str, Any] = example["systems"][question["system"]]
            party = example["parties"][question["party"]]
            permitted = question["outcome"] == "Permit"
            found.append(Asked(question["example"], system["id"], system["password"], party, permitted))
    return found


def answers(base: str) -> dict[Asked, str]:
    """What a SOAP client that knows only the WSDL is told about each question: the unit's status."""
    service = Client(f"{base}/webservices/dataexchange.asmx?WSDL").service
    told = {}
    for each in asked():
        batch = BATCH.format(batch=uuid.uuid4(), system=each.system, party=each.party)
        receipt = parse_untrusted(service.SubmitBatchPw(batch=batch, password=each.password))
        told[each] = next(receipt.iter("DataUnitInReceipt")).get("status", "")
    return told


@pytest.fixture(scope="module")
def moved() -> Iterator[Moved]:
    with running_stack() as stack:
        before = answers(stack.serve())
        plan = make_plan(inventory_of_store(stack.store, stack.clock()), layered_tables([TABLES]), OPTIONS)
        outcome = apply_plan(stack.store, plan, approve=True)
        assert outcome.is_complete, outcome.needs_somebody

        def both() -> Any:
            return stack.store.snapshot(), stack.store.snapshot()

        parity = prove_until_settled(both, at=stack.clock(), plan=plan, systems=SYSTEMS)
        places = [Place(system) for system in SYSTEMS]
        set_authority(stack.store, OPERATOR, places, Authority.SHADOW)
        cut_over(stack.store, OPERATOR, places, clean_days=0)
        yield Moved(stack, plan, parity, before, answers(stack.base_url))


def test_without_the_users_tables_the_plan_blocks_what_no_source_maps() -> None:
    with running_stack() as stack:
        plan = make_plan(inventory_of_store(stack.store, stack.clock()), layered_tables([]), OPTIONS)
    assert plan.users == ()
    causes = {row.cause for row in plan.not_carried if Right(FORM, "write") in row.rights}
    assert causes == {Cause.UNCONFIRMED}


def test_with_them_every_example_has_its_system_users(moved: Moved) -> None:
    carried = {(line.old.service, line.old.action) for line in moved.plan.mapping}
    assert (FORM, "write") in carried
    grounds = {(user.enterprise_system, user.ground) for user in moved.plan.users}
    assert {(100101, "rettighetshaver"), (100101, "self"), (100501, "REGN")} <= grounds
    assert all(stage.gap == 0 for stage in moved.plan.stages)


def test_nothing_is_lost_that_the_plan_does_not_name(moved: Moved) -> None:
    assert moved.parity.count(Finding.KEPT) > 0
    assert moved.parity.count(Finding.LOST, agreed=False) == 0


def test_every_old_client_is_answered_as_before(moved: Moved) -> None:
    assert moved.after == moved.before
    assert {each: status == "OK" for each, status in moved.after.items()} == {each: each.permitted for each in asked()}


def ruling(stack: Stack, each: Asked) -> SubmissionDecision:
    snapshot = stack.store.snapshot()
    party = snapshot.party_numbered(each.party)
    assert party is not None
    subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, each.system)
    return ruling_for(snapshot, subject, party.id, Right(FORM, "write"), stack.clock())


@pytest.mark.parametrize("each", asked(), ids=lambda each: f"example {each.example}: {each.system} for {each.party}")
def test_the_decision_rests_on_the_new_grants(moved: Moved, each: Asked) -> None:
    decision = ruling(moved.stack, each)
    assert decision.authority is Authority.NEW
    assert decision.ruling.permitted is each.permitted
    if not each.permitted:
        assert explain(moved.stack.store.snapshot(), decision.ruling).sentence
        return
    references = {user.reference for user in moved.plan.users if user.enterprise_system == each.system}
    entry = moved.stack.store.snapshot().users.get(decision.system_user or "")
    assert entry is not None
    assert entry.user.external_ref in references
    assert decision.ruling.via[-1] in {
        fact
        for fact in moved.stack.store.facts()
        if entry.user.id in {getattr(fact, "system_user", ""), getattr(fact, "receiver", "")}
    }
