"""Prefill: left by service owners, replaced under its reference, laid out once, and fetched by whoever may fill in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from core import (
    ErrorCode,
    GatewayError,
    Prefill,
    PrefilledFile,
    PrefilledForm,
    Store,
    list_messages_for_reportee,
    prefill_for,
    send_message,
    start_prefilled,
    submit_prefill,
)
from tests.core.messages.world import (
    AT_OFFICE,
    AT_STRANGER,
    CLIENT,
    OTHER_SERVICE,
    SENDER,
    SERVICE,
    STRANGER,
    Clock,
    message,
    party,
)

FORM = PrefilledForm("212", 4348, "H", "<Skjema>æøå</Skjema>")
FILE = PrefilledFile("Fil", "fil.bin", "V", "binary_octet_stream", bytes(300_000))


def prefill(**changes: object) -> Prefill:
    values: dict[str, object] = {
        "service": SERVICE,
        "reportee": CLIENT,
        "reference": "P-1",
        "shipment": "S-1",
        "forms": (FORM,),
        "files": (FILE,),
        "identity": ("2026",),
        "identity_code": "kode",
    }
    return Prefill(**{**values, **changes})  # type: ignore[arg-type]


def code_of(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(GatewayError) as refused:
        call()
    return refused.value.code


def test_what_is_left_is_fetched(messages: Store, clock: Clock) -> None:
    submit_prefill(messages, SENDER, (prefill(),))
    (kept,) = prefill_for(messages, AT_OFFICE, CLIENT, SERVICE)
    assert (kept.prefill, kept.owner_code, kept.kept) == (prefill(), "OEB", clock.now)


def test_a_set_takes_the_place_of_the_one_before(messages: Store, clock: Clock) -> None:
    submit_prefill(messages, SENDER, (prefill(), prefill(reference="P-2")))
    clock.pass_time(hours=1)
    submit_prefill(messages, SENDER, (prefill(files=()),))
    found = prefill_for(messages, AT_OFFICE, CLIENT, SERVICE)
    assert [(each.prefill.reference, len(each.prefill.files)) for each in found] == [("P-1", 0), ("P-2", 1)]


def test_a_set_is_given_out_while_it_is_valid(messages: Store, clock: Clock) -> None:
    begins, ends = clock.now + timedelta(days=1), clock.now + timedelta(days=2)
    submit_prefill(messages, SENDER, (prefill(valid_from=begins, valid_to=ends),))
    seen = []
    for _ in range(3):
        seen.append(len(prefill_for(messages, AT_OFFICE, CLIENT, SERVICE)))
        clock.pass_time(days=1)
    assert seen == [0, 1, 0]


@pytest.mark.parametrize("act", [submit_prefill, start_prefilled])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": " "}, ErrorCode.INVALID_PREFILL),
        ({"forms": ()}, ErrorCode.INVALID_PREFILL),
        ({"forms": (PrefilledForm("", 1, "H", "<x/>"),)}, ErrorCode.INVALID_PREFILL),
        ({"service": OTHER_SERVICE}, ErrorCode.NOT_THE_SERVICE_OWNER),
        ({"service": "svc:1/1"}, ErrorCode.UNKNOWN_SERVICE),
        ({"reportee": "310000531"}, ErrorCode.PARTY_NOT_FOUND),
    ],
)
def test_one_bad_set_and_none_is_kept(
    messages: Store, act: Callable[..., object], changes: dict[str, object], code: ErrorCode
) -> None:
    assert code_of(lambda: act(messages, SENDER, (prefill(), prefill(**changes)))) is code
    assert not prefill_for(messages, AT_OFFICE, CLIENT, SERVICE)


def test_prefill_is_for_those_who_may_fill_in(messages: Store) -> None:
    assert code_of(lambda: prefill_for(messages, AT_STRANGER, CLIENT, SERVICE)) is ErrorCode.MISSING_RIGHT
    assert code_of(lambda: prefill_for(messages, AT_STRANGER, "310000531", SERVICE)) is ErrorCode.MISSING_RIGHT
    assert not prefill_for(messages, AT_STRANGER, STRANGER, SERVICE)
    assert code_of(lambda: submit_prefill(messages, AT_OFFICE, (prefill(),))) is ErrorCode.NOT_THE_SERVICE_OWNER


def test_what_is_started_lies_among_the_elements_once(messages: Store) -> None:
    first = start_prefilled(messages, SENDER, (prefill(), prefill(reference="P-2")))
    assert start_prefilled(messages, SENDER, (prefill(),)) == first[:1]
    elements = messages.read(lambda ledger: ledger.forms.elements_of(party(CLIENT), None, None))
    assert {each.id for each in elements} == set(first)
    assert {(each.status, each.task) for each in elements} == {("FillIn", "FormFilling")}
    assert all(each.submission for each in elements)


def test_two_that_send_the_same_at_once_send_one(messages: Store) -> None:
    begin = threading.Barrier(4)
    sent = []

    def send() -> None:
        begin.wait()
        sent.append(send_message(messages, SENDER, message("M-1")))
        start_prefilled(messages, SENDER, (prefill(),))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.repeated for each in sent) == [False, True, True, True]
    assert len(list_messages_for_reportee(messages, AT_OFFICE, CLIENT)) == 1
    assert len(messages.read(lambda ledger: ledger.forms.elements_of(party(CLIENT), None, None))) == 2
