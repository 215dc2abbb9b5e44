"""AltInnStatus, ActiveForms and GetSchemaDefinition: no credentials, and true to what SubmitBatchPw takes (A18)."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from datetime import UTC, datetime

import pytest
from lxml import etree

from core import Store, Written, put
from tests.doors.soap.asmx_client import BODY, Client, batch, client_reads, envelope, unit
from tests.doors.soap.conftest import OWNER, SCHEMA, Clock, form

XS = "{http://www.w3.org/2001/XMLSchema}"


def test_the_platform_tells_that_it_takes_submissions(door: Client) -> None:
    status = ET.fromstring(door.call("AltInnStatus").encode())
    assert (status.tag, status.attrib) == (
        "AltInnStatus",
        {"schemaVersion": "1.0", "status": "OK", "minutes": "0", "timeStamp": "2007-03-09T10:15:00"},
    )
    assert status.findtext("Message/MessageEntry") == "Altinn tar imot innsendinger."


def test_a_database_that_cannot_be_asked_is_a_closed_platform(door: Client, sqlite_url: str) -> None:
    assert 'status="OK"' in door.call("AltInnStatus")
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("ALTER TABLE fact_sequence RENAME TO hidden")
    assert 'status="Closed"' in door.call("AltInnStatus")


def test_active_forms_are_those_that_are_open_and_have_a_schema(door: Client) -> None:
    forms = ET.fromstring(door.call("ActiveForms").encode())
    assert [each.attrib for each in forms] == [
        {
            "orNumber": "212",
            "orVersion": "4348",
            "blankettnummer": "RF-0002",
            "title": "Alminnelig omsetningsoppgave",
            "etatid": "974761076",
            "validFrom": "2005-01-01",
            "validTo": "2007-12-31",
        }
    ]


@pytest.mark.acceptance("A18")
def test_every_active_form_has_its_schema_and_is_taken(door: Client, world: Store, clock: Clock) -> None:
    odd = form(3, 4, None, 'Skjema <med> "tegn" & mer', valid_to=datetime(2008, 1, 1, tzinfo=UTC))
    world.change("test", lambda _: Written((put(odd),), None))
    world.write(lambda ledger: ledger.set_form_schema("asmx:3/4", SCHEMA))
    forms = ET.fromstring(door.call("ActiveForms").encode())
    assert [(each.get("orNumber"), each.get("title")) for each in forms][1] == ("3", 'Skjema <med> "tegn" & mer')
    for each in forms:
        pair = {name: int(each.get(name, "")) for name in ("orNumber", "orVersion")}
        definition = ET.fromstring(door.call("GetSchemaDefinition", **pair).encode())
        assert (definition.tag, [child.tag for child in definition]) == ("SchemaDefinition", [f"{XS}schema"])
        body = f'<Skjema skjemanummer="{pair["orNumber"]}" spesifikasjonsnummer="{pair["orVersion"]}"/>'
        sent = batch(unit(OWNER, "A1", body=body), batch_id=str(pair["orNumber"]))
        assert client_reads(door.submit(sent)) == ("OK", [("A1", "OK")])
    clock.pass_time(days=365)
    assert len(ET.fromstring(door.call("ActiveForms").encode())) == 0


@pytest.mark.acceptance("A18")
def test_the_schema_served_validates_the_form_it_is_for(door: Client) -> None:
    definition = etree.fromstring(door.call("GetSchemaDefinition", orNumber=212, orVersion=4348).encode())
    assert etree.XMLSchema(definition[0]).validate(etree.fromstring(BODY))


def test_the_schema_is_passed_on_as_the_text_it_is(door: Client) -> None:
    text = door.call("GetSchemaDefinition", orNumber=212, orVersion=4348)
    inside = text.partition("<SchemaDefinition>")[2].removesuffix("</SchemaDefinition>")
    assert inside == SCHEMA.partition("\n")[2]


@pytest.mark.parametrize(("number", "version"), [(9, 9), (212, 1), (0, 0), (-1, 2**63 - 1)])
def test_an_unknown_pair_is_a_fault_that_names_it(door: Client, number: int, version: int) -> None:
    answer = door.send(envelope("GetSchemaDefinition", {"orNumber": number, "orVersion": version}))
    assert (answer.status, answer.fault) == (500, ("soap:Client", f"Skjemaet finnes ikke: {number}/{version}."))
