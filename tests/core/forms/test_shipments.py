"""Shipments: the final receipt at once, every refusal in its own words, and each shipment once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core import (
    EVERY_REPORTEE,
    Authority,
    AuthorityRow,
    ErrorCode,
    NotAllowed,
    ReceiptReference,
    ReceiptStatus,
    ReceiptType,
    ReferenceType,
    ServiceForm,
    Shipment,
    Store,
    archive_submissions,
    find_receipt,
    form_id,
    put,
    remove,
    submit_form_task,
)
from core.services.lifecycle import hand_in
from core.services.shipments import _Judged, _ShipmentHandIn
from tests.core.forms.world import (
    FIRMS_SYSTEM,
    FORM,
    MANAGERS_LOGIN,
    PLAIN,
    SIGN_GRANT,
    WITH_MANAGER,
    WRITE_GRANT,
    edit,
    file,
    shipment,
    signed,
)

SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Skjema"><xs:complexType>'
    '<xs:attribute name="beloep" type="xs:integer" use="required"/></xs:complexType></xs:element></xs:schema>'
)


def _stored(store: Store) -> int:
    return store.read(lambda ledger: ledger.count_submissions())


def test_a_complete_shipment_is_archived_in_the_call(world: Store) -> None:
    receipt = submit_form_task(world, FIRMS_SYSTEM, shipment(files=(file("S-1-V"),)))
    assert (receipt.status, receipt.type) == (ReceiptStatus.OK, ReceiptType.FORM_TASK)
    assert receipt.text == "SignAndSend Completed Successfully"
    assert receipt.history == "Successfully Instantiated"
    assert receipt.value_of(ReferenceType.EXTERNAL_SHIPMENT) == "S-1"
    assert receipt.value_of(ReferenceType.WORKFLOW) == str(receipt.element)
    assert (receipt.value_of(ReferenceType.ARCHIVE) or "").removeprefix("AR").isdigit()
    assert [child.value_of(ReferenceType.SENDERS) for child in receipt.children] == ["S-1-H", "S-1-V"]
    assert {child.parent for child in receipt.children} == {receipt.id}
    assert archive_submissions(world) == 0, "nothing is left for the worker"


def test_what_is_sent_is_kept_to_the_letter(world: Store) -> None:
    data = '\n<?xml version="1.0" encoding="ISO-8859-1"?><Skjema a = "1"><!-- æ --></Skjema>'
    receipt = submit_form_task(world, FIRMS_SYSTEM, shipment("S-1", replace(FORM, data=data)))
    (form,) = world.read(lambda ledger: ledger.forms.forms(receipt.element or 0))
    assert world.read(lambda ledger: b"".join(ledger.content(form.content))) == data.encode()


def test_an_incomplete_one_waits_in_the_inbox(world: Store) -> None:
    receipt = submit_form_task(world, FIRMS_SYSTEM, shipment("S-1", replace(FORM, completed=False, data="<Skjema/>")))
    element = world.read(lambda ledger: ledger.forms.element(receipt.element or 0))
    assert element is not None
    assert (receipt.text, receipt.value_of(ReferenceType.ARCHIVE)) == ("Successfully Instantiated", None)
    assert (element.status, element.task, element.archived) == ("FillIn", "FormFilling", None)
    assert archive_submissions(world) == 0


def test_a_repeat_is_the_first_one_brought_up_to_date(world: Store) -> None:
    first = submit_form_task(world, FIRMS_SYSTEM, shipment())
    again = submit_form_task(world, FIRMS_SYSTEM, shipment("S-1", replace(FORM, data="<Annet/>")))
    assert (again.id, again.references, again.status) == (first.id, first.references, ReceiptStatus.OK)
    assert again.text.startswith("Shipment Already Exists")
    assert first.text in again.text
    assert find_receipt(world, FIRMS_SYSTEM, first.id, ()) == first, "a repeat changes nothing"
    assert _stored(world) == 1


def test_a_repeat_is_one_whatever_was_withdrawn_since(world: Store) -> None:
    first = submit_form_task(world, FIRMS_SYSTEM, shipment())
    edit(world, remove(WRITE_GRANT))
    assert submit_form_task(world, FIRMS_SYSTEM, shipment()).id == first.id
    with pytest.raises(NotAllowed):
        submit_form_task(world, FIRMS_SYSTEM, shipment("S-2"))
    edit(world, put(WRITE_GRANT))
    assert submit_form_task(world, FIRMS_SYSTEM, shipment("S-2")).status is ReceiptStatus.OK


REJECTED = {
    "no reference": ({"reference": " "}, "Argument Null Exception"),
    "no service": ({"service_code": ""}, "Argument Null Exception"),
    "no forms": ({"forms": ()}, "Argument Null Exception"),
    "no edition": ({"service_edition": None}, "Service Edition Code is Missing"),
    "another edition": ({"service_edition": 1}, "Not A Valid Service. ServiceCode: 1234, ServiceEdition: 1"),
    "an unknown service": ({"service_code": "77"}, "There exist no valid services with given service code/edition"),
    "no reportee": ({"reportee": "12345"}, "Invalid reportee"),
    "a signature of nobody": (
        {"service_code": "1235", "signature": signed().signature},
        "Not A Valid Signature",
    ),
}


@pytest.mark.parametrize(("changes", "text"), REJECTED.values(), ids=REJECTED)
def test_what_is_rejected_has_a_receipt_that_does_not_exist(
    world: Store, changes: dict[str, object], text: str
) -> None:
    receipt = submit_form_task(world, FIRMS_SYSTEM, replace(shipment(), **changes))  # type: ignore[arg-type]
    assert (receipt.id, receipt.type, receipt.status) == (0, ReceiptType.NOT_SET, ReceiptStatus.REJECTED)
    assert receipt.text.startswith(text)
    assert _stored(world) == 0


INVALID: dict[str, tuple[Shipment, str, str]] = {
    "not XML": (shipment("S-1", replace(FORM, data="<Skjema")), "Form Validation Failed", "SchemaValidationError"),
    "a document type": (
        shipment("S-1", replace(FORM, data="<!DOCTYPE a><a/>")),
        "Form Validation Failed",
        "SchemaValidationError",
    ),
    "no data": (shipment("S-1", replace(FORM, data="")), "Form Validation Failed", "SchemaValidationError"),
    "against the schema": (
        shipment("S-1", replace(FORM, format_id="212", format_version=4348)),
        "Form Validation Failed",
        "SchemaValidationError",
    ),
    "a format in words": (
        shipment("S-1", replace(FORM, format_id="mva")),
        "Not A Valid DataFormatId Or DataFormatVersion. DataFormatId: mva, DataFormatVersion: 12345",
        "Not A Valid DataFormatId Or DataFormatVersion",
    ),
    "a reference twice": (
        shipment("S-1", FORM, replace(FORM, parent="S-1-H")),
        "Form Validation Failed",
        "Form Validation Failed: EndUserSystemReference is used more than once",
    ),
    "its own parent": (
        shipment("S-1", replace(FORM, parent="S-1-H")),
        "Form Validation Failed",
        "Form Validation Failed: EndUserSystemReference is the same",
    ),
    "signed but not complete": (
        shipment(
            "S-1",
            replace(FORM, completed=False, data='<a><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></a>'),
        ),
        "Not A Valid Signature",
        "Not A Valid Signature",
    ),
}


@pytest.mark.parametrize(("sent", "whole", "form"), INVALID.values(), ids=INVALID)
def test_bad_content_is_told_form_by_form_and_leaves_the_reference_free(
    world: Store, sent: Shipment, whole: str, form: str
) -> None:
    world.write(lambda ledger: ledger.set_form_schema(form_id(212, 4348), SCHEMA))
    refused = submit_form_task(world, FIRMS_SYSTEM, sent)
    assert (refused.status, refused.text[: len(whole)]) == (ReceiptStatus.VALIDATION_FAILED, whole)
    assert refused.children[0].text.startswith(form)
    assert _stored(world) == 0
    assert find_receipt(world, FIRMS_SYSTEM, refused.id, ()) == refused, "who polls finds why"
    taken = submit_form_task(world, FIRMS_SYSTEM, shipment())
    assert (taken.id, taken.status) == (refused.id, ReceiptStatus.OK), "the same receipt goes on"
    assert refused.text in taken.history
    assert [child.status for child in taken.children] == [ReceiptStatus.OK]


@pytest.mark.parametrize(
    "bad",
    [
        file("v", file_name="uten_endelse"),
        file("v", file_name="c:noter.pdf"),
        file("v", file_name="a\\noter.pdf"),
        file("v", file_name=".pdf"),
        file("v", content=None),
        file("S-1-H"),
        file("v" * 256),
    ],
)
def test_bad_files_are_refused(world: Store, bad: object) -> None:
    refused = submit_form_task(world, FIRMS_SYSTEM, shipment(files=(bad,)))
    assert refused.status is ReceiptStatus.VALIDATION_FAILED
    assert refused.children[-1].status is ReceiptStatus.VALIDATION_FAILED
    assert _stored(world) == 0


def test_files_have_a_limit_together(world: Store) -> None:
    half = bytes(15 * 1024 * 1024)
    refused = submit_form_task(world, FIRMS_SYSTEM, shipment(files=(file("a", half), file("b", half + b"x"))))
    assert refused.status is ReceiptStatus.VALIDATION_FAILED
    assert submit_form_task(world, FIRMS_SYSTEM, shipment(files=(file("a", half), file("b", half)))).status == "OK"


def test_declared_forms_are_the_only_ones(world: Store) -> None:
    world.write(lambda ledger: ledger.forms.set_service_forms(PLAIN, [ServiceForm(PLAIN, "5", 6, 0, "Mva", True)]))
    refused = submit_form_task(world, FIRMS_SYSTEM, shipment())
    assert refused.text == "Not A Valid DataFormatId Or DataFormatVersion. DataFormatId: 999, DataFormatVersion: 12345"
    taken = submit_form_task(world, FIRMS_SYSTEM, shipment("S-1", replace(FORM, format_id="5", format_version=6)))
    assert taken.status is ReceiptStatus.OK


def test_unknown_and_unrelated_reportees_are_answered_alike(world: Store) -> None:
    found = []
    for reportee in ("310000604", "310000507"):
        with pytest.raises(NotAllowed) as refused:
            submit_form_task(world, FIRMS_SYSTEM, shipment(reportee=reportee))
        assert refused.value.message.endswith(f"on behalf of reportee: {reportee}")
        found.append((refused.value.code, refused.value.message.replace(reportee, "")))
    assert found[0] == found[1]
    assert found[0][0] is ErrorCode.NOT_AUTHORISED_FOR_REPORTEE


def test_a_person_is_never_named_in_a_refusal(world: Store) -> None:
    with pytest.raises(NotAllowed) as refused:
        submit_form_task(world, FIRMS_SYSTEM, shipment(reportee="01817010055"))
    assert "01817010055" not in refused.value.message


def test_a_service_can_ask_for_more_than_a_system_gives(world: Store) -> None:
    with pytest.raises(NotAllowed) as refused:
        submit_form_task(world, FIRMS_SYSTEM, shipment(service="1236"))
    assert refused.value.code is ErrorCode.LEVEL_TOO_LOW


def test_what_must_be_signed_waits_until_it_is(world: Store) -> None:
    waiting = submit_form_task(world, FIRMS_SYSTEM, shipment(service="1235"))
    element = world.read(lambda ledger: ledger.forms.element(waiting.element or 0))
    assert element is not None
    assert (element.status, element.task) == ("SignIn", "Signing")
    done = submit_form_task(world, WITH_MANAGER, signed("S-2"))
    assert done.text == "SignAndSend Completed Successfully"
    two = submit_form_task(world, WITH_MANAGER, signed("S-3", signatures_required=2))
    assert two.value_of(ReferenceType.ARCHIVE) is None


def test_who_may_not_sign_signs_nothing(world: Store) -> None:
    edit(world, remove(SIGN_GRANT))
    with pytest.raises(NotAllowed) as refused:
        submit_form_task(world, WITH_MANAGER, signed())
    assert refused.value.code is ErrorCode.NOT_AUTHORISED_TO_SIGN
    assert _stored(world) == 0


def test_a_person_reports_for_themselves_alone(world: Store) -> None:
    own = submit_form_task(world, MANAGERS_LOGIN, replace(signed(), reportee="01817010055"))
    assert own.text == "SignAndSend Completed Successfully"
    with pytest.raises(NotAllowed):
        submit_form_task(world, MANAGERS_LOGIN, signed("S-2"))


def test_the_same_reference_at_once_is_stored_once(world: Store) -> None:
    with ThreadPoolExecutor(8) as senders:
        found = list(senders.map(lambda _: submit_form_task(world, FIRMS_SYSTEM, shipment()), range(16)))
    assert len({tree.id for tree in found}) == 1
    assert sum("Already Exists" not in tree.text for tree in found) == 1
    assert _stored(world) == 1
    assert len(world.read(lambda ledger: ledger.forms.handed_on())) == 1


def test_another_process_gives_other_numbers(world: Store, database_url: str) -> None:
    other = Store(database_url)
    with ThreadPoolExecutor(8) as senders:
        found = list(
            senders.map(
                lambda number: submit_form_task((world, other)[number % 2], FIRMS_SYSTEM, shipment(f"S-{number}")),
                range(24),
            )
        )
    other.close()
    assert len({tree.id for tree in found}) == len({tree.element for tree in found}) == 24
    assert len({tree.value_of(ReferenceType.ARCHIVE) for tree in found}) == 24


def test_the_owner_and_not_the_system_has_the_reference(world: Store) -> None:
    system = world.snapshot().enterprise_systems.get(4711)
    assert system is not None
    edit(world, put(replace(system, id=4712)))
    first = submit_form_task(world, FIRMS_SYSTEM, shipment())
    again = submit_form_task(world, replace(FIRMS_SYSTEM, enterprise_system=4712), shipment())
    assert again.id == first.id
    assert find_receipt(
        world, FIRMS_SYSTEM, None, (ReceiptReference(ReferenceType.EXTERNAL_SHIPMENT, "S-1"),)
    ) == find_receipt(world, replace(FIRMS_SYSTEM, enterprise_system=4712), first.id, ())


class _Overtaken(_ShipmentHandIn):
    """A shipment that something happens to between the judging and the commit."""

    def __init__(self, store: Store, sent: Shipment, happens: Callable[[], None]) -> None:
        super().__init__(store, FIRMS_SYSTEM, sent)
        self._happens = [happens]

    def is_good(self, judged: _Judged) -> bool:
        good = super().is_good(judged)
        while self._happens:
            self._happens.pop()()
        return good


def test_what_it_was_authorised_on_is_asked_again(world: Store) -> None:
    with pytest.raises(NotAllowed):
        hand_in(world, _Overtaken(world, shipment(), lambda: edit(world, remove(WRITE_GRANT))))
    assert _stored(world) == 0
    edit(world, put(WRITE_GRANT))
    hand_in(world, _Overtaken(world, shipment(), lambda: edit(world, put(SIGN_GRANT))))
    assert _stored(world) == 1, "a fact that is about something else changes nothing"


def test_in_shadow_a_difference_is_recorded(world: Store) -> None:
    edit(world, put(AuthorityRow(4711, EVERY_REPORTEE, Authority.SHADOW, world.clock())))
    submit_form_task(world, FIRMS_SYSTEM, shipment())
    (found,) = world.read(lambda ledger: ledger.differences())
    assert (found["service"], found["old_outcome"], found["new_outcome"]) == (PLAIN, "Permit", "NotApplicable")
    edit(world, put(AuthorityRow(4711, EVERY_REPORTEE, Authority.NEW, world.clock())))
    with pytest.raises(NotAllowed):
        submit_form_task(world, FIRMS_SYSTEM, shipment("S-2"))
