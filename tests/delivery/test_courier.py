"""Deliveries end to end: the right token, everything once, what is tried again, what is not, what the receipts say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    OPERATOR,
    Attachment,
    Caller,
    CallerKind,
    Conflict,
    DeliveryCause,
    DeliveryFailure,
    DeliveryState,
    NotAllowed,
    NotFound,
    PartyId,
    ReceiptReference,
    ReferenceType,
    Right,
    Sender,
    ServiceId,
    Store,
    SystemUserLink,
    archive_submissions,
    batch_receipt,
    dead_letters,
    deliver_again,
    deliver_stuck_again,
    delivery_counts,
    find_receipt,
    give_back,
    note_delivered,
    put,
    remove,
    submit_form_task,
    take_deliveries,
)
from core.domain.delivering import GIVE_UP, LEASE, choose_sender, party_in_address
from delivery import Courier, Credentials, MachineClient, Target, Targets
from tests.core.forms.world import FIRMS_SYSTEM, edit, file, shipment
from tests.delivery.world import (
    CLIENT,
    CLIENT_DELEGATION,
    ISSUER,
    KEY,
    REFERENCE,
    RESOURCE,
    SCOPE,
    SYSTEM_FACT,
    USER,
    Clock,
    Outside,
    about,
    courier,
    deliveries,
    hand_in,
)
from tests.small_world import GIVER, MANAGER, SYSTEM

# -- the way it goes ------------------------------------------------------------------------------


def test_a_submission_is_delivered_with_the_system_users_token(each_world: Store, outside: Outside) -> None:
    hand_in(each_world, "a", files=[Attachment("V1", "a", 'n"ot\u00e9r.pdf', b"%PDF\r\n--x")])
    assert courier(each_world, outside).drain() == 1
    (delivered,) = deliveries(each_world)
    assert (delivered.state, delivered.reference, delivered.attempts) == (DeliveryState.DELIVERED, "ref-1", 1)
    assert (delivered.system_user, delivered.external_ref, delivered.due) == (USER, REFERENCE, None)
    (claims,) = outside.assertions
    assert (claims["iss"], claims["aud"], claims["scope"]) == (CLIENT, ISSUER, SCOPE)
    assert claims["resource"] == ["https://etat.example"]
    (detail,) = claims["authorization_details"]
    assert (detail["systemuser_org"]["ID"], detail["externalRef"]) == ("0192:310000205", REFERENCE)
    (sent,) = outside.asked
    assert (str(sent.url), sent.headers["Authorization"]) == ("https://etat.example/mva/310000302", "Bearer token-1")
    assert sent.headers["Idempotency-Key"] == delivered.key
    assert int(sent.headers["Content-Length"]) == len(sent.content)
    told = about(sent)
    assert (told["reportee"], told["service"], told["sendersReference"]) == ("310000302", "asmx:212/4348", "a")
    assert b"<S r='a'/>" in sent.content
    assert b"%PDF\r\n--x" in sent.content
    assert "n%22ot\u00e9r.pdf".encode() in sent.content


def test_one_token_serves_many_deliveries_until_its_end(world: Store, outside: Outside, clock: Clock) -> None:
    hand_in(world, *"abc")
    runner = courier(world, outside, hands=1)
    assert runner.drain() == 3
    assert len(outside.assertions) == 1
    clock.move(seconds=101)
    hand_in(world, "d")
    assert runner.drain() == 1
    assert len(outside.assertions) == 2


def test_the_successor_of_the_sending_system_sends_it(world: Store, outside: Outside) -> None:
    edit(world, put(SystemUserLink(SYSTEM, USER, "rettighetshaver", REFERENCE)))
    hand_in(world, "a")
    courier(world, outside).drain()
    assert deliveries(world)[0].system_user == USER


def test_nothing_is_asked_where_nothing_is_due(world: Store, outside: Outside) -> None:
    assert courier(world, outside).drain() == 0
    assert delivery_counts(world) == dict.fromkeys(DeliveryState, 0)
    hand_in(world, "a")
    assert delivery_counts(world)[DeliveryState.READY] == 1


# -- receipts -------------------------------------------------------------------------------------


def test_the_batchs_sender_finds_the_owners_reference_in_both_receipts(each_world: Store, outside: Outside) -> None:
    hand_in(each_world, "a")
    before = find_receipt(each_world, FIRMS_SYSTEM, None, (ReceiptReference(ReferenceType.BATCH, "batch-a"),))
    assert batch_receipt(each_world, FIRMS_SYSTEM, "batch-a").units[0].receivers_reference is None
    courier(each_world, outside).drain()
    (unit,) = batch_receipt(each_world, FIRMS_SYSTEM, "batch-a").units
    assert unit.receivers_reference == "ref-1"
    tree = find_receipt(each_world, FIRMS_SYSTEM, None, (ReceiptReference(ReferenceType.BATCH, "batch-a"),))
    (child,) = tree.children
    assert child.value_of(ReferenceType.RECEIVERS) == "ref-1"
    assert child.text.startswith(before.children[0].text)
    assert child.history == before.children[0].text
    assert (tree.text, tree.status) == (before.text, before.status)


def test_a_shipments_receipt_tells_it_and_its_parts_stay(each_world: Store, outside: Outside) -> None:
    tree = submit_form_task(each_world, FIRMS_SYSTEM, shipment(files=(file("V-1"),)))
    assert courier(each_world, outside).drain() == 1
    after = find_receipt(each_world, FIRMS_SYSTEM, tree.id, ())
    assert after.text == "SignAndSend Completed Successfully. Received by the service owner. Reference: ref-1."
    assert after.value_of(ReferenceType.RECEIVERS) == "ref-1"
    assert [each.text for each in after.children] == [each.text for each in tree.children]


# -- tried again ----------------------------------------------------------------------------------

AGAIN = {
    "unreachable": DeliveryCause.UNREACHABLE,
    "lost": DeliveryCause.UNREACHABLE,
    "taken-but:500": DeliveryCause.OWNER_FAILED,
    "answer:500": DeliveryCause.OWNER_FAILED,
    "answer:503:30": DeliveryCause.OWNER_FAILED,
    "answer:429:30": DeliveryCause.THROTTLED,
    "answer:408": DeliveryCause.UNREACHABLE,
    "answer:409:7": DeliveryCause.IN_PROGRESS,
}


@pytest.mark.parametrize("trouble", AGAIN)
def test_what_fails_on_the_way_is_tried_again_and_taken_once(
    world: Store, outside: Outside, clock: Clock, trouble: str
) -> None:
    hand_in(world, "a")
    outside.script.append(trouble)
    runner = courier(world, outside)
    assert runner.drain() == 1
    (waiting,) = deliveries(world)
    assert (waiting.state, waiting.cause, waiting.failures) == (DeliveryState.READY, AGAIN[trouble], 1)
    assert runner.drain() == 0, "it waits its time"
    asked_for = timedelta(seconds=int(trouble.rpartition(":")[2]) if trouble.count(":") == 2 else 0)
    assert waiting.due is not None
    assert waiting.due - clock.now >= max(asked_for, timedelta(seconds=2.5))
    clock.now = waiting.due
    assert runner.drain() == 1
    (delivered,) = deliveries(world)
    assert (delivered.state, delivered.reference, delivered.attempts) == (DeliveryState.DELIVERED, "ref-1", 2)
    assert delivered.key == waiting.key
    assert outside.times == {delivered.key: 1}


def test_a_duplicate_that_is_told_with_409_and_the_receipt_is_delivered(world: Store) -> None:
    hand_in(world, "a")
    said = httpx.MockTransport(lambda _: httpx.Response(409, json={"receipt": 17}))
    with httpx.Client(transport=said) as http:
        courier(world, Outside(), http=http).drain()
    assert deliveries(world)[0].reference == "17"


def test_everyone_at_an_address_waits_where_it_asks_for_patience(world: Store, outside: Outside, clock: Clock) -> None:
    hand_in(world, *"abc")
    outside.script.append("answer:429:600")
    runner = courier(world, outside, hands=1)
    runner.drain()
    assert len(outside.asked) == 1
    assert [each.attempts for each in deliveries(world)] == [1, 0, 0]
    clock.move(seconds=601)
    assert runner.drain() == 3
    assert delivery_counts(world)[DeliveryState.DELIVERED] == 3


def test_a_token_that_is_not_taken_is_replaced_once(world: Store, outside: Outside) -> None:
    hand_in(world, "a", "b")
    outside.script.append("answer:401")
    runner = courier(world, outside, hands=1)
    assert runner.drain() == 2
    assert [each.headers["Authorization"] for each in outside.asked] == [f"Bearer token-{n}" for n in (1, 2, 2)]
    outside.script.extend(["answer:401", "answer:401"])
    hand_in(world, "c")
    runner.drain()
    assert deliveries(world)[2].cause is DeliveryCause.TOKEN_NOT_TAKEN
    assert len(outside.assertions) == 3


def test_after_a_week_of_trying_a_person_must_look(world: Store, outside: Outside, clock: Clock) -> None:
    hand_in(world, "a")
    outside.script.extend(["answer:500"] * 400)
    runner = courier(world, outside)
    ends = clock.now + GIVE_UP + timedelta(hours=12)
    while clock.now < ends:
        runner.drain()
        clock.move(hours=6)
    (dead,) = dead_letters(world)
    assert (dead.cause, dead.due) == (DeliveryCause.OWNER_FAILED, None)
    outside.script.clear()
    (again,) = deliver_again(world, OPERATOR, [dead.element])
    assert again.key == dead.key
    assert runner.drain() == 1
    assert deliveries(world)[0].state is DeliveryState.DELIVERED


# -- refused for good -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [302, 400, 403, 404, 409, 410, 413, 415, 422])
def test_a_refusal_is_a_dead_letter_with_the_owners_words_masked(world: Store, outside: Outside, status: int) -> None:
    hand_in(world, "a")
    outside.script.append(f"answer:{status}:Ukjent fnr 01817010055\nhos oss")
    runner = courier(world, outside)
    assert runner.drain() == 1
    (dead,) = dead_letters(world)
    assert (dead.state, dead.status, dead.cause) == (DeliveryState.DEAD, status, DeliveryCause.REFUSED)
    assert dead.words == "Ukjent fnr 018170***** hos oss"
    tree = find_receipt(world, FIRMS_SYSTEM, None, (ReceiptReference(ReferenceType.BATCH, "batch-a"),))
    assert tree.children[0].status == "OK"
    assert deliver_stuck_again(world, OPERATOR, [DeliveryState.DEAD]) == 1
    assert runner.drain() == 1
    assert outside.times == {dead.key: 1}


def test_only_the_operator_has_things_tried_again_and_only_what_waits(each_world: Store, outside: Outside) -> None:
    hand_in(each_world, "a")
    courier(each_world, outside).drain()
    (done,) = deliveries(each_world)
    stranger = Caller(CallerKind.SERVICE_OWNER, organisation="310000108")
    with pytest.raises(NotAllowed):
        deliver_again(each_world, stranger, [done.element])
    with pytest.raises(NotAllowed):
        deliver_stuck_again(each_world, stranger, [DeliveryState.DEAD])
    with pytest.raises(NotFound):
        deliver_again(each_world, OPERATOR, [1])
    with pytest.raises(Conflict):
        deliver_again(each_world, OPERATOR, [done.element])
    with pytest.raises(Conflict):
        deliver_stuck_again(each_world, OPERATOR, [DeliveryState.DELIVERED])


# -- held -----------------------------------------------------------------------------------------


def test_without_a_system_user_it_is_held_until_there_is_one(world: Store, outside: Outside, clock: Clock) -> None:
    edit(world, remove(CLIENT_DELEGATION))
    hand_in(world, "a")
    runner = courier(world, outside)
    runner.drain()
    (held,) = deliveries(world)
    assert (held.state, held.cause, held.attempts) == (DeliveryState.HELD, DeliveryCause.NO_SYSTEM_USER, 0)
    assert "client" in held.words
    assert not outside.asked
    clock.move(days=30)
    runner.drain()
    assert deliveries(world)[0].state is DeliveryState.HELD, "nobody gives up what waits for a right"
    edit(world, put(CLIENT_DELEGATION))
    assert deliver_stuck_again(world, OPERATOR, [DeliveryState.HELD]) == 1
    runner.drain()
    assert deliveries(world)[0].state is DeliveryState.DELIVERED


def test_a_system_without_our_client_gets_no_token_so_it_is_held(world: Store, outside: Outside) -> None:
    edit(world, put(replace(SYSTEM_FACT, client_ids=("somebody-else",))))
    hand_in(world, "a")
    courier(world, outside).drain()
    assert deliveries(world)[0].cause is DeliveryCause.ANOTHER_CLIENT


def test_what_has_no_successor_no_target_or_no_known_reportee_is_held(world: Store, outside: Outside) -> None:
    hand_in(world, "a")
    (each,) = take_deliveries(world, limit=1)
    element = world.read(lambda ledger: ledger.forms.element(each.element))
    assert element is not None
    snapshot, now = world.snapshot(), world.clock()
    for changes, cause in (
        ({"service": ServiceId("svc:1236/140113")}, DeliveryCause.NO_SUCCESSOR),
        ({"reportee": PartyId("")}, DeliveryCause.PARTY_UNKNOWN),
        ({"owner": GIVER, "enterprise_system": None}, DeliveryCause.NO_SYSTEM_USER),
        ({"enterprise_system": None}, None),
    ):
        chosen = choose_sender(snapshot, replace(element, **changes), now, CLIENT)
        assert (chosen.cause if isinstance(chosen, DeliveryFailure) else None) == cause
    give_back(world, each, now)
    elsewhere = Targets(ISSUER, CLIENT, KEY, {"another": Target("https://etat.example/{party}", SCOPE)})
    tokens = MachineClient(outside.http, ISSUER, lambda: Credentials(CLIENT, KEY))
    Courier(world, outside.http, tokens, elsewhere).drain()
    assert deliveries(world)[0].cause is DeliveryCause.NO_TARGET


def test_no_identity_number_stands_in_an_address(world: Store) -> None:
    assert party_in_address(world.snapshot(), MANAGER) == (MANAGER, "01817010055")
    assert party_in_address(world.snapshot(), GIVER) == ("310000302", "310000302")


def test_what_has_lost_its_content_is_a_dead_letter(world: Store, outside: Outside) -> None:
    hand_in(world, "a")
    element = world.read(lambda ledger: next(iter(ledger.forms.handed_on()))[0])
    (form,) = world.read(lambda ledger: ledger.forms.forms(element))
    world.write(lambda ledger: ledger.forget_content(form.content))
    courier(world, outside).drain()
    assert [each.cause for each in dead_letters(world)] == [DeliveryCause.INCOMPLETE]


@pytest.mark.parametrize(("status", "cause"), [(400, "token-refused"), (500, "token-unreachable")])
def test_without_a_token_nothing_is_sent(world: Store, outside: Outside, status: int, cause: str) -> None:
    hand_in(world, "a")
    outside.refuse_tokens = status
    courier(world, outside).drain()
    (held,) = deliveries(world)
    assert (held.cause, held.status, held.attempts) == (cause, status, 0)
    assert "MP-303" in held.words
    assert not outside.asked


# -- once, whatever comes between -----------------------------------------------------------------


def test_a_lease_that_runs_out_is_taken_over_under_the_same_key(
    each_world: Store, outside: Outside, clock: Clock
) -> None:
    hand_in(each_world, "a")
    (taken,) = take_deliveries(each_world, limit=5)
    assert courier(each_world, outside).drain() == 0
    clock.move(seconds=LEASE.total_seconds())
    assert courier(each_world, outside).drain() == 1
    (delivered,) = deliveries(each_world)
    assert (delivered.key, delivered.state) == (taken.key, DeliveryState.DELIVERED)


def test_a_late_answer_of_the_first_worker_changes_nothing(each_world: Store, outside: Outside, clock: Clock) -> None:
    hand_in(each_world, "a")
    (late,) = take_deliveries(each_world, limit=5)
    clock.move(seconds=LEASE.total_seconds())
    outside.script.append("answer:500")
    runner = courier(each_world, outside)
    runner.drain()
    (before,) = deliveries(each_world)
    outside.script.append("answer:422:no")
    runner._try(late)
    assert deliveries(each_world) == (before,), "a refusal without the lease counts for nothing"
    runner._try(late)
    (delivered,) = deliveries(each_world)
    assert delivered.state is DeliveryState.DELIVERED, "that it was taken counts, whoever says it"
    clock.move(hours=2)
    assert runner.drain() == 0


def test_two_workers_at_once_deliver_everything_once(
    each_world: Store, database_url: str, outside: Outside, clock: Clock
) -> None:
    other = Store(database_url, clock=clock)
    hand_in(each_world, *(f"u{number}" for number in range(30)))
    runners = [courier(each, outside, hands=3) for each in (each_world, other)]
    with ThreadPoolExecutor(2) as pool:
        tries = sum(pool.map(lambda runner: runner.drain(), runners))
    other.close()
    assert tries == 30
    assert set(outside.times.values()) == {1}
    assert len(outside.times) == 30
    assert {each.state for each in deliveries(each_world)} == {DeliveryState.DELIVERED}


_TROUBLES = st.sampled_from([*AGAIN, "take", "answer:401", "answer:425"])


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(troubles=st.lists(_TROUBLES, max_size=12), hands=st.integers(1, 3))
def test_whatever_goes_wrong_each_is_taken_once_and_has_its_receipt(
    sqlite_url: str, troubles: list[str], hands: int
) -> None:
    from tests.delivery.world import facts

    clock, outside = Clock(), Outside()
    store = Store(sqlite_url, clock=clock)
    if not store.snapshot().catalogue.services:
        store.import_facts("tests", facts())
    before = {each.element for each in deliveries(store)}
    hand_in(store, *(f"{len(before)}-{number}" for number in range(3)))
    outside.script.extend(troubles)
    runner = courier(store, outside, hands=hands)
    for _ in range(16):
        runner.drain()
        clock.move(hours=1)
    mine = [each for each in deliveries(store) if each.element not in before]
    assert {each.state for each in mine} == {DeliveryState.DELIVERED}
    assert outside.times == {each.key: 1 for each in mine}
    assert {each.reference for each in mine} == {receipt for receipt, _ in outside.taken.values()}
    assert archive_submissions(store) == 0
    store.close()


def test_a_reference_that_no_database_takes_is_kept_as_far_as_it_can_be(each_world: Store) -> None:
    """Else the delivery would be sent again for ever, and a receipt could not be written as XML."""
    hand_in(each_world, "a")
    (taken,) = take_deliveries(each_world, limit=1)
    sender = Sender(USER, "310000205", REFERENCE, Right(RESOURCE, "write"))
    found = note_delivered(each_world, taken, sender, 201, " R\x00\ud800-1\x01\n2 ")
    assert (found.state, found.reference) == (DeliveryState.DELIVERED, "R -1 2")


def test_the_receipt_of_a_batch_with_more_units_than_a_question_can_name(each_world: Store, outside: Outside) -> None:
    hand_in(each_world, "a")
    courier(each_world, outside).drain()
    (delivered,) = deliveries(each_world)
    others = range(10**9, 10**9 + 70_000)
    found = each_world.read(lambda ledger: ledger.deliveries.references([*others, delivered.element]))
    assert found == {delivered.element: "ref-1"}
