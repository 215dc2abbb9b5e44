"""The busy calls in every binding over a socket, rightly and wrongly proven; `-s` prints the table of outcomes."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from core import StandInChannel, stand_in_messages, use_code_channel
from soap.contract import Binding
from tests.doors.soap.svc.binding_clients import (
    BINDINGS,
    PASSWORD,
    SYSTEM,
    WRONG,
    Sent,
    Speaker,
    found,
    references,
    shipment,
)
from tests.doors.soap.svc.binding_world import PERSON, PERSON_PASSWORD, Bindings
from tests.doors.soap.svc.svc_client import FAULT, Answer, elements

INBOUND = "IntermediaryInbound"
SIGNED = (Binding.EC2, Binding.EC)
LATE = timedelta(minutes=20)
SEARCH = (
    "<searchBE><FromDate>2020-01-01</FromDate><Reportee>310000302</Reportee><SentAndArchived>true</SentAndArchived>"
    "<ToDate>2090-01-01T00:00:00</ToDate></searchBE><languageID>1044</languageID>"
)
Try = Callable[[Bindings, Speaker], Answer]


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[tuple[str, Binding], str]]:
    """What came of each case in each binding; printed when all are done."""
    noted: dict[tuple[str, Binding], str] = {}
    yield noted
    cases = list(dict.fromkeys(case for case, _ in noted))
    print(f"\n{'case':44}" + "".join(f"{binding:36}" for binding in BINDINGS))  # noqa: T201 - the table
    for case in cases:
        cells = "".join(f"{noted.get((case, binding), '-'):36}" for binding in BINDINGS)
        print(f"{case:44}{cells}")  # noqa: T201


def _submit(speaker: Speaker, **how: object) -> Sent:
    return speaker.message(INBOUND, "SubmitFormTask", shipment(speaker.reference), **how)  # type: ignore[arg-type]


def _outcome(answer: Answer) -> str:
    """Status and fault code as the table has them."""
    detail = next(answer.root.iter(f"{FAULT}AltinnFault"), None)
    if detail is not None:
        return f"{answer.status} AltinnFault {answer.fault['ErrorID']}"
    codes = [text for name in ("Value", "faultcode") for text in answer.texts(name)]
    return f"{answer.status} {codes[-1] if codes else answer.text('ReceiptStatusCode')}"


# -- what is right ---------------------------------------------------------------------------------


@pytest.mark.parametrize("binding", BINDINGS)
def test_the_busy_calls_work_in_every_binding(
    bindings: Bindings, binding: Binding, outcomes: dict[tuple[str, Binding], str]
) -> None:
    speaker = bindings.speaker(binding)
    taken = _submit(speaker).by(speaker.client)
    outcomes["good call", binding] = _outcome(taken)
    assert (taken.status, taken.text("ReceiptStatusCode")) == (200, "OK"), taken.body
    assert references(taken, "ArchiveReference")[0].startswith("AR")
    minutes = speaker.call(INBOUND, "GetAltinnSubmissionStatus")
    assert minutes.text(found(INBOUND, "GetAltinnSubmissionStatus", binding)[1].result) == "0"
    wanted = f"<receipt><ReceiptId>{taken.text('ReceiptId')}</ReceiptId></receipt>"
    for use_case, status in (("GetReceipt", "ReceiptStatusCode"), ("GetReceiptV2", "ReceiptStatus")):
        got = speaker.call("ReceiptExternal", use_case, wanted)
        assert (got.text("ReceiptId"), got.text(status)) == (taken.text("ReceiptId"), "OK"), got.body
        assert references(got, "ArchiveReference") == references(taken, "ArchiveReference")
    listed = speaker.call("ReceiptExternal", "GetReceiptListV2", "<receiptTypeName>FormTask</receiptTypeName>")
    assert speaker.reference in references(listed, "ExternalShipmentReference"), listed.body
    inbox = speaker.call("ReporteeElementList", "GetReporteeElementListV2", SEARCH)
    assert references(taken, "ArchiveReference")[0] in inbox.texts("ArchiveReference"), inbox.body
    assert references(taken, "WorkFlowReference")[0] in inbox.texts("ReporteeElementId")


def test_a_person_asks_for_a_code_and_acts_with_it_in_basic_and_ws(bindings: Bindings) -> None:
    use_code_channel(bindings.store, StandInChannel(bindings.store))
    basic = bindings.speaker(Binding.BASIC)
    asked = {"AuthMethod": "SMSPin", "SystemUserName": SYSTEM, "UserPassword": PERSON_PASSWORD, "UserSSN": PERSON}
    for binding in (Binding.BASIC, Binding.WS):
        inner = f"<challengeRequest>{elements(asked)}</challengeRequest>"
        told = basic.call("SystemAuthentication", "GetAuthenticationChallenge", inner)
        assert told.text("Status") == "Ok", told.body
        code = re.findall(r"\d{6}", stand_in_messages(bindings.store)[0].text)[0]
        speaker = bindings.speaker(binding)
        person = {"userSSN": PERSON, "userPassword": PERSON_PASSWORD, "authMethod": "SMSPin"}
        reference = f"SBS-{binding}-with-a-person"
        wrong = elements({**person, "userPinCode": "000000" if code != "000000" else "111111"})
        refused = speaker.call(INBOUND, "SubmitFormTask", wrong + shipment(reference))
        assert (refused.status, refused.fault["ErrorID"]) == (500, "989")
        right = elements({**person, "userPinCode": code}) + shipment(reference)
        assert speaker.call(INBOUND, "SubmitFormTask", right).text("ReceiptStatusCode") == "OK"


def test_a_wrong_password_of_a_person_is_told_in_the_challenge(bindings: Bindings) -> None:
    asked = {"AuthMethod": "AltinnPin", "SystemUserName": SYSTEM, "UserPassword": WRONG, "UserSSN": PERSON}
    told = bindings.speaker(Binding.BASIC).call(
        "SystemAuthentication", "GetAuthenticationChallenge", f"<challengeRequest>{elements(asked)}</challengeRequest>"
    )
    assert (told.status, told.text("Status")) == (200, "InvalidCredentials")


# -- what is wrong ---------------------------------------------------------------------------------


def _wrong_password(_world: Bindings, speaker: Speaker) -> Answer:
    return _submit(speaker, password=WRONG).by(speaker.client)


def _expired(world: Bindings, speaker: Speaker) -> Answer:
    return _submit(speaker, created=world.clock.now - LATE).by(speaker.client)


def _from_the_future(world: Bindings, speaker: Speaker) -> Answer:
    return _submit(speaker, created=world.clock.now + LATE).by(speaker.client)


def _same_nonce(_world: Bindings, speaker: Speaker) -> Answer:
    nonce = base64.b64encode(uuid.uuid4().bytes).decode()
    assert speaker.call(INBOUND, "Test", nonce=nonce).status == 200
    return _submit(speaker, nonce=nonce).by(speaker.client)


def _same_message(_world: Bindings, speaker: Speaker) -> Answer:
    status = speaker.message(INBOUND, "GetAltinnSubmissionStatus")
    assert status.by(speaker.client).status == 200
    return status.by(speaker.client)


def _same_opening(world: Bindings, speaker: Speaker) -> Answer:
    path = found(INBOUND, "SubmitFormTask", speaker.binding)[0].path
    now = world.tick()
    standing = replace(speaker, now=lambda: now)
    assert standing.opening(path).status == 200
    return standing.opening(path)


def _changed_timestamp(_world: Bindings, speaker: Speaker) -> Answer:
    sent = _submit(speaker)
    created = re.search(r"(<u:Created[^>]*>[^<]*\.\d\d)(\d)Z", sent.envelope)
    assert created is not None
    other = f"{created[1]}{(int(created[2]) + 1) % 10}Z"
    return replace(sent, envelope=sent.envelope.replace(created[0], other, 1)).by(speaker.client)


def _key_of_another_session(world: Bindings, speaker: Speaker) -> Answer:
    path = found(INBOUND, "SubmitFormTask", speaker.binding)[0].path
    other = world.speaker(speaker.binding).conversation(path)
    own = speaker.conversation(path)
    speaker.conversations[path] = replace(own, key=other.key)
    return _submit(speaker).by(speaker.client)


def _session_of_the_other_binding(world: Bindings, speaker: Speaker) -> Answer:
    other = world.speaker(Binding.EC if speaker.binding is Binding.EC2 else Binding.EC2)
    session = other.conversation(found(INBOUND, "SubmitFormTask", other.binding)[0].path)
    speaker.conversations[found(INBOUND, "SubmitFormTask", speaker.binding)[0].path] = session
    return _submit(speaker).by(speaker.client)


def _without_signature(_world: Bindings, speaker: Speaker) -> Answer:
    sent = _submit(speaker)
    root = etree.fromstring(sent.envelope)
    signature = next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    signature.getparent().remove(signature)  # type: ignore[union-attr]
    return replace(sent, envelope=etree.tostring(root).decode()).by(speaker.client)


def _another_organisation(world: Bindings, speaker: Speaker) -> Answer:
    other = replace(speaker, keys=world.certificates.other)
    return _submit(other).by(other.client)


def _untrusted_authority(world: Bindings, speaker: Speaker) -> Answer:
    stranger = replace(speaker, keys=world.certificates.untrusted)
    return stranger.opening(found(INBOUND, "SubmitFormTask", speaker.binding)[0].path)


WRONGLY: list[tuple[str, Try, dict[Binding, str]]] = [
    ("wrong password", _wrong_password, dict.fromkeys(BINDINGS, "500 AltinnFault 5")),
    ("timestamp expired", _expired, dict.fromkeys(BINDINGS, "500 wsu:MessageExpired")),
    ("timestamp in the future", _from_the_future, dict.fromkeys(BINDINGS, "500 wsu:MessageExpired")),
    ("nonce used before", _same_nonce, dict.fromkeys((Binding.BASIC, Binding.WS), "500 wsse:InvalidSecurity")),
    ("message sent before", _same_message, dict.fromkeys(SIGNED, "500 wsse:InvalidSecurity")),
    ("opening of a session sent before", _same_opening, dict.fromkeys(SIGNED, "500 wsse:InvalidSecurity")),
    ("forged: a digit of the timestamp changed", _changed_timestamp, dict.fromkeys(SIGNED, "500 wsse:FailedCheck")),
    ("forged: key of another session", _key_of_another_session, dict.fromkeys(SIGNED, "500 wsse:FailedCheck")),
    ("session of the other binding", _session_of_the_other_binding, dict.fromkeys(SIGNED, "500 wsc:BadContextToken")),
    ("signature left out", _without_signature, dict.fromkeys(SIGNED, "500 wsse:InvalidSecurity")),
    ("certificate of another organisation", _another_organisation, dict.fromkeys(SIGNED, "500 AltinnFault 5")),
    ("untrusted authority", _untrusted_authority, dict.fromkeys(SIGNED, "500 wsse:FailedAuthentication")),
]


@pytest.mark.parametrize(
    ("case", "attempt", "binding", "told"),
    [(case, attempt, binding, told[binding]) for case, attempt, told in WRONGLY for binding in told],
    ids=[f"{case}-{binding}" for case, _, told in WRONGLY for binding in told],
)
def test_what_is_wrongly_proven_is_refused_and_leaves_nothing(
    bindings: Bindings, case: str, attempt: Try, binding: Binding, told: str, outcomes: dict[tuple[str, Binding], str]
) -> None:
    before = bindings.stored()
    refused = bindings.speaker(binding)
    answer = attempt(bindings, refused)
    outcomes[case, binding] = _outcome(answer)
    assert _outcome(answer) == told, answer.body
    assert bindings.stored() == before
    assert "Traceback" not in answer.body.decode()
    assert PASSWORD not in answer.body.decode()
    speaker = replace(bindings.speaker(binding), reference=refused.reference)
    taken = _submit(speaker).by(speaker.client)
    assert taken.text("ReceiptText") == "SignAndSend Completed Successfully", "the reference is free"


def test_a_submission_sent_again_to_the_letter_is_taken_once(bindings: Bindings) -> None:
    for binding in SIGNED:
        speaker = bindings.speaker(binding)
        sent = _submit(speaker)
        assert sent.by(speaker.client).text("ReceiptStatusCode") == "OK"
        after = bindings.stored()
        assert _outcome(sent.by(speaker.client)) == "500 wsse:InvalidSecurity"
        assert bindings.stored() == after
