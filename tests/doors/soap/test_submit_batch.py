"""SubmitBatchPw: who may, all or nothing, once only (A3, A7, A8, A9, A10, A17)."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import Store, Written, put, remove
from tests.doors.soap.asmx_client import BODY, Client, batch, client_reads, messages, unit
from tests.doors.soap.conftest import GAVE_NOTHING, GAVE_ROLE, HAS_ACCOUNTANT, OTHER_OWNER, OWNER, PERSON, grant


def stored_body(store: Store, batch_id: str, *, system: int = 4711, position: int = 0) -> str:
    row = store.read(lambda ledger: ledger.submission(system, batch_id))
    assert row is not None
    return b"".join(store.read(lambda ledger: list(ledger.content(row.units[position].content)))).decode()


def count(store: Store) -> int:
    return store.read(lambda ledger: ledger.count_submissions())


def test_an_owner_reports_for_itself_and_the_form_is_kept_to_the_letter(door: Client, world: Store) -> None:
    body = BODY.replace("Prøve og Feil AS", "Prøve &amp; Feil&#150;AS<!-- uendret --><tom  a='1'></tom>")
    assert client_reads(door.submit(batch(unit(OWNER, "A1", body=body)))) == ("OK", [("A1", "OK")])
    assert stored_body(world, "310000000-01-42") == body


def test_two_units_are_accepted_and_each_says_on_what_ground(door: Client) -> None:
    receipt = door.submit(batch(unit(OWNER, "A1"), unit(GAVE_ROLE, "A2"), unit(HAS_ACCOUNTANT, "A3")))
    assert client_reads(receipt) == ("OK", [("A1", "OK"), ("A2", "OK"), ("A3", "OK")])
    assert messages(receipt) == [
        "Skjema RF-0002 er mottatt. Grunnlag: eieren av systemet rapporterer for seg selv (own-party).",
        "Skjema RF-0002 er mottatt. Grunnlag: systeminnsendingsrettighet (submission-role).",
        (
            "Skjema RF-0002 er mottatt. Grunnlag: eieren av systemet er registrert regnskapsfører eller revisor "
            "(registered-client)."
        ),
    ]


@pytest.mark.acceptance("A7", "A8")
def test_one_bad_unit_refuses_the_whole_batch_and_leaves_its_id_free(door: Client, world: Store) -> None:
    sent = batch(unit(OWNER, "A1"), unit(GAVE_NOTHING, "A2"))
    receipt = door.submit(sent)
    assert client_reads(receipt) == ("Failed", [("A1", "NotProcessed"), ("A2", "NotAuthorized")])
    assert messages(receipt) == [
        "Batchen er avvist: 1 av 2 enheter har feil. Ingenting er lagret.",
        "Enheten er kontrollert uten feil, men ikke lagret.",
        (
            "Eier av system 4711 mangler systeminnsendingsrettighet (gamle tjenester) for 310000515 "
            "(missing-submission-role). Den som kan gi roller på vegne av 310000515, kan gi den til eieren av systemet."
        ),
    ]
    assert count(world) == 0
    world.change("test", lambda _: Written((put(grant("g2", GAVE_NOTHING, OWNER)),), None))
    assert client_reads(door.submit(sent)) == ("OK", [("A1", "OK"), ("A2", "OK")])


@pytest.mark.acceptance("A7")
def test_the_role_counts_only_for_the_systems_owner_and_only_while_it_lasts(door: Client, world: Store) -> None:
    world.change("test", lambda _: Written((put(grant("g2", GAVE_NOTHING, OTHER_OWNER)),), None))
    assert client_reads(door.submit(batch(unit(GAVE_NOTHING, "A1"))))[0] == "Failed"
    assert client_reads(door.submit(batch(unit(GAVE_ROLE, "A1"))))[0] == "OK"
    world.change("test", lambda _: Written((remove(grant("g1", GAVE_ROLE, OWNER)),), None))
    assert client_reads(door.submit(batch(unit(GAVE_ROLE, "A1"), batch_id="next")))[0] == "Failed"
    assert client_reads(door.poll("310000000-01-42"))[0] == "OK"


@pytest.mark.parametrize("stranger", ["310000582", "31000051", "4-5-6", "abc", "310000515 ", "x" * 60])
def test_a_number_nobody_has_is_answered_as_one_that_gave_nothing(door: Client, stranger: str) -> None:
    known = door.submit(batch(unit(GAVE_NOTHING, "A1")))
    unknown = door.submit(batch(unit(stranger, "A1")))
    assert unknown.replace(f'"{stranger}"', '"#"').replace(stranger.strip()[:40], "#") == known.replace(
        GAVE_NOTHING, "#"
    )


def test_a_persons_number_is_masked_in_texts(door: Client) -> None:
    (_, text) = messages(door.submit(batch(unit(PERSON, "A1"))))
    assert "018190*****" in text
    assert PERSON not in text


@pytest.mark.acceptance("A9")
def test_the_same_batch_again_exists_already_whatever_is_in_it(door: Client, world: Store) -> None:
    door.submit(batch(unit(OWNER, "A1")))
    assert client_reads(door.submit(batch(unit(GAVE_NOTHING, "B1")))) == ("AllreadyExists", [])
    assert count(world) == 1
    assert client_reads(door.submit(batch(unit(OTHER_OWNER, "A1"), system=4712))) == ("OK", [("A1", "OK")])


@pytest.mark.acceptance("A9")
def test_of_two_equal_batches_at_the_same_instant_exactly_one_is_taken(door: Client, world: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(door.submit, [batch(unit(OWNER, "A1"))] * 8))
    assert sorted(client_reads(each)[0] for each in receipts) == ["AllreadyExists"] * 7 + ["OK"]
    assert count(world) == 1


@pytest.mark.acceptance("A10")
@pytest.mark.parametrize(
    "pair", ['skjemanummer="9" spesifikasjonsnummer="9"', 'skjemanummer="1" spesifikasjonsnummer="2"']
)
def test_an_unknown_or_closed_form_is_told(door: Client, pair: str) -> None:
    receipt = door.submit(batch(unit(OWNER, "A1", body=f"<Skjema {pair}/>")))
    assert client_reads(receipt) == ("Failed", [("A1", "UnknownForm")])


@pytest.mark.acceptance("A10")
def test_a_complete_form_is_validated_and_an_incomplete_one_is_not(door: Client) -> None:
    short = '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"/>'
    refused = door.submit(batch(unit(OWNER, "A1", body=short, completed="TRUE")))
    assert client_reads(refused) == ("Failed", [("A1", "ValidationFailed")])
    assert messages(refused)[1].startswith("Skjema RF-0002 følger ikke skjemadefinisjonen: ")
    assert client_reads(door.submit(batch(unit(OWNER, "A1", body=short, completed="0")))) == ("OK", [("A1", "OK")])


def test_a_parent_must_be_in_the_batch(door: Client) -> None:
    good = batch(
        unit(OWNER, "A1", parentReference=""),
        unit(OWNER, "A2", parentReference="A1"),
        unit(OWNER, "A3", parentReference="A3"),
    )
    bad = batch(unit(OWNER, "B1", parentReference="elsewhere"), batch_id="next")
    assert client_reads(door.submit(good))[0] == "OK"
    assert client_reads(door.submit(bad)) == ("Failed", [("B1", "InvalidReference")])


@pytest.mark.acceptance("A17")
def test_attachments_and_signature_are_kept_and_the_receipt_url_is_never_contacted(door: Client, world: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.3)
        url = f"http://127.0.0.1:{trap.getsockname()[1]}/kvittering"
        extra = (
            '<Attachments><Attachment participantId="4711" sendersReference="V1" parentReference="A1" '
            'fileName="noter.pdf">JVBE\nRi0x</Attachment></Attachments><Signature><a b="1"/></Signature>'
        )
        assert client_reads(door.submit(batch(unit(OWNER, "A1"), extra=extra, receiptUrl=url)))[0] == "OK"
        with pytest.raises(TimeoutError):
            trap.accept()
    row = world.read(lambda ledger: ledger.submission(4711, "310000000-01-42"))
    assert row is not None
    assert (row.receipt_url, row.signature) == (url, '<Signature><a b="1"/></Signature>')
