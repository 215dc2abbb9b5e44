"""A message's life: sent once, listed for those who may, read, confirmed, archived, deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core import (
    OPERATOR,
    Caller,
    ErrorCode,
    GatewayError,
    LinkKind,
    MessageLink,
    MessageNotification,
    MessageStatus,
    MessageText,
    NewMessage,
    NotAllowed,
    NotFound,
    RoleGrant,
    Store,
    archive_message,
    archived_message,
    confirm_message,
    delete_message,
    list_messages_for_archive_reference,
    list_messages_for_reportee,
    read_message,
    revoke_role,
    send_message,
)
from core.domain.receipt_tree import ReferenceType
from tests.core.messages.world import (
    AT_OFFICE,
    AT_PERSON,
    AT_STRANGER,
    BODY,
    BROKER,
    CLIENT,
    OTHER_SERVICE,
    PDF,
    PERSON,
    READER,
    SENDER,
    STRANGER,
    Clock,
    message,
    party,
)

LINK = MessageLink(LinkKind.SERVICE_URL, "Les mer", "https://etat.example.no/les")
NOTICE = MessageNotification("TokenTextOnly", "1044", "post@etat.example.no", ("Email:post@example.no",), ("hei",))


def code_of(call: Callable[[], object]) -> ErrorCode:
    """The code the call is refused with."""
    with pytest.raises(GatewayError) as refused:
        call()
    return refused.value.code


def sent(store: Store, **changes: object) -> int:
    """The id of a message sent to the client."""
    return send_message(store, SENDER, message(**changes)).id  # type: ignore[arg-type]


def test_what_is_sent_is_read_whole(messages: Store, clock: Clock) -> None:
    due = clock.now + timedelta(days=14)
    new = message(
        files=(PDF, replace(PDF, name="", file_name="tall.xml", media="text_xml", content=b"<tall/>")),
        links=(LINK,),
        notifications=(replace(NOTICE, ship=due),),
        due=due,
        archive_reference="AR100001",
        confirmation_needed=True,
        sent_by="Seksjon for prøver",
    )
    number = send_message(messages, SENDER, new).id
    clock.pass_time(hours=1)
    found = read_message(messages, AT_OFFICE, number)
    assert (found.id, found.reportee, found.text, found.sent_by) == (number, party(CLIENT), new.text, new.sent_by)
    assert (found.links, found.notifications, found.due) == (new.links, new.notifications, due)
    assert [(each.name, each.file_name, each.data) for each in found.attachments] == [
        ("Vedtak", "vedtak.pdf", PDF.content),
        ("tall.xml", "tall.xml", b"<tall/>"),
    ]
    assert len({each.id for each in found.attachments}) == 2
    assert (found.status, found.read, found.sent) == (MessageStatus.READ, clock.now, clock.now - timedelta(hours=1))


def test_the_first_reading_counts(messages: Store, clock: Clock) -> None:
    number = sent(messages)
    first = clock.now
    read_message(messages, AT_OFFICE, number)
    clock.pass_time(days=1)
    assert read_message(messages, AT_OFFICE, number).read == first


def test_a_repeat_is_the_same_message(messages: Store) -> None:
    first = send_message(messages, SENDER, message("M-1"))
    again = send_message(messages, SENDER, message("M-1", text=MessageText(1044, "Noe annet", "", "helt")))
    assert (first.repeated, again.repeated, again.id) == (False, True, first.id)
    assert [each.text.title for each in list_messages_for_reportee(messages, AT_OFFICE, CLIENT)] == [
        "Svar på innsendingen"
    ]
    other = send_message(messages, SENDER, message("M-1", reportee=PERSON))
    assert not other.repeated
    assert other.id != first.id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": " "}, ErrorCode.INVALID_MESSAGE),
        ({"reference": "x" * 256}, ErrorCode.INVALID_MESSAGE),
        ({"text": MessageText(1044, "", "", "tekst")}, ErrorCode.INVALID_MESSAGE),
        ({"text": MessageText(1044, "tittel", "", " ")}, ErrorCode.INVALID_MESSAGE),
        ({"files": (replace(PDF, file_name="c:\\vedtak.pdf"),)}, ErrorCode.INVALID_MESSAGE),
        ({"files": (replace(PDF, file_name=""),)}, ErrorCode.INVALID_MESSAGE),
        ({"service": BROKER}, ErrorCode.INVALID_MESSAGE),
        ({"service": "svc:1/1"}, ErrorCode.UNKNOWN_SERVICE),
        ({"service": OTHER_SERVICE}, ErrorCode.NOT_THE_SERVICE_OWNER),
        ({"reportee": "310000531"}, ErrorCode.PARTY_NOT_FOUND),
    ],
)
def test_an_ill_made_message_is_refused(messages: Store, changes: dict[str, object], code: ErrorCode) -> None:
    assert code_of(lambda: send_message(messages, SENDER, message(**changes))) is code  # type: ignore[arg-type]
    assert not list_messages_for_reportee(messages, AT_OFFICE, CLIENT)


@pytest.mark.parametrize("caller", [AT_OFFICE, OPERATOR, replace(SENDER, organisation=STRANGER)])
def test_only_the_service_owner_sends(messages: Store, caller: Caller) -> None:
    assert code_of(lambda: send_message(messages, caller, message())) is ErrorCode.NOT_THE_SERVICE_OWNER


def test_a_list_holds_what_the_caller_may_read(messages: Store, clock: Clock) -> None:
    first = sent(messages, reference="M-1")
    clock.pass_time(days=1)
    second = sent(messages, reference="M-2", archive_reference="AR7")
    assert [each.id for each in list_messages_for_reportee(messages, AT_OFFICE, CLIENT)] == [second, first]
    assert [each.id for each in list_messages_for_archive_reference(messages, AT_OFFICE, CLIENT, "AR7")] == [second]
    assert not list_messages_for_archive_reference(messages, AT_OFFICE, CLIENT, "AR8")
    assert not list_messages_for_reportee(messages, AT_STRANGER, CLIENT)
    assert not list_messages_for_reportee(messages, AT_OFFICE, "310000531")
    since = clock.now - timedelta(hours=1)
    assert [each.id for each in list_messages_for_reportee(messages, AT_OFFICE, CLIENT, since=since)] == [second]
    assert [each.id for each in list_messages_for_reportee(messages, AT_OFFICE, CLIENT, until=since)] == [first]


def test_what_is_not_visible_yet_is_not_there(messages: Store, clock: Clock) -> None:
    number = sent(messages, visible=clock.now + timedelta(days=1))
    assert not list_messages_for_reportee(messages, AT_OFFICE, CLIENT)
    assert code_of(lambda: read_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    clock.pass_time(days=1)
    assert read_message(messages, AT_OFFICE, number).id == number


def test_one_nobody_gave_anything_is_told_what_one_is_told_of_no_message(messages: Store) -> None:
    number = sent(messages)
    told = []
    for asked, caller in ((number, AT_STRANGER), (number + 1, AT_OFFICE)):
        with pytest.raises(NotFound) as refused:
            read_message(messages, caller, asked)
        told.append(refused.value.message.replace(str(asked), "N"))
    assert told[0] == told[1]
    assert list_messages_for_reportee(messages, AT_OFFICE, CLIENT)[0].read is None


def test_a_revoked_role_no_longer_reads(messages: Store) -> None:
    number = sent(messages)
    read_message(messages, AT_OFFICE, number)
    revoke_role(messages, OPERATOR, "grant-1")
    assert code_of(lambda: read_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    assert not list_messages_for_reportee(messages, AT_OFFICE, CLIENT)


def test_confirming(messages: Store, clock: Clock) -> None:
    number = sent(messages, confirmation_needed=True)
    assert code_of(lambda: confirm_message(messages, AT_OFFICE, number)) is ErrorCode.WRONG_MESSAGE_STATE
    read_message(messages, AT_OFFICE, number)
    confirm_message(messages, AT_OFFICE, number)
    first = clock.now
    clock.pass_time(hours=1)
    confirm_message(messages, AT_OFFICE, number)
    found = read_message(messages, AT_OFFICE, number)
    assert (found.status, found.confirmed, found.confirmed_by) == (MessageStatus.CONFIRMED, first, AT_OFFICE.party)


def test_a_message_that_asks_for_nothing_is_not_confirmed(messages: Store) -> None:
    number = sent(messages)
    read_message(messages, AT_OFFICE, number)
    assert code_of(lambda: confirm_message(messages, AT_OFFICE, number)) is ErrorCode.WRONG_MESSAGE_STATE


def test_a_reader_neither_confirms_nor_deletes(messages: Store) -> None:
    number = sent(messages, confirmation_needed=True)
    grant = messages.find("role_grant", "grant-1")
    assert isinstance(grant, RoleGrant)
    messages.import_facts("test", [replace(grant, role=READER)])
    read_message(messages, AT_OFFICE, number)
    for act in (confirm_message, delete_message):
        with pytest.raises(NotAllowed) as refused:
            act(messages, AT_OFFICE, number)
        assert refused.value.code is ErrorCode.MISSING_RIGHT
        assert refused.value.fixes


def test_archiving_asks_for_reading_and_for_confirming(messages: Store, clock: Clock) -> None:
    number = sent(messages, confirmation_needed=True, files=(PDF,))
    assert code_of(lambda: archive_message(messages, AT_OFFICE, number)) is ErrorCode.WRONG_MESSAGE_STATE
    read_message(messages, AT_OFFICE, number)
    assert code_of(lambda: archive_message(messages, AT_OFFICE, number)) is ErrorCode.WRONG_MESSAGE_STATE
    confirm_message(messages, AT_OFFICE, number)
    assert code_of(lambda: archived_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    receipt = archive_message(messages, AT_OFFICE, number)
    found = archived_message(messages, AT_OFFICE, number)
    assert (found.status, found.archived) == (MessageStatus.ARCHIVED, clock.now)
    assert (found.archive_reference, found.attachments[0].data) == (
        receipt.value_of(ReferenceType.ARCHIVE),
        PDF.content,
    )
    assert messages.read(lambda ledger: ledger.forms.receipt(receipt.id)) == receipt
    assert code_of(lambda: read_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    assert code_of(lambda: archive_message(messages, AT_OFFICE, number)) is ErrorCode.WRONG_MESSAGE_STATE
    assert code_of(lambda: delete_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_DELETABLE
    assert [each.id for each in list_messages_for_reportee(messages, AT_OFFICE, CLIENT)] == [number]


def test_archiving_keeps_the_reference_of_the_submission(messages: Store) -> None:
    numbers = [sent(messages, reference="M-1", archive_reference="AR7"), sent(messages, reference="M-2")]
    for number in numbers:
        read_message(messages, AT_OFFICE, number)
        archive_message(messages, AT_OFFICE, number)
    first, second = [archived_message(messages, AT_OFFICE, number).archive_reference or "" for number in numbers]
    assert first == "AR7"
    assert second.startswith("AR")
    assert second != first


def test_an_organisations_message_goes_to_the_bin(messages: Store) -> None:
    number = sent(messages, files=(PDF,))
    delete_message(messages, AT_OFFICE, number)
    assert not list_messages_for_reportee(messages, AT_OFFICE, CLIENT)
    assert code_of(lambda: read_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    assert code_of(lambda: delete_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    kept = messages.read(lambda ledger: ledger.messages.message(number))
    assert kept is not None
    assert (kept.status, kept.text.title) == (MessageStatus.DELETED, "Svar på innsendingen")


def test_a_persons_message_is_gone_for_good(messages: Store) -> None:
    new = message("M-1", reportee=PERSON, files=(PDF,), links=(LINK,), notifications=(NOTICE,))
    number = send_message(messages, SENDER, new).id
    content = read_message(messages, AT_PERSON, number).attachments[0].content
    delete_message(messages, AT_PERSON, number)
    kept = messages.read(lambda ledger: ledger.messages.message(number))
    assert kept is not None
    assert kept.status is MessageStatus.DELETED
    assert (kept.text.title, kept.text.body, kept.links, kept.notifications, kept.attachments) == ("", "", (), (), ())
    assert not messages.read(lambda ledger: list(ledger.content(content)))
    assert send_message(messages, SENDER, new).repeated


def test_the_element_follows_the_message(messages: Store, clock: Clock) -> None:
    number = sent(messages, confirmation_needed=True, archive_reference="AR7")
    seen = []
    for act in (read_message, confirm_message, archive_message):
        seen.append(messages.read(lambda ledger: ledger.forms.element(number)))
        clock.pass_time(hours=1)
        act(messages, AT_OFFICE, number)
    seen.append(messages.read(lambda ledger: ledger.forms.element(number)))
    assert [each and each.status for each in seen] == [
        "NotOpenedConfirmationReq",
        "OpenedNotConfirmed",
        "Confirmed",
        "Archive",
    ]
    last = seen[-1]
    assert last is not None
    assert (last.archived, last.changed, last.owner, last.archive_reference) == (
        clock.now,
        clock.now,
        party(BODY),
        "AR7",
    )


def test_an_element_deleted_from_the_list_is_no_message_any_more(messages: Store, clock: Clock) -> None:
    number = sent(messages)
    messages.write(lambda ledger: ledger.forms.change_element(number, deleted=clock.now))
    assert code_of(lambda: read_message(messages, AT_OFFICE, number)) is ErrorCode.MESSAGE_NOT_FOUND
    assert not list_messages_for_reportee(messages, AT_OFFICE, CLIENT)


def test_a_new_message_names_no_person_when_it_is_printed() -> None:
    shown = repr(NewMessage(message().service, "M-1", PERSON, MessageText(1044, "t", "s", "hemmelig")))
    assert PERSON not in shown
    assert "hemmelig" not in shown
