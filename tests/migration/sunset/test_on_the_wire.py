"""The old doors on a real socket: what is counted, turned away and told; and clients that read the answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree
from zeep import Client as ZeepClient

from core import OPERATOR, CallOutcome, OldCall, Store, add_brown_out, end_brown_out, planned_brown_outs, write_census
from soap import SoapOptions, SunsetNotice
from soap.contract import Binding
from soap.notice import NAMESPACE
from tests.doors.soap.asmx_client import PATH, SOAP_11, SOAP_12, Client, batch, client_reads, envelope, unit
from tests.doors.soap.conftest import OWNER, Clock, served
from tests.doors.soap.svc.binding_clients import BINDINGS, PASSWORD, found, shipment
from tests.doors.soap.svc.binding_world import Bindings
from tests.doors.soap.svc.conftest import bindings, certificates

__all__ = ["bindings", "certificates"]

HOUR = timedelta(hours=1)
GOLDEN = Path(__file__).parents[2] / "doors" / "soap" / "golden"
SENT = batch(unit(OWNER, "A1", body='<Skjema skjemanummer="669" spesifikasjonsnummer="6088"/>'))
STATUS = envelope("BatchStatusPw", {"enterpriseSystemId": 4711, "batchId": "x", "password": "hemmelig1"})


def counted(store: Store) -> dict[OldCall, int]:
    """What is in the census."""
    write_census(store)
    return {each.call: each.calls for each in store.read(lambda ledger: list(ledger.census.tallies()))}


# -- counting ---------------------------------------------------------------------------------------


def test_every_call_of_the_first_platform_is_counted_with_its_caller(door: Client, world: Store) -> None:
    agent = {"User-Agent": "Fagsystem/3.1"}
    for _ in range(3):
        door.send(STATUS, headers=agent)
    door.send(STATUS.replace("hemmelig1", "feil1234"), headers=agent)
    door.send(STATUS.replace("4711", "99").replace("hemmelig1", "feil1234"))
    door.send(envelope("AltInnStatus", {}), headers=agent)
    door.send(envelope("Nonsense", {}), headers=agent)
    door.send("<x/>")
    mine = ("enterprise-system:4711", True, "127.0.0.1", "Fagsystem/3.1")
    call = OldCall("DataExchange", "ASMX", "BatchStatusPw", *mine)
    failed = replace_call(call, proven=False, agent="", outcome=CallOutcome.NOT_LOGGED_ON)
    nobody = OldCall("DataExchange", "ASMX", "", address="127.0.0.1")
    assert counted(world) == {
        call: 3,
        failed: 1,
        replace_call(failed, caller=""): 1,
        replace_call(nobody, operation="AltInnStatus"): 1,
        replace_call(nobody, outcome=CallOutcome.REFUSED): 2,
    }


def test_a_batch_that_cannot_be_read_is_still_somebodys(door: Client, world: Store) -> None:
    for system in ("4711", "99", "01819012365"):
        sent = f'<DataBatch batchId="1" enterpriseSystemId="{system}"/>'
        assert "InvalidXml" in door.submit(sent)
    assert {(call.caller, call.proven) for call in counted(world)} == {("enterprise-system:4711", False), ("", False)}


def replace_call(call: OldCall, **values: object) -> OldCall:
    return call._replace(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("binding", BINDINGS)
def test_every_binding_of_the_later_platform_is_counted_with_its_caller(bindings: Bindings, binding: Binding) -> None:
    before = counted(bindings.store)
    speaker = bindings.speaker(binding)
    assert speaker.call("IntermediaryInbound", "Test").status == 200
    answer = speaker.call("ReceiptExternal", "GetReceipt", "")
    assert answer.status == 500
    new = {call: times for call, times in counted(bindings.store).items() if before.get(call) != times}
    _, operation = found("ReceiptExternal", "GetReceipt", binding)
    whose = "enterprise-user:user-1" if binding in (Binding.EC, Binding.EC2) else "enterprise-system:4711"
    mine = [call for call in new if call.operation == operation.name]
    assert [(call.caller, call.proven, call.outcome, call.binding) for call in mine] == [
        (whose, True, CallOutcome.REFUSED, binding.value)
    ]
    assert {call.operation for call in new} <= {"Test", "RequestSecurityToken", operation.name}


def test_what_the_security_of_a_message_does_not_prove_is_a_failed_log_on(bindings: Bindings) -> None:
    speaker = bindings.speaker(Binding.EC, bindings.certificates.untrusted)
    assert speaker.opening("/IntermediaryExternal/ReceiptExternalEC.svc").status == 500
    wrong = bindings.speaker(Binding.BASIC).call("ReceiptExternal", "GetReceipt", "", password="feil1234")
    assert wrong.status == 500
    outcomes = {(call.binding, call.caller, call.proven) for call in counted(bindings.store)
                if call.outcome is CallOutcome.NOT_LOGGED_ON}  # fmt: skip
    assert {("EC", "", False), ("Basic", "enterprise-system:4711", False)} <= outcomes


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "192.0.2.1", "127.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (2, "192.0.2.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "192.0.2.1:4711", "192.0.2.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_the_peers_or_what_a_proxy_of_ours_says(
    world: Store, proxies: int, forwarded: str, address: str
) -> None:
    with served(world, SoapOptions(trusted_proxies=proxies)) as door:
        door.send(STATUS, headers={"X-Forwarded-For": forwarded})
    assert [call.address for call in counted(world)] == [address]


def test_nothing_is_counted_where_that_is_turned_off(world: Store) -> None:
    with served(world, SoapOptions(counted=False)) as door:
        assert door.send(STATUS).status == 200
    assert counted(world) == {}


# -- brown-outs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("soap", "code"), [(SOAP_11, "soap:Server"), (SOAP_12, "soap:Receiver")])
def test_a_batch_in_a_brown_out_is_told_when_to_come_back_and_its_id_stays_free(
    door: Client, world: Store, clock: Clock, soap: str, code: str
) -> None:
    planned = add_brown_out(world, OPERATOR, clock.now, clock.now + HOUR)
    clock.pass_time(minutes=10)
    submit = envelope("SubmitBatchPw", {"batch": SENT, "password": "hemmelig1"}, soap=soap)
    media = "text/xml" if soap == SOAP_11 else "application/soap+xml"
    answer = door.send(submit, content_type=f"{media}; charset=utf-8")
    assert (answer.status, answer.headers["retry-after"]) == (503, "3000")
    assert answer.headers["content-type"].startswith(media)
    assert answer.fault[0] == code
    assert "legges ned" in answer.fault[1]
    wrong = door.send(submit.replace("hemmelig1", "feil1234"), content_type=f"{media}; charset=utf-8")
    assert 'status="AuthenticationFailed"' in wrong.result("SubmitBatchPw")
    clock.pass_time(hours=1)
    again = door.send(submit, content_type=f"{media}; charset=utf-8")
    assert client_reads(again.result("SubmitBatchPw")) == ("OK", [("A1", "OK")])
    refused = [call for call in counted(world) if call.outcome is CallOutcome.BROWNED_OUT]
    assert [(call.caller, call.brown_out) for call in refused] == [("enterprise-system:4711", planned.id)]


def test_the_cohort_the_allow_list_and_the_operations_decide(door: Client, world: Store, clock: Clock) -> None:
    def status(system: int) -> int:
        return door.send(STATUS.replace("4711", str(system))).status

    submit = envelope("SubmitBatchPw", {"batch": SENT, "password": "hemmelig1"})
    planned = add_brown_out(world, OPERATOR, clock.now, clock.now + HOUR, callers=["enterprise-system:4712"])
    assert (status(4711), status(4712)) == (200, 503)
    end_brown_out(world, OPERATOR, planned.id)
    planned = add_brown_out(world, OPERATOR, clock.now, clock.now + HOUR, allowed=["enterprise-system:4712"])
    assert (status(4711), status(4712)) == (503, 200)
    end_brown_out(world, OPERATOR, planned.id)
    # Receipts may be polled while nothing is taken in.
    add_brown_out(world, OPERATOR, clock.now, clock.now + HOUR, operations=["SubmitBatchPw"])
    assert (status(4711), door.send(submit).status) == (200, 503)
    # What names nobody is for nobody to be turned away from.
    assert door.send(envelope("AltInnStatus", {})).status == 200


@pytest.fixture
def closed(bindings: Bindings) -> Iterator[Bindings]:
    """The world of the later platform in a brown-out of an hour."""
    now = bindings.clock.now
    planned = add_brown_out(bindings.store, OPERATOR, now, now + HOUR)
    yield bindings
    end_brown_out(bindings.store, OPERATOR, planned.id)


@pytest.mark.parametrize("binding", BINDINGS)
def test_every_binding_of_the_later_platform_is_told_in_its_version(closed: Bindings, binding: Binding) -> None:
    before = closed.stored()
    speaker = closed.speaker(binding)
    answer = speaker.call("IntermediaryInbound", "SubmitFormTask", shipment(f"closed-{binding.value}"))
    assert answer.status == 503, answer.body
    assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert "send the same again" in answer.fault["AltinnErrorMessage"]
    code = "Server" if binding is Binding.BASIC else "Receiver"
    assert f"s:{code}<".encode() in answer.body
    assert closed.stored() == before
    ends = planned_brown_outs(closed.store.snapshot())[-1].ends
    closed.clock.now = max(ends, closed.clock.now) + timedelta(seconds=1)
    later = closed.speaker(binding).call("IntermediaryInbound", "SubmitFormTask", shipment(f"closed-{binding.value}"))
    assert later.status == 200, later.body


def test_a_persons_one_time_code_is_not_spent_in_one(closed: Bindings) -> None:
    answer = closed.speaker(Binding.BASIC).call(
        "ReporteeElementList",
        "GetReporteeElementList",
        "<userSSN>01817010055</userSSN><userPassword>feil</userPassword><userPinCode>x</userPinCode>",
    )
    assert answer.status == 503
    wrong = closed.store.read(lambda ledger: ledger.logons.locked_until("person:manager"))
    assert wrong is None


# -- the notice -------------------------------------------------------------------------------------

NOTICE = SunsetNotice(
    datetime(2026, 6, 19, tzinfo=UTC), datetime(2027, 6, 19, 12, 30, tzinfo=UTC), "https://bro.example/slutt?a=1&b=2"
)
IN_ENVELOPE = replace(NOTICE, in_envelope=True)


def test_every_answer_has_the_standard_headers(world: Store, clock: Clock) -> None:
    with served(world, SoapOptions(notice=NOTICE)) as door:
        answers = [
            door.send(envelope("AltInnStatus", {})),
            door.send(envelope("Nonsense", {})),
            door.request("GET", f"{PATH}?wsdl"),
        ]
        add_brown_out(world, OPERATOR, clock.now, clock.now + HOUR)
        answers.append(door.send(STATUS))
    assert [each.status for each in answers] == [200, 500, 200, 503]
    for each in answers:
        assert each.headers["deprecation"] == "@1781827200"
        assert parsedate_to_datetime(each.headers["sunset"]) == NOTICE.sunset
        assert each.headers["link"].endswith('; rel="sunset"')
        assert NAMESPACE not in each.text


@pytest.mark.parametrize(
    ("notice", "names"),
    [
        (SunsetNotice(), []),
        (SunsetNotice(link="https://bro.example/"), []),
        (SunsetNotice(sunset=NOTICE.sunset), ["Sunset"]),
        (SunsetNotice(sunset=NOTICE.sunset, link="https://bro.example/"), ["Sunset", "Link"]),
        (NOTICE, ["Deprecation", "Sunset", "Link", "Link"]),
    ],
)
def test_only_what_is_known_is_said(notice: SunsetNotice, names: list[str]) -> None:
    assert [name for name, _ in notice.headers] == names
    assert notice.block == ""
    assert ("Ends" in replace(notice, in_envelope=True).block) == (notice.sunset is not None)


@pytest.mark.parametrize("soap", [SOAP_11, SOAP_12])
@pytest.mark.parametrize("operation", ["AltInnStatus", "Nonsense"])
def test_the_block_is_in_the_envelopes_own_header_and_nobody_must_understand_it(
    world: Store, soap: str, operation: str
) -> None:
    with served(world, SoapOptions(notice=IN_ENVELOPE)) as door:
        root = etree.fromstring(door.send(envelope(operation, {}, soap=soap)).body)
    assert [etree.QName(child).localname for child in root] == ["Header", "Body"]
    (header, _) = root
    assert etree.QName(header).namespace == soap
    (block,) = header
    assert block.tag == f"{{{NAMESPACE}}}Sunset"
    assert not block.attrib
    assert {etree.QName(each).localname: each.text for each in block} == {
        "Deprecated": "2026-06-19T00:00:00Z",
        "Ends": "2027-06-19T12:30:00Z",
        "Link": NOTICE.link,
    }


def test_without_a_notice_the_wire_is_as_it_was_to_the_letter(door: Client) -> None:
    for name, soap in (("fault-soap11.xml", SOAP_11), ("fault-soap12.xml", SOAP_12)):
        answer = door.send(envelope("SubmitBatchX", {}, soap=soap))
        assert answer.body == (GOLDEN / name).read_bytes()
        assert not {"deprecation", "sunset", "link", "retry-after"} & set(answer.headers)


def test_unmodified_generated_clients_read_answers_with_the_block(world: Store) -> None:
    with served(world, SoapOptions(notice=IN_ENVELOPE)) as door:
        zeep = ZeepClient(f"http://127.0.0.1:{door.port}{PATH}?wsdl")
        for port in zeep.wsdl.services["DataExchange"].ports:
            service = zeep.bind("DataExchange", port)
            receipt = service.SubmitBatchPw(SENT, "hemmelig1")
            assert client_reads(receipt)[0] in ("OK", "AllreadyExists")
        receipts = "/IntermediaryExternal/ReceiptExternalBasic.svc"
        later = ZeepClient(f"http://127.0.0.1:{door.port}{receipts}?singleWsdl")
        assert later.service.Test() is None


@pytest.mark.parametrize("binding", BINDINGS)
def test_the_block_stands_beside_addressing_and_security(bindings: Bindings, binding: Binding) -> None:
    options = SoapOptions(notice=IN_ENVELOPE, certificate_authorities=(bindings.certificates.issuer.pem,))
    with served(bindings.store, options) as door:
        speaker = replace(bindings, port=door.port).speaker(binding)
        answer = speaker.call("IntermediaryInbound", "SubmitFormTask", shipment(f"told-{binding.value}"))
    assert answer.status == 200, answer.body
    header = answer.root[0]
    names = [etree.QName(each).localname for each in header]
    assert names[-1] == "Sunset"
    assert names[:-1] == ([] if binding is Binding.BASIC else ["Action", "RelatesTo", "Security"])
    assert PASSWORD.encode() not in answer.body
