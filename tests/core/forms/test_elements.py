"""Elements: the list, what a form task consists of, filling in, attaching, deleting, the archive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    Caller,
    CallerKind,
    ElementSearch,
    ErrorCode,
    FormUpdate,
    GatewayError,
    NewAttachment,
    ReceiptStatus,
    ReferenceType,
    Store,
    SystemSignature,
    add_attachment,
    archived_form_task,
    attachment_data,
    complete_and_sign,
    delete_element,
    find_receipt,
    form_id,
    form_set,
    form_set_data,
    list_elements,
    remove,
    submit_form_task,
    update_form_data,
)
from tests.core.forms.world import (
    FIRMS_SYSTEM,
    FORM,
    PLAIN,
    REPORTEE,
    WITH_MANAGER,
    WRITE_GRANT,
    edit,
    file,
    shipment,
    signed,
)
from tests.small_world import GIVER

INCOMPLETE = replace(FORM, completed=False, data="<Skjema/>")
SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Skjema"><xs:complexType>'
    '<xs:attribute name="beloep" type="xs:integer" use="required"/></xs:complexType></xs:element></xs:schema>'
)
STRANGER = Caller(CallerKind.ENTERPRISE_SYSTEM, party=GIVER, enterprise_system=4799)


def _open(store: Store, **changes: object) -> int:
    """An element that is being filled in."""
    tree = submit_form_task(store, FIRMS_SYSTEM, replace(shipment("open", INCOMPLETE), **changes))  # type: ignore[arg-type]
    return tree.element or 0


def _attachment(store: Store, *, size: int = 4) -> NewAttachment:
    store.write(lambda ledger: ledger.add_content("uploaded", b"%PDF"))
    return NewAttachment("Noter", "V", "noter.pdf", "application_pdf", "", "uploaded", size)


def _code(refused: pytest.ExceptionInfo[GatewayError]) -> ErrorCode:
    return refused.value.code


SEARCHES = {
    "everything": ({}, {"a", "b", "c"}),
    "sent": ({"sent_and_archived": True}, {"a"}),
    "to do": ({"to_be_processed": True}, {"b"}),
    "to do by others": ({"to_be_processed_by_others": True}, {"c"}),
    "to do by anyone": ({"to_be_processed": True, "to_be_processed_by_others": True}, {"b", "c"}),
    "a service": ({"service_codes": frozenset({"1235"})}, {"c"}),
    "a title": ({"text": "SVC:1234"}, {"a", "b"}),
    "another title": ({"text": "no such"}, set()),
    "an owner": ({"service_owner": "Skatteetaten"}, {"a", "b", "c"}),
    "another owner": ({"service_owner": "NAV"}, set()),
    "a case": ({"case_id": 7}, {"b"}),
    "another reportee": ({"reportee": "310000604"}, set()),
    "nobody": ({"reportee": "310000507"}, set()),
}


@pytest.mark.parametrize(("search", "names"), SEARCHES.values(), ids=SEARCHES)
def test_the_list_shows_what_is_looked_for(world: Store, search: dict[str, object], names: set[str]) -> None:
    sent = {
        "a": shipment("a"),
        "b": shipment("b", INCOMPLETE, case_id=7),
        "c": shipment("c", service="1235"),
    }
    ids = {submit_form_task(world, FIRMS_SYSTEM, each).element: name for name, each in sent.items()}
    found = list_elements(world, FIRMS_SYSTEM, replace(ElementSearch(REPORTEE), **search))  # type: ignore[arg-type]
    assert {ids[each.element.id] for each in found} == names


def test_an_element_is_found_by_its_archive_reference(world: Store) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    submit_form_task(world, FIRMS_SYSTEM, shipment("S-2"))
    search = ElementSearch(REPORTEE, archive_reference=tree.value_of(ReferenceType.ARCHIVE) or "")
    (listed,) = list_elements(world, FIRMS_SYSTEM, search)
    assert listed.element.id == tree.element
    assert (listed.element.status, listed.element.task, listed.may_delete) == ("Archive", "Archive", True)


def test_who_lost_the_role_sees_nothing(world: Store) -> None:
    element = _open(world)
    edit(world, remove(WRITE_GRANT))
    assert list_elements(world, FIRMS_SYSTEM, ElementSearch(REPORTEE)) == ()
    for command in (form_set, form_set_data, archived_form_task):
        with pytest.raises(GatewayError) as refused:
            command(world, FIRMS_SYSTEM, element)
        assert _code(refused) is ErrorCode.MISSING_RIGHT
    with pytest.raises(GatewayError) as unknown:
        form_set(world, FIRMS_SYSTEM, 1)
    assert (unknown.value.code, unknown.value.message) == (refused.value.code, refused.value.message)


def test_a_form_set_has_its_forms_and_files_with_numbers(world: Store) -> None:
    sub = replace(INCOMPLETE, reference="sub", parent="S-1-H")
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment("S-1", INCOMPLETE, sub, files=(file("V"),)))
    found = form_set(world, FIRMS_SYSTEM, tree.element or 0)
    assert [form.reference for form in found.forms] == ["S-1-H", "sub"]
    assert [each.name for each in found.attachments] == ["Noter"]
    data = form_set_data(world, FIRMS_SYSTEM, tree.element or 0)
    assert [(form.id, text) for form, text in data] == [(form.id, "<Skjema/>") for form in found.forms]


def test_new_data_replaces_the_old_and_is_judged_form_by_form(world: Store) -> None:
    world.write(lambda ledger: ledger.set_form_schema(form_id(999, 12345), SCHEMA))
    element = _open(world)
    (form,) = form_set(world, FIRMS_SYSTEM, element).forms
    bad = FormUpdate(form.id, "999", 12345, "", "<Skjema/>")
    added = FormUpdate(None, "999", 12345, "ny", '<Skjema beloep="1"/>')
    tree = update_form_data(world, FIRMS_SYSTEM, element, [bad, added])
    assert tree.status is ReceiptStatus.OK, "the outer status is good although a form is not"
    assert [child.status for child in tree.children] == [ReceiptStatus.VALIDATION_FAILED, ReceiptStatus.OK]
    good = replace(bad, data='<Skjema beloep="2"/>')
    assert update_form_data(world, FIRMS_SYSTEM, element, [good]).text == "Schema Validation OK"
    texts = [text for _, text in form_set_data(world, FIRMS_SYSTEM, element)]
    assert texts == ['<Skjema beloep="2"/>', '<Skjema beloep="1"/>']
    assert find_receipt(world, FIRMS_SYSTEM, tree.id, ()).children[0].status is ReceiptStatus.OK


@pytest.mark.parametrize(
    "changes",
    [{"data": "<Skjema"}, {"form": 99_999}, {"format_id": "tall"}, {"format_id": "1", "format_version": 1}],
    ids=["no XML", "no such form", "no format", "another format"],
)
def test_an_update_that_cannot_be_is_answered_and_changes_nothing(world: Store, changes: dict[str, object]) -> None:
    element = _open(world)
    before = form_set_data(world, FIRMS_SYSTEM, element)
    update = FormUpdate(before[0][0].id, "999", 12345, "", "<Nytt/>")
    tree = update_form_data(world, FIRMS_SYSTEM, element, [replace(update, **changes)])  # type: ignore[arg-type]
    assert tree.status is ReceiptStatus.VALIDATION_FAILED
    assert form_set_data(world, FIRMS_SYSTEM, element) == before
    assert find_receipt(world, FIRMS_SYSTEM, tree.id, ()).status is ReceiptStatus.OK


def test_completing_sends_what_needs_no_signature(world: Store) -> None:
    tree = complete_and_sign(world, FIRMS_SYSTEM, _open(world), ())
    assert (tree.text, tree.status) == ("SignAndSend Completed Successfully", ReceiptStatus.OK)
    assert tree.value_of(ReferenceType.ARCHIVE)
    for again in (lambda: complete_and_sign(world, FIRMS_SYSTEM, tree.element or 0, ()),):
        with pytest.raises(GatewayError) as refused:
            again()
        assert _code(refused) is ErrorCode.ELEMENT_ARCHIVED


def test_completing_asks_for_the_signature_that_is_demanded(world: Store) -> None:
    element = _open(world, service_code="1235")
    waiting = complete_and_sign(world, WITH_MANAGER, element, ())
    assert waiting.value_of(ReferenceType.ARCHIVE) is None
    with pytest.raises(GatewayError) as nobody:
        complete_and_sign(world, FIRMS_SYSTEM, element, [SystemSignature("s")])
    assert _code(nobody) is ErrorCode.NOT_AUTHORISED_TO_SIGN
    done = complete_and_sign(world, WITH_MANAGER, element, [SystemSignature("s")])
    assert done.value_of(ReferenceType.ARCHIVE)
    (signature,) = archived_form_task(world, FIRMS_SYSTEM, element).signatures
    assert signature.person == WITH_MANAGER.person


def test_completing_what_is_not_valid_changes_nothing(world: Store) -> None:
    world.write(lambda ledger: ledger.set_form_schema(form_id(999, 12345), SCHEMA))
    tree = complete_and_sign(world, FIRMS_SYSTEM, _open(world), ())
    assert (tree.status, tree.text) == (ReceiptStatus.VALIDATION_FAILED, "Form Validation Failed")
    assert tree.children[0].text.startswith("SchemaValidationError")
    assert find_receipt(world, FIRMS_SYSTEM, tree.id, ()).value_of(ReferenceType.ARCHIVE) is None


def test_an_uploaded_file_is_attached_with_a_receipt_of_its_own(world: Store) -> None:
    element = _open(world)
    receipt = add_attachment(world, FIRMS_SYSTEM, element, _attachment(world))
    assert (receipt.status, receipt.value_of(ReferenceType.SENDERS)) == (ReceiptStatus.OK, "V")
    (attached,) = form_set(world, FIRMS_SYSTEM, element).attachments
    found = attachment_data(world, FIRMS_SYSTEM, attached.id)
    assert (found.added_later, found.size, found.content) == (True, 4, "uploaded")
    tree = complete_and_sign(world, FIRMS_SYSTEM, element, ())
    assert receipt.id in {child.id for child in tree.children}
    with pytest.raises(GatewayError) as archived:
        add_attachment(world, FIRMS_SYSTEM, element, _attachment(world))
    assert _code(archived) is ErrorCode.ELEMENT_ARCHIVED
    with pytest.raises(GatewayError) as stranger:
        attachment_data(world, STRANGER, attached.id)
    assert _code(stranger) is ErrorCode.MISSING_RIGHT


@pytest.mark.parametrize(
    "changes",
    [{"file_name": "uten"}, {"size": 31 * 1024 * 1024}, {"reference": "V" * 300}],
    ids=["name", "size", "ref"],
)
def test_a_bad_file_is_not_attached(world: Store, changes: dict[str, object]) -> None:
    element = _open(world)
    new = replace(_attachment(world), **changes)  # type: ignore[arg-type]
    receipt = add_attachment(world, FIRMS_SYSTEM, element, new)
    assert receipt.status is ReceiptStatus.VALIDATION_FAILED
    assert form_set(world, FIRMS_SYSTEM, element).attachments == ()


def test_a_service_may_have_its_own_limit(world: Store) -> None:
    world.write(lambda ledger: ledger.forms.set_attachment_rule(PLAIN, 100 * 1024 * 1024))
    new = _attachment(world, size=50 * 1024 * 1024)
    assert add_attachment(world, FIRMS_SYSTEM, _open(world), new).status is ReceiptStatus.OK


def test_deleting_is_by_the_code_of_its_state(world: Store) -> None:
    element = _open(world)
    archived = submit_form_task(world, FIRMS_SYSTEM, shipment()).element
    for code in (f"A2A{element}", f"A2E{archived}", "A1E1", "", "A2E"):
        with pytest.raises(GatewayError):
            delete_element(world, FIRMS_SYSTEM, code)
    delete_element(world, FIRMS_SYSTEM, f"A2E{element}")
    delete_element(world, FIRMS_SYSTEM, f"A2A{archived}")
    assert list_elements(world, FIRMS_SYSTEM, ElementSearch(REPORTEE)) == ()
    again = submit_form_task(world, FIRMS_SYSTEM, shipment("open", INCOMPLETE))
    assert again.text == "Shipment Already Exists. Deleted"
    with pytest.raises(GatewayError) as gone:
        form_set(world, FIRMS_SYSTEM, element)
    assert _code(gone) is ErrorCode.MISSING_RIGHT


def test_the_archive_has_everything_that_was_sent(world: Store) -> None:
    sent = signed(files=(file("V"),), encrypted_key='{"k": 1}')
    tree = submit_form_task(world, WITH_MANAGER, sent)
    task = archived_form_task(world, FIRMS_SYSTEM, tree.element or 0)
    assert task.data == (FORM.data,)
    assert (task.forms.element.encrypted_key, task.reportee and task.reportee.number) == ('{"k": 1}', REPORTEE)
    assert [step.activity for step in task.steps] == ["FormFilling", "Signing", "Archive"]
    assert [each.forms for each in task.signatures] == [(task.forms.forms[0].id,)]
